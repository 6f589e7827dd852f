"""The result of an evaluation: estimate, interval, what it rests on, what it does not mean, and how far it carries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from fangkong_lab.evaluate.assumption import Assumption, State
from fangkong_lab.evaluate.evidence import Evidence
from fangkong_lab.evaluate.plot import Plot
from fangkong_lab.kinds import Kind
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd


class Design(Kind):
    """How the effect was looked for."""

    BEFORE_AFTER = "before_after", "前后对比"
    ITS = "its", "间断时间序列"
    DID = "did", "双重差分（两组两期）"
    TWO_WAY = "two_way", "双向固定效应"
    STAGGERED = "staggered", "分批双重差分（Callaway–Sant'Anna）"
    SUN_ABRAHAM = "sun_abraham", "分批双重差分（Sun–Abraham）"
    IMPUTATION = "imputation", "分批双重差分（插补，Borusyak–Jaravel–Spiess）"
    POISSON = "poisson", "泊松双重差分"
    SYNTHETIC = "synthetic", "合成控制"
    SYNTHETIC_DID = "synthetic_did", "合成双重差分"
    RATE_RATIO = "rate_ratio", "两率之比"


class Scale(Kind):
    """What the estimate is: a difference per unit and period, of rates, of logarithms, or a ratio (1 = no effect)."""

    PER_PERIOD = "per_period", "每单位每期之差"
    RATE = "rate", "率之差"
    LOG = "log", "对数之差"
    RATIO = "ratio", "比值"

    @property
    def null(self) -> float:
        """Return the value of no effect."""
        return 1.0 if self is Scale.RATIO else 0.0


class Inference(Kind):
    """Where interval and p value come from."""

    CLUSTER = "cluster", "按单位聚类的稳健标准误"
    MULTIPLIER = "multiplier", "按单位的乘数自助法"
    WILD = "wild", "野聚类自助法"
    PERMUTATION = "permutation", "置换检验"
    PLACEBO = "placebo", "安慰剂检验"
    MODEL = "model", "模型标准误（离散度已估计）"
    AUTOREGRESSIVE = "autoregressive", "模型标准误（离散度、一阶自相关已估计）"
    HAC = "hac", "自相关稳健标准误（HAC）"
    EXACT = "exact", "精确区间"


@dataclass(frozen=True)
class Size:
    """How much was looked at: treated and comparison units, periods, and periods before the first start."""

    treated: int
    control: int
    periods: int
    before: int

    def text(self) -> str:
        """Return the numbers as one Chinese clause."""
        return f"试点单位{self.treated}个、对照单位{self.control}个、观察{self.periods}期（其中试点前{self.before}期）"


@dataclass(frozen=True)
class Effect:
    """One answered question. *low*, *high* are NaN where the method gives no interval; *p_floor* is the smallest p value
    that the method could have given with these units (None where there is no floor).

    *standard_error* is the conventional one of the design, as other programs print it (of the log for a ratio); the interval may
    be wider than it suggests, for it is corrected for few units. *unit_word* is what the outcome is counted in (人、件); *frame* the detail (Chinese headers; not copied: do not edit it);
    *plot* the data of its figure; *sources* the rows it rests on, as printed.
    """

    design: Design
    outcome: str
    unit_word: str
    estimate: float
    low: float
    high: float
    level: float
    scale: Scale
    size: Size
    inference: Inference
    frame: pd.DataFrame
    evidence: Evidence
    standard_error: float | None = None
    p: float | None = None
    p_floor: float | None = None
    assumptions: tuple[Assumption, ...] = ()
    caveats: tuple[str, ...] = ()
    plot: Plot | None = None
    sources: tuple[str, ...] = ()

    @property
    def separate(self) -> bool:
        """Say whether the data tell the effect from none, at 1 − *level*: by the interval, else by the p value."""
        if math.isnan(self.low) or math.isnan(self.high):
            return self.p is not None and self.p <= 1 - self.level + 1e-12
        return not self.low <= self.scale.null <= self.high

    def table(self) -> pd.DataFrame:
        """Return one row: design, estimate, interval, p, sizes, method, evidence level."""
        import pandas as pd

        return pd.DataFrame([{
            "方法": self.design.label, "指标": self.outcome, "效应": self.estimate, "尺度": self.scale.label,
            "区间下端": self.low, "区间上端": self.high, "置信水平": self.level, "p值": self.p, "p值下限": self.p_floor,
            "试点单位": self.size.treated, "对照单位": self.size.control, "期数": self.size.periods,
            "推断": self.inference.label, "证据等级": self.evidence.level}])

    def detail(self) -> pd.DataFrame:
        """Return a copy of the detail behind the estimate (by cohort, period or unit, as the design has it)."""
        return self.frame.copy()

    def preconditions(self) -> pd.DataFrame:
        """Return one row per precondition: name, state, text, reference."""
        import pandas as pd

        return pd.DataFrame([a.row() for a in self.assumptions], columns=["前提", "结果", "说明", "依据"])

    def figure(self) -> Plot | None:
        """Return the data of the figure; None where the design has none."""
        return self.plot

    def printed(self) -> str:
        """Return the estimate with its unit: 降低45.0% for ratios, 减少1.2人 for differences."""
        if self.scale is Scale.RATIO:
            return f"{'升高' if self.estimate > 1 else '降低'}{abs(self.estimate - 1):.1%}"
        if self.scale is Scale.LOG:
            return f"对数{'升高' if self.estimate > 0 else '降低'}{abs(self.estimate):.3g}"
        per = self.per()
        each = "" if per == 1 else f"每{per:g}分母"
        return f"{each}{'增加' if self.estimate > 0 else '减少'}{abs(self.estimate) * per:.3g}{self.unit_word}"

    def per(self) -> float:
        """Return the size of exposure in which a difference of rates is printed: a power of ten, so that it is at least 0.1."""
        if self.scale is not Scale.RATE or not math.isfinite(self.estimate) or self.estimate == 0:
            return 1.0
        return float(10 ** max(0, math.ceil(-1 - math.log10(abs(self.estimate)))))

    def sentence(self) -> str:
        """Return one Chinese sentence: what was compared, how much, with what certainty, and the evidence level."""
        from fangkong_lab.evaluate.wording import effect_sentence

        return effect_sentence(self)

    def failed(self) -> tuple[Assumption, ...]:
        """Return the preconditions that failed."""
        return tuple(a for a in self.assumptions if a.state is State.FAILED)

    def _repr_html_(self) -> str:
        limits = "".join(f"<li>{escape(c)}</li>" for c in self.caveats)
        tests = self.preconditions().to_html(index=False, border=0, classes="fk-table", escape=True) if self.assumptions else ""
        return (html_of(self.table(), self.sentence(), "；".join(self.sources))
                + f'<p class="fk-sentence">{escape(self.evidence.sentence())}</p>{tests}<ul class="fk-caveats">{limits}</ul>')
