"""--where in its small form, against the same question asked of the frame in pandas."""

from datetime import date

import pytest

from fangkong_lab.errors import WrongCall
from fangkong_lab.ledger.condition import read_conditions
from fangkong_lab.ledger.tables import TABLES

POSTS, RISKS, UNITS = TABLES["posts"], TABLES["risk_points"], TABLES["units"]


@pytest.mark.parametrize(("table", "text", "sql", "values"), [
    (UNITS, "单位类别=党政机关", '"kind" = ?', ["党政机关"]),
    (UNITS, "headcount>=30", '"headcount" >= ?', [30.0]),
    (UNITS, "人数≤1,200", '"headcount" <= ?', [1200.0]),
    (UNITS, "启用日期<2014-01", '"adopted_on" < ?', [date(2014, 1, 1)]),
    (UNITS, "独立财政权=是", '"own_finance" = ?', [True]),
    (UNITS, "防控模式=", '"model" IS NULL', []),
    (UNITS, "防控模式!=", '"model" IS NOT NULL', []),
    (UNITS, "防控模式!=五分模式", '"model" IS DISTINCT FROM ?', ["五分模式"]),
    (UNITS, "单位名称~交通", 'contains("name", ?)', ["交通"]),
    (POSTS, "分管领域=财务", "list_contains(string_split(\"in_charge_of\", '、'), ?)", ["财务"]),
    (UNITS, "单位名称=' OR 1=1 --", '"name" = ?', ["' OR 1=1 --"]),
])
def test_conditions_become_parameters(table: object, text: str, sql: str, values: list) -> None:
    assert [c.sql() for c in read_conditions(table, [text])] == [(sql, values)]


@pytest.mark.parametrize(("text", "words"), [
    ("人数", "看不懂"), ("=3", "看不懂"), ("人事=3", "没有「人事」这一列"), ("人数=很多", "不是数"), ("独立财政权=也许", "不是 是/否"),
    ("单位名称>A", "不能用 > 比较"), ("人数~3", "不能用 ~"), ("人数>", "不能用 > 比较"), ("启用日期=去年", "不是日期"),
    ("1=1; DROP TABLE units", "没有「1」这一列"),
])
def test_what_is_no_condition_is_refused_by_name(text: str, words: str) -> None:
    from fangkong_lab.errors import FangkongError

    with pytest.raises(FangkongError, match=words):
        read_conditions(UNITS, [text])


def test_a_near_column_is_offered() -> None:
    with pytest.raises(WrongCall, match="单位名称"):
        read_conditions(UNITS, ["单位名=交通局"])
    assert len(read_conditions(RISKS, ["可能性>=4", "危害程度>=4"])) == 2
