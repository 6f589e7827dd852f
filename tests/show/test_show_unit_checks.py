"""The chapter 权力制约及义务履行: what it prints is what the findings say, nobody is named outside, missing tables are not zero."""

import pandas as pd
import pytest

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.golden import GOLDEN_DAY, golden_county
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.duties import Done, fulfilment
from fangkong_lab.measure.five_full import five_full
from fangkong_lab.network.acceptance import Acceptance, Act
from fangkong_lab.network.find_tests import FindingTest
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.patterns.shelf import run_shelf
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.show.duty_chart import HEADLINE, duty_chart, duty_sentence, in_order
from fangkong_lab.show.prose import Prose
from fangkong_lab.show.unit import UnitPages
from fangkong_lab.show.unit_checks import MOST_ROWS, CheckPages
from fangkong_lab.show.unit_conclusion import Conclusion
from fangkong_lab.show.unit_network import unit_network
from fangkong_lab.show.unit_outcomes import OutcomePages
from fangkong_lab.show.unit_patterns import PatternPages
from fangkong_lab.show.unit_power import PowerPages

DAY = pd.Timestamp("2016-12-31").date()
RECEIPTS = pd.DataFrame({"sender": [], "book": [], "sha256": [], "rows_read": [], "refused": [], "held_back": []})
SENT = pd.DataFrame({"sender": ["U02"], "book": ["甲"], "sha256": ["a" * 64], "rows_read": [10], "refused": [1], "held_back": [0]})


@pytest.fixture(scope="module")
def county():
    return synthetic_county(seed=1, units=3)


def checks(tables, audience=Audience.INTERNAL, *accepted) -> CheckPages:
    pages = UnitPages(tables, "U02", DAY, audience, RECEIPTS)
    return CheckPages(pages, PowerPages(pages), accepted)


@pytest.fixture(scope="module")
def made(county):
    return checks(county.tables)


def of_unit(codes):
    return {c for c in codes if c.startswith("S02")}


def test_counts_are_the_planted_ones(county, made):
    frame = made.counts().table().set_index("检验")
    assert frame.loc["单人可办结", "不达标"] == len(of_unit(county.truth["kappa_none_1"]))
    assert frame.loc["单人可令办结", "不达标"] == len(of_unit(county.truth["kappa_direct_1"]))
    assert (frame["适用"] + frame["除外"] == frame["事项"]).all()


def test_the_list_states_every_factor(made):
    frame = made.listed().table()
    assert len(frame) == min(MOST_ROWS, len(made.found.listed))
    assert list(frame["事项"]) == [f.each.item.item_id for f in made.found.listed[:MOST_ROWS]]
    assert (frame.loc[[f.each.item.yearly_amount is None for f in made.found.listed[:MOST_ROWS]], "年涉及金额（万元）"] == "未载").all()
    assert "未载的因子取它可能的最小值到最大值" in made.listed().note


def test_each_story_is_told_once(made):
    captions = [s.caption for s in made.stories().items]
    assert len(captions) == len(set(captions)) == 5
    codes = {f.each.item.item_id for f in made.found.listed}
    assert all(c.split("「")[0] in codes for c in captions)
    assert all("为何不能制约" in set(s.table()["说明"]) for s in made.stories().items)


@pytest.mark.parametrize("audience", [Audience.UNIT, Audience.PUBLIC])
def test_other_readers_meet_no_person(county, audience):
    found = checks(county.tables, audience, accepted(made_item(county)))
    said = "".join(repr(part()) for part in (found.counts, found.headline, found.listed, found.stories, found.questions, found.settles, found.accepted))
    people = set(county.tables["persons"]["person_id"])
    assert not [p for p in people if p in said]
    assert "研究室主任" not in said
    assert ("G02012" in said) == (audience is Audience.UNIT)
    assert isinstance(found.heatmap(), Prose) == (audience is Audience.PUBLIC)
    assert "在岗人员" not in repr(found.five())


def made_item(county) -> str:
    return min(of_unit(county.truth["kappa_none_1"]))


def accepted(item) -> Acceptance:
    return Acceptance(item, FindingTest.ALONE, Act.ACCEPT, "岗位调整中", "研究室主任", DAY, DAY)


def test_accepted_findings_leave_the_list_and_stay_in_the_counts(county, made):
    item = made_item(county)
    after = checks(county.tables, Audience.INTERNAL, accepted(item), accepted("S01001"))
    assert len(after.found.listed) == len(made.found.listed) - 1
    assert list(after.accepted().table()["事项"]) == [item]
    assert after.counts().table()["不达标"].tolist() == made.counts().table()["不达标"].tolist()
    assert after.found.strays == ()  # another unit's item is no stray of this report


def test_what_would_settle_is_listed(county, made):
    frame = made.settles().table()
    assert set(frame["台账"]) == {"任职", "权力事项"}
    drawing = frame[frame["台账"] == "权力事项"].iloc[0]
    assert (drawing["单补此处即可判定"], drawing["年涉及金额（万元）"]) == ("补正后才能计算", "未载")


def test_duties_against_the_planted_ones(county, made):
    """Witness: the missed and late duties written down while the county was built."""
    mine = {d for d in county.tables["duties"]["duty_id"] if d.startswith("D02")}
    assert made.fulfilment.total(Done.MISSED) == sum(d in mine for d, _ in county.truth["missed_duties"])
    assert made.fulfilment.total(Done.LATE) == sum(d in mine for d, _ in county.truth["late_duties"])
    chart = made.duty_chart()
    assert chart.png.startswith(b"\x89PNG")
    assert chart.note.startswith("【模拟数据】")


def test_the_sentence_on_duties_by_hand():
    """报告: one on time, one late; 公开: one missed, one excused; 抽查: one not yet due."""
    stamp = pd.Timestamp
    duties = pd.DataFrame({"duty_id": ["a", "b", "c"], "means": ["报告", "公开", "抽查"]})
    records = pd.DataFrame({"duty_id": ["a", "a", "b", "b", "c"], "due_on": [stamp("2016-06-01")] * 4 + [stamp("2017-01-05")],
                            "done_on": [stamp("2016-06-01"), stamp("2016-06-02"), pd.NaT, pd.NaT, pd.NaT], "excused": [None, None, None, "防汛", None]})
    found = fulfilment(records, duties, DAY)
    assert [m for m, _ in in_order(found)] == ["报告", "公开", "抽查"]
    assert duty_sentence(found) == ("应报告、公开3次，按期1次，逾期1次，未履行1次。应抽查0次，按期0次，逾期0次，未履行0次。"
                                    "另有正当理由的1次、未到期的1次，不计入应履行次数。")
    assert "抽查没有到期的，不画" in duty_chart(found).note
    assert HEADLINE == ("报告", "备案", "公开")


def test_missing_tables_are_said(county):
    bare = {**county.tables, "duty_records": county.tables["duty_records"].iloc[0:0], "risk_points": county.tables["risk_points"].iloc[0:0]}
    found = checks(bare)
    assert "未报" in found.duties().sentence()
    assert isinstance(found.duty_chart(), Prose)
    assert "未报" in repr(found.screened())
    assert set(found.listed().table()["风险等级"]) == {"未载"}
    assert "未报" in set(found.five().table()["最低一项"])


def test_coverage_in_the_report_is_the_measured_one(county, made):
    assert made.five().table()["最低一项"].tolist() == list(five_full(county.tables, DAY, "U02").table()["最低一项"])
    assert "目录列事项67项" in made.catalogue().sentence()
    assert "不是扬中的规定" in repr(made.screened())


def test_only_those_who_need_no_influence_are_red():
    """On paper: alone, P4 completes S01 (G4) and P3 completes S03 (G3 and G6); P2 only by ordering P4."""
    network = PowerNetwork.from_tables(golden_county().tables, GOLDEN_DAY)
    assert "3个岗位的任职者可单人办结某些事项" in unit_network(network, "M01").alt
    assert "可单人办结" not in unit_network(network, "M01", Audience.UNIT).alt


def test_patterns_of_the_unit_add_up(county):
    """Witness: the library's own counts; the public copy lists items and units only."""
    pages = UnitPages(county.tables, "U02", DAY, Audience.INTERNAL, RECEIPTS)
    found = PatternPages(pages, PowerPages(pages))
    frame = found.counts().table()
    known = frame[frame["适用"] != "未报"].drop(columns=["制约模式", "检验对象"]).astype(int)
    assert (known["适用"] == known["达标"] + known["不达标"] + known["不能判定"]).all()
    results = run_shelf(Study.of(county.tables, DAY, "U02"))[0]
    assert known["不达标"].sum() == sum(r.counts().violated for r in results)
    assert "轮岗" in found.to_choose().sentence()
    outside = UnitPages(county.tables, "U02", DAY, Audience.PUBLIC, RECEIPTS)
    listed = PatternPages(outside, PowerPages(outside)).short_of().table()
    assert set(listed["编码"].str[:3]) <= {"S02", "U02"}
    assert len(listed) < len(found.short_of().table())


@pytest.mark.parametrize("audience", list(Audience))
def test_page_one_repeats_the_chapters(county, audience):
    """Each answer is held against the rows themselves or the truth beside them; the public copy asks for no decision."""
    pages = UnitPages(county.tables, "U02", DAY, audience, SENT)
    chapter = CheckPages(pages, PowerPages(pages), (accepted(made_item(county)),))
    answers = dict(Conclusion(pages, chapter, OutcomePages(pages)).six().frame.itertuples(index=False))
    listed = len(of_unit(county.truth["kappa_direct_1"])) - 1
    assert answers["风险在哪里"].startswith(f"列出待核实事项{listed}项")
    assert f"其中{len(of_unit(county.truth['kappa_none_1'])) - 1}项按现行流程可由一人办结" in answers["风险在哪里"]
    issues = county.tables["rectifications"].query("unit_id == 'U02'")
    assert f"全部已销号{issues['closed_on'].notna().sum()}个，其中经核验{issues['verified_on'].notna().sum()}个" in answers["问题改没改"]
    assert "本次核验10条，拒收1条" in answers["数据可不可靠、能否公开"]
    assert ("需要决定什么" in answers, "需要单位办理什么" in answers) == (audience is Audience.INTERNAL, audience is Audience.UNIT)
    assert ("到期，是否延续" in "".join(answers.values())) == (audience is Audience.INTERNAL)


def test_items_that_nobody_can_complete_are_listed_with_the_reason():
    """S10 of the golden county: its legal review post is empty. How many may sign is not told outside."""
    tables = golden_county().tables
    for audience, said in ((Audience.INTERNAL, "可签批0人，需要1人"), (Audience.UNIT, "环节2：可签批人数不足")):
        pages = UnitPages({**tables, "risk_points": pd.DataFrame()}, "M01", GOLDEN_DAY, audience, RECEIPTS)
        (row,) = CheckPages(pages, PowerPages(pages)).stuck().frame.to_dict("records")
        assert row["事项"] == "S10"
        assert said in row["原因"]


def test_amounts_nobody_stated_are_not_zero():
    """The golden county states no amounts: 其他 has two items that one person can carry."""
    pages = UnitPages({**golden_county().tables, "risk_points": pd.DataFrame()}, "M01", GOLDEN_DAY, Audience.INTERNAL, RECEIPTS)
    frame = PowerPages(pages).alone_chart().table().set_index("领域")
    assert frame.loc["其他", ["单人可办结", "单人可办结金额"]].tolist() == [2, "未载"]
    assert frame.loc["财", ["单人可办结", "单人可办结金额"]].tolist() == [0, "0"]


def test_the_unit_is_named_and_not_coded_among_its_like():
    pages = UnitPages(synthetic_county(seed=1, units=11).tables, "U02", DAY, Audience.INTERNAL, SENT)
    (line,) = OutcomePages(pages).place().lines
    assert line.startswith("模拟县财政局")
    assert "U02" not in line
