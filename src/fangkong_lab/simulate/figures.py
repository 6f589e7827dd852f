"""Which numbers one replication gives: a row of whole numbers, in an order that the kernel and the results share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fangkong_lab.kinds import Kind
from fangkong_lab.simulate.read_arms import MOST_LEVELS


class Figure(Kind):
    """A headline number of one replication; its place in the row is its place here."""

    CONDUCT = "conduct", "发生的行为"
    FOUND = "found", "被发现的行为"
    UPHELD = "upheld", "查实的行为"
    ANSWERED = "answered", "触发预警的行为"
    UNANSWERED = "unanswered", "未触发预警的行为"
    REPORTS_UNFOUNDED = "reports_unfounded", "不实反映"
    WRONGLY = "wrongly", "不实而被查实"
    LATE = "late", "查实时周期已过的行为"
    EXEMPTED = "exempted", "容错不扣分"
    PERSON_WARNINGS = "person_warnings", "个人预警"
    UNIT_WARNINGS = "unit_warnings", "单位预警"
    PERSON_UNFOUNDED = "person_unfounded", "个人无据预警"
    UNIT_UNFOUNDED = "unit_unfounded", "单位无据预警"
    PERSONS_WARNED = "persons_warned", "被预警的人"
    UNITS_WARNED = "units_warned", "被预警的单位"
    PERSONS_ACTED = "persons_acted", "有行为的人"
    PERSON_ACCOUNTABLE = "person_accountable", "个人追责触发"
    UNIT_ACCOUNTABLE = "unit_accountable", "单位追责触发"
    APPEALS = "appeals", "申诉"
    REVOKED = "revoked", "申诉撤销"
    CLEARED = "cleared", "澄清"
    MINUTES = "minutes", "办公室工时"
    PEAK = "peak", "最忙月份工时"
    DETERRED = "deterred", "假定被遏制的行为"
    HARM = "harm", "假定造成的损害"
    PERSON_1 = "person_1", "个人第一级（最低）预警"
    PERSON_2 = "person_2", "个人第二级预警"
    PERSON_3 = "person_3", "个人第三级预警"
    PERSON_4 = "person_4", "个人第四级预警"
    UNIT_1 = "unit_1", "单位第一级（最低）预警"
    UNIT_2 = "unit_2", "单位第二级预警"
    UNIT_3 = "unit_3", "单位第三级预警"
    UNIT_4 = "unit_4", "单位第四级预警"


FIGURES = tuple(Figure)
PLACE = {figure: place for place, figure in enumerate(FIGURES)}
ECHOES = (Figure.DETERRED, Figure.HARM)
"""Figures that only give back what the scenario assumes."""
assert MOST_LEVELS == 4


class BySize(Kind):
    """A number per class of unit size."""

    CONDUCT = "conduct", "行为"
    UPHELD = "upheld", "查实"
    PERSON_WARNINGS = "person_warnings", "个人预警"
    UNIT_WARNINGS = "unit_warnings", "单位预警"
    UNITS_WARNED = "units_warned", "被预警单位"
    UNFOUNDED = "unfounded", "无据预警"


class ByMonth(Kind):
    """A number per month."""

    CONDUCT = "conduct", "行为"
    REPORTS = "reports", "受理的反映"
    WARNINGS = "warnings", "预警"
    MINUTES = "minutes", "工时"


BY_SIZE, BY_MONTH = tuple(BySize), tuple(ByMonth)
HEAD = len(FIGURES)


@dataclass(frozen=True)
class Layout:
    """Where things stand in a row: headlines, sizes × BY_SIZE, months × BY_MONTH, then waits of persons and of units.

    A wait is a number of whole months up to *months* − 1; the last place counts those never warned within the time.
    """

    sizes: int
    months: int

    @property
    def size_at(self) -> int:
        """Where the numbers by size begin."""
        return HEAD

    @property
    def month_at(self) -> int:
        """Where the numbers by month begin."""
        return HEAD + self.sizes * len(BY_SIZE)

    @property
    def wait_at(self) -> int:
        """Where the waits of persons (first conduct to first warning) begin."""
        return self.month_at + self.months * len(BY_MONTH)

    @property
    def unit_wait_at(self) -> int:
        """Where the waits of units (start to first warning) begin."""
        return self.wait_at + self.months + 1

    @property
    def width(self) -> int:
        """The length of a row."""
        return self.unit_wait_at + self.months + 1

    @property
    def spread(self) -> int:
        """How many leading places also have their distribution over replications kept: headlines and sizes."""
        return self.month_at

    def by_size(self, rows: np.ndarray) -> np.ndarray:
        """Return (…, sizes, BY_SIZE) of rows (…, width)."""
        return rows[..., self.size_at:self.month_at].reshape(*rows.shape[:-1], self.sizes, len(BY_SIZE))

    def by_month(self, rows: np.ndarray) -> np.ndarray:
        """Return (…, months, BY_MONTH) of rows (…, width)."""
        return rows[..., self.month_at:self.wait_at].reshape(*rows.shape[:-1], self.months, len(BY_MONTH))
