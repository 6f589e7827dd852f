"""口径: what a count counts. Only counts of equal 口径 add up (design §7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind


class Clue(Kind):
    """Whether a talk or measure started from a clue (有问题线索); an empty cell is 不明."""

    YES = "yes", "是"
    NO = "no", "否"
    UNKNOWN = "unknown", "不明"


class Running(Kind):
    """Whether a value runs up since the start of its series (累计)."""

    YES = "yes", "是"
    NO = "no", "否"
    UNKNOWN = "unknown", "未载"


class PeriodKind(Kind):
    """The kind of period that a count covers."""

    MONTH = "month", "月"
    QUARTER = "quarter", "季度"
    HALF = "half", "半年"
    NINE = "nine_months", "前三季度"
    YEAR = "year", "年度"
    YEARS = "years", "多个年度"
    OTHER = "other", "其他期间"
    UP_TO = "up_to", "截至某日（起点未载）"
    UNSTATED = "unstated", "期间未载"


_WHOLE_MONTHS = {1: PeriodKind.MONTH, 12: PeriodKind.YEAR}
_BY_START = {(3, 1): PeriodKind.QUARTER, (3, 4): PeriodKind.QUARTER, (3, 7): PeriodKind.QUARTER, (3, 10): PeriodKind.QUARTER,
             (6, 1): PeriodKind.HALF, (6, 7): PeriodKind.HALF, (9, 1): PeriodKind.NINE}


@dataclass(frozen=True)
class Period:
    """A period with both days inclusive; None where the source does not say."""

    start: date | None
    end: date | None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise BadInput(f"期末 {self.end} 早于期初 {self.start}", mend="核对期初和期末")

    @property
    def days(self) -> int | None:
        """The number of days, both ends counted; None where an end is not stated."""
        return (self.end - self.start).days + 1 if self.start and self.end else None

    def kind(self) -> tuple[PeriodKind, int]:
        """Return the kind, and the length that tells two periods of it apart (years, or days of an other period)."""
        if self.end is None:
            return PeriodKind.UNSTATED, 0
        if self.start is None:
            return PeriodKind.UP_TO, 0
        months = _whole_months(self.start, self.end)
        if months in _WHOLE_MONTHS and (months == 1 or self.start.month == 1):
            return _WHOLE_MONTHS[months], 0
        if (months, self.start.month) in _BY_START:
            return _BY_START[months, self.start.month], 0
        if months and months % 12 == 0 and self.start.month == 1:
            return PeriodKind.YEARS, months // 12
        return PeriodKind.OTHER, self.days or 0

    def overlaps(self, other: Period) -> bool:
        """Say whether the periods may share a day; an end that is not stated may be anywhere."""
        return _before(self.start, other.end) and _before(other.start, self.end)

    def text(self) -> str:
        """Return the period as printed."""
        if self.kind()[0] is PeriodKind.YEAR and self.start:
            return f"{self.start.year}年"
        if self.start and self.end:
            return f"{self.start}至{self.end}"
        return f"截至{self.end}" if self.end else (f"自{self.start}起" if self.start else "期间未载")


def _whole_months(start: date, end: date) -> int:
    after = end + timedelta(days=1)
    if start.day != 1 or after.day != 1:
        return 0
    return (after.year - start.year) * 12 + after.month - start.month


def _before(first: date | None, second: date | None) -> bool:
    return first is None or second is None or first <= second


@dataclass(frozen=True)
class Basis:
    """口径 = (measure, count_unit, has_clue, cumulative, kind of period); *length* tells odd periods apart."""

    measure: str
    count_unit: str
    clue: Clue
    running: Running
    period: PeriodKind
    length: int = 0

    def parts(self) -> dict[str, str]:
        """Return the parts by their Chinese names, in the order of the definition."""
        size = {PeriodKind.YEARS: f"（{self.length}年）", PeriodKind.OTHER: f"（{self.length}天）"}.get(self.period, "")
        return {"指标": self.measure, "计量单位": self.count_unit, "有问题线索": self.clue.label,
                "累计": self.running.label, "期间": self.period.label + size}

    def line(self) -> str:
        """Return the 口径 line that every result prints."""
        return "口径：" + "；".join(f"{name} {value}" for name, value in self.parts().items())

    def differs(self, other: Basis) -> tuple[str, ...]:
        """Return the names of the parts in which two 口径 differ."""
        theirs = other.parts()
        return tuple(name for name, value in self.parts().items() if theirs[name] != value)
