"""Closed lists of words, each with its code and its Chinese label.

A `Kind` is an enum whose value is the code used in JSON and Python and whose label is what screens show.
`Kind.read` accepts either.
"""

from __future__ import annotations

from enum import Enum
from typing import Self

from fangkong_lab.errors import BadInput, did_you_mean


class Kind(Enum):
    """An enum member with a Chinese *label*; its value is its code."""

    label: str

    def __new__(cls, code: str, label: str) -> Self:
        member = object.__new__(cls)
        member._value_ = code
        member.label = label
        return member

    def __str__(self) -> str:
        return self.label

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the member whose code or label is *text*; `BadInput` names the near match otherwise."""
        for member in cls:
            if text in (member.value, member.label):
                return member
        labels = tuple(m.label for m in cls)
        raise BadInput(f"「{text}」不在可选范围内", mend=did_you_mean(text, labels))


class Verdict(Kind):
    """Outcome of a three-valued test, or of a test that no completion of the data allows."""

    SATISFIED = "satisfied", "达标"
    VIOLATED = "violated", "不达标"
    CANNOT_TELL = "cannot_tell", "不能判定"
    CANNOT_BE_DONE = "cannot_be_done", "无法办结"


class StepKind(Kind):
    """What a step of a flow does (环节类型)."""

    ACCEPT = "accept", "受理"
    REVIEW = "review", "审核"
    COSIGN = "cosign", "会签"
    DECIDE = "decide", "决定"
    EXECUTE = "execute", "执行"
    PAY = "pay", "支付"
    INSPECT = "inspect", "验收"
    SUPERVISE = "supervise", "监督"
    PUBLISH = "publish", "公开"
    ARCHIVE = "archive", "归档"


CHECKING_STEPS = frozenset({StepKind.REVIEW, StepKind.COSIGN, StepKind.SUPERVISE, StepKind.INSPECT})


class SignRule(Kind):
    """How many of the eligible persons must sign (签批规则)."""

    ANY = "any", "任一"
    ALL = "all", "全体"
    MAJORITY = "majority", "过半"
    AT_LEAST = "at_least", "至少"


class Audience(Kind):
    """Who a copy is for; decides what it may say."""

    INTERNAL = "internal", "纪委内部"
    UNIT = "unit", "被评估单位"
    PUBLIC = "public", "公开"


class Qualifier(Kind):
    """How exact a printed number is (精确度)."""

    EXACT = "exact", "准确"
    ABOUT = "about", "约"
    OVER = "over", "余"
    MORE = "more", "多"
    NEARLY = "nearly", "近"


class Tier(Kind):
    """When an office is expected to have a table: first week, first month, where it exists."""

    A = "A", "A"
    B = "B", "B"
    C = "C", "C"


class Domain(Kind):
    """Where power touches money, people or things; used to group items."""

    PEOPLE = "people", "人"
    MONEY = "money", "财"
    THINGS = "things", "物"
    PROJECTS = "projects", "项目"
    PROCUREMENT = "procurement", "采购"
    OTHER = "other", "其他"
