"""Inspection coverage (巡察覆盖) by kind of target; the kinds are different things and are never added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.measure.ledgerdays import day_column, need, text_column

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class KindCoverage:
    """One kind of target: *targets* inspected (each once), *visits*, *universe* of targets that should be (None: 未载)."""

    kind: str
    targets: int
    visits: int
    universe: int | None
    problems: int | None
    problems_missing: int

    @property
    def share(self) -> float | None:
        """The share of the universe inspected, None where the universe is not stated or is zero."""
        return self.targets / self.universe if self.universe else None


@dataclass(frozen=True)
class Coverage:
    """Coverage per kind of target up to *as_of*, sorted by kind. There is no total."""

    kinds: tuple[KindCoverage, ...]
    as_of: date
    since: date | None

    def table(self) -> pd.DataFrame:
        """Return one row per kind of target."""
        import pandas as pd

        return pd.DataFrame([{"对象类型": k.kind, "已巡察对象数": k.targets, "巡察次数": k.visits,
                              "应巡察对象数": "未载" if k.universe is None else str(k.universe),
                              "覆盖率": "不计算" if k.share is None else f"{100 * k.share:.1f}%",
                              "发现问题数": "未载" if k.problems is None else str(k.problems),
                              "问题数未载的次数": k.problems_missing} for k in self.kinds])

    def basis_line(self) -> str:
        """Return the 口径 line."""
        start = f"{self.since}起" if self.since else "不限起点"
        return f"口径：巡察对象，按对象类型分列，不同类型不相加；{start}，截至{self.as_of}；同一对象多次巡察只计一个"

    def sentence(self) -> str:
        """Return the counts by kind; a share only where the universe is stated."""
        parts = [f"{k.kind}{k.targets}个" + (f"（应巡察{k.universe}个，{100 * k.share:.1f}%）" if k.share is not None else "（应巡察数未载）")
                 for k in self.kinds]
        return f"已巡察{'、'.join(parts)}；各类对象性质不同，不作合计。{self.basis_line()}。" if parts else f"没有巡察记录。{self.basis_line()}。"


def coverage(frame: pd.DataFrame, as_of: date, *, since: date | None = None, universe: Mapping[str, int] | None = None) -> Coverage:
    """Return the coverage of an ``inspections`` *frame*: inspections started in [*since*, *as_of*].

    *universe* maps a kind of target to how many there are; kinds without it get no share. 回头看 counts as a visit to a
    target already counted. Raises `BadInput` where more targets were inspected than the universe holds.
    """
    need(frame, "巡察覆盖", "target", "target_kind", "started_on")
    started = day_column(frame, "started_on", as_of)
    rows = frame[started.notna() & ((started >= _stamp(since)) if since else True)]
    known = universe or {}
    kinds = tuple(_one(str(kind), part, known.get(str(kind))) for kind, part in sorted(rows.groupby(text_column(rows, "target_kind"))))
    return Coverage(kinds, as_of, since)


def _stamp(day: date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day)


def _one(kind: str, rows: pd.DataFrame, universe: int | None) -> KindCoverage:
    targets = int(rows["target"].astype(str).nunique())
    if universe is not None and targets > universe:
        raise BadInput(f"{kind}已巡察{targets}个，多于应巡察的{universe}个", mend="核对对象名称是否统一，或核对应巡察数")
    stated = rows["problems"].dropna() if "problems" in rows.columns else rows["target"].iloc[:0]
    problems = int(stated.sum()) if len(stated) else None
    return KindCoverage(kind, targets, len(rows), universe, problems, len(rows) - len(stated))
