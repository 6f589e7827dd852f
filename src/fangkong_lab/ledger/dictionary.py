"""The data dictionary as one Markdown page, drawn from the declared columns."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.columns import Column, KeyRule, Table
from fangkong_lab.ledger.filling import full_rule
from fangkong_lab.ledger.tables import TABLES

_TIERS = {Tier.A: "A:第一周就要有", Tier.B: "B:第一个月内补齐", Tier.C: "C:有就填"}
_INTRO = """# 台账数据字典

本页由 `tools/make_dictionary.py` 从列的声明生成，不要手改；改 `src/fangkong_lab/ledger/tables/` 后重新生成。

- 一本工作簿一个报送单位，一张工作表一张表；工作表名用中文表名，表头用中文列名（英文也可）。没有的表、没有的列可以不要。
- 日期：Excel 日期，或 2016-09-30、2016/9/30、2016.9.30、2016年9月30日。只有年月的：作起期按当月 1 日，作止期按次月 1 日，作期末按当月最后一天。
- 是/否也可填 1/0、Y/N、√。金额以万元计，写明单位的（3000元、1.2亿元、1,200）会换算。1 至 5 的评分也可填 高/中/低（5/3/1）。
- 一格里几个词用、或 ; 隔开。全角数字和多余空格自动整理。
- 报送单位加工作簿名是一次报送；再次报送替换上次的全部内容。
- 责任人、联系电话、监督电话等列不收，其他地方出现姓名、电话、身份证号的行拒收；秘密及以上不得进入。
"""


def dictionary_page() -> str:
    """Return the page: every table in order, every column with type, rule, example and privacy class."""
    parts = [_INTRO]
    for tier, heading in _TIERS.items():
        parts.append(f"## {heading}\n")
        parts += [_section(table) for table in TABLES.values() if table.tier is tier]
    return "\n".join(parts)


def _section(table: Table) -> str:
    lines = [f"### {table.label} `{table.name}`", "", f"{table.doc}。{_key(table)}", "",
             "| 列名 | 英文名 | 必填 | 类型 | 含义 | 填法 | 示例 | 谁可看 |", "|---|---|---|---|---|---|---|---|"]
    return "\n".join([*lines, *_rows(table), ""])


def _key(table: Table) -> str:
    labels = "、".join(table.column(c).label for c in table.key)
    if table.key_rule is KeyRule.REPEATED:
        return "各行可以相同，不查重。"
    return f"键：{labels}（{table.key_rule.label}）。"


def _rows(table: Table) -> Iterator[str]:
    for c in table.columns:
        cells = (c.label, f"`{c.name}`", "是" if c.required else "", _type(c), c.doc, full_rule(c), c.example, c.privacy.label)
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _type(column: Column) -> str:
    return f"{column.type.label}（{column.unit}）" if column.unit else column.type.label
