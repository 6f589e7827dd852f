"""The published national and local series (data/sources/national.csv, places.csv): rounded, cumulative, with a break.

They show what such numbers can and cannot tell; nothing is estimated from them. Not in the ledger, in no total.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, did_you_mean
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.qualifier import Mark, rounded
from fangkong_lab.measure.record import Record, read_records
from fangkong_lab.measure.taxonomy import four_forms
from fangkong_lab.measure.validators import (
    FORM_NAMES,
    Check,
    Checks,
    check_outcomes,
    parts_and_total,
    persons_in_both,
    printed_share,
)
from fangkong_lab.shipped import shipped

if TYPE_CHECKING:
    import pandas as pd

NATION = "全国"
TOTAL = "四种形态合计"


@cache
def _read(name: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(shipped("data", "sources", f"{name}.csv"), dtype=str, keep_default_na=False, encoding="utf-8-sig")


def national_table() -> pd.DataFrame:
    """Return the national rows as printed: series, period, measure, value, count_unit, rounded_to, source, certainty."""
    return _read("national").copy()


@cache
def national_records() -> tuple[Record, ...]:
    """Return the national counts as records; every value carries ± half of what it was rounded to. Percentages are left out."""
    frame = _read("national")
    counts = frame[frame["count_unit"] != "%"].reset_index(drop=True)
    plain = read_records(counts.assign(unit_id=NATION, qualifier="", name=counts["period"]))
    return tuple(replace(r, mark=Mark.ROUNDED, interval=rounded(r.value, float(to)))
                 for r, to in zip(plain, counts["rounded_to"], strict=True))


@cache
def place_records() -> tuple[Record, ...]:
    """Return the rows of six places (provinces, a city, a county) as records, in the order of the file."""
    return read_records(_read("places"))


def of_period(period: str) -> dict[str, Record]:
    """Return the national records of one period (``2020Q1``) by measure; `BadInput` with the near match for another."""
    found = {r.measure: r for r in national_records() if r.name == period}
    if not found:
        raise BadInput(f"全国数据里没有期间「{period}」", mend=did_you_mean(period, tuple(sorted({r.name for r in national_records()}))))
    return found


def form_shares_over_time() -> pd.DataFrame:
    """Return, per period with all four forms, each form's share as the interval that rounding leaves, and as printed.

    Periods of different length (quarter, half, year) stand in separate rows and are not comparable with each other.
    """
    import pandas as pd

    rows = []
    for period in sorted({r.name for r in national_records() if r.measure == FORM_NAMES[0]}):
        counts, printed = of_period(period), _percentages(period)
        for name in FORM_NAMES:
            share = counts[name].interval.over(counts[TOTAL].interval)
            rows.append({"期间": period, "期间种类": counts[TOTAL].basis.period.label, "形态": name,
                         "占比下端": 100 * share.low, "占比上端": 100 * share.high, "印出占比": printed[name],
                         "断点": _side(counts[TOTAL])})
    return pd.DataFrame(rows)


def _side(record: Record) -> str:
    """Say on which side of the first break of the taxonomy the period of *record* lies."""
    start = record.period.start
    assert start is not None, "every row of national.csv has its first day"
    return "断点后" if start >= four_forms().breaks[0].on else "断点前"


def _percentages(period: str) -> dict[str, float]:
    frame = _read("national")
    rows = frame[(frame["period"] == period) & (frame["count_unit"] == "%")]
    return {m.removesuffix("占比"): float(v) for m, v in zip(rows["measure"], rows["value"], strict=True)}


def national_checks() -> Checks:
    """Return every comparison the national rows allow: forms against total, printed shares, 党纪 and 政务 against 处分."""
    made: list[Check] = []
    for period in sorted({r.name for r in national_records()}):
        counts = of_period(period)
        if all(n in counts for n in (*FORM_NAMES, TOTAL)):
            made.append(parts_and_total(f"全国{period}四种形态", [counts[n].interval for n in FORM_NAMES], counts[TOTAL].interval))
            made += [printed_share(f"全国{period}{n}占比", counts[n].interval, counts[TOTAL].interval, p)
                     for n, p in _percentages(period).items()]
        if all(n in counts for n in ("党纪处分", "政务处分", "处分")):
            made.append(persons_in_both(f"全国{period}处分", counts["党纪处分"].value, counts["政务处分"].value,
                                        counts["处分"].value, "万人"))
    return Checks(tuple(sorted(made, key=lambda c: (not c.flagged, c.what))))


def place_checks() -> Checks:
    """Return every comparison the rows of the six places allow."""
    return check_outcomes(place_records())


def share_of(records: dict[str, Record], part: str, whole: str = TOTAL) -> Interval:
    """Return part/whole of two records of one period as an interval in [0, 1]."""
    quotient = records[part].interval.over(records[whole].interval)
    return Interval(quotient.low, min(1.0, quotient.high))
