"""Which inference the number of units bears; what is refused, and what would be needed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from fangkong_lab.evaluate.assumption import Assumption, Refusal, State, refused
from fangkong_lab.evaluate.effect import Inference
from fangkong_lab.evaluate.trap import Trap

if TYPE_CHECKING:
    from fangkong_lab.evaluate.effect import Design
    from fangkong_lab.evaluate.panel import Panel
    from fangkong_lab.evaluate.settings import Settings

# Units a side from which clustered and wild inference keep their level in benchmarks/size.py; below, permutation.
FEWEST_UNITS = 5
# With so few treated clusters no clustered standard error is computed at all (Conley & Taber 2011).
NEVER_CLUSTERED = 2


def choose(panel: Panel, settings: Settings, design: Design, *, singles: bool = False) -> Inference | Refusal:
    """Return the inference to use: the one asked for where the units bear it, a `Refusal` where they do not; without a wish
    clustered with at least 5 units a side and 2 in each cohort (*singles*: cohorts of one unit do), permutation below.
    """
    size, (begun, waiting) = panel.size(), sides(panel)
    side = min(begun, waiting)
    if size.control:
        seen = f"试点单位仅{begun}个" if begun <= waiting else f"对照单位仅{waiting}个"
    else:
        seen = f"先试点{begun}个、最后一批{waiting}个（没有从未试点的单位，只有先后可比）"
    asked = settings.inference
    if asked is Inference.MODEL:
        return refused(design.label, Trap.UNCLUSTERED, "按单位聚类的标准误", seen=f"观察{size.periods}期", instead="按单位聚类的标准误或置换检验")
    if asked is Inference.WILD and side < FEWEST_UNITS:
        return refused(f"用野自助法估计的{design.label}", Trap.WILD_FEW_TREATED, f"试点和对照单位各{FEWEST_UNITS}个", seen=seen, instead="置换检验")
    if asked in (Inference.CLUSTER, Inference.MULTIPLIER) and side <= NEVER_CLUSTERED:
        return refused(f"用聚类标准误估计的{design.label}", Trap.FEW_TREATED_CLUSTERS, f"试点和对照单位各{FEWEST_UNITS}个", seen=seen, instead="置换检验")
    if asked is not None:
        return asked
    small = min((int((panel.start == g).sum()) for g in panel.cohorts if g > 0), default=0)
    return Inference.CLUSTER if side >= FEWEST_UNITS and (singles or small >= 2) else Inference.PERMUTATION


def sides(panel: Panel) -> tuple[int, int]:
    """Return how many units there are to be compared on either side: pilots and never treated; without the latter those that began before the last
    batch, and the last batch, which is all there is to compare them with.
    """
    size = panel.size()
    if size.control or len(panel.cohorts) < 2:
        return size.treated, size.control or size.treated
    last = int((panel.start == panel.cohorts[-1]).sum())
    return size.treated - last, last


def enough_units(panel: Panel, inference: Inference) -> Assumption:
    """Return whether the inference has the units it needs."""
    size = panel.size()
    begun, waiting = sides(panel)
    side = min(begun, waiting)
    text = f"试点{size.treated}个、对照{size.control}个单位" + ("" if size.control or len(panel.cohorts) < 2 else f"（先试点{begun}个、最后一批{waiting}个）")
    if inference is Inference.PERMUTATION:
        return Assumption("单位数", State.INFORMATIONAL, f"{text}，用置换检验，p值在试点可能落在任一单位的前提下精确", "Conley & Taber 2011")
    state = State.PASSED if side >= FEWEST_UNITS else State.FAILED
    return Assumption("单位数", state, f"{text}，{inference.label}至少要各{FEWEST_UNITS}个", Trap.FEW_TREATED_CLUSTERS.reference)


def permutation_refusal(panel: Panel, design: Design, floor: float, alpha: float) -> Refusal | None:
    """Return the refusal where even the most extreme arrangement has p > *alpha*, with the comparison units that would do."""
    if floor <= alpha + 1e-12:
        return None
    size = panel.size()
    seen = f"试点单位仅{size.treated}个、对照{size.control}个，置换检验的p值最小为{floor:.3g}，达不到{alpha:.3g}"
    return Refusal(design.label, seen, f"对照单位{controls_needed(size.treated, alpha)}个（试点仍为{size.treated}个）",
                   Trap.FEW_TREATED_CLUSTERS.reference, "描述性对比", Trap.FEW_TREATED_CLUSTERS, (panel.source(),))


def controls_needed(treated: int, alpha: float) -> int:
    """Return the fewest comparison units with which *treated* pilots of one start can reach p ≤ *alpha* by permutation.

    With as many comparison as pilot units the mirror image is as extreme: two of all arrangements.
    """
    control = 1
    while (2 if control == treated else 1) / math.comb(treated + control, treated) > alpha:
        control += 1
    return control
