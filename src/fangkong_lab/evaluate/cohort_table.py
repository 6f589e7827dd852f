"""Tables and figures of staggered designs: by cohort and period, and by what they are gathered by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.evaluate.aggregate import Aggregate, By
from fangkong_lab.evaluate.effect import Inference, Scale
from fangkong_lab.evaluate.multiplier import bands
from fangkong_lab.evaluate.plot import Plot, Shape
from fangkong_lab.evaluate.spread import spread_of

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.group_time import GroupTime
    from fangkong_lab.evaluate.panel import Panel
    from fangkong_lab.evaluate.settings import Settings

    Floats = NDArray[np.float64]

_FIRST = {By.DYNAMIC: "距试点起始", By.GROUP: "试点批次", By.CALENDAR: "期"}


def group_time_table(effects: GroupTime, level: float) -> pd.DataFrame:
    """Return one row per cohort and period: ATT, standard error (conventional), interval, fewest units compared."""
    import pandas as pd

    panel = effects.panel
    made = []
    for k, (g, t) in enumerate(zip(effects.cohort, effects.period, strict=True)):
        spread = spread_of(effects.influence[:, k], panel)
        low, high = spread.interval(float(effects.att[k]), level)
        made.append({"试点批次": panel.periods[g], "期": panel.periods[t], "距试点起始": int(t - g), "效应": float(effects.att[k]),
                     "标准误": spread.conventional, "区间下端": low, "区间上端": high, "最少单位数": int(effects.fewest[k])})
    return pd.DataFrame(made)


def rows(found: Aggregate, panel: Panel, level: float, *, ratio: bool = False, by_cohort: bool = True) -> pd.DataFrame:
    """Return one row per part of *found*: estimate, standard error (conventional; of the log for a ratio), interval."""
    import pandas as pd

    first = _FIRST.get(found.by, "部分")
    made = []
    for k, at in enumerate(found.at):
        spread = spread_of(found.influence[:, k], panel, by_cohort=by_cohort, logs=ratio)
        ends = np.array([found.estimate[k], *spread.interval(float(found.estimate[k]), level)])
        value, low, high = np.exp(ends) if ratio else ends
        made.append({first: int(at) if found.by is By.DYNAMIC else panel.periods[at], "效应": float(value),
                     "标准误": spread.conventional, "区间下端": float(low), "区间上端": float(high)})
    return pd.DataFrame(made, columns=[first, "效应", "标准误", "区间下端", "区间上端"])


def event_plot(found: Aggregate, panel: Panel, settings: Settings, inference: Inference, scale: Scale) -> Plot:
    """Return the effects by period since the start with their intervals: simultaneous for the multiplier bootstrap."""
    import pandas as pd

    ratio = scale is Scale.RATIO
    spreads = [spread_of(found.influence[:, k], panel, by_cohort=not ratio, logs=ratio) for k in range(len(found.at))]
    if inference is Inference.MULTIPLIER:
        still = [s.still(float(e)) for s, e in zip(spreads, found.estimate, strict=True)]
        reach = np.where(still, np.nan, bands(found.influence, panel, settings.level, settings.draws, settings.seed).reach)
        ends = np.stack([found.estimate, found.estimate - reach, found.estimate + reach])
        kind = "同时区间"
    else:
        each = [s.interval(float(e), settings.level) for s, e in zip(spreads, found.estimate, strict=True)]
        ends = np.column_stack([found.estimate, np.array(each).reshape(-1, 2)]).T
        kind = "逐点区间"
    value, low, high = np.exp(ends) if ratio else ends
    frame = pd.DataFrame({"x": found.at, "y": value, "low": low, "high": high, "series": np.where(found.at < 0, "试点前", "试点后")})
    null = scale.null
    outside = int(((frame["low"] > null) | (frame["high"] < null))[frame["x"] >= 0].sum())
    drifting = int(((frame["low"] > null) | (frame["high"] < null))[frame["x"] < 0].sum())
    alt = (f"试点后{int((found.at >= 0).sum())}期中{outside}期的{settings.level:.0%}{kind}不含无效应值；"
           f"试点前{int((found.at < 0).sum())}期中{drifting}期不含。")
    return Plot(Shape.EVENT, f"{panel.columns.outcome}：距试点起始各期的效应", frame, alt, "距试点起始期数", f"效应（{scale.label}）", null, -0.5)
