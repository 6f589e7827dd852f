"""Screening, 「五全」 and 「1+1+2X」 against counties small enough to count by hand; what is not said is neither 是 nor 否."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.errors import BadInput, NotInForce
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.measure.catalogue import Piece, catalogue
from fangkong_lab.measure.five_full import NOT_IN_LEDGER, Part, Side, five_full
from fangkong_lab.measure.screening import Criterion, Screened, Threshold, borrowed_threshold, screening

DAY = date(2016, 12, 31)
THREE = Threshold(3, "本例给定")
FLAGS = [c.value for c in Criterion]


def risks(*rows, **more):
    """Each row: item, and five letters 是/否/空 for the criteria."""
    frame = pd.DataFrame({"risk_id": [f"r{k}" for k in range(len(rows))], "unit_id": "U1", "item_id": [i for i, _ in rows]})
    for k, flag in enumerate(FLAGS):
        frame[flag] = pd.array([{"是": True, "否": False, "空": None}[letters[k]] for _, letters in rows], dtype="boolean")
    return frame.assign(**more)


def items(*names):
    return pd.DataFrame({"item_id": list(names), "unit_id": "U1", "name": [f"事项{n}" for n in names]})


def test_screened_by_hand():
    """i1: 4 of 5; i2: 2 and one unsaid → may reach 3; i3: 2, the rest 否; i4: none; a risk without item counts for the unit."""
    tables = {"risk_points": risks(("i1", "是是是是否"), ("i1", "否否否否否"), ("i2", "是是空否否"), ("i3", "是是否否否"), (None, "是是是是是")),
              "power_items": items("i1", "i2", "i3", "i4")}
    found = screening(tables, DAY, THREE)
    assert list(found.items["screened"]) == [Screened.IN, Screened.CANNOT_TELL, Screened.OUT, Screened.NO_RISK]
    assert list(zip(found.risks["low"], found.risks["high"], strict=True)) == [(4, 4), (0, 0), (2, 3), (2, 2), (5, 5)]
    assert found.criteria().loc[2].tolist() == ["社会关注热点", 2, 2, 1]
    assert found.distribution()[["肯定", "至多"]].to_numpy().tolist() == [[4, 4], [4, 4], [2, 3], [2, 2], [1, 1]]
    (unit,) = found.units().to_dict("records")
    assert (unit["风险点"], unit["风险点列为重要节点"], unit["风险点不能判定"], unit["事项没有风险点"]) == (5, 2, 1, 1)
    assert "4项，1项列为重要节点，1项未达门槛，1项因条件未载不能判定，1项没有风险点" in found.sentence()
    assert found.sentence().endswith("门槛3项本例给定。")


def test_later_risk_points_and_other_units_do_not_count():
    frame = risks(("i1", "是是是是是"), ("i2", "是是是是是"), confirmed_on=pd.to_datetime(["2017-01-01", "2016-12-31"]))
    tables = {"risk_points": frame, "power_items": items("i1", "i2")}
    assert list(screening(tables, DAY, THREE).items["screened"]) == [Screened.NO_RISK, Screened.IN]
    assert len(screening(tables, DAY, THREE, unit_id="U2").items) == 0


def test_missing_columns_are_not_no():
    frame = risks(("i1", "是是是是是")).drop(columns=["hot_spot", "rule_unkept"])
    found = screening({"risk_points": frame, "power_items": items("i1")}, DAY, Threshold(4, ""))
    assert (found.risks["low"][0], found.risks["high"][0], found.items["screened"][0]) == (3, 5, Screened.CANNOT_TELL)


@given(st.lists(st.text("是否空", min_size=5, max_size=5), min_size=1, max_size=6), st.integers(1, 5))
def test_filling_an_empty_cell_stays_inside_the_bounds(rows, count):
    """Witness: every empty cell is filled with 是, then with 否; a certain result never changes."""
    def screened(answers):
        tables = {"risk_points": risks(*[("i1", a) for a in answers]), "power_items": items("i1")}
        return screening(tables, DAY, Threshold(count, "")).items["screened"][0]

    open_one, yes, no = screened(rows), screened([r.replace("空", "是") for r in rows]), screened([r.replace("空", "否") for r in rows])
    assert Screened.CANNOT_TELL not in (yes, no)
    assert open_one is (yes if yes is no else Screened.CANNOT_TELL)


def test_the_borrowed_threshold_says_where_it_is_from():
    found = borrowed_threshold(DAY)
    assert found.count == 3
    assert "五项条件计数分级" in found.source
    assert "不是扬中的规定" in found.source
    with pytest.raises(NotInForce):
        borrowed_threshold(date(2009, 12, 31))


@pytest.mark.parametrize("count", [0, 6])
def test_impossible_thresholds(count):
    with pytest.raises(BadInput, match="1至5"):
        Threshold(count, "")


def test_no_risk_points_at_all():
    with pytest.raises(BadInput, match="没有风险点"):
        screening({}, DAY, THREE)


def county() -> dict[str, pd.DataFrame]:
    """U1 sent most; U2 only its posts; U3 is a village: not in scope."""
    stamp = pd.Timestamp
    return {
        "units": pd.DataFrame({"unit_id": ["U1", "U2", "U3"], "name": ["甲局", "乙站", "丙村"], "kind": ["党政机关", "基层站所", "村居社区"]}),
        "posts": pd.DataFrame({"post_id": ["a", "b", "c", "o", "x"], "unit_id": ["U1", "U1", "U1", "U1", "U2"],
                               "external": pd.array([False, None, False, True, False], dtype="boolean")}),
        "occupancies": pd.DataFrame({"person_id": ["P1", "P2", "P1", "空缺", "P3", "P4"], "post_id": ["a", "b", "b", "c", "b", "o"],
                                     "start": [stamp(2010, 1, 1)] * 6, "end": [pd.NaT, pd.NaT, pd.NaT, pd.NaT, stamp(2016, 12, 31), pd.NaT]}),
        "power_items": pd.DataFrame({"item_id": ["i1", "i2", "i3"], "unit_id": "U1", "name": ["一", "二", "三"], "category": "其他",
                                     "basis": ["某条例", None, "某规定"], "flow_id": ["f1", "f1", None], "simple_flow": [None, None, "经办人>局长"]}),
        "steps": pd.DataFrame({"flow_id": ["f1", "f1"], "step_no": [1, 2]}),
        "sign_offs": pd.DataFrame({"flow_id": ["f1"], "step_no": [2]}),
        "risk_points": pd.DataFrame({
            "risk_id": ["r1", "r2", "r3", "r4"], "unit_id": "U1", "item_id": ["i1", "i1", "i2", "i3"], "step_no": [1, 2, None, None],
            "post_id": ["a", "a", None, "o"], "grade": ["高", "低", None, "低"], "confirmed_on": pd.to_datetime([None, None, None, "2017-01-01"])}),
        "measures": pd.DataFrame({"risk_id": ["r1", "r2"]}),
        "regulations": pd.DataFrame({"unit_id": ["U1", "U1"], "action": ["废止", "新建"], "on": pd.to_datetime(["2016-01-01", "2017-01-01"])}),
        "surveys": pd.DataFrame({"unit_id": ["U1"], "on": pd.to_datetime(["2016-11-01"])}),
    }


def test_five_full_by_hand():
    """Posts a b c (o is outside): only a was searched. P1 holds a; P2 holds b, P3 left that day. Steps: i1 1 2, i2 1 2."""
    found = five_full(county(), DAY)
    first, second, third = found.units
    assert first.parts[Side.SCOPE] == (Part("已报权力清单的单位", 1, 1), Part("已报风险点的单位", 1, 1))
    assert first.parts[Side.SUBJECTS] == (Part("查过风险的岗位", 1, 3), Part("在岗人员所任岗位查过风险的人", 1, 2))
    assert first.parts[Side.DIRECTIONS] == (Part("查过风险的事项", 2, 3), Part("查过风险的环节", 2, 4))
    assert first.parts[Side.MEASURES] == (Part("定有措施的风险点", 2, 3), Part("新建、修订过制度的单位", 0, 1))
    assert first.parts[Side.FEEDBACK] == (Part("做过评议测评的单位", 1, 1),)
    assert [first.level(s) for s in Side] == [1.0, 1 / 3, 0.5, 0.0, 1.0]
    assert second.level(Side.SUBJECTS) is None
    assert not third.in_scope
    assert found.matrix().iloc[:, 1:].to_numpy().tolist() == [["100%", "33%", "50%", "0%", "100%"], ["0%", "未报", "未报", "未报", "未报"],
                                                             ["不在范围"] * 5]
    assert found.total(Side.SCOPE)[0] == Part("已报权力清单的单位", 1, 2)
    assert "纳入范围的单位2个" in found.sentence()
    assert all(f"台账未载：{text}" in found.sentence() for text in NOT_IN_LEDGER.values())
    assert "（1个单位有关台账未报）" in found.sentence()


def test_outside_copies_count_no_persons():
    (unit,) = five_full(county(), DAY, "U1").without_people().units
    assert unit.parts[Side.SUBJECTS] == (Part("查过风险的岗位", 1, 3),)


def test_what_was_not_sent_is_not_none():
    tables = {k: v for k, v in county().items() if k not in ("measures", "surveys", "regulations")}
    (unit,) = five_full(tables, DAY, "U1").units
    assert [p.have for side in (Side.MEASURES, Side.FEEDBACK) for p in unit.parts[side]] == [None, None, None]
    assert "定有措施的风险点未报" in five_full(tables, DAY).table()["台账所见"][3]
    with pytest.raises(BadInput, match="没有单位"):
        five_full(tables, DAY, "U9")


def test_catalogue_by_hand():
    """i1 whole; i2 has no basis, an ungraded and unguarded risk; i3 has a simple flow and no risk known by the day."""
    found = catalogue(county(), DAY)
    assert [i.complete for i in found.items] == [True, False, False]
    assert dict(found.items[1].lacks) == {Piece.CATALOGUE: "", Piece.LIST: "缺设定依据", Piece.FLOW: "", Piece.RISK_CHART: "缺等级、措施"}
    assert found.items[2].lacks[Piece.RISK_CHART] == "缺风险点"
    assert [found.having(p) for p in Piece] == [3, 2, 3, 1]
    assert found.flows == 1
    assert found.table()["流程图编码"].tolist() == ["f1", "f1", "无"]
    assert found.sentence().startswith("按「1+1+2X」核对，目录列事项3项；权责清单要素齐全2项；流程图1幅，3项有流程；1项的风险点都有等级和措施")


def test_catalogue_without_measures_cannot_tell():
    tables = county() | {"measures": county()["measures"].iloc[0:0]}
    found = catalogue(tables, DAY)
    assert found.having(Piece.RISK_CHART) is None
    assert [i.complete for i in found.items] == [None, False, None]
    assert "2项因有关台账未报不能判定" in found.sentence()
    with pytest.raises(BadInput, match="没有报送权力事项"):
        catalogue(tables, DAY, "U2")


def test_the_county_by_plain_counting():
    """Witness: the same counts by loops over the rows of the made-up county."""
    tables = synthetic_county(seed=1, units=2).tables
    rows = tables["risk_points"].to_dict("records")
    day = pd.Timestamp(DAY)
    known = [r for r in rows if not r["confirmed_on"] > day]
    found = screening(tables, DAY, THREE)
    assert int((found.risks["low"] >= 3).sum()) == sum(sum(bool(r[f]) for f in FLAGS) >= 3 for r in known)
    assert five_full(tables, DAY).total(Side.DIRECTIONS)[0].have == len({r["item_id"] for r in known if isinstance(r["item_id"], str) and r["item_id"]})
    guarded = set(tables["measures"]["risk_id"])
    ungarded_items = {r["item_id"] for r in known if r["risk_id"] not in guarded}
    assert all(i.complete is not True for i in catalogue(tables, DAY).items if i.item_id in ungarded_items)
