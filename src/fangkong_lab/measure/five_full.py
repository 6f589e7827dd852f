"""Coverage by the five standards (「五全」): scope, subjects, directions, measures, feedback.

The standards are those of a city's experience report on corruption-risk prevention (source document 003, fourth piece).
Only what the ledger can show is counted; the rest of each standard is printed as 未载, and a table that was not sent is
未报. Neither is 没有.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.measure.ledgerdays import day_column, text_column

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
SCOPE_KINDS = ("党政机关", "事业单位", "乡镇街道", "基层站所", "国有企业")
NOT_SENT, OUT_OF_SCOPE = "未报", "不在范围"
PEOPLE = "在岗人员所任岗位查过风险的人"


class Side(Kind):
    """The five standards."""

    SCOPE = "scope", "范围全覆盖"
    SUBJECTS = "subjects", "主体全参与"
    DIRECTIONS = "directions", "排查全方位"
    MEASURES = "measures", "措施全配套"
    FEEDBACK = "feedback", "评价全反馈"


NOT_IN_LEDGER: dict[Side, str] = {
    Side.SCOPE: "单位表是否列全了应纳入的单位",
    Side.SUBJECTS: "内设机构（台账不设此栏）、个人是否实际参加排查",
    Side.DIRECTIONS: "职权目录是否按三定方案清理齐全",
    Side.MEASURES: "制度是否针对所查的风险、是否切实可行",
    Side.FEEDBACK: "评价结果是否向社会公开",
}


@dataclass(frozen=True)
class Part:
    """One thing a standard asks for: *have* of *of*; both None where the table behind it was not sent."""

    name: str
    have: int | None
    of: int | None

    @property
    def share(self) -> float | None:
        """have / of; None where it was not sent or there is nothing to be had."""
        return None if self.have is None or not self.of else self.have / self.of

    def said(self) -> str:
        """Return the part in words."""
        return f"{self.name}{NOT_SENT}" if self.have is None else f"{self.name}{self.have}/{self.of}"


@dataclass(frozen=True)
class UnitCoverage:
    """The parts of each standard for one unit."""

    unit_id: str
    name: str
    in_scope: bool
    parts: Mapping[Side, tuple[Part, ...]]

    def level(self, side: Side) -> float | None:
        """Return the least share among the parts of *side*; None where a part was not sent or has nothing to count."""
        shares = [p.share for p in self.parts[side]]
        known = [s for s in shares if s is not None]
        return min(known) if known and len(known) == len(shares) else None


@dataclass(frozen=True)
class FiveFull:
    """The coverage of all units on *as_of*, sorted by code."""

    as_of: date
    units: tuple[UnitCoverage, ...]

    def table(self) -> pd.DataFrame:
        """Return one row per unit and standard: its parts in words, the least share, and what the ledger does not hold."""
        import pandas as pd

        rows = []
        for unit in self.units:
            for side in Side:
                level = unit.level(side)
                rows.append({"单位": unit.name, "标准": side.label, "台账所见": "，".join(p.said() for p in unit.parts[side]),
                             "最低一项": _percent(level, unit), "台账未载": NOT_IN_LEDGER[side]})
        return pd.DataFrame(rows)

    def matrix(self) -> pd.DataFrame:
        """Return units × standards: the least share in per cent, 未报 where a table is missing."""
        import pandas as pd

        return pd.DataFrame([{"单位": u.name, **{s.label: _percent(u.level(s), u) for s in Side}} for u in self.units])

    def total(self, side: Side) -> tuple[Part, ...]:
        """Return the parts of *side* summed over the units in scope that sent what they rest on."""
        sums: dict[str, list[int]] = {}
        for unit in self.units:
            for part in unit.parts[side] if unit.in_scope else ():
                have, of = sums.setdefault(part.name, [0, 0])
                sums[part.name] = [have + (part.have or 0), of + ((part.of or 0) if part.have is not None else 0)]
        return tuple(Part(name, have, of) if of else Part(name, None, None) for name, (have, of) in sums.items())

    def unsent(self, side: Side) -> int:
        """Return how many units in scope did not send what *side* rests on."""
        return sum(u.in_scope and any(p.have is None for p in u.parts[side]) for u in self.units)

    def without_people(self) -> FiveFull:
        """Return the same without counts of persons, for what leaves the office."""
        units = (replace(u, parts={s: tuple(p for p in parts if p.name != PEOPLE) for s, parts in u.parts.items()}) for u in self.units)
        return FiveFull(self.as_of, tuple(units))

    def sentence(self) -> str:
        """Return the county's coverage by standard, with what was not sent and what no ledger can show."""
        inside = sum(u.in_scope for u in self.units)
        lines = [f"按「五全」标准，纳入范围的单位{inside}个。"]
        for side in Side:
            unsent = self.unsent(side)
            rest = f"（{unsent}个单位有关台账未报）" if unsent else ""
            lines.append(f"{side.label}：{'，'.join(p.said() for p in self.total(side))}{rest}；台账未载：{NOT_IN_LEDGER[side]}。")
        return "".join(lines)


def five_full(tables: Tables, as_of: date, unit_id: str | None = None) -> FiveFull:
    """Return the coverage of every unit (or of *unit_id*) on *as_of*.

    In scope are administrative bodies, institutions and state-funded enterprises (our reading of the list of kinds:
    `SCOPE_KINDS`). Risk points confirmed and surveys held after *as_of* do not count. Raises `BadInput` without units.
    """
    units = _frame(tables, "units")
    if not len(units) or (unit_id is not None and unit_id not in set(units["unit_id"])):
        raise BadInput("台账中没有单位" + (f"「{unit_id}」" if unit_id else ""), where="单位", mend="先导入含「单位」表的台账")
    look = _Look(tables, as_of)
    chosen = units if unit_id is None else units[units["unit_id"] == unit_id]
    rows = zip(chosen["unit_id"], text_column(chosen, "name"), text_column(chosen, "kind"), strict=True)
    return FiveFull(as_of, tuple(_unit(look, str(u), str(n), str(k)) for u, n, k in sorted(rows)))


def _unit(look: _Look, unit: str, name: str, kind: str) -> UnitCoverage:
    parts = {Side.SCOPE: tuple(look.scope(unit)), Side.SUBJECTS: tuple(look.subjects(unit)),
             Side.DIRECTIONS: tuple(look.directions(unit)), Side.MEASURES: tuple(look.measures(unit)),
             Side.FEEDBACK: tuple(look.feedback(unit))}
    return UnitCoverage(unit, name, kind in SCOPE_KINDS, parts)


@dataclass(frozen=True)
class _Look:
    """The ledger as it was known on the day, asked unit by unit."""

    tables: Tables
    as_of: date

    def of(self, table: str, unit: str) -> pd.DataFrame:
        frame = _frame(self.tables, table)
        return frame[frame["unit_id"] == unit] if len(frame) else frame

    def risks(self, unit: str) -> pd.DataFrame:
        """Risk points of *unit* known on the day."""
        import pandas as pd

        rows = self.of("risk_points", unit)
        return rows[~(day_column(rows, "confirmed_on") > pd.Timestamp(self.as_of))] if len(rows) else rows

    def scope(self, unit: str) -> Iterator[Part]:
        yield Part("已报权力清单的单位", int(len(self.of("power_items", unit)) > 0), 1)
        yield Part("已报风险点的单位", int(len(self.risks(unit)) > 0), 1)

    def subjects(self, unit: str) -> Iterator[Part]:
        posts = self.of("posts", unit)
        inside = set(posts.loc[~_true(posts, "external"), "post_id"]) if len(posts) else set()
        risky = set(text_column(self.risks(unit), "post_id", "")) & inside
        yield _part("查过风险的岗位", risky, inside, sent=bool(inside) and len(self.risks(unit)) > 0)
        holders = self._holders(inside)
        people = {x for p in inside for x in holders.get(p, ())}
        searched = {x for p in risky for x in holders.get(p, ())}
        yield _part(PEOPLE, searched, people, sent=bool(people) and len(self.risks(unit)) > 0)

    def _holders(self, posts: set[str]) -> dict[str, set[str]]:
        import pandas as pd

        rows = _frame(self.tables, "occupancies")
        if not len(rows):
            return {}
        day = pd.Timestamp(self.as_of)
        now = (day_column(rows, "start") <= day) & ~(day_column(rows, "end") <= day) & (rows["person_id"] != "空缺") & rows["post_id"].isin(posts)
        found: dict[str, set[str]] = {}
        for post, person in zip(rows.loc[now, "post_id"], rows.loc[now, "person_id"], strict=True):
            found.setdefault(str(post), set()).add(str(person))
        return found

    def directions(self, unit: str) -> Iterator[Part]:
        items, risks = self.of("power_items", unit), self.risks(unit)
        sent = len(items) > 0 and len(risks) > 0
        ids = set(items["item_id"]) if len(items) else set()
        yield _part("查过风险的事项", set(text_column(risks, "item_id", "")) & ids, ids, sent=sent)
        steps = self._steps(items)
        seen = {(str(i), int(n)) for i, n in zip(text_column(risks, "item_id", ""), _numbers(risks, "step_no"), strict=True) if n == n}
        yield _part("查过风险的环节", seen & steps, steps, sent=sent and bool(steps))

    def _steps(self, items: pd.DataFrame) -> set[tuple[str, int]]:
        """The steps of all items' flows, one flow counted for every item that runs through it."""
        steps = _frame(self.tables, "steps")
        of_flow: dict[str, list[int]] = {}
        for flow, number in zip(text_column(steps, "flow_id"), _numbers(steps, "step_no"), strict=True) if len(steps) else ():
            of_flow.setdefault(str(flow), []).append(int(number))
        return {(str(i), n) for i, flow in zip(text_column(items, "item_id"), text_column(items, "flow_id", ""), strict=True)
                for n in of_flow.get(str(flow), ())} if len(items) else set()

    def measures(self, unit: str) -> Iterator[Part]:
        risks, measures = self.risks(unit), _frame(self.tables, "measures")
        ids = set(risks["risk_id"]) if len(risks) else set()
        guarded = ids & set(measures["risk_id"]) if len(measures) else set()
        yield _part("定有措施的风险点", guarded, ids, sent=bool(guarded))
        rules = self.of("regulations", unit)
        made = bool((day_column(rules, "on", self.as_of).notna() & text_column(rules, "action").isin(["新建", "修订"])).any()) if len(rules) else False
        yield Part("新建、修订过制度的单位", int(made), 1) if len(rules) else Part("新建、修订过制度的单位", None, None)

    def feedback(self, unit: str) -> Iterator[Part]:
        rows = self.of("surveys", unit)
        held = len(rows) > 0 and bool(day_column(rows, "on", self.as_of).notna().any())
        yield Part("做过评议测评的单位", int(held), 1) if len(rows) else Part("做过评议测评的单位", None, None)


def _frame(tables: Tables, name: str) -> pd.DataFrame:
    import pandas as pd

    return tables[name] if name in tables else pd.DataFrame()


def _part(name: str, have: Sized, of: Sized, *, sent: bool) -> Part:
    return Part(name, len(have), len(of)) if sent else Part(name, None, None)


def _true(frame: pd.DataFrame, name: str) -> pd.Series:
    import pandas as pd

    if name not in frame.columns:
        return pd.Series(False, index=frame.index)
    return frame[name].astype("boolean").fillna(False).astype(bool)


def _numbers(frame: pd.DataFrame, name: str) -> list[float]:
    if name not in frame.columns:
        return [float("nan")] * len(frame)
    values = zip(frame[name].tolist(), frame[name].isna().tolist(), strict=True)
    return [float("nan") if empty else float(value) for value, empty in values]


def _percent(level: float | None, unit: UnitCoverage) -> str:
    if not unit.in_scope:
        return OUT_OF_SCOPE
    return NOT_SENT if level is None else f"{100 * level:.0f}%"
