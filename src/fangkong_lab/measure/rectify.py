"""Rectification (整改台账): completion, verification, rebound, ageing, 五见; self-declared closing is not verification.

整改完成率 = closed / due, with what is not yet due apart (no official formula is published; this is the product's, said so
in the 口径 line). 核验率 = verified / closed. 反弹率 = found again on 回头看 / closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.kinds import Kind
from fangkong_lab.measure.interval import Interval
from fangkong_lab.measure.ledgerdays import day_column, need, text_column
from fangkong_lab.measure.rates import clopper_pearson
from fangkong_lab.measure.survival import Survival, kaplan_meier

if TYPE_CHECKING:
    import pandas as pd

SEEN = ("见人", "见事", "见单位", "见处理结果", "见责任追究")


class Age(Kind):
    """How long an open issue is past its deadline on the day of judgement."""

    NOT_DUE = "not_due", "未到期"
    MONTH = "month", "到期至逾期30天"
    QUARTER = "quarter", "逾期31–90天"
    HALF = "half", "逾期91–180天"
    LONGER = "longer", "逾期180天以上"
    NO_DEADLINE = "no_deadline", "期限未载"


@dataclass(frozen=True)
class Part:
    """*part* of *whole*; *value* None where the whole is zero. *bounds* as if the issues were a sample of such issues."""

    name: str
    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The proportion, None where there is nothing to divide by."""
        return self.part / self.whole if self.whole else None

    @property
    def bounds(self) -> Interval:
        """The exact 95 % interval (Clopper–Pearson)."""
        return clopper_pearson(self.part, self.whole)

    def text(self) -> str:
        """Return the proportion as printed."""
        return f"{self.name}{self.part}/{self.whole}" + (f"（{100 * self.part / self.whole:.1f}%）" if self.whole else "（无分母，不计算）")


@dataclass(frozen=True)
class Rectification:
    """The state of issues on *as_of*. *due*: deadline reached; *closed_due* of them; closed issues in all; and so on."""

    as_of: date
    total: int
    due: int
    closed_due: int
    not_due: int
    no_deadline: int
    closed: int
    verified: int
    rebounded: int
    ages: tuple[tuple[Age, int], ...]
    seen: tuple[tuple[str, int], ...]
    all_seen: int
    odd: tuple[tuple[str, str], ...]

    @property
    def completion(self) -> Part:
        """整改完成率: closed of those due."""
        return Part("整改完成率", self.closed_due, self.due)

    @property
    def verification(self) -> Part:
        """核验率: verified of those closed."""
        return Part("核验率", self.verified, self.closed)

    @property
    def rebound(self) -> Part:
        """反弹率: found again of those closed."""
        return Part("反弹率", self.rebounded, self.closed)

    def basis_line(self) -> str:
        """Return the 口径 line."""
        return (f"口径：截至{self.as_of}；整改完成率=到期问题中已销号的/到期问题（本软件定义，未到期另列）；"
                "核验率=已核验/已销号；反弹率=回头看再发现/已销号；销号为单位自报，核验才算认定")

    def sentence(self) -> str:
        """Return the state in the sentence of the reports, with what is apart."""
        text = (f"到期问题{self.due}个，销号{self.closed_due}个，{self.completion.text()}；未到期{self.not_due}个另列"
                + (f"，期限未载{self.no_deadline}个另列" if self.no_deadline else "")
                + f"。全部已销号{self.closed}个，其中经核验{self.verified}个，{self.verification.text()}；"
                  f"「回头看」发现反弹{self.rebounded}个，{self.rebound.text()}。")
        odd = f"另有{len(self.odd)}处日期前后不符，已列出，未改动。" if self.odd else ""
        return text + odd + self.basis_line() + "。"

    def table(self) -> pd.DataFrame:
        """Return one row per proportion with its interval."""
        import pandas as pd

        return pd.DataFrame([{"指标": p.name, "分子": p.part, "分母": p.whole, "比例": p.value, "区间下端": p.bounds.low,
                              "区间上端": p.bounds.high} for p in (self.completion, self.verification, self.rebound)])

    def ageing(self) -> pd.DataFrame:
        """Return the open issues by how long they are past their deadline (整改账龄)."""
        import pandas as pd

        return pd.DataFrame([(a.label, n) for a, n in self.ages], columns=["账龄", "未销号问题数"])

    def five_seen(self) -> pd.DataFrame:
        """Return, of the closed issues, how many state each of 五见; an empty cell is 未载, not 没有."""
        import pandas as pd

        rows = [(name, n, self.closed) for name, n in (*self.seen, ("五见齐全", self.all_seen))]
        return pd.DataFrame(rows, columns=["五见", "已载", "已销号"])


def rectification(frame: pd.DataFrame, as_of: date) -> Rectification:
    """Return the state of a ``rectifications`` *frame* on *as_of*; issues found later are left out.

    An issue is due from its deadline on. Dates after *as_of* have not happened yet. Rows whose dates contradict each other (closed before found, verified or
    rebounded before closed, verified without closing) are listed, never repaired. An empty frame gives zeros.
    """
    marks = issue_marks(frame, as_of)
    rows = frame[day_column(frame, "found_on", as_of).notna()]
    due, closed_due, not_due, no_deadline, closed, verified, rebounded = (int(marks[m].sum()) for m in MARKS)
    seen = text_column(rows, "five_seen", "")[marks["closed"]].map(_listed)
    return Rectification(
        as_of, len(rows), due, closed_due, not_due, no_deadline, closed, verified, rebounded,
        _ages(day_column(rows, "due_on")[~marks["closed"]], as_of), tuple((name, int(sum(name in s for s in seen))) for name in SEEN), int(sum(set(SEEN) <= s for s in seen)), _odd(rows, as_of))


MARKS = ("due", "closed_due", "not_due", "no_deadline", "closed", "verified", "rebounded")


def issue_marks(frame: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Return, for every issue found by *as_of* (the index), which of `MARKS` it is: one yes-or-no column each.

    `Rectification` counts these columns; whoever follows a count to its rows uses the same ones.
    """
    import pandas as pd

    need(frame, "整改台账", "issue_id", "found_on")
    rows = frame[day_column(frame, "found_on", as_of).notna()]
    due, closed = day_column(rows, "due_on"), day_column(rows, "closed_on", as_of).notna()
    again = day_column(rows, "rebound_on", as_of).notna()
    is_due = due <= _stamp(as_of)
    return pd.DataFrame({"due": is_due, "closed_due": is_due & closed, "not_due": due > _stamp(as_of), "no_deadline": due.isna(),
                         "closed": closed, "verified": day_column(rows, "verified_on", as_of).notna() & closed, "rebounded": again & closed})


def _stamp(day: date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(day)


def _listed(text: str) -> set[str]:
    return {t.strip() for t in text.replace(";", "、").replace(";", "、").split("、") if t.strip()}


def _ages(due: pd.Series, as_of: date) -> tuple[tuple[Age, int], ...]:
    late = (_stamp(as_of) - due).dt.days
    counts = {Age.NOT_DUE: int((late < 0).sum()), Age.MONTH: int(late.between(0, 30).sum()),
              Age.QUARTER: int(late.between(31, 90).sum()), Age.HALF: int(late.between(91, 180).sum()),
              Age.LONGER: int((late > 180).sum()), Age.NO_DEADLINE: int(due.isna().sum())}
    return tuple((age, counts[age]) for age in Age)


def _odd(rows: pd.DataFrame, as_of: date) -> tuple[tuple[str, str], ...]:
    found, closed = day_column(rows, "found_on"), day_column(rows, "closed_on", as_of)
    verified, rebound = day_column(rows, "verified_on", as_of), day_column(rows, "rebound_on", as_of)
    wrong = {"销号早于发现": closed < found, "核验早于销号": verified < closed, "反弹早于销号": rebound < closed,
             "已核验而未销号": verified.notna() & closed.isna(), "有反弹而未销号": rebound.notna() & closed.isna()}
    return tuple(sorted((str(i), what) for what, mask in wrong.items() for i in rows.loc[mask, "issue_id"]))


def days_to_close(frame: pd.DataFrame, as_of: date, *, verified: bool = False, level: float = 0.95) -> Survival:
    """Return the Kaplan–Meier curve of days from 发现 to 销号 (to 核验 with *verified*), open issues censored on *as_of*.

    Rows closed before they were found are left out; they are listed by `rectification`.
    """
    need(frame, "整改台账", "issue_id", "found_on")
    found, end = day_column(frame, "found_on", as_of), day_column(frame, "verified_on" if verified else "closed_on", as_of)
    usable = found.notna() & ~(end < found)
    days = (end.fillna(_stamp(as_of)) - found).dt.days[usable]
    what = "整改问题（至核验）" if verified else "整改问题（至销号）"
    return kaplan_meier(days.tolist(), end.notna()[usable].tolist(), what, level)
