"""领导问数: one number of a finished report – in one sentence, with its 口径, its rows, and last year's figure.

The report's own request (unit, day, reader) is taken from the status ledger, so the figure is worked out again under the
same settings; where the ledger has changed since, the printed and the present number are both told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.dates import add_months, parse_day
from fangkong_lab.errors import BadInput, WrongCall, did_you_mean
from fangkong_lab.kinds import Audience
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.measure.key_figure import KeyFigure, Row, find_figure
from fangkong_lab.measure.key_figures import UnitFigures
from fangkong_lab.report import status
from fangkong_lab.report.origin import Keyed, Place, places
from fangkong_lab.report.status import Attempt, State
from fangkong_lab.report.templates import UNIT
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    import pandas as pd

BY_NOW = "按现有台账重算，不是去年报告所印"
NETWORK_THEN = "；按现有清单和流程图、去年同日的任职计算"


@dataclass(frozen=True)
class Asked:
    """A finished unit report: its *title*, its page, and the settings it was made with."""

    title: str
    page: Path
    unit_id: str
    as_of: date
    audience: Audience


@dataclass(frozen=True)
class NumberTrace:
    """The answer: *figure* as of now, *printed* in the report (None: not found in the page), *before* a year earlier
    (None: 未载), *where* each row lies.
    """

    report: Asked
    unit_name: str
    figure: KeyFigure
    printed: str | None
    before: KeyFigure | None
    where: Mapping[Keyed, tuple[Place, ...]]
    simulated: bool

    @property
    def agrees(self) -> bool:
        """Say whether the report prints what the ledger gives now."""
        return self.printed == self.figure.value

    def sentence(self) -> str:
        """Return the figure in one sentence, and whether the report prints the same."""
        mark = "【模拟数据】" if self.simulated else ""
        return mark + self.figure.sentence(f"{self.unit_name}（{self.report.unit_id}）截至{self.report.as_of}，") + self._printed()

    def _printed(self) -> str:
        if self.printed is None:
            return "报告里没有印这个编号（报告可能早于指标表），无从核对。"
        return "与报告所印一致。" if self.agrees else f"报告所印为{self.printed}：报告生成之后台账有变动，请重新生成报告。"

    def last_year(self) -> str:
        """Return last year's figure, or that it is not stated."""
        note = BY_NOW + (NETWORK_THEN if self.figure.key.startswith("权力制约") else "")
        if self.before is None:
            return f"去年同期：未载（未载不等于无）；{note}。"
        return f"去年同期：{self.before.value}{'' if self.before.share else self.before.unit}（{self.before.key}）；{note}。"

    def row_lines(self) -> list[str]:
        """Return one line per row: table, key, what it adds, where it lies."""
        return [self._row(r) for r in self.figure.rows]

    def _row(self, row: Row) -> str:
        adds = f"{row.low:g}" if row.low == row.high else f"{row.low:g}–{row.high:g}"
        places_ = "；".join(p.sentence() for p in self.where.get((row.table, row.key), ())) or "台账里已没有这一行"
        return f"{TABLES[row.table].label} {' / '.join(k for k in row.key if k)}：{adds} ← {places_}"


def find_report(workspace: Workspace, word: str) -> Asked:
    """Return the finished unit report that *word* names: its title, file (html, ipynb) or file name, or a unit's code or name.

    `WrongCall` where none or several fit; the error lists them.
    """
    done = [a for a in status.latest(workspace.reports_dir) if a.state != State.FAILED.value]
    asked = [(a, made) for a in done if (made := _asked(workspace, a)) is not None]
    stem = Path(word).name.removesuffix(".html").removesuffix(".ipynb")
    exact = [made for a, made in asked if stem in (a.name, a.title)]
    fits = exact or [made for a, made in asked if word == made.unit_id or a.title.startswith(word)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise WrongCall(f"「{word}」对得上{len(fits)}份报告", mend="写全名称：" + "、".join(m.title for m in fits))
    if not asked:
        raise WrongCall("还没有生成过单位评估报告", mend="先运行 fangkong report --unit 单位编码")
    raise WrongCall(f"没有报告「{word}」", mend=did_you_mean(stem, tuple(m.title for _, m in asked)))


def _asked(workspace: Workspace, attempt: Attempt) -> Asked | None:
    """Return the settings of a unit report's attempt, None for reports of another kind."""
    try:
        template, values = json.loads(attempt.key)
    except (json.JSONDecodeError, ValueError) as error:
        raise BadInput("状态台账的记录看不懂", where=attempt.title, mend="重新生成这份报告") from error
    if template != UNIT.name:
        return None
    page = workspace.reports_dir / attempt.group / f"{attempt.name}.html"
    return Asked(attempt.title, page, str(values["unit_id"]), parse_day(values["as_of"]), Audience.read(str(values["audience"])))


@dataclass(frozen=True)
class Desk:
    """Answers questions about one *report*; the ledger is read and worked out once, as it is now, under the report's settings."""

    workspace: Workspace
    report: Asked

    @cached_property
    def frames(self) -> Mapping[str, pd.DataFrame]:
        """The ledger's tables."""
        from fangkong_lab.ledger.frames import tables

        return tables(self.workspace)

    @cached_property
    def figures(self) -> tuple[KeyFigure, ...]:
        """All key figures of the report."""
        return UnitFigures(self.frames, self.report.unit_id, self.report.as_of, self.report.audience).all

    @cached_property
    def figures_before(self) -> tuple[KeyFigure, ...]:
        """The key figures of the same unit one year earlier."""
        return UnitFigures(self.frames, self.report.unit_id, add_months(self.report.as_of, -12), self.report.audience).all

    @cached_property
    def unit_names(self) -> Mapping[str, str]:
        """Unit code → name."""
        units = self.frames["units"]
        return dict(zip(units["unit_id"].astype(str), units["name"].astype(str), strict=True))

    def trace(self, item: str) -> NumberTrace:
        """Return where the number *item* is from.

        *item* is the key printed in the report's 指标表, or enough of its parts to fit one key only. Raises `WrongCall` with
        the near matches where none or several fit.
        """
        return self._answer((find_figure(self.figures, item),))[0]

    def everything(self) -> tuple[NumberTrace, ...]:
        """Return every number of the report, traced."""
        return self._answer(self.figures)

    def _answer(self, wanted: tuple[KeyFigure, ...]) -> tuple[NumberTrace, ...]:
        before = {f.key: f for f in self.figures_before}
        where = places(self.workspace, (row for f in wanted for row in f.rows))
        simulated = any("模拟" in name for name in self.unit_names.values())
        return tuple(NumberTrace(self.report, self.unit_names.get(self.report.unit_id, ""), f, printed_value(self.report.page, f.key),
                                 before.get(f.last_key), {(r.table, r.key): where[r.table, r.key] for r in f.rows}, simulated)
                     for f in wanted)


def printed_value(page: Path, key: str) -> str | None:
    """Return the value that the table of figures of a report *page* prints beside *key*, None where it has no such row."""
    try:
        text = page.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"报告文件打不开（{error.strerror}）", where=str(page), mend="重新生成这份报告") from error
    hit = re.search(rf"<td[^>]*>\s*{re.escape(escape(key))}\s*</td>\s*<td[^>]*>(.*?)</td>", text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", hit[1])).strip() if hit else None
