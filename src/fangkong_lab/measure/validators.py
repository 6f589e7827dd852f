"""Checks of printed numbers against each other: they flag, and never repair.

A flag says which numbers do not fit; which of them is wrong is for the sender to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Kind
from fangkong_lab.measure.interval import Interval, plain, total
from fangkong_lab.measure.record import Record

if TYPE_CHECKING:
    import pandas as pd


class Fit(Kind):
    """How numbers fit."""

    EXACT = "exact", "相符"
    ROUNDING = "rounding", "在舍入或约数范围内相符"
    WRONG = "wrong", "不符，待核对"
    NOTE = "note", "提示"


@dataclass(frozen=True)
class Check:
    """One comparison: *what*, how it came out, and the numbers in words."""

    what: str
    fit: Fit
    text: str
    places: tuple[str, ...] = ()

    @property
    def flagged(self) -> bool:
        """Say whether the sender must look at it."""
        return self.fit is Fit.WRONG

    def sentence(self) -> str:
        """Return the comparison as a line of a report."""
        return f"{self.what}：{self.text}，{self.fit.label}" + ("（原数保留，未改动）" if self.flagged else "") + "。"


@dataclass(frozen=True)
class Checks:
    """All comparisons made, flagged ones first."""

    items: tuple[Check, ...]

    def table(self) -> pd.DataFrame:
        """Return one row per comparison."""
        import pandas as pd

        return pd.DataFrame([{"核对": c.what, "结果": c.fit.label, "算式": c.text, "所在": "；".join(c.places)} for c in self.items],
                            columns=["核对", "结果", "算式", "所在"])

    def sentence(self) -> str:
        """Return how many were made and how many do not fit."""
        wrong = sum(c.flagged for c in self.items)
        return f"核对{len(self.items)}处，不符{wrong}处" + ("，均已列出，原数未改动。" if wrong else "。")


def parts_and_total(what: str, parts: Sequence[Interval], whole: Interval) -> Check:
    """Compare the sum of *parts* with the printed *whole*; both as intervals (rounding, qualifiers).

    Exact where all are exact and equal; 不符 where no values inside the intervals could add up.
    """
    summed = total(parts)
    text = f"{'+'.join(p.text() for p in parts)}={summed.text()}，印为{whole.text()}"
    if summed.is_exact and whole.is_exact:
        return Check(what, Fit.EXACT if summed == whole else Fit.WRONG, text)
    return Check(what, Fit.ROUNDING if summed.overlaps(whole) else Fit.WRONG, text)


def persons_in_both(what: str, party: float, office: float, persons: float, unit: str = "人") -> Check:
    """Compare 党纪 and 政务 with 处分 (persons): one person may have both, so the two are never added as persons.

    Fits where max(party, office) ≤ persons ≤ party + office; the overlap is then party + office − persons.
    """
    text = f"党纪{plain(party)}、政务{plain(office)}、处分{plain(persons)}{unit}"
    if max(party, office) > persons or party + office < persons:
        return Check(what, Fit.WRONG, text)
    both = round(party + office - persons, 9)
    return Check(what, Fit.NOTE, f"{text}；两数之和{plain(party + office)}不是人数" + (f",{plain(both)}{unit}同时受两种处分" if both else ""))


def printed_share(what: str, part: Interval, whole: Interval, percent: float, digits: int = 1) -> Check:
    """Compare a printed *percent* (with *digits* decimals) with part/whole."""
    quotient = part.over(whole).times(100)
    return _against(what, quotient, percent, digits, f"{part.text()}/{whole.text()}")


def printed_growth(what: str, now: Interval, increase: Interval, percent: float, digits: int = 1) -> Check:
    """Compare a printed growth in *percent* with increase/(now − increase)."""
    quotient = increase.over(now - increase).times(100)
    return _against(what, quotient, percent, digits, f"{increase.text()}/({now.text()}−{increase.text()})")


def _against(what: str, quotient: Interval, percent: float, digits: int, left: str) -> Check:
    half = 0.5 * 10.0**-digits + 1e-9
    text = f"{left}={_digits(quotient.low, digits)}" + ("" if quotient.is_exact else f"–{_digits(quotient.high, digits)}") + f"%，印为{percent:g}%"
    fits = quotient.low - half <= percent <= quotient.high + half
    fit = Fit.WRONG if not fits else Fit.EXACT if quotient.is_exact else Fit.ROUNDING
    return Check(what, fit, text)


def _digits(value: float, digits: int) -> str:
    return f"{value:.{digits}f}"


FORM_NAMES = ("第一种形态", "第二种形态", "第三种形态", "第四种形态")
FORM_TOTALS = ("四种形态合计", "四种形态", "运用四种形态")
PUNISHED = ("处分", "给予处分", "受处分人数", "党纪政务处分")


def check_outcomes(records: Iterable[Record]) -> Checks:
    """Make every comparison that rows of one unit, body, period, unit of count and 累计 allow; flagged ones first.

    Four forms against their total; 党纪 and 政务 against 处分. Rows that have no counterpart are compared with nothing.
    """
    groups: dict[tuple[str, ...], dict[str, Record]] = {}
    for row in records:
        key = (row.unit_id, row.body, str(row.period.start), str(row.period.end), row.basis.count_unit, row.basis.running.value)
        groups.setdefault(key, {}).setdefault(row.measure, row)
    made = [check for key in sorted(groups) for check in _of_group(key[0], groups[key])]
    return Checks(tuple(sorted(made, key=lambda c: (not c.flagged, c.what))))


def _of_group(unit: str, rows: dict[str, Record]) -> list[Check]:
    made = []
    whole = next((rows[n] for n in FORM_TOTALS if n in rows), None)
    if whole is not None and all(n in rows for n in FORM_NAMES):
        parts = [rows[n] for n in FORM_NAMES]
        found = parts_and_total(f"{unit}{whole.period.text()}四种形态分项与合计", [p.interval for p in parts], whole.interval)
        made.append(Check(found.what, found.fit, found.text, tuple(r.place() for r in (*parts, whole))))
    persons = next((rows[n] for n in PUNISHED if n in rows), None)
    if persons is not None and "党纪处分" in rows and "政务处分" in rows:
        three = (rows["党纪处分"], rows["政务处分"], persons)
        found = persons_in_both(f"{unit}{persons.period.text()}党纪、政务与处分人数", three[0].value, three[1].value, three[2].value)
        made.append(Check(found.what, found.fit, found.text, tuple(r.place() for r in three)))
    return made
