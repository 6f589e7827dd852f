"""Tables of risks and what is done about them: risk points, rectification, measures, duties, regulations."""

from __future__ import annotations

from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.columns import Order, PrivacyClass, Reference, Table
from fangkong_lab.ledger.tables.powers import flow_code, item_code, step_no
from fangkong_lab.ledger.tables.wording import (
    choice,
    code,
    count,
    day,
    flag,
    person_code,
    post_code,
    score,
    several,
    unit_code,
    words,
)

OPEN, POST = PrivacyClass.OPEN, PrivacyClass.POST

RISK_POINTS = Table(
    "risk_points", "风险点", Tier.A, ("risk_id",),
    (
        code("risk_id", "风险点编码", "风险点的编码，全库唯一", "X001", required=True, privacy=POST),
        unit_code(),
        item_code(required=False),
        step_no(required=False),
        post_code("post_id", "岗位编码", "风险在哪个岗位"),
        choice("kind", "风险类别", "风险属于哪一类",
               "思想道德/制度机制/岗位职责/业务流程/业务管理/政务/重大决策/外部环境", required=True, example="业务流程"),
        words("description", "表现形式", "风险怎样表现出来", "超进度支付工程款"),
        score("likelihood", "可能性", "发生的可能性"),
        score("harm", "危害程度", "发生后的危害程度", "4"),
        score("social_harm", "社会危害", "对社会的危害"),
        score("loss", "国家集体损失", "国家和集体的损失"),
        score("private_gain", "谋私可能", "谋取私利的可能"),
        score("urgency", "紧急程度", "需要处理的紧急程度", "2"),
        count("discretion", "自由裁量", "自由裁量空间，0 无、3 最大", "2", highest=3),
        count("petitions", "信访举报频次", "统计期内信访举报次数", "1", unit="次"),
        flag("fund_flow", "资金流动量大", "五项筛查标准之一", "是"),
        flag("frequency", "业务频率高", "五项筛查标准之一"),
        flag("hot_spot", "社会关注热点", "五项筛查标准之一"),
        flag("rule_unkept", "制度不落实", "五项筛查标准之一"),
        flag("hard_to_balance", "权力集中难制衡", "五项筛查标准之一"),
        words("grade", "现定等级", "单位现在定的等级（高/一般/低 或 一/二/三级）", "一般"),
        words("managed_by", "管控责任层级", "由哪一级管控", "分管领导", suggested=("主要领导", "分管领导", "科室负责人")),
        several("found_steps", "排查步骤", "经过了哪几步排查", "自己找/群众帮/领导提/集中评/组织审"),
        day("found_on", "排查日期", "排查出来的日期", "2016-03-01"),
        day("confirmed_on", "审定日期", "审定的日期", "2016-04-10"),
        day("disclosed_on", "公示日期", "公示的日期", "2016-05-03"),
    ),
    "一行一个风险点", orders=(Order("found_on", "confirmed_on"),),
)

RECTIFICATIONS = Table(
    "rectifications", "整改台账", Tier.A, ("issue_id",),
    (
        code("issue_id", "问题编码", "问题的编码，全库唯一", "W001", required=True),
        unit_code(),
        choice("origin", "问题来源", "问题从哪里来", "巡察/审计/专项检查/自查/信访", required=True),
        words("round", "轮次", "第几轮", "2016年第一轮"),
        day("found_on", "发现日期", "发现问题的日期", required=True),
        words("kind", "问题类别", "问题属于哪一类", "工程管理"),
        post_code("owner_post", "责任岗位", "由哪个岗位负责整改（填岗位编码，不填姓名）"),
        day("due_on", "整改期限", "应整改完成的日期", "2016-06-30"),
        choice("stage", "五账阶段", "到了五账的哪一步", "建账/对账/查账/销账/交账", example="销账"),
        day("closed_on", "销号日期", "单位自行销号的日期", "2016-06-15"),
        day("verified_on", "核验日期", "他人核验的日期（销号不等于核验）", "2016-07-20"),
        person_code("verifier", "核验人代号", "核验人的代号，不填姓名"),
        several("five_seen", "五见", "核验时见到了什么", "见人/见事/见单位/见处理结果/见责任追究"),
        day("rebound_on", "回头看发现反弹日期", "回头看发现问题反弹的日期", ""),
    ),
    "一行一个问题",
    orders=(Order("found_on", "due_on"), Order("found_on", "closed_on"), Order("found_on", "verified_on"),
            Order("found_on", "rebound_on")),
)

DUTIES = Table(
    "duties", "监督义务", Tier.B, ("duty_id",),
    (
        code("duty_id", "义务编码", "监督义务的编码，全库唯一", "Y001", required=True),
        item_code(required=False),
        flow_code(required=False),
        step_no(required=False),
        choice("layer", "监督层次", "四个监督层次之一（选一项或多项，不必层层都有）", "领导/专门/民主/网上", required=True, example="专门"),
        choice("means", "方式", "以什么方式监督", "报告/备案/公开/抽查/提醒卡/报送", required=True, example="备案"),
        words("to", "受理对象", "向谁报告或备案", "县纪委派驻组"),
        count("within_days", "时限", "办理后多少天内", "10", unit="天"),
        choice("every", "周期", "多久一次", "一事一报/月/季/半年/年"),
    ),
    "一行一项监督义务", references=(Reference(("flow_id", "step_no"), "steps"),),
)

DUTY_RECORDS = Table(
    "duty_records", "义务履行", Tier.B, ("duty_id", "due_on"),
    (
        code("duty_id", "义务编码", "履行哪项监督义务", "Y001", required=True, refers="duties"),
        day("due_on", "应履行日期", "应当履行的日期", "2016-03-31", required=True),
        day("done_on", "实际日期", "实际履行的日期；未履行留空", "2016-03-28"),
        words("excused", "正当理由", "未按期履行的正当理由；没有留空", ""),
        words("checked", "抽查结论", "抽查的结论", "属实"),
    ),
    "一行一次应履行的义务",
)

MEASURES = Table(
    "measures", "防控措施", Tier.B, ("measure_id",),
    (
        code("measure_id", "措施编码", "防控措施的编码，全库唯一", "C001", required=True),
        code("risk_id", "风险点编码", "针对哪个风险点", "X001", required=True, refers="risk_points", privacy=POST),
        choice("kind", "类别", "措施属于哪一类", "自律/纪律/他律", example="他律"),
        post_code("post_id", "责任岗位", "由哪个岗位落实（填岗位编码）"),
        day("due_on", "完成期限", "应完成的日期", "2016-09-30"),
        day("done_on", "完成日期", "实际完成的日期；未完成留空", "2016-09-12"),
        words("checked", "核验结论", "核验的结论", "已落实"),
    ),
    "一行一条防控措施",
)

REGULATIONS = Table(
    "regulations", "制度台账", Tier.B, ("unit_id", "name", "action", "on"),
    (
        words("name", "名称", "制度的名称", "工程变更管理办法", required=True, privacy=OPEN),
        unit_code(),
        choice("action", "动作", "新建、修订还是废止", "新建/修订/废止", required=True, privacy=OPEN),
        words("number", "文号", "发文字号", "交发〔2016〕12号", privacy=OPEN),
        day("on", "日期", "印发或废止的日期", "2016-05-06", required=True, privacy=OPEN),
        code("issue_id", "对应问题", "为解决哪个问题而立（整改台账的问题编码）", "W001", refers="rectifications"),
    ),
    "一行一次制度的新建、修订或废止",
)
