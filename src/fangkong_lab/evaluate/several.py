"""Several outcomes of one pilot at once: each its own answer, their p values corrected for their number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fangkong_lab.errors import WrongCall
from fangkong_lab.evaluate.chooser import ONE_MEASURE, evaluate
from fangkong_lab.evaluate.evaluation import Evaluation
from fangkong_lab.evaluate.question import Question
from fangkong_lab.measure.multiple import Discoveries, benjamini_hochberg

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Several:
    """*evaluations* by measure, in the order asked; *discoveries* Benjamini–Hochberg over those with a p value."""

    evaluations: tuple[Evaluation, ...]
    discoveries: Discoveries

    def table(self) -> pd.DataFrame:
        """Return the evidence table: one row per measure."""
        import pandas as pd

        corrected = {d.measure: d for d in self.discoveries.items}
        return pd.DataFrame([_row(e, corrected.get(e.question.measure)) for e in self.evaluations])

    def sentence(self) -> str:
        """Return the sentence on the correction, and which measures stand."""
        standing = [d.measure for d in self.discoveries.items if d.stands]
        found = f"校正后仍能与没有变化区分的有{'、'.join(standing)}。" if standing else "校正后没有一个指标能与没有变化区分。"
        return f"同时看{len(self.evaluations)}个指标，按 Benjamini–Hochberg 校正（错误发现率{self.discoveries.rate:.0%}）：{found}"


def evaluate_measures(tables: Mapping[str, pd.DataFrame], question: Question, measures: Sequence[str]) -> Several:
    """Answer *question* for each of *measures* (different ones); its own measure is not looked at."""
    if not measures or len(set(measures)) != len(measures):
        raise WrongCall("没有写指标，或同一指标写了两次", mend="列出不同的指标")
    made = tuple(_one_of_many(evaluate(tables, replace(question, measure=m)), len(measures)) for m in measures)
    p_values = {e.question.measure: float(e.effect.p) for e in made if e.effect is not None and e.effect.p is not None}
    return Several(made, benjamini_hochberg(p_values, 0.05))


def _one_of_many(made: Evaluation, count: int) -> Evaluation:
    if count == 1:
        return made
    return replace(made, caveats=tuple(f"同时看了{count}个指标，以校正后的q值为准" if c == ONE_MEASURE else c for c in made.caveats))


def _row(made: Evaluation, corrected: object) -> dict[str, object]:
    effect = made.effect
    return {"指标": made.question.measure, "结论": made.verdict.label, "变化": effect.printed() if effect else "不作估计",
            "方法": effect.design.label if effect else "", "p值": effect.p if effect else None, "校正后q值": getattr(corrected, "q", None),
            "证据等级": f"{effect.evidence.level}级" if effect else "", "说明": effect.evidence.reason if effect else made.sentence()}
