"""Models carried out on the golden county, against κ worked out on paper; and what applying must never do.

The paper: docs/golden_county.md gives who holds what and who reaches whom. P1 head; P2, P3 deputies (P1 reaches both);
P4 section chief (P2 reaches him, he reaches P5 and P6, the handlers); P8 cashier (P3 reaches him); P7 the citizen, whom
nobody reaches. Each answer below names its reason beside it.
"""

from datetime import date

import pytest
import yaml

from fangkong_lab.errors import CannotTell, WrongCall
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.models.apply import apply, mixed
from fangkong_lab.models.card import read_card
from fangkong_lab.models.comparison import compare
from fangkong_lab.models.first_page import five_sentences
from fangkong_lab.models.measured import measured
from fangkong_lab.models.practice import Reading
from fangkong_lab.models.shelf import shelf
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.thresholds import measure

STATED, GENEROUS = Reading.STATED, Reading.GENEROUS
# κ without, with direct, with full influence; None: nobody can complete it.
AS_IS = {"S01": (1, 1, 1), "S02": (2, 1, 1), "S03": (1, 1, 1), "S04": (2, 1, 1), "S05": (3, 2, 1), "S06": (3, 2, 1),
         "S07": (3, 2, 2), "S08": (3, 2, 1), "S09": ((1, 2), (1, 2), (1, 2)), "S10": None}
# 审核 and 决定 by different persons: with P2 in the unknown post S09 cannot be done; with P1, P3, P4 there one man orders it.
PARTED = {"S09": (2, (1, 2), (1, 2))}
CHANGED = {
    ("shayang", STATED): PARTED,  # S04, S05 have two signers already; S08's decider and cashier are two persons already
    ("shayang", GENEROUS): PARTED,  # the only section chief signs S04 and S05 already: nobody is left to co-sign
    ("wuxiao", STATED): {}, ("wuxiao", GENEROUS): {},  # no item of the county is marked 五小
    ("yangzhong", STATED): {},  # duties of a node, chosen, no signature before
    ("yangzhong", GENEROUS): {"S08": (4, 3, 1)},  # P2 must agree: P5|P6, P4, P2, P8; by order P2, P4, and P3 or P8
    ("ningguo", STATED): {"S07": (4, 3, 2),  # the deputy above signs too: P5|P6, P7, P2, P4; P4, P7 and P1 or P2
                          "S08": (4, 3, 1)},
    ("ningguo", GENEROUS): {
        "S01": (2, 2, 1),  # the window needs a second man and has none: only the way by P5|P6 and P2 is left
        "S03": None,  # P3 holds both posts; a second signer does not exist
        "S07": (5, 3, 2),  # P5|P6, P7, P2, P1, P4; by order P1, P4, P7; by any chain P1 and P7
        "S08": (6, 4, 2),  # those and P8, and P7 as an outsider; by order P1, P4, P7 and P3 or P8; by any chain P1, P7
        "S09": (2, (1, 2), (1, 2))},
    ("finance_bureau", STATED): {"S08": (4, 3, 1)},
    ("finance_bureau", GENEROUS): {"S08": (5, 3, 1)},  # P5|P6, P4, P2, P1, P8; by order P1, P4 and P3 or P8
    ("fenghuang", STATED): {"S07": (4, 3, 2)}, ("fenghuang", GENEROUS): {"S07": (5, 3, 2)},
    ("forestry", STATED): {}, ("forestry", GENEROUS): {},  # the only section chief signs already
    ("full_coverage", STATED): {}, ("full_coverage", GENEROUS): {},  # no 重大 and no personnel items
    ("development_zone", STATED): {}, ("development_zone", GENEROUS): {},
    ("talent_centre", STATED): PARTED | {"S03": None}, ("talent_centre", GENEROUS): PARTED | {"S03": None},
}


@pytest.fixture(scope="module")
def golden():
    return Study.of(golden_county().tables, date(2016, 12, 31))


def kappas(network) -> dict:
    found = {}
    for each in measure(network):
        k = each.structure.kappa
        found[each.item.item_id] = None if k is None else tuple((k[m].low, k[m].high) for m in ("none", "direct", "full"))
    return found


def on_paper(answers: dict) -> dict:
    return {item: None if value is None else tuple(v if isinstance(v, tuple) else (v, v) for v in value)
            for item, value in answers.items()}


def test_every_control_card_is_worked_out_on_paper():
    control = {card.id for card in shelf().cards() if card.id != "ruian"}
    assert {model for model, _ in CHANGED} == control


@pytest.mark.parametrize(("model", "reading"), CHANGED, ids=lambda x: getattr(x, "value", x))
def test_golden_county_under_the_model(golden, model, reading):
    made = apply(shelf().find(model), golden, reading)
    assert kappas(made.network) == on_paper(AS_IS | CHANGED[model, reading])


def test_applying_edits_neither_county_nor_card(golden):
    card = shelf().find("ningguo")
    before = kappas(golden.network)
    frames = {name: frame.copy() for name, frame in golden.tables.items()}
    apply(card, golden, GENEROUS)
    assert kappas(golden.network) == before == on_paper(AS_IS)
    assert all(frames[name].equals(frame) for name, frame in golden.tables.items())
    assert card == shelf().find("ningguo")


def test_a_model_without_practices_changes_nothing(golden, tmp_path):
    from pathlib import Path

    document = yaml.safe_load((Path(__file__).parents[2] / "data/models/ningguo.yaml").read_text(encoding="utf-8"))
    del document["practices"]
    (tmp_path / "ningguo.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    made = apply(read_card(tmp_path / "ningguo.yaml"), golden, GENEROUS)
    assert made.network == golden.network
    assert "没有改变任何事项的签批" in made.sentence()


def test_inspection_model_gets_no_threshold(golden):
    with pytest.raises(CannotTell, match="不计算最少独立经手人数"):
        apply(shelf().find("瑞安"), golden, STATED)
    table = compare([shelf().find("沙洋"), shelf().find("瑞安")], golden).table()
    assert set(table["瑞安巡察"]) == {"巡察模式，不计算"}


def test_order_of_a_mixture_is_kept(golden):
    """宁国 then 人才中心 and the other way round: on paper both make S03 impossible and S08 the same here; the flows differ."""
    one, other = shelf().find("宁国"), shelf().find("扬中")
    first = mixed((one, other), golden, GENEROUS)
    assert kappas(first) == kappas(apply(other, Study(apply(one, golden, GENEROUS).network, golden.tables), GENEROUS).network)
    # By hand: 宁国 puts P2, P1 and P7 into S08, 扬中 finds P2 there already but asks him once more: nobody new signs.
    assert kappas(first)["S08"] == on_paper({"S08": (6, 4, 2)})["S08"]


def test_every_practice_is_accounted_for(golden):
    """Changed + left + not meant for = all items, practice by practice; what has no signature says so."""
    for card in shelf().cards():
        if card.id == "ruian":
            continue
        made = apply(card, golden, GENEROUS)
        for practice, count in made.done:
            meant = {i.item_id for i in golden.items() if not practice.items.categories or i.category in practice.items.categories}
            left = sum(n for p, _, n in made.left if p == practice)
            assert 0 <= count + left <= len(meant)
            assert practice.why
        assert len(made.table()) == len(made.done)


def test_ranges_run_from_the_stated_to_the_generous(golden):
    comparison = compare([shelf().find(n) for n in ("扬中", "宁国")], golden, mixtures=False)
    # By hand from CHANGED: alone (κ none = 1) is S01, S03 for sure and S09 possibly; 宁国 leaves 0 at its most generous.
    figures = {run.card.id: run.range("单人可办结") for run in comparison.runs}
    assert (figures["yangzhong"].low, figures["yangzhong"].high) == (2, 3)
    assert (figures["ningguo"].low, figures["ningguo"].high) == (0, 3)
    # 宁国 cannot do S03 and S10 then.
    assert (comparison.runs[1].range("无法办结").low, comparison.runs[1].range("无法办结").high) == (1, 2)


def test_what_one_leaves_open_and_the_other_closes(golden):
    frame = compare([shelf().find(n) for n in ("扬中", "宁国")], golden, mixtures=False).left_open()
    row = frame[(frame["模式"] == "扬中权力节点监控") & (frame["对照模式"] == "宁国微权力清单")].iloc[0]
    # Open to one man's order under 扬中: S01, S02, S03, S04; 宁国 closes S01 and makes S03 impossible.
    assert (row["仍可由单人令办结"], row["其中对照模式已管住"]) == (4, 2)


def test_figures_of_the_county_as_it_is_by_hand(golden):
    figures = measured(golden.network).figures
    assert (figures["单人可办结"].low, figures["单人可办结"].high) == (2, 3)
    assert (figures["单人可令办结"].low, figures["单人可令办结"].high) == (4, 5)
    assert figures["待核实的制约环节"].high == 1
    # η = 1 in all but S01 (2), S06 (3) and S10 (undefined).
    assert (figures["单点堵点（一人可卡住）"].low, figures["单点堵点（一人可卡住）"].high) == (7, 7)


def test_page_one_has_five_sentences_each_with_a_number_and_a_caveat(golden):
    lines = five_sentences(compare([shelf().find(n) for n in ("沙洋", "五小", "扬中", "宁国", "瑞安")], golden, mixtures=False))
    assert len(lines) == 5
    assert all(any(c.isdigit() for c in line) for line in lines)
    assert all(any(word in line for word in ("不", "未载", "须")) for line in lines)


def test_one_model_twice_or_alone_is_refused(golden):
    with pytest.raises(WrongCall, match="两个不同"):
        compare([shelf().find("沙洋")], golden)
    with pytest.raises(WrongCall, match="两个不同"):
        compare([shelf().find("沙洋")] * 2, golden)
