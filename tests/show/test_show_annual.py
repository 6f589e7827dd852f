"""The annual report's chapters and the unit report's advice: numbers against the tables, changes tried out afresh."""

from datetime import date

import pandas as pd
import pytest

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.models.staff import staff_of
from fangkong_lab.network.influence import NONE
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.thresholds import measure
from fangkong_lab.show.annual import AnnualPages
from fangkong_lab.show.annual_conclusion import AnnualConclusion
from fangkong_lab.show.annual_outcomes import AnnualOutcomes
from fangkong_lab.show.annual_power import AnnualPower
from fangkong_lab.show.annual_warnings import AnnualWarnings
from fangkong_lab.show.prose import Prose
from fangkong_lab.show.unit_advice import mend

DAY = date(2016, 12, 31)
NOTHING_SENT = pd.DataFrame({"sender": ["U01"], "rows_read": [10], "refused": [1], "held_back": [2]})


@pytest.fixture(scope="module")
def county():
    return synthetic_county()


def pages(county, audience=Audience.INTERNAL):
    return AnnualPages(county.tables, DAY, audience, NOTHING_SENT)


@pytest.fixture(scope="module")
def power(county):
    return AnnualPower(pages(county))


def test_units_and_items_are_the_planted_ones(county, power):
    frame = power.units_chart().table()
    items = county.tables["power_items"].groupby("unit_id").size()
    assert list(frame["权力事项"]) == list(items)
    assert frame["单人可办结"].sum() == len(county.truth["kappa_none_1"])


def test_changes_add_up_to_the_items(county, power):
    moved = power.changes().table().drop(columns=["2015-12-31"])
    assert int(moved.to_numpy().sum()) == len(county.tables["power_items"])


def test_a_year_before_leap_day_is_the_28th(county):
    assert AnnualPower(AnnualPages(county.tables, date(2016, 2, 29), Audience.INTERNAL, NOTHING_SENT)).year_ago == date(2015, 2, 28)


def test_a_post_filled_within_the_year_settles_its_items():
    """The golden county's unknown post (S09): with a holder from July 2016 on, 2015's 不能判定 becomes 达标 by hand.

    A new person holds it, nobody reaches him: κ direct = 2."""
    tables = dict(golden_county().tables)
    row = tables["occupancies"].iloc[[0]].assign(person_id="P9", post_id="G10", start=pd.Timestamp("2016-07-01"))
    tables["occupancies"] = pd.concat([tables["occupancies"], row], ignore_index=True)
    tables["persons"] = pd.concat([tables["persons"], pd.DataFrame({"person_id": ["P9"]})], ignore_index=True)
    power = AnnualPower(AnnualPages(tables, DAY, Audience.INTERNAL, NOTHING_SENT))
    table = power.changes().table().set_index("2015-12-31")
    assert table.loc["不能判定", "达标"] == 1
    assert "1项由不能判定转为可以判定" in power.change().sentence()


def test_warnings_by_month_are_the_events_decided_in_the_year(county):
    chapter = AnnualWarnings(pages(county))
    events = county.tables["warning_events"]
    decided = pd.to_datetime(events["decided_on"])
    in_year = events[(decided >= "2016-01-01") & (decided <= str(DAY)) & ~events["clue_status"].isin(["不实", "已澄清"])]
    gone = (in_year["appeal_result"] == "撤销") & (pd.to_datetime(in_year["appeal_closed_on"]) <= str(DAY))
    assert int(chapter.by_month().drop(columns=["月份"]).to_numpy().sum()) == int((~gone).sum())
    assert len(chapter.by_month()) == 12


def test_verification_chart_counts_the_ledger(county):
    frame = AnnualOutcomes(pages(county)).verified_chart().table()
    issues = county.tables["rectifications"]
    closed = issues[pd.to_datetime(issues["closed_on"]) <= str(DAY)]
    assert frame["已销号"].sum() == len(closed)


def test_years_chart_has_every_year_and_says_that_no_break_is_crossed(county):
    chart = AnnualOutcomes(pages(county)).years_chart()
    assert sorted(set(chart.table()["年份"])) == [2012, 2013, 2014, 2015, 2016]
    assert "没有跨过口径断点" in chart.note


@pytest.mark.parametrize("audience", [Audience.UNIT, Audience.PUBLIC])
def test_copies_that_leave_the_office_show_no_warnings_and_no_shares(county, audience):
    given = pages(county, audience)
    assert isinstance(AnnualWarnings(given).trend_chart(), Prose)
    outcomes = AnnualOutcomes(given)
    assert isinstance(outcomes.years_chart(), Prose)
    assert isinstance(outcomes.place_chart(), Prose)
    assert not outcomes.counts().table()["数值"].isin(["1", "2", "3", "4"]).any()


def test_page_one_answers_six_questions_with_numbers(county, power):
    frame = AnnualConclusion(power.pages, power).six().table()
    assert list(frame["问题"]) == ["覆盖全不全", "风险在哪里", "制约是否执行", "问题改没改", "数据可不可靠、能否公开", "需要决定什么"]
    assert all(any(c.isdigit() for c in text) for text in frame["回答"])
    public = AnnualConclusion(pages(county, Audience.PUBLIC), AnnualPower(pages(county, Audience.PUBLIC))).six().table()
    assert "需要决定什么" not in set(public["问题"])


def test_every_piece_of_advice_works_when_tried_again(county):
    """Apply each suggested change afresh and measure: two persons at least, and it can be done."""
    study = Study.of(county.tables, DAY, "U08")
    staff = staff_of(study)["U08"]
    alone = [e for e in measure(study.network, items=[i.item_id for i in study.items()]) if e.under(NONE) is Verdict.VIOLATED]
    made = [mend(study.network, each, staff) for each in alone]
    assert len(made) == 12
    assert all(m.words for m in made)
    parted = next(m for m in made if "分岗办理" in m.words)
    from fangkong_lab.network.patterns.actions import Separate

    after = measure(Separate(step_a=1, step_b=2).apply(study.network, parted.each.item.item_id), items=[parted.each.item.item_id])[0]
    assert after.structure.kappa["none"].low == 2


def test_golden_items_by_hand():
    """S01 has a window way of one step: only two signers or a second chief could help. S03's two steps are one man's: a
    second signer does not exist, and the only section chief is free to co-sign."""
    study = Study.of(golden_county().tables, DAY)
    staff = staff_of(study)["M01"]
    found = {e.item.item_id: e for e in measure(study.network)}
    assert mend(study.network, found["S01"], staff).words.startswith("规定至少两人经手")
    assert mend(study.network, found["S03"], staff).words == "增加一道由另一条分管线上的股室负责人的会签，办理时限另定"
