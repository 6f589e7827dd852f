"""The whole answer to one question: what can be said, what cannot and how many would be enough, what it rests on, what it does not mean."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from fangkong_lab.evaluate.assumption import Assumption, Refusal
from fangkong_lab.evaluate.effect import Design, Effect, Scale
from fangkong_lab.evaluate.evalue import EValue
from fangkong_lab.evaluate.false_dates import PlaceboDates
from fangkong_lab.evaluate.panel_of_ledger import LedgerPanel
from fangkong_lab.evaluate.pilot_power import MinimumEffect, SampleSize
from fangkong_lab.evaluate.question import Question
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.sensitivity import Sensitivity
from fangkong_lab.kinds import Kind
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd


class Verdict(Kind):
    """What can be said."""

    SEEN = "seen", "数据能与没有变化区分"
    NOT_SEEN = "not_seen", "没有看出值得重视的变化"
    CANNOT_TELL = "cannot_tell", "不能由此判断"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """*answer* is the effect by the best design that the data bear, or the refusal; *others* effects by further designs they bear, for comparison;
    *refusals* of the designs they do not. *baseline* is the pilots' mean before (a rate where there is an exposure). *visible*, *enough* (None where no plan can be made): the smallest visible change, and how many pilots the worthwhile change
    needs. *sensitivity*, *explained*, *checks*: what it bears. *caveats* in Chinese, most important first.
    """

    question: Question
    ledger: LedgerPanel
    answer: Effect | Refusal
    others: tuple[Effect, ...]
    refusals: tuple[Refusal, ...]
    visible: MinimumEffect | None
    enough: SampleSize | None
    sensitivity: Sensitivity
    explained: EValue | Refusal | None
    checks: tuple[Assumption, ...]
    caveats: tuple[str, ...]
    verdict: Verdict
    needed: str
    baseline: float

    @property
    def effect(self) -> Effect | None:
        """The answer where it is an effect."""
        return self.answer if isinstance(self.answer, Effect) else None

    @property
    def dates(self) -> PlaceboDates | None:
        """The false starts, where they were tried."""
        return self.sensitivity.dates

    @property
    def readings(self) -> tuple[str, ...]:
        """How a change of this measure may be read: both ways where it is the supervisors' own activity; empty where it is said not to be."""
        return readings(self.question.settings(""), self.question.measure)

    def per_cent(self) -> tuple[float, float, float] | None:
        """Return estimate and interval as per cent of the pilots' mean before; None for logs, refusals and a mean of zero."""
        effect = self.effect
        if effect is None or effect.scale is Scale.LOG or not self.baseline > 0:
            return None
        ends = (effect.estimate, effect.low, effect.high)
        per = (1.0, -1.0) if effect.scale is Scale.RATIO else (1 / self.baseline, 0.0)
        return 100 * (ends[0] * per[0] + per[1]), 100 * (ends[1] * per[0] + per[1]), 100 * (ends[2] * per[0] + per[1])

    def sentence(self) -> str:
        """Return the one Chinese sentence of the answer; 「不能由此判断，至少需要…」 where that is it."""
        mark = "【模拟数据】" if self.ledger.simulated else ""
        if isinstance(self.answer, Refusal):
            return mark + self.answer.sentence()
        if self.verdict is not Verdict.CANNOT_TELL:
            return mark + self.answer.sentence()
        return f"{mark}{self.answer.sentence()[:-1]}；不能由此判断有无变化{self.needed}。"

    def paragraph(self) -> str:
        """Return the paragraph for a leader: answer, what it rests on, what could be seen, both readings, what is not claimed."""
        parts = [self.sentence()]
        if self.effect is not None:
            parts.append(f"等级的理由：{self.effect.evidence.reason}（马里兰量表，1级最弱、5级最强）。")
            failed = self.effect.failed()
            parts.append(f"前提检验{len(self.checks)}项，未通过{len(failed)}项" + (f"（{'、'.join(a.name for a in failed)}）。" if failed else "。"))
        parts.append(self.foresight())
        parts += [f"{c}。" for c in self.caveats[:3]]
        return "".join(parts)

    def foresight(self) -> str:
        """Return the smallest visible change in words; without other units it is that of before and after, and says so. Empty where none was worked out."""
        if self.visible is None:
            return ""
        compared = self.effect is not None and self.effect.design not in (Design.BEFORE_AFTER, Design.ITS)
        alone = "如只作前后对比（证据最多2级），" if compared and not self.visible.plan.controls else ""
        return alone + self.visible.sentence()

    def table(self) -> pd.DataFrame:
        """Return one row per design: the effect, or why not and what would be enough."""
        import pandas as pd

        rows = [_row(e, "采用" if e is self.answer else "可用，供对照") for e in ([self.effect] if self.effect else []) + list(self.others)]
        frame = pd.DataFrame([*rows, *(_refused_row(r) for r in self.refusals)])
        return frame[["方法", "结论", "效应", "区间", "p值", "证据等级", "原因", "至少需要", "依据"]]

    def _repr_html_(self) -> str:
        limits = "".join(f"<li>{escape(c)}</li>" for c in self.caveats)
        tests = self.preconditions().to_html(index=False, border=0, classes="fk-table", escape=True) if self.checks else ""
        return html_of(self.table(), self.sentence(), "；".join(self.ledger.sources()[:3])) + f'{tests}<ul class="fk-caveats">{limits}</ul>'

    def preconditions(self) -> pd.DataFrame:
        """Return one row per precondition of the answer, sensitivity included."""
        import pandas as pd

        return pd.DataFrame([a.row() for a in self.checks], columns=["前提", "结果", "说明", "依据"])


def _row(effect: Effect, status: str) -> dict[str, object]:
    ends = "" if effect.low != effect.low else f"{_end(effect, effect.low)}至{_end(effect, effect.high)}"
    return {"方法": effect.design.label, "结论": status, "效应": effect.printed(), "区间": ends, "p值": effect.p, "证据等级": str(effect.evidence.level),
            "原因": effect.evidence.reason, "至少需要": "", "依据": effect.inference.label}


def _end(effect: Effect, value: float) -> str:
    return f"{value - 1:+.1%}" if effect.scale.null == 1 else f"{value:+.3g}"


def _refused_row(refusal: Refusal) -> dict[str, object]:
    return {"方法": refusal.asked, "结论": "不用", "效应": "", "区间": "", "p值": None, "证据等级": "", "原因": refusal.reason, "至少需要": refusal.needed,
            "依据": refusal.reference}

