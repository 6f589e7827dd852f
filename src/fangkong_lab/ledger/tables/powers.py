"""Tables of what a unit may do and how it is done: items, flows, steps, sign-offs, standards, publicity, the log."""

from __future__ import annotations

from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.columns import Column, ColumnType, KeyRule, Order, PrivacyClass, Reference, Table
from fangkong_lab.ledger.tables.wording import (
    choice,
    code,
    count,
    day,
    end_day,
    flag,
    money,
    number,
    person_code,
    post_code,
    unit_code,
    words,
)

OPEN = PrivacyClass.OPEN
HISTORIC = "非行政许可审批"
CATEGORIES = (
    "行政许可/行政处罚/行政征收/行政强制/行政监管/行政检查/行政审批/行政裁决/行政给付/行政确认/行政奖励/"
    f"{HISTORIC}/领导班子权责/人事管理/财务管理/资产物资/专项资金/工程项目/政府采购/其他"
)
STEP_KINDS = "受理/审核/会签/决定/执行/支付/验收/监督/公开/归档"


def flow_code(*, required: bool = True, doc: str = "属于哪张流程图") -> Column:
    """Return the column that names a flow."""
    return code("flow_id", "流程图编码", doc, "F001", required=required, refers="flows", privacy=OPEN)


def item_code(*, required: bool = True) -> Column:
    """Return the column that names a power item."""
    return code("item_id", "事项编码", "对应哪项权力事项", "S001", required=required, refers="power_items", privacy=OPEN)


def step_no(label: str = "环节序号", name: str = "step_no", *, required: bool = True, example: str = "1") -> Column:
    """Return the column that holds a step's number."""
    return count(name, label, "流程图中第几个环节", example, required=required, lowest=1, privacy=OPEN)


POWER_ITEMS = Table(
    "power_items", "权力事项", Tier.A, ("item_id",),
    (
        code("item_id", "事项编码", "权力事项的编码，全库唯一", "S001", required=True, privacy=OPEN),
        unit_code(),
        words("name", "事项名称", "权力事项名称", "道路工程款支付", required=True, privacy=OPEN),
        choice("category", "权力类别", "权力属于哪一类", CATEGORIES, required=True, example="财务管理", privacy=OPEN,
               aliases=((f"{HISTORIC}〔历史〕", HISTORIC), (f"{HISTORIC}（历史）", HISTORIC))),
        words("function", "职能大项", "所属职能大项", "工程管理", privacy=OPEN),
        words("subfunction", "分项", "所属分项", "工程款拨付", privacy=OPEN),
        choice("small", "五小领域", "是否属于小资金、小项目、小采购（小单位、小干部由单位和岗位推出，不在此填）",
               "小资金/小项目/小采购", example="小项目", privacy=OPEN),
        words("basis", "设定依据", "设定权力的法规或文件", "《公路法》第三十三条", privacy=OPEN),
        words("served", "服务对象", "面向谁", "施工企业", privacy=OPEN),
        choice("importance", "重要程度", "重大还是一般", "重大/一般", privacy=OPEN),
        choice("major_stage", "三重一大环节", "属于三重一大的决策或执行；都不是填否", "决策/执行/否", privacy=OPEN),
        count("discretion", "自由裁量档", "自由裁量空间，0 无、3 最大", "2", highest=3, privacy=OPEN),
        count("yearly_volume", "年办件量", "每年办理件数", "120", unit="件", privacy=OPEN),
        money("yearly_amount", "年涉及金额", "每年涉及金额", "850", privacy=OPEN),
        count("promised_days", "承诺时限", "承诺办结时限", "20", unit="工作日", privacy=OPEN),
        count("min_persons", "最少经手人数", "制度要求的最少经手人数（1+X 填 2）；空为 1", "2", lowest=1, unit="人", privacy=OPEN),
        flow_code(required=False, doc="按哪张流程图办理；没有流程图的填简易流程"),
        Column("simple_flow", "简易流程", ColumnType.TITLES,
               "没有流程图时，按办理先后写本单位的岗位名称，用>隔开；第一个受理，最后一个决定，中间审核",
               "经办人>股长>分管领导>局长", privacy=PrivacyClass.POST),
    ),
    "一行一项权力事项",
)

FLOWS = Table(
    "flows", "流程图", Tier.B, ("flow_id",),
    (
        code("flow_id", "流程图编码", "流程图的编码，全库唯一；一张流程图可用于多个事项", "F001", required=True, privacy=OPEN),
        unit_code(),
        words("name", "名称", "流程图名称", "工程款支付流程", required=True, privacy=OPEN),
        day("version_on", "版本日期", "这一版的日期", "2015-05-20", privacy=OPEN),
        words("approved_by", "审定单位", "由哪个单位审定", "县纪委", privacy=OPEN),
    ),
    "一行一张流程图",
)

STEPS = Table(
    "steps", "环节", Tier.B, ("flow_id", "step_no"),
    (
        flow_code(),
        step_no(),
        words("name", "环节名称", "环节名称", "申请受理", required=True, privacy=OPEN),
        choice("kind", "环节类型", "环节做什么", STEP_KINDS, required=True, privacy=OPEN),
        Column("after", "前置环节", ColumnType.WORDS, "须在哪些环节之后（填环节序号）", "", privacy=OPEN),
        Column("route", "路径", ColumnType.WORDS, "属于哪条路径；空为每条路径都经过", "", privacy=OPEN),
        number("days", "办理时限", "办理时限", "3", unit="工作日", lowest=0, privacy=OPEN),
        flag("statutory", "法定必经", "是否法律规定必须经过", privacy=OPEN),
    ),
    "一行一个环节，序号按时间先后",
)

SIGN_OFFS = Table(
    "sign_offs", "签批", Tier.B, ("flow_id", "step_no", "sign_no", "post_id"),
    (
        flow_code(),
        step_no(),
        count("sign_no", "签批序号", "这个环节的第几道签批", "1", required=True, lowest=1),
        post_code("post_id", "岗位编码", "哪个岗位的人可以签", required=True),
        choice("rule", "签批规则", "列出的岗位须有多少人签；空为任一", "任一/全体/过半/至少"),
        count("need", "至少人数", "签批规则为「至少」时须有几人签", "", lowest=1, unit="人"),
        flag("independent", "独立签批", "无记名表决、外部人员等，上级影响不起作用的签批"),
    ),
    "一道签批一行或几行：同一流程图、环节、签批序号的各行合为一道，列出可以签的岗位",
    references=(Reference(("flow_id", "step_no"), "steps"),),
)

INCOMPATIBLE_STEPS = Table(
    "incompatible_steps", "不相容", Tier.B, ("flow_id", "step_a", "step_b"),
    (flow_code(), step_no("环节甲", "step_a"), step_no("环节乙", "step_b", example="2")),
    "一行一对不得由同一人签批的环节",
    references=(Reference(("flow_id", "step_a"), "steps"), Reference(("flow_id", "step_b"), "steps")),
)

DISCLOSURES = Table(
    "disclosures", "公开公示", Tier.B, ("item_id", "content", "channel", "from"),
    (
        item_code(),
        choice("content", "内容", "公开了什么", "清单/流程/结果/风险点", required=True, privacy=OPEN),
        words("channel", "渠道", "在哪里公开", "政务公开网", privacy=OPEN),
        day("from", "起", "开始公开的日期", required=True, privacy=OPEN),
        end_day("to", "止", "停止公开的日期；仍公开留空", privacy=OPEN),
    ),
    "一行一次公开", orders=(Order("from", "to"),),
)

DISCRETION_STANDARDS = Table(
    "discretion_standards", "裁量基准", Tier.B, ("item_id", "case", "tier"),
    (
        item_code(),
        words("case", "适用情形", "什么情形适用", "超限 10% 以内", required=True, privacy=OPEN),
        words("tier", "裁量档次", "裁量的档次", "从轻", required=True, privacy=OPEN),
        number("low", "下限", "裁量下限", "200", privacy=OPEN),
        number("high", "上限", "裁量上限", "500", privacy=OPEN),
        words("basis", "依据", "裁量依据", "《裁量权基准》第三条", privacy=OPEN),
        day("disclosed_on", "公开日期", "公开的日期", privacy=OPEN),
    ),
    "一行一种情形的一个档次",
)

CASE_LOG = Table(
    "case_log", "办件日志", Tier.C, ("case_id", "at", "step_no", "activity", "person_id"),
    (
        code("case_id", "办件编号", "一件事的编号", "B20160001", required=True),
        item_code(required=False),
        step_no(required=False),
        words("activity", "活动", "做了什么", "审核"),
        person_code("person_id", "人员代号", "谁做的；不知道留空", refers="persons", forward=False),
        Column("at", "时间", ColumnType.MOMENT, "什么时候做的", "2016-03-01 09:30", required=True,
               privacy=PrivacyClass.PERSON),
        money("amount", "金额", "涉及金额", "1.2"),
    ),
    "一行一个办理动作", key_rule=KeyRule.REPEATED,
)
