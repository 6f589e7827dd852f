"""Tables of what came out: inspections, outcomes, warnings, recoveries, reports, contracts, audits, surveys, petitions."""

from __future__ import annotations

from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.columns import Order, PrivacyClass, Table
from fangkong_lab.ledger.tables.wording import (
    choice,
    code,
    count,
    day,
    flag,
    last_day,
    money,
    number,
    person_code,
    post_code,
    unit_code,
    words,
)

OPEN, PERSON = PrivacyClass.OPEN, PrivacyClass.PERSON
OPEN_CLUE = "核查中"

INSPECTIONS = Table(
    "inspections", "巡察覆盖", Tier.A, ("target", "target_kind", "kind", "round", "started_on"),
    (
        words("target", "对象", "巡察的对象", "县交通运输局", required=True),
        choice("target_kind", "对象类型", "对象属于哪一类", "单位/村居社区/基层站所/重点项目/国有企业/乡镇街道", required=True),
        unit_code(doc="对象是单位时，它的编码", required=False),
        words("org_level", "组织层级", "哪一级组织的巡察", "县级"),
        choice("kind", "巡察类型", "什么巡察", "常规/专项/联动/回头看", required=True),
        words("round", "轮次", "第几轮", "2016年第一轮"),
        day("started_on", "开始", "巡察开始的日期", required=True),
        last_day("ended_on", "结束", "巡察结束的日期（当天含在内）", "2016-04-30"),
        count("problems", "发现问题数", "发现的问题数", "23", unit="个"),
        count("clues", "移交线索数", "移交的线索数", "4", unit="条"),
    ),
    "一行一次巡察一个对象", orders=(Order("started_on", "ended_on"),),
)

OUTCOMES = Table(
    "outcomes", "监督执纪统计", Tier.A,
    ("unit_id", "body", "period_start", "period_end", "measure", "count_unit", "has_clue", "cumulative", "source"),
    (
        unit_code(),
        words("body", "实施主体", "谁作出的", "县纪委", privacy=OPEN),
        day("period_start", "期初", "统计期第一天", "2016-01-01", required=True, privacy=OPEN),
        last_day("period_end", "期末", "统计期最后一天（当天含在内）", required=True, privacy=OPEN),
        words("measure", "指标", "统计的指标", "谈话提醒", required=True, privacy=OPEN),
        number("value", "数值", "数值；约数按所载数字填，约、余等填入精确度", "40", required=True, lowest=0),
        words("count_unit", "计量单位", "数值的单位", "人次", required=True, privacy=OPEN,
              suggested=("人", "人次", "人(次)", "件", "件次", "项", "个", "万元")),
        choice("qualifier", "精确度", "数值有多准", "准确/约/余/多/近", privacy=OPEN),
        choice("has_clue", "有问题线索", "谈话等是否因问题线索而起；不知道填不明或留空", "是/否/不明", example="不明", privacy=OPEN,
               aliases=(("1", "是"), ("0", "否"), ("Y", "是"), ("N", "否"), ("√", "是"))),
        flag("cumulative", "累计", "数值是否自试点以来累计", privacy=OPEN),
        flag("deduplicated", "是否去重", "同一人多次是否只计一次", privacy=OPEN),
        words("source", "出处", "数字从哪里来", "2016年度统计年报", required=True, privacy=OPEN),
        flag("published", "已公开", "数字是否已经公开", "是", required=True, privacy=OPEN),
        choice("secrecy", "管理标识", "公开或内部；秘密及以上不得进入本系统", "公开/内部", privacy=OPEN),
    ),
    "一行一个统计数", orders=(Order("period_start", "period_end"),),
)

WARNING_EVENTS = Table(
    "warning_events", "预警事件", Tier.B, ("event_id",),
    (
        code("event_id", "事件编码", "预警事件的编码，全库唯一", "E001", required=True),
        unit_code(),
        post_code("actor_post", "行为主体岗位", "行为发生在哪个岗位"),
        person_code("person_id", "人员代号", "行为人的代号，不填姓名", "", refers="persons", forward=False),
        unit_code("warned_unit", "预警对象单位", "被预警的单位（可与行为主体不同）", required=False),
        post_code("warned_post", "预警对象岗位", "被预警的岗位（可与行为主体不同）", "P002"),
        choice("tier", "预警层级", "由哪一级预警", "镇局级/县级"),
        day("occurred_on", "发生日期", "行为发生的日期", required=True),
        words("behaviour", "情形", "对应记分办法中的哪种情形", "未按规定备案", required=True),
        day("verified_on", "核实日期", "核实的日期", "2016-03-20"),
        choice("clue_status", "核查结论", "核查的结论", "属实/未查实不能排除/不实/核查中/已澄清", required=True),
        words("channel", "来源渠道", "从哪里得知", "网上监督"),
        flag("leader", "领导干部", "行为人是否领导干部"),
        flag("self_reported", "主动报告", "是否主动报告"),
        flag("concealed", "隐瞒", "是否隐瞒"),
        flag("exempted", "容错认定", "是否认定容错免责"),
        choice("level", "现定等级", "单位现在定的等级", "蓝/黄/红"),
        number("points", "现扣分", "单位现在扣的分", "2", lowest=0),
        day("decided_on", "决定日期", "决定的日期", "2016-04-01"),
        person_code("decided_by", "决定人代号", "作出决定的人的代号，不填姓名", "R003"),
        choice("feedback", "反馈方式", "怎样反馈", "谈话提醒/预警通知书/整改通知书/内部通报/媒体公开/参阅信息"),
        day("due_on", "整改期限", "应整改完成的日期", "2016-05-01"),
        day("lifted_on", "解除日期", "预警解除的日期", ""),
        day("appealed_on", "申诉日期", "提出申诉的日期", ""),
        day("appeal_closed_on", "申诉办结日期", "申诉办结的日期", ""),
        choice("appeal_result", "申诉结果", "申诉的结果", "维持/变更/撤销", example=""),
    ),
    "一行一个预警事件；核查中的线索属案件监督管理部门，带人员代号的不得报送",
    orders=(Order("occurred_on", "verified_on"), Order("occurred_on", "decided_on"), Order("decided_on", "lifted_on"),
            Order("appealed_on", "appeal_closed_on")),
)

RECOVERIES = Table(
    "recoveries", "款项追缴", Tier.B, ("recovery_id", "on"),
    (
        code("recovery_id", "编码", "一笔追缴的编码；分期缴的各行同码、日期不同", "K001", required=True),
        code("issue_id", "问题编码", "因哪个问题", "W001", refers="rectifications"),
        unit_code(),
        choice("nature", "性质", "款项的性质；不同性质不相加", "挽回损失/清退/上缴/节约/增收/涉案", required=True, example="清退"),
        money("due", "应缴", "应缴金额", "12.5"),
        money("paid", "本次实缴", "这一次实缴的金额", "5", required=True),
        day("on", "日期", "这一次缴款的日期", "2016-08-15", required=True),
    ),
    "一行一次缴款",
)

INFO_REPORTS = Table(
    "info_reports", "信息报送", Tier.C, ("node_id", "due_on"),
    (
        code("node_id", "节点编码", "哪个节点报送", "N001", required=True, refers="warning_network"),
        day("due_on", "应报日期", "应报送的日期", "2016-03-31", required=True),
        day("sent_on", "实报日期", "实际报送的日期；未报留空", "2016-03-30"),
        flag("nil", "零报告", "是否零报告"),
        count("items", "条数", "报送的条数", "3", unit="条"),
        count("confirmed", "查实数", "其中查实的条数", "1", unit="条"),
    ),
    "一行一次应报",
)

CONTRACTS = Table(
    "contracts", "项目采购", Tier.C, ("contract_id",),
    (
        code("contract_id", "合同编码", "合同的编码，全库唯一", "H001", required=True),
        unit_code(),
        choice("kind", "类别", "施工、货物还是服务", "施工/货物/服务", required=True),
        money("estimate", "估算价", "估算价", "48"),
        money("price", "合同价", "合同价", "46.8", required=True),
        words("method", "采购方式", "怎样采购的", "询价", required=True,
              suggested=("公开招标", "邀请招标", "竞争性谈判", "竞争性磋商", "询价", "单一来源", "直接委托")),
        money("limit", "适用限额", "当时适用的招标或采购限额", "50"),
        code("supplier", "供应商代号", "供应商的代号；个人供应商不得填姓名", "G001"),
        words("batch", "年度批次", "年度批次", "2016-1"),
        day("signed_on", "签订日期", "合同签订的日期", "2016-07-01", required=True),
    ),
    "一行一份合同",
)

AUDITS = Table(
    "audits", "审计检查", Tier.C, ("audit_id",),
    (
        code("audit_id", "编码", "审计检查的编码，全库唯一", "J001", required=True),
        words("target", "对象", "审计检查的对象", "县交通运输局", required=True),
        words("target_kind", "对象类型", "对象属于哪一类", "单位"),
        words("by", "机构", "由谁审计检查", "县审计局", required=True),
        words("commissioned_by", "委托方", "受谁委托", "县委巡察办"),
        words("scope", "范围", "审计检查的范围", "2015年度预算执行"),
        day("ended_on", "结束", "结束的日期", "2016-06-30", required=True),
        count("problems", "问题数", "发现的问题数", "7", unit="个"),
        money("amount", "金额", "涉及金额", "35.6"),
    ),
    "一行一次审计或检查",
)

SURVEYS = Table(
    "surveys", "评议测评", Tier.C, ("unit_id", "on", "means"),
    (
        unit_code(),
        day("on", "日期", "评议测评的日期", "2016-11-20", required=True),
        words("means", "方式", "怎样评议", "问卷"),
        words("sampling", "抽样方式", "怎样抽样", "随机"),
        count("sent", "发出", "发出的份数", "200", unit="份"),
        count("returned", "收回", "收回的份数", "180", unit="份"),
        count("satisfied", "满意", "满意的份数", "150", unit="份"),
        count("assessed", "应评", "应评的人数（廉洁指数、个人运权评估只填应评和已评，不填得分）", "30", unit="人"),
        count("done", "已评", "已评的人数", "28", unit="人"),
    ),
    "一行一次评议测评",
)

PETITIONS = Table(
    "petitions", "信访汇总", Tier.C, ("unit_id", "period_start", "period_end", "kind"),
    (
        unit_code(),
        day("period_start", "期初", "统计期第一天", "2016-01-01", required=True),
        last_day("period_end", "期末", "统计期最后一天（当天含在内）", "2016-06-30", required=True),
        words("kind", "类别", "信访的类别", "工程建设", required=True),
        count("count", "件数", "件数", "6", required=True, unit="件"),
    ),
    "一行一个单位一期一类的件数", orders=(Order("period_start", "period_end"),),
)
