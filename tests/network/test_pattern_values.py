"""Each pattern says 达标, 不达标, 不能判定 and 不适用 where it should: hand-made ledgers of a few rows, worked out on paper."""

from datetime import date

import pandas as pd
import pytest
from hand import DAY, hand_network, hand_tables

from fangkong_lab.network.patterns.parameter import Choice
from fangkong_lab.network.patterns.pattern import test as run
from fangkong_lab.network.patterns.result import PatternResult
from fangkong_lab.network.patterns.shelf import find
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT

POSTS = {"局长": ["H"], "副局长": ["D"], "股长": ["K"], "经办": ["A"]}
BOSS = {"副局长": "局长", "股长": "副局长", "经办": "股长"}


def told(code: str, tables: dict, choice: Choice | None = None) -> PatternResult:
    return run(find(code), Study.of(tables, DAY), choice or Choice())


def one(code: str, tables: dict, choice: Choice | None = None):
    (instance,) = told(code, tables, choice).instances
    return instance


def item(steps, posts=None, category="行政审批", **more) -> dict:
    tables = hand_tables(posts or POSTS, steps, boss=more.pop("boss", BOSS), **more)
    marks = {k: [more[k]] for k in ("importance", "major_stage") if k in more}
    tables["power_items"] = tables["power_items"].assign(category=category, **marks)
    return tables


def test_one_plus_x():
    assert one("one_plus_x", item([(1, "决定", {"posts": ["股长"]})])).verdict is BAD
    assert one("one_plus_x", item([(1, "审核", {"posts": ["经办"]}), (2, "决定", {"posts": ["股长"]})])).verdict is GOOD
    unknown = item([(1, "审核", {"posts": ["新岗"]}), (2, "决定", {"posts": ["股长"]})], {**POSTS, "新岗": None})
    found = one("one_plus_x", unknown)
    assert (found.verdict, found.settle) == (OPEN, ("任职 › 新岗 在2016-12-31的任职人员",))
    assert one("one_plus_x", item([(1, "决定", {"posts": ["空岗"]})], {**POSTS, "空岗": []})).verdict is OUT
    assert one("one_plus_x", item([(1, "决定", {"posts": ["股长"]})], category="财务管理")).verdict is OUT
    assert one("one_plus_x", item([])).verdict is OPEN


def test_a_signature_after_the_payment_is_no_second_person():
    late = item([(1, "决定", {"posts": ["股长"]}), (2, "执行", {"posts": ["股长"]}), (3, "监督", {"posts": ["副局长"]})])
    assert one("one_plus_x", late).verdict is BAD


def test_an_item_is_as_weak_as_its_weakest_route():
    tables = item([(1, "审核", {"posts": ["经办"], "route": "一般"}), (2, "决定", {"posts": ["股长"]}), (3, "公开", {"route": "简易"})])
    found = one("one_plus_x", tables)
    assert found.verdict is BAD
    assert "「简易」" in found.reason
    assert "「一般」" not in found.reason


def test_a_route_that_may_be_closed_does_not_condemn():
    posts = {**POSTS, "新岗": None}
    strong = [(2, "审核", {"posts": ["经办"], "route": "乙"}), (3, "审核", {"posts": ["股长"], "route": "乙"}), (4, "决定", {"posts": ["局长"], "route": "乙"})]
    weak = (1, "决定", {"posts": ["股长", "新岗"], "rule": "至少", "need": 2, "route": "甲"})
    three = Choice(values={"least": 3, "categories": "行政审批"})
    # If 股长 holds 新岗 too, two of them cannot sign and only the strong route is left.
    assert one("one_plus_x", item([weak, *strong], posts), three).verdict is OPEN
    assert one("one_plus_x", item([weak], posts), three).verdict is BAD
    filled = {**posts, "新岗": ["N"]}
    assert one("one_plus_x", item([weak, *strong], filled), three).verdict is BAD
    assert one("one_plus_x", item([weak, *strong], {**posts, "新岗": ["K"]}), three).verdict is GOOD


def test_one_plus_two():
    money = {"category": "财务管理", "posts": {**POSTS, "副局长乙": ["E"]}, "boss": {**BOSS, "副局长乙": "局长"}}
    right = [(1, "受理", {"posts": ["经办"]}), (2, "审核", {"posts": ["副局长"]}), (3, "决定", {"posts": ["副局长乙"]})]
    assert one("one_plus_two", item(right, **money)).verdict is GOOD
    chief = [(1, "受理", {"posts": ["经办"]}), (2, "审核", {"posts": ["股长"]}), (3, "决定", {"posts": ["副局长乙"]})]
    assert one("one_plus_two", item(chief, **money)).verdict is BAD
    # Without a line nobody can be told to be a leader.
    assert one("one_plus_two", item(right, **{**money, "boss": {}})).verdict is OPEN
    # One leader in both posts: two persons only.
    two = {**money, "posts": {**POSTS, "副局长乙": ["D"]}}
    assert one("one_plus_two", item(right, **two)).verdict is BAD


def test_four_seals_must_be_followed_by_a_signature_and_cannot_be_bypassed():
    posts = {**POSTS, "群众代表": ["M"], "会计": ["C"]}
    seal = {"posts": ["副局长", "股长", "群众代表", "会计"], "rule": "全体"}
    assert one("four_seals", item([(1, "会签", seal), (2, "决定", {"posts": ["局长"]})], posts, "财务管理")).verdict is GOOD
    assert one("four_seals", item([(1, "会签", seal)], posts, "财务管理")).verdict is BAD
    way_round = item([(1, "会签", {**seal, "route": "一般"}), (2, "决定", {"posts": ["局长"]}), (3, "公开", {"route": "简易"})], posts, "财务管理")
    assert "可以绕过" in one("four_seals", way_round).reason
    unknown = {**posts, "会计": None}
    assert one("four_seals", item([(1, "会签", seal), (2, "决定", {"posts": ["局长"]})], unknown, "财务管理")).verdict is OPEN


def test_joint_review():
    cosign = [(1, "会签", {"posts": ["副局长"]}), (2, "决定", {"posts": ["局长"]})]
    assert one("joint_review", item(cosign)).verdict is GOOD
    assert one("joint_review", item([(1, "审核", {"posts": ["副局长"]}), (2, "决定", {"posts": ["局长"]})])).verdict is BAD
    self_signed = [(1, "会签", {"posts": ["局长"]}), (2, "决定", {"posts": ["局长"]})]
    assert one("joint_review", item(self_signed)).verdict is BAD


@pytest.mark.parametrize(("asks", "wanted"), [
    ({"posts": ["局长", "副局长", "股长"], "rule": "过半", "independent": True}, GOOD),
    ({"posts": ["局长", "副局长", "股长"], "rule": "过半"}, BAD),
    ({"posts": ["局长"]}, BAD),
    # 过半 of the one holder of both posts is one person: no ballot.
    ({"posts": ["局长"], "rule": "过半", "independent": True}, BAD),
    ({"posts": ["局长", "新岗"], "rule": "过半", "independent": True}, OPEN),
])
def test_ballot(asks, wanted):
    posts = {**POSTS, "新岗": None}
    assert one("ballot", item([(1, "决定", asks)], posts, importance="重大")).verdict is wanted
    assert one("ballot", item([(1, "决定", asks)], posts, importance="一般")).verdict is OUT


def test_last_to_speak():
    others = {"posts": ["副局长", "股长", "经办"], "rule": "过半"}
    after = item([(1, "决定", others), (2, "决定", {"posts": ["局长"]})], importance="重大")
    assert one("last_to_speak", after).verdict is GOOD
    first = item([(1, "审核", {"posts": ["局长"]}), (2, "决定", others)], major_stage="决策")
    assert one("last_to_speak", first).verdict is BAD
    together = item([(1, "决定", {**others, "posts": ["局长", *others["posts"]]})], importance="重大")
    found = one("last_to_speak", together)
    assert found.verdict is OPEN
    assert "发言次序" in found.settle[0]
    assert one("last_to_speak", item([(1, "决定", others)], importance="重大")).verdict is OUT
    # Who holds 新岗 may sign in the head's stead, or be the head himself.
    unknown = {**POSTS, "新岗": None}
    shared = [(1, "审核", {"posts": ["局长", "新岗"]}), (2, "决定", others)]
    assert one("last_to_speak", item(shared, unknown, importance="重大")).verdict is OPEN
    before = [(1, "审核", {"posts": ["新岗"]}), (2, "决定", others), (3, "决定", {"posts": ["局长"]})]
    assert one("last_to_speak", item(before, unknown, importance="重大")).verdict is OPEN
    assert one("last_to_speak", item(before, {**POSTS, "新岗": ["N"]}, importance="重大")).verdict is GOOD


def test_incompatible_duties_by_words_of_steps():
    tables = item([(1, "审核", {"posts": ["股长"]}), (2, "决定", {"posts": ["副局长"]}), (3, "验收", {"posts": ["股长"]})], category="政府采购")
    tables["steps"]["name"] = ["采购申请", "确定供应商", "组织采购并验收"]
    # 请购/审批: 股长 against 副局长. 采购 and 验收 are one step here: nothing to compare. 询价 is not there.
    assert one("incompatible_steps", tables).verdict is GOOD
    tables["steps"]["name"] = ["询价", "定标", "验收"]
    tables["sign_offs"]["post_id"] = ["股长", "股长", "经办"]
    found = one("incompatible_steps", tables)
    assert found.verdict is BAD
    assert "采购与付款：询价与确定供应商" in found.reason
    assert found.witness.persons == ("K",)


def test_one_person_must_not_do_the_whole_money_business():
    found = one("incompatible_steps", item([(1, "受理", {"posts": ["股长"]}), (2, "归档", {"posts": ["股长"]})], category="财务管理"))
    assert found.verdict is BAD
    assert "全过程" in found.reason


@pytest.mark.parametrize(("holders", "wanted"), [(["A"], GOOD), (["C"], BAD), (None, OPEN), ([], OUT)])
def test_incompatible_posts(holders, wanted):
    tables = hand_tables({"局出纳": ["C"], "稽核员": holders}, [])
    found = one("incompatible_posts", tables)
    assert found.verdict is wanted
    assert (found.witness.persons == ("C",)) == (wanted is BAD)


def test_one_post_with_both_duties():
    assert one("incompatible_posts", hand_tables({"会计兼出纳": ["C"]}, [])).verdict is BAD


@pytest.mark.parametrize("title", ["会计核算中心出纳", "会计股出纳员", "会计档案保管员", "出纳（会计中心）"])
def test_a_word_of_the_office_is_no_duty(title):
    assert one("incompatible_posts", hand_tables({title: ["C"]}, [])).verdict is OUT


def led(**areas: str | None) -> dict:
    tables = hand_tables(POSTS, [], boss=BOSS)
    tables["posts"] = tables["posts"].assign(in_charge_of=[areas.get(p) for p in tables["posts"]["post_id"]])
    return tables


def test_not_in_charge():
    four = Choice("质监局（四个）")
    assert one("not_in_charge", led(局长="人事", 副局长="财务、工程、采购"), four).reason == "正职直接分管人事"
    assert one("not_in_charge", led(副局长="财务、工程、采购", 股长="人事"), four).verdict is GOOD
    gap = one("not_in_charge", led(副局长="财务、工程"), four)
    assert gap.verdict is OPEN
    assert gap.settle == ("岗位 › U › 分管领域（人事）", "岗位 › U › 分管领域（采购）")
    both = led(副局长="财务、工程、采购、人事")
    both["occupancies"].loc[both["occupancies"]["post_id"] == "副局长", "person_id"] = "H"
    assert one("not_in_charge", both, four).verdict is BAD
    # 五个 of 兰溪 want 审批 and 执法 besides: the same unit is open there.
    assert one("not_in_charge", led(副局长="财务、工程、采购", 股长="人事"), Choice("兰溪（五个）")).verdict is OPEN
    no_line = led(副局长="财务")
    no_line["posts"]["reports_to"] = None
    assert one("not_in_charge", no_line, four).verdict is OPEN


def test_who_holds_the_area_unknown_leaves_it_open():
    tables = led(副局长="财务、工程、采购、人事")
    tables["occupancies"] = tables["occupancies"][tables["occupancies"]["post_id"] != "副局长"]
    found = one("not_in_charge", tables, Choice("质监局（四个）"))
    assert (found.verdict, found.settle) == (OPEN, ("任职 › 副局长 在2016-12-31的任职人员",))


def test_area_concentration():
    assert one("area_concentration", led(副局长="人事、财务、工程、采购、审批")).verdict is BAD
    assert one("area_concentration", led(副局长="人事、财务、工程、采购", 股长="审批")).verdict is GOOD
    assert one("area_concentration", led(副局长="人事、财务")).verdict is OPEN
    # The rule is about deputies: a head who has them all is the other pattern's matter.
    assert one("area_concentration", led(局长="人事、财务、工程、采购、审批")).verdict is OPEN


def spans(*rows: tuple[str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame([(who, "股长", start, end) for who, start, end in rows], columns=["person_id", "post_id", "start", "end"])
    return frame.assign(start=pd.to_datetime(frame["start"]), end=pd.to_datetime(frame["end"]))


@pytest.mark.parametrize(("rows", "wanted"), [
    ([("A", "2014-01-01", None)], GOOD), ([("A", "2013-12-31", None)], BAD), ([("A", "2013-12-30", "2016-12-31")], OPEN),
    # Two rows that touch are one tenure; a year's break begins a new one.
    ([("A", "2013-01-01", "2015-01-01"), ("A", "2015-01-01", None)], BAD),
    ([("A", "2010-01-01", "2014-01-01"), ("A", "2015-01-01", None)], GOOD),
    ([("空缺", "2010-01-01", None)], OUT), ([], OPEN),
])
def test_rotation(rows, wanted):
    tables = {**hand_tables({"股长": None}, []), "occupancies": spans(*rows)}
    if not rows:
        tables["occupancies"] = spans(("A", "2017-06-01", None))
    assert one("rotation", tables, Choice(values={"years": 3, "scope": "全部岗位"})).verdict is wanted


def test_rotation_scopes():
    posts = {**POSTS, "副局长乙": ["E"], "会计": ["C"]}
    tables = hand_tables(posts, [(1, "决定", {"posts": ["会计"]})], boss={**BOSS, "副局长乙": "局长", "会计": "股长"})
    tables["posts"] = tables["posts"].assign(in_charge_of=[{"副局长": "财务", "副局长乙": "执法"}.get(p) for p in tables["posts"]["post_id"]])
    scopes = {place: {i.subject for i in told("rotation", tables, Choice(place)).instances if i.verdict is not OUT}
              for place in ("范本（三年）", "住建局（五年）", "交流规定（十年）")}
    assert scopes == {"范本（三年）": {"副局长", "副局长乙", "会计"}, "住建局（五年）": {"副局长", "股长"},
                      "交流规定（十年）": {"局长", "副局长", "副局长乙"}}


def duty(*records: tuple[str, str | None, str | None], every="一事一报", means="报告") -> dict:
    frame = pd.DataFrame([("D", *r) for r in records], columns=["duty_id", "due_on", "done_on", "excused"])
    return {**hand_tables(POSTS, [(1, "决定", {"posts": ["局长"]})]),
            "duties": pd.DataFrame([{"duty_id": "D", "item_id": "I", "means": means, "every": every}]),
            "duty_records": frame.assign(due_on=pd.to_datetime(frame["due_on"]), done_on=pd.to_datetime(frame["done_on"]))}


@pytest.mark.parametrize(("records", "wanted"), [
    ([("2016-03-01", "2016-03-01", None)], GOOD), ([("2016-03-01", "2016-03-02", None)], BAD), ([("2016-03-01", None, None)], BAD),
    ([("2016-03-01", None, "防汛")], GOOD), ([("2017-01-01", None, None)], OUT), ([], OPEN),
    # Done after the day of judgement: on the day it was not done.
    ([("2016-12-30", "2017-01-02", None)], BAD), ([("2016-12-31", "2016-12-31", None)], GOOD),
])
def test_duties(records, wanted):
    assert one("duties_kept", duty(*records)).verdict is wanted


def test_a_period_without_a_record_is_open():
    months = [f"2016-{m:02d}-25" for m in (9, 11, 12)]
    found = one("duties_kept", duty(*((d, d, None) for d in months), every="月"))
    assert (found.verdict, found.settle) == (OPEN, ("义务履行 › D › 2016年10月一期",))
    assert one("duties_kept", duty(*((f"2016-{m:02d}-25",) * 2 + (None,) for m in (9, 10, 11)), every="月")).verdict is GOOD


def test_a_node_owes_only_what_was_chosen():
    assert one("duties_kept", duty(("2016-03-01", None, None), means="抽查")).verdict is OUT
    assert told("duties_kept", {**duty(), "duties": duty()["duties"].head(0)}).missing == ("duties",)


def risk(**cells: object) -> dict:
    row = {"risk_id": "R", "unit_id": "U", "found_steps": None, "found_on": pd.NaT, "confirmed_on": pd.NaT, "disclosed_on": pd.NaT}
    frame = pd.DataFrame([{**row, **cells}])
    for column in ("found_on", "confirmed_on", "disclosed_on"):
        frame[column] = pd.to_datetime(frame[column])
    return {**hand_tables(POSTS, []), "risk_points": frame}


ALL_STEPS = "自己找、群众帮、领导提、集中评、组织审"


def test_five_steps():
    assert one("five_steps", risk(found_steps=ALL_STEPS)).verdict is GOOD
    assert one("five_steps", risk(found_steps="自己找、领导提")).reason == "缺「群众帮、集中评、组织审」"
    assert one("five_steps", risk()).settle == ("风险点 › R › 排查步骤",)
    assert one("five_steps", risk(found_steps="自己找、群众帮、领导提、组织审"), Choice("林业局（四步）")).verdict is GOOD


@pytest.mark.parametrize(("cells", "wanted"), [
    ({"found_steps": ALL_STEPS, "found_on": "2016-01-01", "confirmed_on": "2016-02-01", "disclosed_on": "2016-03-01"}, OPEN),
    ({"found_on": "2016-02-01", "confirmed_on": "2016-01-01"}, BAD), ({"confirmed_on": "2016-02-01", "disclosed_on": "2016-01-01"}, BAD),
    ({"found_steps": "自己找、群众帮"}, BAD), ({}, OPEN),
])
def test_three_rounds(cells, wanted):
    assert one("three_rounds", risk(**cells)).verdict is wanted


def contracts(*rows: dict) -> dict:
    base = {"unit_id": "U", "kind": "施工", "estimate": 120.0, "method": "询价", "limit": 200.0, "supplier": "甲", "batch": "2016-1",
            "signed_on": pd.Timestamp(2016, 3, 1)}
    return {**hand_tables(POSTS, []), "contracts": pd.DataFrame([{"contract_id": f"C{k}", **base, **r} for k, r in enumerate(rows, 1)])}


@pytest.mark.parametrize(("rows", "wanted"), [
    ([{}, {}], BAD), ([{"estimate": 80.0}, {}], BAD), ([{"estimate": 79.9}, {}], GOOD), ([{}, {"method": "公开招标"}], OUT),
    ([{}, {"batch": "2016-2"}], OUT), ([{}, {"kind": "货物"}], OUT), ([{}, {"unit_id": "V"}], OUT),
    ([{}, {"estimate": None}], OPEN), ([{}, {"limit": None}], OPEN), ([{}, {"batch": None}], OUT), ([{"batch": None}, {"batch": None}], OPEN),
    ([{}, {"kind": None}], OPEN), ([{}, {"estimate": 250.0}], OUT), ([{}, {"signed_on": pd.Timestamp(2017, 1, 5)}], OUT),
    # A limit that changed between two parts: over the lower one, under the higher one.
    ([{"limit": 400.0}, {}], OPEN), ([{"limit": 240.0}, {}], BAD),
])
def test_split_tender(rows, wanted):
    result = told("split_tender", contracts(*rows))
    assert {i.verdict for i in result.instances} >= {wanted}
    assert (not result.of(BAD)) == (wanted is not BAD)
    assert (not result.of(OPEN)) == (wanted is not OPEN)


def test_split_tender_parameters():
    assert told("split_tender", contracts({"limit": None}, {"limit": None}), Choice("某市当时限额", {"same": "类别"})).of(BAD)
    assert not told("split_tender", contracts({}, {}), Choice(values={"near": 0.75})).of(BAD)
    assert told("split_tender", contracts({"estimate": 150.0}, {"estimate": 199.0}), Choice(values={"near": 0.75})).of(BAD)
    apart = contracts({"signed_on": pd.Timestamp(2016, 1, 1)}, {"signed_on": pd.Timestamp(2016, 1, 31), "batch": "2016-2"})
    assert told("split_tender", apart, Choice(values={"days": 30})).of(BAD)
    assert not told("split_tender", apart, Choice(values={"days": 29})).of(BAD)


def test_a_window_is_placed_where_the_sum_is_largest():
    days = [(1, 10.0), (20, 150.0), (40, 150.0), (70, 10.0)]
    rows = contracts(*({"signed_on": pd.Timestamp(2016, 1, 1) + pd.Timedelta(days=d), "estimate": e} for d, e in days))
    (found,) = told("split_tender", rows, Choice(values={"days": 25})).of(BAD)
    assert found.witness.rows == ("C2", "C3")


def test_stationed():
    tables = hand_tables(POSTS, [])
    rows = pd.DataFrame([{"overseer_unit": "Z", "overseen_unit": "W", "kind": "派驻", "start": pd.Timestamp(2016, 1, 1), "end": pd.NaT}])
    tables["units"] = pd.DataFrame({"unit_id": ["U", "W", "T", "N", "Z"], "name": list("UWTNZ"), "kind": ["党政机关", "党政机关", "乡镇街道", None, "党政机关"]})
    verdicts = {i.subject: i.verdict for i in told("stationed", {**tables, "oversight": rows}).instances}
    assert verdicts == {"U": BAD, "W": GOOD, "T": OUT, "N": OPEN, "Z": OUT}
    ended = rows.assign(end=pd.Timestamp(2016, 12, 31))
    assert {i.verdict for i in told("stationed", {**tables, "oversight": ended}).instances if i.subject in "UW"} == {OPEN}


def test_result_as_table_sentence_and_html():
    result = told("one_plus_x", item([(1, "决定", {"posts": ["股长"]})]))
    assert result.table()[["编码", "结论", "岗位", "人员代号"]].values.tolist() == [["I", "不达标", "股长", "K"]]
    assert "适用1，达标0，不达标1，不能判定0，不适用0" in result.sentence()
    html = result._repr_html_()
    assert "沙洋县" in html
    assert "<script" not in html


def test_a_network_alone_is_enough_for_the_patterns_about_flows():
    network = hand_network(POSTS, [(1, "决定", {"posts": ["股长"]})])
    assert run(find("split_posts"), Study(network)).counts().excluded == 1
    assert run(find("rotation"), Study(network), Choice("范本（三年）")).missing == ("occupancies",)
    assert network.as_of == date(2016, 12, 31)
