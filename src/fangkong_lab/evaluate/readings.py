"""Is an outcome the supervisors' own activity? Then a change has two readings, and both are printed (Olken & Pande 2012)."""

from __future__ import annotations

from fangkong_lab.evaluate.settings import Nature, Settings
from fangkong_lab.evaluate.wording import DETECTION

# Words of measures that count what supervisors do; a report from outside (信访) also moves with the readiness to report.
_ACTIVITY = ("谈话", "提醒", "函询", "诫勉", "立案", "处分", "组织处理", "组织措施", "问责", "移送", "初核", "处置", "线索", "巡察", "检查", "抽查",
             "通报", "预警", "调整职务", "职务调整", "挽回", "清退", "追缴", "上缴", "形态")
_REPORTED = ("信访", "举报", "投诉", "检举")
REPORTED = "信访举报数量变化，可能源于问题增减或群众举报意愿、渠道变化，现有数据不能区分"


def nature_of(measure: str) -> Nature:
    """Return whether *measure*, by its name, counts supervisors' activity; a name that is not known is UNKNOWN, never OTHER."""
    return Nature.ACTIVITY if any(word in measure for word in _ACTIVITY) else Nature.UNKNOWN


def readings(settings: Settings, measure: str = "") -> tuple[str, ...]:
    """Return the sentences on both readings; where nobody said what the outcome is, conditionally."""
    if any(word in measure for word in _REPORTED):
        return (REPORTED,)
    nature = nature_of(measure) if settings.nature is Nature.UNKNOWN else settings.nature
    if nature is Nature.UNKNOWN:
        return (f"「{measure}」是否监督机关自身的工作量未载；如是，{DETECTION}",)
    return (DETECTION,) if nature is Nature.ACTIVITY else ()
