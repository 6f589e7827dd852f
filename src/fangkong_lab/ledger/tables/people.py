"""Tables of who works where: units, posts, persons, occupancies, influences, oversight, the warning network."""

from __future__ import annotations

from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.columns import KeyRule, Order, PrivacyClass, Table
from fangkong_lab.ledger.tables.wording import (
    choice,
    code,
    count,
    day,
    end_day,
    flag,
    person_code,
    post_code,
    several,
    unit_code,
    words,
)

OPEN = PrivacyClass.OPEN
VACANT = "空缺"

UNITS = Table(
    "units", "单位", Tier.A, ("unit_id",),
    (
        code("unit_id", "单位编码", "单位的编码，全县唯一；可用统一社会信用代码", "U001", required=True, privacy=OPEN),
        words("name", "单位名称", "单位全称", "县交通运输局", required=True, privacy=OPEN),
        code("parent_id", "上级单位编码", "上级单位；最上层单位留空", "", refers="units", privacy=OPEN),
        choice("kind", "单位类别", "单位属于哪一类",
               "党政机关/事业单位/乡镇街道/基层站所/国有企业/村居社区/社会组织/其他", required=True, privacy=OPEN),
        choice("level", "层级", "单位所在层级", "省/市/县/乡/村", example="县", privacy=OPEN),
        words("admin_rank", "行政级别", "单位的行政级别", "正科级", privacy=OPEN),
        count("headcount", "人数", "在编在岗人数", "36", unit="人", privacy=OPEN),
        flag("own_personnel", "独立人事权", "有无独立人事权（判断小单位用）", privacy=OPEN),
        flag("own_finance", "独立财政权", "有无独立财政权（判断小单位用）", "是", privacy=OPEN),
        words("model", "防控模式", "采用的防控模式", "五分模式", privacy=OPEN),
        day("adopted_on", "启用日期", "防控模式启用的日期", "2013-06", privacy=OPEN),
    ),
    "一行一个单位", parent="parent_id",
)

POSTS = Table(
    "posts", "岗位", Tier.A, ("post_id",),
    (
        code("post_id", "岗位编码", "岗位的编码，全库唯一", "P001", required=True, privacy=PrivacyClass.POST),
        unit_code(),
        words("title", "岗位名称", "岗位名称，同一单位内最好不重名（简易流程按名称找岗位）", "局长", required=True,
              privacy=PrivacyClass.POST),
        words("rank", "职级", "岗位的职级", "正科级", privacy=PrivacyClass.POST),
        post_code("reports_to", "上级岗位编码", "向哪个岗位报告工作；最高岗位留空", ""),
        several("in_charge_of", "分管领域", "分管哪些领域", "财务/人事/工程/采购/审批/执法", privacy=PrivacyClass.POST),
        flag("external", "外部岗位", "群众代表、监理、派驻等，本单位上下级关系影响不到的岗位", privacy=PrivacyClass.POST),
    ),
    "一行一个岗位（不是一个人）", parent="reports_to",
)

PERSONS = Table(
    "persons", "人员", Tier.B, ("person_id",),
    (person_code("person_id", "人员代号", "办公室用密钥生成的代号，同一代号在各表中是同一个人；绝不填姓名", required=True),),
    "一行一个人员代号", key_rule=KeyRule.SHARED,
)

OCCUPANCIES = Table(
    "occupancies", "任职", Tier.B, ("person_id", "post_id", "start"),
    (
        person_code("person_id", "人员代号", "谁任职；岗位确知无人时填「空缺」", required=True, refers="persons",
                    forward=False),
        post_code("post_id", "岗位编码", "任什么岗位", required=True),
        day("start", "任职起", "任职开始的日期（当天在任）", "2014-03", required=True, privacy=PrivacyClass.PERSON),
        end_day("end", "任职止", "任职结束的日期（当天已不在任）；仍在任留空", privacy=PrivacyClass.PERSON),
    ),
    "一行一段任职；同一人在同一岗位的各段不得重叠", orders=(Order("start", "end"),),
)

INFLUENCES = Table(
    "influences", "影响关系", Tier.B, ("from_post", "to_post"),
    (
        post_code("from_post", "施加岗位", "能左右别人签批的岗位", "P001", required=True),
        post_code("to_post", "承受岗位", "签批受左右的岗位", "P002", required=True),
        flag("works", "是否成立", "是：补上一条影响；否：去掉上下级关系本会带来的影响", "是", required=True,
             privacy=PrivacyClass.POST),
    ),
    "一行一条对上下级关系的更正",
)

OVERSIGHT = Table(
    "oversight", "监督关系", Tier.C, ("overseer_unit", "overseen_unit", "kind", "start"),
    (
        unit_code("overseer_unit", "监督单位", "谁监督"),
        unit_code("overseen_unit", "被监督单位", "监督谁"),
        choice("kind", "监督方式", "以什么方式监督", "派驻/巡察/审计/业务主管", required=True, privacy=OPEN),
        day("start", "起", "监督关系开始的日期", required=True, privacy=OPEN),
        end_day("end", "止", "监督关系结束的日期；仍有效留空", privacy=OPEN),
    ),
    "一行一条单位之间的监督关系", orders=(Order("start", "end"),),
)

WARNING_NETWORK = Table(
    "warning_network", "预警网络", Tier.C, ("node_id",),
    (
        code("node_id", "节点编码", "预警网络节点的编码", "N001", required=True),
        choice("tier", "层级", "节点在网络中的层级", "预警中心/信息办公室/报送点/采集点/信息员/监督员", required=True),
        code("parent", "上级节点", "向哪个节点报送；最上层留空", "", refers="warning_network"),
        unit_code(label="所属单位", doc="节点设在哪个单位", required=False),
        day("start", "起", "开始运行的日期"),
        end_day("end", "止", "停止运行的日期；仍在运行留空"),
    ),
    "一行一个预警信息节点", orders=(Order("start", "end"),), parent="parent",
)
