"""Simple flows name posts by their titles: each title must mean exactly one post of the unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fangkong_lab.errors import near_match
from fangkong_lab.ledger.gathered import Gathered, problem_at, records
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.tables import TABLES


def title_problems(gathered: Gathered) -> Iterator[Problem]:
    """Yield a problem for each own item whose simple flow (used where there is no flow) names no or several posts."""
    items = gathered.own.get("power_items")
    if items is None:
        return
    used = items[items["simple_flow"].notna() & items["flow_id"].isna() & items["unit_id"].notna()]
    if used.empty:
        return
    posts = gathered.both("posts")
    there = Counter(zip(posts["unit_id"].tolist(), posts["title"].tolist(), strict=True))
    for row in records(used):
        yield from _of_item(row, there)


def _of_item(row: dict[str, object], there: Counter[tuple[str, str]]) -> Iterator[Problem]:
    unit = str(row["unit_id"])
    for title in dict.fromkeys(str(row["simple_flow"]).split(">")):
        count = there[unit, title]
        if count == 1:
            continue
        near = near_match(title, tuple(sorted({t for u, t in there if u == unit and isinstance(t, str)})))
        why = f"单位 {unit} 没有岗位「{title}」" if count == 0 else f"单位 {unit} 有 {count} 个岗位都叫「{title}」"
        mend = f"检查写法，是否为「{near}」" if near else "在岗位表补上这个岗位，或改正简易流程"
        yield problem_at(TABLES["power_items"], row, ("simple_flow",),
                         "title_without_post" if count == 0 else "title_of_several_posts", why,
                         mend if count == 0 else "给岗位起不同的名称，或改用流程图")
