"""The closed lists of words that a policy file may use."""

from __future__ import annotations

from fangkong_lab.kinds import Kind

CANNOT_TELL = "不能判定"
NOT_APPLIED = "不适用"
LEAD_MARK = "线索，非结论"


class PolicyKind(Kind):
    """What a policy does with a row: gives it a grade, or adds its points to a score."""

    GRADE = "grade", "分级规则"
    SCORE = "score", "记分预警规则"


class RuleKind(Kind):
    """How a grading rule reaches its grade."""

    DECISION_LIST = "decision_list", "逐条判定"
    COUNT = "count", "计数"
    MATRIX = "matrix", "矩阵"
    WEIGHTED = "weighted", "加权计分"


class InputType(Kind):
    """How a cell is read."""

    YES_NO = "yes_no", "是/否"
    NUMBER = "number", "数值"
    LABEL = "label", "选项"
    WORDS = "words", "多项选项"
    DAY = "day", "日期"


class LatePeriod(Kind):
    """The unit in which an unfinished task is late."""

    DAY = "day", "日"
    QUARTER = "quarter", "季度"
    YEAR = "year", "年"


class CycleKind(Kind):
    """Which events add up: fixed cycles, cycles opened by an event, or a moving window."""

    ANCHORED = "anchored", "固定周期"
    FIRST_EVENT = "first_event", "首次记分起算"
    ROLLING = "rolling", "滚动周期"


class Charged(Kind):
    """Who bears the points of an event: the one who acted, or the one who is warned."""

    ACTOR = "actor", "行为主体"
    WARNED = "warned", "预警对象"


class Unlisted(Kind):
    """What an event outside the table of deductions scores."""

    CANNOT_TELL = "cannot_tell", "不能判定"
    RECORDED = "recorded", "按台账现扣分"


class LedgerKind(Kind):
    """The two ledgers of points; they are never added together."""

    UNIT = "unit", "单位"
    PERSON = "person", "个人"
