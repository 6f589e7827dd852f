"""One series in time: equally spaced points, the point at which the pilot begins, and how many points make a year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.panel import require_column

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MONTHS = 12


@dataclass(frozen=True, eq=False)
class Series:
    """n points in time order. *labels* as given, *outcome* and *exposure* (None: no denominator) n numbers, *phase* the place in
    the year (0 …), *at* the index of the first point under the pilot, *per_year* points a year (None: the time does not say).
    """

    labels: tuple[Any, ...]
    outcome: np.ndarray
    exposure: np.ndarray | None
    phase: np.ndarray
    at: int
    per_year: int | None

    @property
    def n(self) -> int:
        """The number of points."""
        return len(self.labels)

    @property
    def counted(self) -> bool:
        """Say whether the outcome is a count: whole numbers, none negative."""
        return bool((self.outcome >= 0).all() and (self.outcome == self.outcome.round()).all())

    def source(self) -> str:
        """Return the rows that it rests on, as printed."""
        return f"传入数据{self.n}行（{str(self.labels[0])[:10]}至{str(self.labels[-1])[:10]}）"


def read_series(frame: pd.DataFrame, outcome: str, time: str, start: object, exposure: str | None = None) -> Series:
    """Return the series of *frame*, one row per point in time, in any order; *frame* is not changed.

    *start* is the first moment under the pilot; a start inside a period counts from the next one. Raises `BadInput` for a missing
    column, an empty or repeated time, a gap, a number that is none, an exposure ≤ 0, a start outside the series.
    """
    import numpy as np

    for name in (outcome, time, *([exposure] if exposure else [])):
        require_column(frame, name)
    if len(frame) < 2:
        raise BadInput("不足两期，不成序列", where=f"传入数据 › {time}", mend="补报各期")
    keys, begin = _keys(frame[time], time, start)
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    step = _step(ordered, time)
    at = int(np.searchsorted(ordered, begin))
    if not 0 < at < len(ordered):
        raise BadInput(f"试点起始{start}不在序列之内", where=f"传入数据 › {time}", mend="核对起始日期；前后都要有数")
    dated = _dated(frame[time])
    per_year = MONTHS // int(step) if dated and step <= MONTHS and MONTHS % int(step) == 0 else None
    phase = ordered % MONTHS // step if dated else np.arange(len(ordered))
    size = None if exposure is None else _numbers(frame, exposure)[order]
    if size is not None and (size <= 0).any():
        raise BadInput("分母须大于0", where=f"传入数据 › {exposure}", mend="核对分母")
    return Series(tuple(frame[time].iloc[order]), _numbers(frame, outcome)[order], size, phase.astype(float), at, per_year)


def _dated(column: pd.Series) -> bool:
    import pandas as pd

    return not pd.api.types.is_numeric_dtype(column)


def _keys(column: pd.Series, name: str, start: object) -> tuple[np.ndarray, float]:
    """Return time as numbers: months since year 0 for dates, else the numbers themselves; and the start on the same scale."""
    import pandas as pd

    if column.isna().any():
        raise BadInput("时间为空", where=f"传入数据 › {name}", mend="补填或删去该行")
    if pd.api.types.is_numeric_dtype(column):
        try:
            return column.to_numpy(float), float(str(start))
        except ValueError as error:
            raise BadInput(f"时间是数字，起始「{start}」却不是", mend="两者写成同一种写法") from error
    days = column.dt.start_time if isinstance(column.dtype, pd.PeriodDtype) else _days(column, name)
    begin = _days(pd.Series([start.start_time if isinstance(start, pd.Period) else start]), "试点起始")
    whole = float(begin.iloc[0].year * MONTHS + begin.iloc[0].month - 1)
    return (days.dt.year * MONTHS + days.dt.month - 1).to_numpy(float), whole + (0.5 if begin.iloc[0].day > 1 else 0.0)


def _days(column: pd.Series, name: str) -> pd.Series:
    import pandas as pd

    try:
        return pd.to_datetime(column)
    except (TypeError, ValueError) as error:
        raise BadInput(f"「{column.iloc[0]}」不是日期", where=f"传入数据 › {name}", mend="写成2016-01-01，或用年份、期次的数字") from error


def _step(ordered: np.ndarray, name: str) -> float:
    """Return the distance of neighbouring points; refuse repeats and gaps."""
    import numpy as np

    gaps = np.diff(ordered)
    if (gaps <= 0).any():
        raise BadInput("同一期出现两次", where=f"传入数据 › {name}", mend="每期一行：先按期合计")
    if not np.allclose(gaps, gaps[0]):
        at = int(np.argmax(~np.isclose(gaps, gaps.min())))
        raise BadInput(f"各期间隔不等，第{at + 1}期之后有缺", where=f"传入数据 › {name}", mend="补齐缺的期；没有的数不要写0")
    return float(gaps[0])


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    import numpy as np
    import pandas as pd

    values = pd.to_numeric(frame[name], errors="coerce").to_numpy(float)
    if not np.isfinite(values).all():
        at = int(np.argmax(~np.isfinite(values)))
        raise BadInput("不是数", where=f"传入数据第{at + 1}行 › {name}", mend="补填或删去该行；没有的数不要写0")
    return values
