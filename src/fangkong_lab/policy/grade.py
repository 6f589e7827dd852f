"""Grades rows of the ledger by a policy: every grade is told, or it says what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput, NotInForce, WrongCall, did_you_mean
from fangkong_lab.policy.columns import Cells, Columns, Rows, Tables
from fangkong_lab.policy.cycle import day_number, day_of
from fangkong_lab.policy.dated import Dated, regimes
from fangkong_lab.policy.record import GradeRule, Policy
from fangkong_lab.policy.scale import Scale
from fangkong_lab.policy.trace import Trace
from fangkong_lab.policy.words import CANNOT_TELL
from fangkong_lab.result import html_of

CHUNK = 1_000_000
NO_DAY = np.uint32(1 << 31)
SILENT = "规则没有写明这种情形该定哪一级"


@dataclass(frozen=True)
class Grades:
    """The grade of every row of the policy's table, in the ledger's order.

    *codes* is the place in the policy's scale (0 = highest; -1: 不能判定); *blame* the bit mask, over the rule's inputs,
    of the missing cells that leave a grade open.
    """

    policy: Policy
    as_of: date
    keys: pd.Series
    codes: np.ndarray
    blame: np.ndarray
    columns: Columns = field(repr=False, compare=False)

    def words(self) -> pd.Series:
        """Return the grades as an ordered category, lowest first; missing where they cannot be told."""
        names = _scale(self.policy).names
        kind = pd.CategoricalDtype(list(reversed(names)), ordered=True)
        codes: np.ndarray = np.where(self.codes < 0, -1, len(names) - 1 - self.codes)
        return pd.Series(pd.Categorical.from_codes(codes, dtype=kind), name="grade")  # type: ignore[arg-type]

    def reasons(self) -> pd.Series:
        """Return why a grade cannot be told, empty where it can."""
        masks, places = np.unique(np.where(self.codes < 0, self.blame, 0), return_inverse=True)
        texts = np.array([self._reason(int(m)) for m in masks], dtype=object)[places]
        return pd.Series(np.where(self.codes < 0, texts, ""), name="reason")

    def _reason(self, mask: int) -> str:
        if mask == NO_DAY:
            return self.columns.lack(self.policy.day_input)
        names = [n for i, n in enumerate(_rule(self.policy).inputs()) if mask >> i & 1]
        if not names:
            return SILENT
        return "、".join(self.columns.lack(n) for n in names)

    def managers(self) -> pd.Series:
        """Return who manages a risk of each row's grade, empty where the source is silent."""
        return self._of_level("managed_by", [lv.managed_by for lv in _scale(self.policy).levels])

    def consequences(self) -> pd.Series:
        """Return what follows from each row's grade, empty where the source is silent."""
        return self._of_level("consequence", [lv.consequence for lv in _scale(self.policy).levels])

    def _of_level(self, name: str, values: list[Dated | None]) -> pd.Series:
        texts = [value.word(self.as_of) if value else "" for value in values]
        return pd.Series(np.array([*texts, ""], dtype=object)[self.codes], name=name)

    def counts(self) -> pd.Series:
        """Return the number of rows of each grade, highest first, 不能判定 last."""
        names = (*_scale(self.policy).names, CANNOT_TELL)
        found = np.bincount(np.where(self.codes < 0, len(names) - 1, self.codes), minlength=len(names))
        return pd.Series(found, index=list(names), name="数量")

    def frame(self) -> pd.DataFrame:
        """Return key, grade, who manages, what follows, and the reason where the grade cannot be told."""
        grade = self.words().cat.add_categories([CANNOT_TELL]).fillna(CANNOT_TELL)
        return pd.DataFrame({self.policy.key: self.keys.to_numpy(), "grade": grade, "managed_by": self.managers(),
                             "consequence": self.consequences(), "reason": self.reasons()})

    def table(self) -> pd.DataFrame:
        """Return `frame` with Chinese headers, sorted by code."""
        names = {self.policy.key: "编码", "grade": "等级", "managed_by": "管控责任层级", "consequence": "处置",
                 "reason": "不能判定的原因"}
        return self.frame().assign(假定=self.policy.assumed_kinds()).rename(columns=names).sort_values("编码", kind="stable").reset_index(drop=True)

    def sentence(self) -> str:
        """Return the counts in one sentence, the policy's caveat included."""
        parts = "、".join(f"{name} {count}" for name, count in self.counts().items())
        return f"按「{self.policy.title()}」（{self.as_of} 有效的规则），共 {len(self.keys)} 行：{parts}。"

    def explain(self, key: str) -> Trace:
        """Return how the row *key* got its grade, down to cells, values and sources."""
        hits = np.flatnonzero(self.keys.astype(str).to_numpy() == key)
        if not len(hits):
            raise WrongCall(f"没有编码为「{key}」的行", mend=did_you_mean(key, tuple(self.keys.astype(str).head(2000))))
        rows = self.columns.rows(hits[:1])
        day = self._day(rows)
        code = int(self.codes[hits[0]])
        names = _scale(self.policy).names
        value = names[code] if code >= 0 else f"{CANNOT_TELL}({self.reasons().iloc[hits[0]]})"
        return Trace(f"{key}：{self.policy.title()}", value, "", (self.policy.in_force.trace(), *_rule(self.policy).traces(rows, day),
                                                                 *_level_traces(self.policy, code, self.as_of)))

    def _day(self, rows: Rows) -> date:
        if not self.policy.day_input:
            return self.as_of
        cells = rows.cells(self.policy.day_input)
        return self.as_of if cells.missing[0] else day_of(int(cells.data[0]))

    def _repr_html_(self) -> str:
        counts = self.counts().rename_axis("等级").reset_index()
        return html_of(counts, self.sentence(), "；".join(c.sentence() for _, c in self.policy.sources))


def grade(policy: Policy, tables: Tables, as_of: date) -> Grades:
    """Grade the rows of the policy's table on *as_of*.

    *tables* maps English table names to frames (docs: tables); it is not changed. A row whose missing cells leave more
    than one grade possible is 不能判定; a missing cell that cannot matter does not hinder. Raises `WrongCall` for a score
    policy, `NotInForce` before the policy's first day, `BadInput` where the table is absent or a cell is out of range.
    """
    if policy.grading is None:
        raise WrongCall(f"「{policy.name}」是记分规则，不能用来分级", mend="改用 fangkong score")
    policy.check_day(as_of)
    frame = tables.get(policy.table)
    if frame is None or policy.key not in frame.columns:
        raise BadInput(f"台账里没有规则要判定的表 {policy.table}（键列 {policy.key}）", where=policy.name, mend="先导入这张表")
    columns = Columns(frame.reset_index(drop=True), tables, policy.inputs, as_of)
    codes, blame = np.empty(len(frame), dtype=np.int8), np.zeros(len(frame), dtype=np.uint32)
    parts = [slice(start, min(start + CHUNK, len(frame))) for start in range(0, len(frame), CHUNK)]

    def work(part: slice) -> None:
        codes[part], blame[part] = _judge(policy, columns, part, as_of)

    for part in parts[:1]:
        work(part)  # alone: it fills what the columns remember
    if len(parts) > 1:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(work, parts[1:]))
    return Grades(policy, as_of, frame[policy.key].reset_index(drop=True), codes, blame, columns)


def _judge(policy: Policy, columns: Columns, part: slice, as_of: date) -> tuple[np.ndarray, np.ndarray]:
    rule, scale = _rule(policy), _scale(policy)
    if not policy.day_input:
        possible, blame = rule.judge(columns.rows(part), as_of, scale)
        return scale.codes(possible), np.where(scale.codes(possible) < 0, blame, 0)
    codes, blame = np.full(part.stop - part.start, -1, dtype=np.int8), np.zeros(part.stop - part.start, dtype=np.uint32)
    blame[:] = NO_DAY
    for day, places in _by_regime(policy, columns, part):
        possible, found = rule.judge(columns.rows(places + part.start), day, scale)
        codes[places], blame[places] = scale.codes(possible), np.where(scale.codes(possible) < 0, found, 0)
    return codes, blame


def _by_regime(policy: Policy, columns: Columns, part: slice) -> Iterator[tuple[date, np.ndarray]]:
    cells = columns.rows(part).cells(policy.day_input)
    days = regimes(policy.values(), policy.in_force.start)
    starts = np.array([day_number(d) for d in days])
    _check_days(policy, columns, cells)
    regime = np.searchsorted(starts, cells.data, side="right") - 1
    for place in np.unique(regime[~cells.missing]):
        yield days[place], np.flatnonzero(~cells.missing & (regime == place))


def _check_days(policy: Policy, columns: Columns, cells: Cells) -> None:
    start, until = policy.in_force.start, policy.in_force.until
    header = columns.input(policy.day_input).header
    outside = (("早于规则施行日", start, cells.data < day_number(start)),
               ("不早于规则止期", until, cells.data >= day_number(until) if until else np.zeros(len(cells.data), dtype=bool)))
    for words, day, hit in outside:
        if (hit & ~cells.missing).any():
            raise NotInForce(f"有 {int((hit & ~cells.missing).sum())} 行的「{header}」{words} {day}", where=policy.name,
                             mend="先把这些行筛出去，或换用当时有效的规则")


def _level_traces(policy: Policy, code: int, day: date) -> tuple[Trace, ...]:
    if code < 0:
        return ()
    level = _scale(policy).levels[code]
    pairs = (("管控责任", level.managed_by), ("处置", level.consequence))
    entries = [(label, v.at(day)) for label, v in pairs if v is not None]
    return tuple(Trace(label, str(e.value), e.evidence.sentence()) for label, e in entries)


def _rule(policy: Policy) -> GradeRule:
    assert policy.grading is not None
    return policy.grading


def _scale(policy: Policy) -> Scale:
    assert policy.scale is not None
    return policy.scale
