"""领导问数: one number of a finished report – in one sentence, with its 口径, its rows, and last year's figure.

Unit, annual and comparison reports have keyed numbers. The report's own request (unit, day, reader, models) is taken from the status ledger, so the figure is worked out again under the
same settings; where the ledger has changed since, the printed and the present number are both told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.dates import add_months
from fangkong_lab.errors import WrongCall
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.measure.key_figure import KeyFigure, Row, find_figure, fitting
from fangkong_lab.report.asked import Asked
from fangkong_lab.report.elsewhere import Traced, why_not
from fangkong_lab.report.model_figures import CITED, Citation, citations
from fangkong_lab.report.origin import Keyed, Place, places
from fangkong_lab.report.printed import Printed, printed_in
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from fangkong_lab.show.model_pages import ModelPages

BY_NOW = "按现有台账重算，不是去年报告所印"
NETWORK_FAMILIES = ("权力制约", "一年变动", "共性问题")
NETWORK_THEN = "；按现有清单和流程图、去年同日的任职计算"


@dataclass(frozen=True)
class NumberTrace:
    """The answer: *figure* as of now of *whose* (a unit, the county), *printed* in the report (None: not found in it),
    *before* a year earlier (None: 未载), *where* each row lies, *cited*: where each figure of a document is stated.
    """

    report: Asked
    whose: str
    figure: KeyFigure
    printed: str | None
    before: KeyFigure | None
    where: Mapping[Keyed, tuple[Place, ...]]
    simulated: bool
    cited: Mapping[str, Citation]

    @property
    def agrees(self) -> bool:
        """Say whether the report prints what the ledger gives now."""
        return self.printed == self.figure.value

    def sentence(self) -> str:
        """Return the figure in one sentence, and whether the report prints the same."""
        if self.cited:
            (found,) = self.cited.values()
            return f"{self.figure.key}：{self.figure.value}{self.figure.unit}，是文献{found.document}自述的数，照录，不由台账得出。{self._printed()}"
        mark = "【模拟数据】" if self.simulated else ""
        return mark + self.figure.sentence(f"{self.whose}截至{self.report.as_of}，") + self._printed()

    def _printed(self) -> str:
        if self.printed is None:
            return "报告里没有印这个编号（报告可能早于指标表），无从核对。"
        return "与报告所印一致。" if self.agrees else f"报告所印为{self.printed}：报告生成之后台账有变动，请重新生成报告。"

    def last_year(self) -> str:
        """Return last year's figure, or that it is not stated."""
        if self.report.kind is Traced.COMPARE:
            return "去年同期：不适用（模式比较只看评估基准日一天）。"
        note = BY_NOW + (NETWORK_THEN if self.figure.key.startswith(NETWORK_FAMILIES) else "")
        if self.before is None:
            return f"去年同期：未载（未载不等于无）；{note}。"
        return f"去年同期：{self.before.value}{'' if self.before.share else self.before.unit}（{self.before.key}）；{note}。"

    def row_lines(self) -> list[str]:
        """Return one line per row: table, key, what it adds, where it lies."""
        return [self._row(r) for r in self.figure.rows]

    def _row(self, row: Row) -> str:
        if row.table == CITED:
            return self.cited[row.key[0]].sentence()
        adds = f"{row.low:g}" if row.low == row.high else f"{row.low:g}–{row.high:g}"
        places_ = "；".join(p.sentence() for p in self.where.get((row.table, row.key), ())) or "台账里已没有这一行"
        return f"{TABLES[row.table].label} {' / '.join(k for k in row.key if k)}：{adds} ← {places_}"


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
        return self._figures_on(self.report.as_of)

    @cached_property
    def figures_before(self) -> tuple[KeyFigure, ...]:
        """The key figures one year earlier; none for a comparison of models."""
        return () if self.report.kind is Traced.COMPARE else self._figures_on(add_months(self.report.as_of, -12))

    def _figures_on(self, day: date) -> tuple[KeyFigure, ...]:
        if self.report.kind is Traced.COMPARE:
            from fangkong_lab.report.model_figures import ModelFigures

            return ModelFigures(self._models()).all
        if self.report.kind is Traced.ANNUAL:
            from fangkong_lab.report.county_figures import CountyFigures

            return CountyFigures(self.frames, "", day, self.report.audience).all
        from fangkong_lab.measure.key_figures import UnitFigures

        return UnitFigures(self.frames, self.report.unit_id, day, self.report.audience).all

    def _models(self) -> ModelPages:
        from fangkong_lab.models.shelf import shelf
        from fangkong_lab.show.model_pages import ModelPages

        if self.report.value("county"):
            raise WrongCall("这份模式比较套用在一本工作簿上，不在台账库里，不能追到送交", where=self.report.value("county"), mend="导入这本工作簿，再比较一次")
        cards = shelf(self.workspace.root)
        return ModelPages(tuple(cards.find(name) for name in self.report.value("models").split("、")), self.frames, self.report.as_of)

    @cached_property
    def unit_names(self) -> Mapping[str, str]:
        """Unit code → name."""
        units = self.frames["units"]
        return dict(zip(units["unit_id"].astype(str), units["name"].astype(str), strict=True))

    @property
    def whose(self) -> str:
        """Whom the report is about: the unit with its code, or the county."""
        unit = self.report.unit_id
        return f"{self.unit_names.get(unit, '')}（{unit}）" if unit else "全部单位"

    def trace(self, item: str) -> NumberTrace:
        """Return where the number *item* is from.

        *item* is the key printed in the report's 指标表, or enough of its parts to fit one key only. Raises `WrongCall` with
        the near matches where none or several fit, or with the reason where the report prints such a number that is no
        sum of rows.
        """
        reason = None if fitting(self.figures, item) else why_not(self.report.kind, item, self.report.audience)
        if reason:
            raise WrongCall(f"「{item}」不能追到台账的行：{reason.why}", mend=reason.mend)
        return self._answer((find_figure(self.figures, item),))[0]

    def everything(self) -> tuple[NumberTrace, ...]:
        """Return every number of the report, traced."""
        return self._answer(self.figures)

    def _answer(self, wanted: tuple[KeyFigure, ...]) -> tuple[NumberTrace, ...]:
        before = {f.key: f for f in self.figures_before}
        where = places(self.workspace, (row for f in wanted for row in f.rows if row.table != CITED))
        stated = citations({row.key[0] for f in wanted for row in f.rows if row.table == CITED})
        simulated = any("模拟" in name for name in self.unit_names.values())
        return tuple(NumberTrace(self.report, self.whose, f, self._printed(f), before.get(f.last_key),
                                 {(r.table, r.key): where[r.table, r.key] for r in f.rows if r.table != CITED},
                                 simulated and all(r.table != CITED for r in f.rows),
                                 {r.key[0]: stated[r.key[0]] for r in f.rows if r.table == CITED})
                     for f in wanted)

    @cached_property
    def printed(self) -> Printed:
        """The numbers that the report prints."""
        return printed_in(self.report.notebook)

    def _printed(self, figure: KeyFigure) -> str | None:
        if figure.rows and figure.rows[0].table == CITED:
            return self.printed.cited.get(figure.rows[0].key[0])
        return self.printed.figures.get(figure.key)
