"""The four forms: cases an analyst can write, the 五小 figures, shares with their unknown part."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.ledger.figures import figures
from fangkong_lab.measure.basis import Clue
from fangkong_lab.measure.forms import classify, form_shares
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.record import read_figures, read_records
from fangkong_lab.measure.taxonomy import Form, Standing, four_forms, load_taxonomy
from fangkong_lab.shipped import shipped

POLICY = shipped("data", "policies", "outcomes", "four_forms.yaml")
CASES = yaml.safe_load(POLICY.with_name("four_forms.cases.yaml").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_case(case):
    found = four_forms().classify(case["label"], Clue.read(case["clue"]), case["day"])
    assert (found.standing.value, found.by_reference) == (case["expect"], case["by_reference"])


def test_published_parts_of_the_index():
    """Counted by hand in the published excerpts: 14 + 21 items complete, 5 of 12, nothing of the fourth."""
    table = four_forms().table()
    assert table["已公布"].tolist() == [14, 21, 5, 0]
    assert table["未公布"].tolist() == ["0", "0", "7", "未载"]


def test_the_break_of_2023_is_between_the_years():
    assert len(four_forms().crossed(date(2023, 9, 30), date(2024, 9, 30))) == 1
    assert not four_forms().crossed(date(2021, 1, 1), date(2022, 6, 30))
    assert "断点" in four_forms().breaks[0].sentence()


def outcome(measure, value, clue="是", **more):
    return {"unit_id": "A", "period_start": "2017-01-01", "period_end": "2017-12-31", "measure": measure, "value": value,
            "count_unit": "人次", "has_clue": clue, "cumulative": "否", **more}


def of(*rows):
    return classify(read_records(pd.DataFrame(rows)))


def test_five_small_figures_count_into_no_form():
    """000-16…22: none states whether a clue was there; 60 sanctions are not split; all are older than the index."""
    made = classify([r for r in read_figures(figures("五小")) if "000-16" <= r.name <= "000-22"])
    assert [r.value for r, _ in made.rows] == [3763, 394, 188, 26, 58, 11, 60]
    assert {c.standing for _, c in made.rows} == {Standing.NOT_STATED, Standing.UNSPLIT}
    assert [r.value for r in made.with_standing(Standing.UNSPLIT)] == [60]
    assert all(c.by_reference for _, c in made.rows)
    assert dict(zip(made.table()["指标"], made.table()["如有线索可参照"], strict=True))["重大职务调整"] == "第三种形态"
    assert "不等于不属于" in made.sentence()
    with pytest.raises(BadInput, match="口径不同"):
        form_shares(made)


def test_shares_are_exact_without_unknown():
    made = form_shares(of(outcome("提醒谈话", 70), outcome("组织处理", 20), outcome("重大职务调整", 6), outcome("移送司法", 4)))
    assert [s.share for s in made.shares] == [Interval(x, x) for x in (0.7, 0.2, 0.06, 0.04)]
    assert made.unknown == Interval(0, 0)
    assert "另有0人次未拆分" in made.sentence()


def test_shares_bound_every_way_to_place_the_unknown():
    """Brute force: the 10 unsplit into forms 2–4, the 5 talks without stated clue into form 1 or none."""
    made = form_shares(of(outcome("提醒谈话", 70), outcome("组织处理", 20), outcome("纪律处分", 10), outcome("谈话提醒", 5, "不明")))
    low, high = dict.fromkeys(Form, 1.0), dict.fromkeys(Form, 0.0)
    for talks in range(6):
        for second in range(11):
            for third in range(11 - second):
                counts = dict(zip(Form, (70 + talks, 20 + second, third, 10 - second - third), strict=True))
                for form, count in counts.items():
                    low[form] = min(low[form], count / sum(counts.values()))
                    high[form] = max(high[form], count / sum(counts.values()))
    for found in made.shares:
        assert found.share.low == pytest.approx(low[found.form])
        assert found.share.high == pytest.approx(high[found.form])
    assert made.unknown == Interval(15, 15)


def test_no_share_without_anything_to_class():
    with pytest.raises(CannotTell):
        form_shares(of(outcome("挽回损失", 3, count_unit="万元")))


BROKEN = {
    "uncited": ("  - {name: 警示教育, names: [警示教育], class: routine, forms: [first]}", "没有出处"),
    "twice": ("  - {name: 又一个, names: [诫 勉], class: form, forms: [first], assumed: 重复}", "写在两个类别里"),
    "form": ("  - {name: 新, names: [新], class: form, forms: [fifth], assumed: 无}", "不在可选范围内"),
    "money": ("  - {name: 新, names: [新], class: money, forms: [first], assumed: 无}", "形态写得不对"),
    "key": ("  - {name: 新, names: [新], class: form, form: [first], assumed: 无}", "不认识的字段"),
}


@pytest.mark.parametrize("cause", sorted(BROKEN))
def test_broken_taxonomies_do_not_load(tmp_path: Path, cause):
    line, words = BROKEN[cause]
    path = tmp_path / "four_forms.yaml"
    path.write_text(POLICY.read_text(encoding="utf-8").rstrip() + "\n" + line + "\n", encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        load_taxonomy(path)
