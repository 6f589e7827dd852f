"""Broken books: one per rule, each a small spoiling of the good book and the words its sender must read.

``code`` is the problem's stable word, ``at`` the (sheet, row as the spreadsheet shows it) of at least one such problem,
``words`` what its sentence must contain. The good book itself has no problems at all, so nothing else may be reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Spoil = Callable[[Any], object]


@dataclass(frozen=True)
class Case:
    """One broken book; *notice* where the rule only informs and the row is taken; *also* codes that may come along."""

    name: str
    spoil: Spoil
    code: str
    at: tuple[str, int]
    words: tuple[str, ...]
    notice: bool = False
    also: tuple[str, ...] = ()


def put(sheet: str, row: int, header: str, value: object) -> Spoil:
    """Spoil one cell: data row *row* (1 is the first) of column *header*."""
    return lambda book: book.put(sheet, row, header, value)


def add(sheet: str, **cells: object) -> Spoil:
    """Spoil by a further row, like the first one but for some cells."""
    return lambda book: book.add(sheet, **cells)


def rename(sheet: str, header: str, new: str) -> Spoil:
    """Spoil a header."""
    return lambda book: book.rename(sheet, header, new)


def column(sheet: str, header: str, value: object = "") -> Spoil:
    """Spoil by a further column."""
    return lambda book: book.column(sheet, header, value)


def line(sheet: str, row: int, cells: list[object]) -> Spoil:
    """Spoil by a further line before line *row* (0 is the header)."""
    return lambda book: book.sheets[sheet].insert(row, cells)


def merge(sheet: str, area: str, value: object) -> Spoil:
    """Spoil by a merged area."""
    return lambda book: book.merges.append((sheet, area, value))


def sheet(name: str, new: str) -> Spoil:
    """Spoil the name of a sheet."""
    return lambda book: book.sheets.update({new: book.sheets.pop(name)})


WIDE_DATE = "\uff12\uff10\uff11\uff16\uff0d\uff11\uff13\uff0d\uff10\uff11"
IDENTITY = "11010119900307109X"
"""An invented number with a right check digit (computed by hand from the weights of GB 11643-1999)."""

CASES = [
    # one cell
    Case("missing value", put("岗位", 2, "岗位名称", ""), "missing_value", ("岗位", 3), ("岗位名称", "必填"), also=("title_without_post",)),
    Case("blank is missing", put("单位", 2, "单位名称", " \u3000 "), "missing_value", ("单位", 3), ("单位名称", "必填")),
    Case("not a date", put("任职", 1, "任职起", "去年三月"), "not_a_day", ("任职", 2), ("去年三月", "不是日期", "2016-09-30")),
    Case("day that does not exist", put("整改台账", 1, "整改期限", "2016-02-30"), "not_a_day", ("整改台账", 2), ("不是日期",)),
    Case("wide month 13", put("整改台账", 1, "整改期限", WIDE_DATE), "not_a_day", ("整改台账", 2), ("不是日期",)),
    Case("date as a number", put("流程图", 1, "版本日期", 42144), "not_a_day", ("流程图", 2), ("是数字", "日期格式")),
    Case("2016.1 as a number", put("流程图", 1, "版本日期", 2016.1), "month_or_october", ("流程图", 2), ("1 月还是 10 月",)),
    Case("year alone", put("流程图", 1, "版本日期", "2016年"), "not_a_day", ("流程图", 2), ("不是日期",)),
    Case("year out of range", put("流程图", 1, "版本日期", "1016-05-01"), "day_out_of_range", ("流程图", 2), ("1949", "核对年份")),
    Case("placeholder for a date", put("整改台账", 1, "销号日期", "/"), "not_a_day", ("整改台账", 2), ("单元格留空",)),
    Case("bad clock", put("办件日志", 1, "时间", "2016-06-01 25:00"), "not_a_day", ("办件日志", 2), ("钟点不对",)),
    Case("not a number", put("单位", 1, "人数", "三十六"), "not_a_number", ("单位", 2), ("三十六", "不是数")),
    Case("half a person", put("单位", 1, "人数", 36.5), "not_whole", ("单位", 2), ("不是整数",)),
    Case("negative count", put("巡察覆盖", 1, "发现问题数", -1), "out_of_range", ("巡察覆盖", 2), ("发现问题数", "不小于 0")),
    Case("about forty", put("监督执纪统计", 1, "数值", "40余"), "qualifier_in_number", ("监督执纪统计", 2), ("40余", "精确度")),
    Case("comma in the wrong place", put("项目采购", 1, "合同价", "4,68"), "not_a_number", ("项目采购", 2), ("逗号",)),
    Case("money in days", put("项目采购", 1, "合同价", "46.8天"), "wrong_unit", ("项目采购", 2), ("天", "万元")),
    Case("count in money", put("单位", 1, "人数", "36万元"), "wrong_unit", ("单位", 2), ("万元", "人")),
    Case("amount in yuan", put("项目采购", 1, "合同价", 4_680_000), "looks_like_yuan", ("项目采购", 2), ("按元填",), notice=True),
    Case("score of six", put("风险点", 1, "可能性", 6), "out_of_range", ("风险点", 2), ("可能性", "1 至 5")),
    Case("score in a word", put("风险点", 1, "可能性", "很高"), "not_a_number", ("风险点", 2), ("很高",)),
    Case("discretion of four", put("权力事项", 1, "自由裁量档", 4), "out_of_range", ("权力事项", 2), ("0 至 3",)),
    Case("min_persons below one", put("权力事项", 1, "最少经手人数", 0), "out_of_range", ("权力事项", 2), ("最少经手人数", "不小于 1")),
    Case("need below one", put("签批", 2, "至少人数", 0), "out_of_range", ("签批", 3), ("至少人数", "不小于 1"),
         also=("differs_within",)),
    Case("neither yes nor no", put("岗位", 1, "外部岗位", "不一定"), "not_a_flag", ("岗位", 2), ("不一定", "是 或 否")),
    Case("word not listed, near match", put("单位", 1, "单位类别", "党政机构"), "not_listed", ("单位", 2), ("党政机构", "党政机关")),
    Case("word not listed at all", put("整改台账", 1, "问题来源", "媒体"), "not_listed", ("整改台账", 2), ("巡察", "审计", "自查")),
    Case("one of several not listed", put("风险点", 1, "排查步骤", "自己找、群众帮、瞎猜"), "not_listed", ("风险点", 2), ("排查步骤",)),
    Case("code with a strange character", put("岗位", 6, "岗位编码", "P*006"), "bad_code", ("岗位", 7), ("不允许的字符",),
         also=("missing_reference",)),
    Case("code taken for a number", put("办件日志", 1, "办件编号", 201600000000000001), "digits_lost", ("办件日志", 2), ("15 位", "文本格式")),
    Case("none for a code", put("单位", 1, "上级单位编码", "无"), "placeholder", ("单位", 2), ("留空",)),
    Case("empty station", put("权力事项", 2, "简易流程", "经办人>>局长"), "empty_station", ("权力事项", 3), ("空的一站",)),
    Case("error value", put("项目采购", 1, "合同价", "#REF!"), "error_cell", ("项目采购", 2), ("#REF!", "错误值")),
    # persons and secrets
    Case("name for a code", put("人员", 1, "人员代号", "王小明"), "name_for_code", ("人员", 2), ("王小明", "像是姓名", "代号"),
         also=("person_not_listed",)),
    Case("name of the verifier", put("整改台账", 1, "核验人代号", "欧阳修远"), "name_for_code", ("整改台账", 2), ("像是姓名",)),
    Case("ID number in text", put("风险点", 1, "表现形式", f"当事人证号{IDENTITY}"), "identity_number", ("风险点", 2), ("身份证号",)),
    Case("ID number with gaps", put("风险点", 1, "表现形式", "110101 19900307 109X"), "identity_number", ("风险点", 2), ("身份证号",)),
    Case("ID number for a code", put("整改台账", 1, "核验人代号", IDENTITY), "identity_number", ("整改台账", 2), ("身份证号",)),
    Case("mobile phone", put("审计检查", 1, "范围", "联系13800138000"), "phone", ("审计检查", 2), ("电话",)),
    Case("landline", put("审计检查", 1, "范围", "拨0724-8551234"), "phone", ("审计检查", 2), ("电话",)),
    Case("name in text", put("预警事件", 1, "情形", "未备案,责任人:李四"), "name_in_text", ("预警事件", 2), ("人名",)),
    Case("column of names", column("岗位", "姓名", "某某"), "personal_header", ("岗位", 0), ("姓名", "个人信息")),
    Case("column of addresses", column("岗位", "家庭住址", "某处"), "personal_header", ("岗位", 0), ("家庭住址",)),
    Case("column of responsible persons", column("权力事项", "责任人", "某某"), "dropped_column", ("权力事项", 0), ("责任人", "没有收入"), notice=True),
    Case("column of phones", column("权力事项", "监督电话", "8551234"), "dropped_column", ("权力事项", 0), ("监督电话",), notice=True),
    Case("secret figure", put("监督执纪统计", 1, "管理标识", "秘密"), "secret", ("监督执纪统计", 2), ("秘密", "保密规定")),
    Case("top secret figure", put("监督执纪统计", 1, "管理标识", "绝密"), "secret", ("监督执纪统计", 2), ("绝密",)),
    Case("secret stamp", line("风险点", 0, ["机密\u26051年"]), "secret", ("风险点", 0), ("密级标志",)),
    Case("open clue with a person", put("预警事件", 1, "核查结论", "核查中"), "open_clue", ("预警事件", 2), ("案件监督管理", "open_clues_allowed_by")),
    # one row
    Case("end before start", put("任职", 2, "任职止", "2012-06"), "end_before_start", ("任职", 3), ("早于任职起",)),
    Case("period ends before it begins", put("信访汇总", 1, "期末", "2015-12"), "end_before_start", ("信访汇总", 2), ("早于期初",)),
    Case("closed before found", put("整改台账", 1, "销号日期", "2016-01-01"), "end_before_start", ("整改台账", 2), ("早于发现日期",)),
    Case("step incompatible with itself", put("不相容", 1, "环节乙", 1), "same_step", ("不相容", 2), ("同一个环节",)),
    Case("influence on itself", put("影响关系", 1, "承受岗位", "P001"), "same_post", ("影响关系", 2), ("同一个岗位",)),
    Case("unit overseeing itself", put("监督关系", 1, "被监督单位", "U001"), "same_unit", ("监督关系", 2), ("同一个单位",)),
    Case("own superior", put("岗位", 1, "上级岗位编码", "P001"), "own_parent", ("岗位", 2), ("上级岗位是自己",)),
    Case("at least how many", put("签批", 4, "签批规则", "至少"), "need_missing", ("签批", 5), ("至少人数",)),
    Case("number without its rule", put("签批", 4, "至少人数", 2), "need_unused", ("签批", 5), ("至少人数",)),
    Case("more returned than sent", put("评议测评", 1, "收回", 201), "part_above_whole", ("评议测评", 2), ("收回多于发出",)),
    Case("nil report with items", put("信息报送", 1, "零报告", "是"), "nil_with_items", ("信息报送", 2), ("零报告",)),
    Case("ceiling below floor", put("裁量基准", 1, "上限", 100), "high_below_low", ("裁量基准", 2), ("上限小于下限",)),
    Case("half a person-time", put("监督执纪统计", 1, "数值", 40.5), "not_whole", ("监督执纪统计", 2), ("不是整数",)),
    Case("duty about nothing", lambda b: (b.put("监督义务", 1, "事项编码", ""), b.put("监督义务", 1, "流程图编码", "")), "no_subject",
         ("监督义务", 2), ("事项编码或流程图编码",)),
    Case("appeal closed but never made", put("预警事件", 1, "申诉办结日期", "2016-09-01"), "appeal_missing", ("预警事件", 2), ("申诉日期",)),
    Case("flow and titles", put("权力事项", 2, "流程图编码", "F001"), "flow_and_titles", ("权力事项", 3), ("只留一个",), notice=True),
    Case("inspected unit without code", put("巡察覆盖", 1, "单位编码", ""), "unit_missing", ("巡察覆盖", 2), ("单位编码",), notice=True),
    # rows together
    Case("same key twice", add("岗位"), "duplicate_key", ("岗位", 8), ("岗位编码", "第 2 行", "重复"), also=("title_of_several_posts",)),
    Case("same person twice", add("人员"), "duplicate_key", ("人员", 5), ("第 2 行",)),
    Case("same step twice", add("环节"), "duplicate_key", ("环节", 6), ("流程图编码、环节序号",)),
    Case("missing unit", put("岗位", 5, "单位编码", "U02"), "missing_reference", ("岗位", 6), ("U02", "「单位」表里没有", "U002")),
    Case("missing superior", put("岗位", 4, "上级岗位编码", "P099"), "missing_reference", ("岗位", 5), ("P099", "「岗位」表里没有")),
    Case("missing flow", put("权力事项", 1, "流程图编码", "F009"), "missing_reference", ("权力事项", 2), ("F009", "流程图")),
    Case("missing step", put("签批", 4, "环节序号", 9), "missing_reference", ("签批", 5), ("F001", "没有这个环节序号")),
    Case("missing step before", put("环节", 3, "前置环节", "1、7"), "missing_reference", ("环节", 4), ("没有环节「7」",)),
    Case("person not listed", put("任职", 1, "人员代号", "R009"), "person_not_listed", ("任职", 2), ("R009",), notice=True),
    Case("superiors in a circle", put("岗位", 1, "上级岗位编码", "P003"), "circle", ("岗位", 3), ("绕成一圈", "P002")),
    Case("units in a circle", put("单位", 1, "上级单位编码", "U002"), "circle", ("单位", 2), ("绕成一圈",)),
    Case("steps in a circle", put("环节", 1, "前置环节", "3"), "circle", ("环节", 2), ("前置环节绕成一圈",)),
    Case("overlapping occupancy", add("任职", 任职起="2016-01-01"), "overlap", ("任职", 7), ("第 2 行", "重叠")),
    Case("empty and held", put("任职", 4, "任职止", "2016-06-01"), "empty_and_held", ("任职", 5), ("空缺", "第 6 行")),
    Case("title of no post", put("权力事项", 2, "简易流程", "经办人>副股长>局长"), "title_without_post", ("权力事项", 3), ("副股长", "U001", "股长")),
    Case("title of two posts", add("岗位", 岗位编码="P007", 上级岗位编码="P001"), "title_of_several_posts", ("权力事项", 3), ("2 个岗位都叫", "局长")),
    Case("sign-off of two rules", put("签批", 3, "签批规则", "全体"), "differs_within", ("签批", 4), ("同一道签批", "第 3 行"), also=("need_unused",)),
    Case("recovery of two natures", put("款项追缴", 2, "性质", "上缴"), "differs_within", ("款项追缴", 3), ("同一笔追缴", "性质")),
    # the sheet
    Case("unknown header, near match", rename("风险点", "表现形式", "表现型式"), "unknown_header", ("风险点", 0), ("表现型式", "表现形式")),
    Case("unknown header, no near match", column("风险点", "xyz", 1), "ignored_column", ("风险点", 0), ("xyz", "没有收入"), notice=True),
    Case("header twice", column("岗位", "职级"), "duplicate_header", ("岗位", 0), ("职级", "两次")),
    Case("required column missing", rename("岗位", "岗位名称", "zz"), "missing_column", ("岗位", 0), ("岗位名称", "缺少必填"),
         also=("ignored_column", "title_without_post")),
    Case("header in yuan", rename("项目采购", "合同价", "合同价(元)"), "header_unit", ("项目采购", 0), ("元", "万元")),
    Case("no header", lambda b: b.sheets.update({"岗位": [["甲", "乙"], [1, 2]]}), "no_header", ("岗位", 0), ("找不到表头", "岗位编码"),
         also=("missing_reference", "title_without_post")),
    Case("two header rows", line("任职", 1, ["", "", "任职起", "任职止"]), "two_header_rows", ("任职", 0), ("表头有两行",),
         also=("missing_value", "repeated_header")),
    Case("merged header", lambda b: (b.rename("任职", "任职止", ""), b.merges.append(("任职", "C1:D1", "任职起"))), "two_header_rows",
         ("任职", 0), ("合并",), also=("overlap", "empty_and_held")),
    Case("header printed again", lambda b: b.sheets["人员"].append(["人员代号"]), "repeated_header", ("人员", 5), ("又出现了一次",)),
    Case("row of totals", lambda b: b.sheets["信访汇总"].append(["合计", "", "", "", 6]), "total_row", ("信访汇总", 3), ("合计行",)),
    Case("foot of the page", lambda b: b.sheets["人员"].append(["填表人:某某"]), "footer_row", ("人员", 5), ("表尾",)),
    Case("merged words", merge("环节", "A2:A5", "F001"), "merged_filled", ("环节", 2), ("A2:A5", "每行同值"), notice=True),
    Case("merged numbers", merge("款项追缴", "F2:F3", 12.5), "merged_cells", ("款项追缴", 3), ("合并了单元格", "取消合并")),
    Case("merged across", merge("岗位", "C3:D3", "分管领导"), "merged_cells", ("岗位", 3), ("C3:D3",)),
    Case("hidden sheet", lambda b: b.hidden.append("信访汇总"), "hidden_sheet", ("信访汇总", 0), ("隐藏",)),
    Case("sheet misnamed", sheet("信访汇总", "信访汇总表"), "unknown_sheet", ("信访汇总表", 0), ("改名为「信访汇总」",)),
    Case("sheet that is no table", lambda b: b.sheets.update({"工作总结": [["一年来"]]}), "ignored_sheet", ("工作总结", 0), ("没有读取",), notice=True),
    Case("no known sheet", lambda b: (b.sheets.clear(), b.sheets.update({"zz": [["x"]]})), "no_known_sheet", ("", 0), ("fangkong template",),
         also=("ignored_sheet",)),
    Case("example filled in", lambda b: (b.column("岗位", "标记"), b.put("岗位", 2, "标记", "示例")), "edited_example", ("岗位", 3),
         ("示例", "清空标记")),
]
