"""Designs under permutation inference: the answer where there are too few units for standard errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.choice import permutation_refusal
from fangkong_lab.evaluate.collapse import collapsed
from fangkong_lab.evaluate.contrast import Contrast, imputed, staggered, two_by_two, two_way
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.finding import Finding, effect
from fangkong_lab.evaluate.permute import Permuted, permute_contrast
from fangkong_lab.evaluate.permute_counts import permute_ratio
from fangkong_lab.evaluate.plot import Plot, Shape

if TYPE_CHECKING:
    from fangkong_lab.evaluate.panel import Panel
    from fangkong_lab.evaluate.settings import Settings


# With one start these are the difference of mean changes, whatever rows are missing.
_FOLDED = (Design.DID, Design.TWO_WAY, Design.IMPUTATION)


def permuted(panel: Panel, settings: Settings, design: Design) -> Effect | Refusal:
    """Return *design* with permutation inference; a `Refusal` for clusters larger than units, weights, covariates, or gaps in a
    staggered panel. The p value is printed with the least these units allow.
    """
    refusal = _unfit(panel, design)
    if refusal is not None:
        return refusal
    used = panel.kept(panel.start > 0) if panel.always else panel
    one_start = len(used.cohorts) == 1
    if used.counts and design is Design.POISSON and one_start:
        drawn, scale = permute_ratio(collapsed(used), settings.level, settings.draws, settings.seed), Scale.RATIO
    else:
        base = collapsed(used) if one_start and design in _FOLDED else used
        try:
            contrast = _contrast(base, settings, design)
        except CannotTell as error:
            return Refusal(f"用置换检验的{design.label}", error.what, error.mend, "Callaway & Sant'Anna 2021")
        drawn = permute_contrast(base, contrast, settings.level, settings.draws, settings.seed)
        scale = Scale.RATE if used.counts else Scale.PER_PERIOD
        other = design is Design.POISSON or (design is Design.SUN_ABRAHAM and bool(used.treated.all()))  # what the contrast is then
        design = Design.STAGGERED if other else design
    return effect(_finding(drawn, design, scale), used, settings)


def _contrast(panel: Panel, settings: Settings, design: Design) -> Contrast:
    """Return the estimate of *design* as a weighted sum of the cohorts' mean paths."""
    if design is Design.TWO_WAY:
        return two_way(panel)
    if design is Design.IMPUTATION:
        return imputed(panel)
    return two_by_two(panel) if design is Design.DID else staggered(panel, settings.controls)


def permuted_or_refused(panel: Panel, settings: Settings, design: Design) -> Effect | Refusal:
    """Return `permuted`, or the refusal where no arrangement of these units could reach the level."""
    answer = permuted(panel, settings, design)
    if isinstance(answer, Refusal) or answer.p_floor is None:
        return answer
    return permutation_refusal(panel, design, answer.p_floor, settings.alpha) or answer


def _unfit(panel: Panel, design: Design) -> Refusal | None:
    """Return why the units of *panel* cannot be dealt out anew; None where they can."""
    asked = f"用置换检验的{design.label}"
    if int(panel.cluster.max()) + 1 < panel.n_units:
        return Refusal(asked, "聚类组大于单位，单位之间不可互换", "以聚类组为单位的数据", "MacKinnon & Webb 2020", "先按聚类组合并")
    if panel.weight is not None or panel.covariates is not None or panel.dose is not None or panel.absorb is not None:
        return Refusal(asked, "给出了权重、协变量、剂量或其他效应，单位之间不可互换", "不带这些栏的数据", "MacKinnon & Webb 2020")
    if not panel.balanced and (len(panel.cohorts) > 1 or design in (Design.STAGGERED, Design.SUN_ABRAHAM)):
        missing = int((~panel.present).sum())
        return Refusal(asked, f"缺{missing}个单位期", "每个单位各期都有数", "Callaway & Sant'Anna 2021", "补齐缺的单位期后再做")
    return None


def _finding(drawn: Permuted, design: Design, scale: Scale) -> Finding:
    """Return the estimate with its permutation distribution."""
    import pandas as pd

    how = (f"全部{drawn.how.count}种排列逐一计算" if drawn.how.exact else f"随机抽取{drawn.how.draws}种排列（种子{drawn.how.seed}）")
    frame = pd.DataFrame([{"统计量": drawn.drawn[0], "排列数": drawn.how.tried, "是否穷尽": drawn.how.exact, "p值": drawn.p,
                           "p值下限": drawn.floor, "区间下端": drawn.low, "区间上端": drawn.high}])
    lie = pd.DataFrame({"x": np.arange(len(drawn.drawn)), "y": drawn.drawn, "low": np.nan, "high": np.nan, "series": "排列"})
    plot = Plot(Shape.DISTRIBUTION, "若试点落在其他单位", lie, f"{how}，与实际一样大或更大的占{drawn.p:.1%}。", "排列", "统计量",
                float(drawn.drawn[0]))
    said = (f"置换检验：{how}；p值最小可为{drawn.floor:.3g}", "区间为各单位效应相同的前提下不被拒绝的效应")
    return Finding(design, drawn.estimate, drawn.low, drawn.high, Inference.PERMUTATION, frame, drawn.p, drawn.floor, None, scale, plot,
                   said=said)
