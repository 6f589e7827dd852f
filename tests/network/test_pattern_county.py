"""Every planted pattern fact of the synthetic county is found, and false alarms are counted.

Witness: truth.json, written down as the county was built and never computed from the tables, and the way each kind of
chart is drawn (docs/synthetic_county.md). Where nothing is planted (tenures, steps of finding) the witness is a count in pandas.
"""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import Audience
from fangkong_lab.network.patterns.actions import ALL_ACTIONS
from fangkong_lab.network.patterns.parameter import Choice
from fangkong_lab.network.patterns.pattern import test as run
from fangkong_lab.network.patterns.shelf import find, run_shelf, shelf
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, PatternVerdict

DAY = date(2016, 12, 31)
ALL_MEANS = Choice(values={"means": "报告、备案、公开、抽查、提醒卡、报送"})


@pytest.fixture(scope="module", params=[1, 20])
def county(request):
    return synthetic_county(seed=request.param, units=11, years=(2009, 2016))


@pytest.fixture(scope="module")
def study(county) -> Study:
    return Study.of(county.tables, DAY)


def by_verdict(study: Study, code: str, choice: Choice | None = None) -> dict:
    result = run(find(code), study, choice or Choice())
    found = {v: {i.subject for i in result.of(v)} for v in (GOOD, BAD, OPEN, OUT)}
    counts = result.counts()
    assert counts.applicable == counts.satisfied + counts.violated + counts.cannot_tell
    assert counts.applicable + counts.excluded == len(result.instances)
    return found


def items_of(county, archetypes: set[str], categories: set[str] | None = None) -> set[str]:
    rows = county.tables["power_items"]
    kind = {i: t["archetype"] for i, t in county.truth["items"].items()}
    return {r.item_id for r in rows.itertuples() if kind[r.item_id] in archetypes and (categories is None or r.category in categories)}


def test_one_plus_x_finds_every_single_signer(county, study):
    found = by_verdict(study, "one_plus_x")
    categories = {"行政审批", "行政许可", "非行政许可审批"}
    rows = county.tables["power_items"]
    asked = set(rows.loc[rows["category"].isin(categories), "item_id"])
    planted = asked & set(county.truth["kappa_none_1"])
    assert len(planted) > 5
    assert found[BAD] == planted
    assert found[GOOD] | found[BAD] | found[OPEN] == asked


def test_one_plus_two_and_four_part_seals_are_told_apart(county, study):
    two, seals = by_verdict(study, "one_plus_two"), by_verdict(study, "four_seals")
    assert two[GOOD] == items_of(county, {"one_and_two"}, {"财务管理"})
    assert items_of(county, {"four_seals"}, {"财务管理"}) <= two[OUT]
    assert seals[GOOD] == items_of(county, {"four_seals"})
    assert (seals[BAD], seals[OPEN]) == (set(), set())
    assert min(len(two[GOOD]), len(seals[GOOD])) >= 10


def test_ballots(county, study):
    found = by_verdict(study, "ballot")
    assert found[GOOD] == items_of(county, {"ballot_secret"})
    assert found[BAD] == items_of(county, {"ballot_named", "ballot_bare"})
    loose = by_verdict(study, "ballot", Choice("沙洋"))
    assert loose[GOOD] == items_of(county, {"ballot_secret", "ballot_named", "ballot_bare"})


def test_nobody_can_tell_who_spoke_last(county, study):
    found = by_verdict(study, "last_to_speak")
    assert found[OPEN] == items_of(county, {"ballot_secret", "ballot_named", "ballot_bare"})
    assert not found[GOOD] | found[BAD]


def test_one_person_in_two_duties(county, study):
    same = items_of(county, {"same_person", "same_person_checked"})
    found = by_verdict(study, "split_posts")
    # Besides the planted ones: 实施后才审核 asks chief and clerk, different persons; 窗口 has no pair. No false alarm.
    assert found[BAD] == same
    assert items_of(county, {"unknown_check"}) | set(county.truth["undrawn"]) == found[OPEN]
    assert items_of(county, {"window", "window_two", "solo", "chain2"}) <= found[OUT]
    pairs = by_verdict(study, "incompatible_steps")
    assert pairs[BAD] == same
    assert set(county.truth["undrawn"]) <= pairs[OPEN]


def test_accountant_and_cashier_are_two_people_in_every_unit(county, study):
    assert by_verdict(study, "incompatible_posts")[GOOD] == {f"U{k:02d}" for k in range(1, 12)}


def test_joint_review(county, study):
    found = by_verdict(study, "joint_review")
    assert found[GOOD] == items_of(county, {"cosign"}, {"行政审批"})
    assert items_of(county, {"chain3", "window_two"}, {"行政审批"}) <= found[BAD]


def test_four_levels_are_nowhere(county, study):
    found = by_verdict(study, "four_levels")
    assert found[BAD] == items_of(county, {"payment"}, {"专项资金"})
    assert not found[GOOD] | found[OPEN] - set(county.truth["undrawn"])


@pytest.mark.parametrize("choice", [Choice(), ALL_MEANS], ids=["三种", "全部"])
def test_duties_missed_and_late(county, study, choice):
    found = by_verdict(study, "duties_kept", choice)
    means = dict(zip(county.tables["duties"]["duty_id"], county.tables["duties"]["means"], strict=True))
    planted = {d for d, _ in [*county.truth["missed_duties"], *county.truth["late_duties"]]}
    tested = {d for d, m in means.items() if choice is ALL_MEANS or m in ("报告", "备案", "公开")}
    assert found[BAD] == planted & tested
    assert found[GOOD] == tested - planted
    assert found[OUT] == set(means) - tested


def test_every_breach_is_named_with_its_day(county, study):
    result = run(find("duties_kept"), study, ALL_MEANS)
    named = {row for i in result.of(BAD) for row in i.witness.rows}
    planted = {f"义务履行 › {d} › {day}" for d, day in [*county.truth["missed_duties"], *county.truth["late_duties"]]}
    assert named == planted


@pytest.mark.parametrize("choice", [Choice(), Choice(values={"same": "供应商"}), Choice(values={"same": "供应商", "days": 60})],
                         ids=["同批同类", "同批同供应商", "六十天内同供应商"])
def test_split_tenders(county, study, choice):
    result = run(find("split_tender"), study, choice)
    found = {i.witness.rows for i in result.of(BAD)}
    planted = {tuple(sorted(group)) for group in county.truth["split_contracts"]}
    assert len(planted) == 5
    assert found == planted
    assert not result.of(OPEN)


def test_stationed_groups(county, study):
    found = by_verdict(study, "stationed")
    rows = county.tables["oversight"]
    assert found[GOOD] == set(rows.loc[rows["kind"] == "派驻", "overseen_unit"])
    assert not found[BAD] | found[OPEN]
    gone = rows[rows["overseen_unit"] != "U02"]
    missing = by_verdict(Study.of({**county.tables, "oversight": gone}, DAY), "stationed")
    assert missing[BAD] == {"U02"}
    none = rows[rows["kind"] != "派驻"]
    assert by_verdict(Study.of({**county.tables, "oversight": none}, DAY), "stationed")[BAD] == set()


def test_tenures(county, study):
    result = run(find("rotation"), study, Choice(values={"years": 5, "scope": "全部岗位"}))
    over = {(p, x) for i in result.of(BAD) for p in i.witness.posts for x in i.witness.persons}
    rows = county.tables["occupancies"]
    external = set(county.tables["posts"].loc[county.tables["posts"]["external"].astype(bool), "post_id"])
    rows = rows[(rows["person_id"] != "空缺") & ~rows["post_id"].isin(external)]
    on = rows[(rows["start"] <= pd.Timestamp(DAY)) & (rows["end"].isna() | (rows["end"] > pd.Timestamp(DAY)))]
    # The county writes one row per unbroken tenure, except that a new row starts each year for none of these posts.
    old = on[on["start"] <= pd.Timestamp(2011, 12, 31)]
    assert over == set(zip(old["post_id"], old["person_id"], strict=True))
    assert {i.subject for i in result.of(OPEN)} == set(county.truth["unknown_posts"])
    assert set(county.truth["empty_posts"]) <= {i.subject for i in result.of(OUT)}


def test_steps_of_finding(county, study):
    found = by_verdict(study, "five_steps")
    rows = county.tables["risk_points"]
    full = rows["found_steps"].str.split("、").map(lambda s: len(set(s)) == 5)
    assert found[GOOD] == set(rows.loc[full, "risk_id"])
    assert found[BAD] == set(rows.loc[~full, "risk_id"])


def test_rounds_are_never_said_to_be_done(county, study):
    found = by_verdict(study, "three_rounds")
    rows = county.tables["risk_points"]
    unreviewed = ~rows["found_steps"].str.contains("集中评|组织审")
    assert found[GOOD] == set()
    assert found[BAD] == set(rows.loc[unreviewed, "risk_id"])


def test_who_is_in_charge_is_not_all_stated(county, study):
    found = by_verdict(study, "not_in_charge", Choice("曲阜（五个）"))
    assert found[OPEN] == {f"U{k:02d}" for k in range(1, 12)} | {"Z01"}
    result = run(find("not_in_charge"), study, Choice(values={"areas": "财务、审批"}))
    assert {i.subject for i in result.of(GOOD)} == {f"U{k:02d}" for k in range(1, 12)}


def test_the_whole_shelf_runs_and_says_what_must_be_chosen(study):
    results, left = run_shelf(study)
    assert {p.code for p, _ in left} == {"not_in_charge", "rotation"}
    assert all("须选定一地" in how for _, how in left)
    assert Counter(r.pattern.code for r in results).most_common(1)[0][1] == 1
    assert len(results) + len(left) == 18
    assert all(not r.missing for r in results)


def test_one_unit_is_a_part_of_the_county(county, study):
    one = Study.of(county.tables, DAY, "U03")
    for part, whole in zip(run_shelf(one)[0], run_shelf(study)[0], strict=True):
        assert part.instances == tuple(i for i in whole.instances if i.unit_id == "U03"), part.pattern.code


def test_the_examples_of_the_page_run(county, study):
    page = (Path(__file__).parents[2] / "docs" / "patterns.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    names = {"network": study.network, "tables": county.tables, "as_of": DAY, "Audience": Audience, "PatternVerdict": PatternVerdict}
    for block in blocks:
        exec(block, names)
    assert len(blocks) == 2
    # A secret outsider in front of a one-person item: one person more without influence.
    item = next(i for i in county.truth["kappa_none_1"] if i.startswith("S02"))
    added = names["before_after"](study.network, names["act"].apply(study.network, item), [item])
    assert added.table()["κ 不计影响"].tolist() == ["1", "2"]
    assert names["left"] == tuple((p, how) for p, how in run_shelf(study)[1] if p.code == "rotation")


def test_the_page_lists_the_shelf_and_the_actions():
    page = (Path(__file__).parents[2] / "docs" / "patterns.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \|", page, flags=re.M)
    assert [(p.code, p.label) for p in shelf()] == [(code, label) for code, label in ((c, x.replace("「一把手」", "“一把手”")) for c, x in rows) if code in {p.code for p in shelf()}]
    assert {a.__name__: a.adds_check for a in ALL_ACTIONS} == {name: yes == "是" for name, yes in re.findall(r"^\| (\w+) \| [^|]+ \| (是|否) \|", page, flags=re.M)}
