"""The kinds of report whose numbers have keys, and for the numbers that have none: why, and where they are followed instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fangkong_lab.kinds import Audience, Kind
from fangkong_lab.report.templates import ANNUAL, COMPARE, SCENARIO, SOURCE, UNIT


class Traced(Kind):
    """The kinds of report whose numbers have keys."""

    UNIT = UNIT.name, UNIT.label
    ANNUAL = ANNUAL.name, ANNUAL.label
    COMPARE = COMPARE.name, COMPARE.label


@dataclass(frozen=True)
class Elsewhere:
    """*why* no rows of the ledger add up to a number, and *mend*: what to do instead (an instruction)."""

    why: str
    mend: str


# Reports without keys: name of the template → why.
REPORTS: Mapping[str, Elsewhere] = {
    SOURCE.name: Elsewhere("来源文献报告的数字不由台账得出，报告里逐个印有编号（如 003-034）和原文", "按编号查 data/sources/figures.csv 的 figure_id 一列"),
    SCENARIO.name: Elsewhere("规则推演报告的数字由模拟得出，不由台账的行得出", "用 fangkong simulate 查假定、参数和误差"),
}
_FUNNEL = Elsewhere("漏斗图的率、目标值和界限由全部同类单位的立案数和在册人年算出，不是若干行之和", "用 fangkong trace 单位 监督执纪-立案 查其中的件数")
# Numbers that a kind of report prints beside, and that are no sums of rows: word in the question → why.
NOT_SUMS: Mapping[Traced, Mapping[str, Elsewhere]] = {
    Traced.UNIT: {
        "漏斗图": _FUNNEL,
        "中位": Elsewhere("中位天数由生存曲线估计，不是若干行之和", "用 fangkong trace 单位 问题整改（或 预警）查各件"),
        "记分": Elsewhere("分数按规则逐件加减、封顶、折算得出，不是各行之和", "用 fangkong score 按同一条规则逐件查"),
        "次序": Elsewhere("事项的次序由年涉及金额、自由裁量和风险等级的乘积排出，不是若干行之和", "用 fangkong findings 查每一项的三个因子"),
        "平均": Elsewhere("平均每幅流程图的环节数是平均数，不是若干行之和", "用 fangkong network 查各事项的环节"),
        "报送": Elsewhere("核验、拒收、留置的条数记在送交记录里，不是台账的行", "用 fangkong data list 查每一次送交"),
    },
    Traced.ANNUAL: {
        "收到台账": Elsewhere("送交的本数、行数记在送交记录里，不是台账的行", "用 fangkong data list 查每一次送交"),
        "漏斗": _FUNNEL,
        "中位": Elsewhere("中位天数由生存曲线估计，不是若干行之和", "用 fangkong trace 年度 问题整改 查各件的起止日期"),
        "试点": Elsewhere("试点的变化、区间和 p 值由全部试点、对照单位各期的数估计，不是若干行之和", "用 fangkong evaluate 查方法和所用数据"),
        "环节": Elsewhere("「查过风险的环节」按事项逐个数流程的环节，一个环节行为几项事项所用就数几次，不是台账的行数", "用 fangkong network 查各事项的环节"),
        "人员": Elsewhere("「在岗人员所任岗位查过风险的人」按人去重，一人几个岗位只数一次，不逐行列出", "查岗位数：五全-查过风险的岗位"),
    },
    Traced.COMPARE: {
        "签字": Elsewhere("「平均每项签字」是各事项签字数的平均，「全年签字」是签字数乘办件量之和，不是台账的行数", "用 fangkong network 查各事项的环节和签批"),
        "时限": Elsewhere("「平均每项时限」是各事项环节时限的平均，不是台账的行数", "用 fangkong network 查各事项的环节"),
        "相似": Elsewhere("规则相似度由两份文件都写明的项目算出，不由台账的行得出", "逐项对照报告的「规则对照」表"),
        "推演": Elsewhere("推演的差额由模拟得出（假定下的差额，不是预测），不由台账的行得出", "用 fangkong simulate 查假定和误差"),
        "先后": Elsewhere("两个模式先后套用的数没有逐项编号", "查单个模式的数：套用-模式"),
    },
}
_PERSONS = Elsewhere("这一册不供纪委以外的人反推人数，监督执纪和预警的数不列编号", "在纪委内部册里查")


def why_not(kind: Traced, word: str, audience: Audience) -> Elsewhere | None:
    """Return why the number that *word* asks for has no rows in a report of this *kind*; None where it prints no such number."""
    if kind is not Traced.COMPARE and audience is not Audience.INTERNAL and any(w in word for w in ("监督执纪", "预警")):
        return _PERSONS
    return next((reason for key, reason in NOT_SUMS[kind].items() if key in word), None)
