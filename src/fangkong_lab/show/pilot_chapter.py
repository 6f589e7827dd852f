"""The annual report's chapter 六、试点评估: what may be claimed of the pilots, the evidence table (chart ⑧), what to ask next year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, CannotTell
from fangkong_lab.evaluate.evaluation import Evaluation
from fangkong_lab.evaluate.question import Question
from fangkong_lab.evaluate.several import Several, evaluate_measures
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.evaluation_charts import effect_chart, evidence_chart
from fangkong_lab.show.prose import Listing, Prose

if TYPE_CHECKING:
    import pandas as pd

MEASURES = ("信访举报", "立案", "纪律处分", "提醒谈话")
NO_PILOTS = "单位表没有写明启用日期，或没有试点前后的监督执纪统计，本章不能评估试点；不能评估不等于没有成效。"


@dataclass(frozen=True)
class PilotChapter:
    """Chapter 六 of the annual report on ledger *tables* as of *as_of*, for those of *measures* that the ledger has."""

    tables: Mapping[str, pd.DataFrame]
    as_of: date
    measures: tuple[str, ...] = MEASURES

    @cached_property
    def several(self) -> Several | None:
        """The answers, corrected for their number; None where no measure can be asked about."""
        found = self._present()
        return evaluate_measures(self.tables, Question(found[0], self.as_of), found) if found else None

    def _present(self) -> tuple[str, ...]:
        outcomes, units = self.tables.get("outcomes"), self.tables.get("units")
        if outcomes is None or not len(outcomes) or units is None or "adopted_on" not in units.columns or units["adopted_on"].isna().all():
            return ()
        return tuple(m for m in self.measures if self._askable(m))

    def _askable(self, measure: str) -> bool:
        """A measure kept in several 口径, or running up, is left out here; `fangkong evaluate` asks about it with its 口径 named."""
        from fangkong_lab.evaluate.panel_of_ledger import ledger_panel

        try:
            ledger_panel(self.tables, Question(measure, self.as_of))
        except (BadInput, CannotTell):
            return False
        return True

    def opening(self) -> Prose:
        """Return one paragraph per measure, the sentence of its answer; then how a change may be read, both ways for supervisors' own activity."""
        if self.several is None:
            return Prose((NO_PILOTS,))
        return Prose((*(e.sentence() for e in self.several.evaluations), *self._readings()))

    def _readings(self) -> tuple[str, ...]:
        """Return each reading once, with the measures that it is of."""
        measures: dict[str, list[str]] = {}
        for made in self.several.evaluations if self.several else ():
            for reading in made.readings:
                measures.setdefault(reading, []).append(made.question.measure)
        return tuple(f"{'、'.join(names)}：{reading}。" for reading, names in measures.items())

    def evidence(self) -> Listing | Prose:
        """Return the evidence table as a table."""
        if self.several is None:
            return Prose((NO_PILOTS,))
        return Listing(self.several.table(), caption="试点证据表", note=self.several.sentence())

    def evidence_chart(self) -> Chart | Prose:
        """Return chart ⑧."""
        return Prose((NO_PILOTS,)) if self.several is None else evidence_chart(self.several.evaluations)

    def figure(self, measure: str) -> Chart | Prose:
        """Return the figure of one measure's answer, or why there is none."""
        made = self._of(measure)
        if made is None or made.effect is None:
            return Prose((made.sentence() if made else NO_PILOTS,))
        drawn = effect_chart(made.effect, simulated=made.ledger.simulated)
        return drawn if drawn is not None else Prose((made.effect.sentence(),))

    def _of(self, measure: str) -> Evaluation | None:
        return next((e for e in self.several.evaluations if e.question.measure == measure), None) if self.several else None

    def refused(self) -> Listing | Prose:
        """Return the methods that were not used, with the reason and what would be enough."""
        if self.several is None:
            return Prose((NO_PILOTS,))
        import pandas as pd

        frames = [r.table().assign(指标=e.question.measure) for e in self.several.evaluations for r in e.refusals]
        if not frames:
            return Prose(("各种方法都可用。",))
        whole = pd.concat(frames, ignore_index=True)
        alike = whole.groupby(["所问", "原因", "至少需要", "依据"], sort=False, as_index=False).agg({"指标": "、".join})
        return Listing(alike.rename(columns={"所问": "方法"}), caption="没有采用的方法和原因")

    def limits(self) -> Prose:
        """Return the caveats, each once, both readings of supervisors' activity first; and what could have been seen."""
        if self.several is None:
            return Prose((NO_PILOTS,))
        said = (*self._readings(), *dict.fromkeys(f"{c}。" for e in self.several.evaluations for c in e.caveats if c not in e.readings))
        seen = dict.fromkeys(f"{e.question.measure}：{e.foresight()}" for e in self.several.evaluations if e.visible is not None)
        return Prose((*said, *seen), ordered=True)
