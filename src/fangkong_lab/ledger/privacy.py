"""Finding what may not be in the ledger: ID numbers, phones, names in place of codes, marks of secrecy.

Identity numbers are known by their check digit and birth date, so that an 18-character 统一社会信用代码 passes.
References: GB 11643-1999 (公民身份号码), GB 32100-2015 (统一社会信用代码), ISO 7064:1983 MOD 11-2.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date

from fangkong_lab.ledger.columns import Column, ColumnType
from fangkong_lab.ledger.fault import Fault

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)

_IDENTITY = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
_PHONE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:\(0\d{2,3}\)|0\d{2,3}[- ])[2-9]\d{6,7}(?!\d)")
_DIGIT_GAP = re.compile(r"(?<=\d)[ -](?=[\dXx])")
_HAN = "\u4e00-\u9fff"
_NAMED = re.compile(rf"(?:姓名|责任人|联系人|负责人|经办人|当事人)\s*[:\uff1a]\s*[{_HAN}]{{2,4}}")
_STAMP = re.compile("(?:秘\\s*密|机\\s*密|绝\\s*密)\\s*[\u2605\u2606]")
_SUSPECT_DIGITS = re.compile(r"\d[ -]?\d{3,}")

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范"
    "石廖贾韦夏付邹熊白孟秦邱侯江尹薛阎段雷龙黎史陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳"
    "翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁房滕屈饶解牟艾尤阳时穆"
    "农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘"
    "池查麻苑迟邝"
)
_NAME = re.compile(f"^[{_SURNAMES}][{_HAN}]{{1,3}}$")

DROPPED_HEADERS = frozenset({"责任人", "联系电话", "监督电话", "举报电话", "监督举报电话", "投诉电话"})
"""Columns that published lists carry; what they hold is not taken over."""
_PERSONAL = ("姓名", "身份证", "手机", "电话", "住址", "地址", "配偶", "子女", "家庭", "亲属", "出生", "微信", "联系人", "联系方式", "银行卡")


def is_identity_number(text: str) -> bool:
    """Say whether the 18 characters are an ID number: right check digit and a birth date that exists."""
    if not re.fullmatch(r"\d{17}[\dXx]", text, re.ASCII):
        return False
    total = sum(int(d) * w for d, w in zip(text[:17], _WEIGHTS, strict=True))
    if _CHECKS[total % 11] != text[17].upper():
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2100


def is_credit_code(text: str) -> bool:
    """Say whether the 18 characters are a 统一社会信用代码 with the right check character."""
    if len(text) != 18 or any(c not in _CREDIT_LETTERS for c in text):
        return False
    total = sum(_CREDIT_LETTERS.index(c) * w for c, w in zip(text[:17], _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_LETTERS[-total % 31] == text[17]


def is_personal_header(header: str) -> bool:
    """Say whether a column of this name would hold names, numbers, addresses or family of a person."""
    return any(word in header for word in _PERSONAL)


def has_secrecy_mark(text: str) -> bool:
    """Say whether *text* carries a mark such as 秘密★1年."""
    return ("密" in text) and bool(_STAMP.search(text))


def personal_fault(column: Column, text: str) -> Fault | None:
    """Return what is personal in a cell of *column* (cleaned text), None where nothing is.

    A code of a unit that is a valid 统一社会信用代码 passes, whatever else its digits might look like.
    """
    if column.type is ColumnType.PERSON and (fault := _name_for_code(text)):
        return fault
    if _SUSPECT_DIGITS.search(text) and not _passes_as_credit_code(column, text) and (fault := _number_fault(text)):
        return fault
    if _NAMED.search(text):
        return Fault("name_in_text", "写有人名", "删去人名，改用岗位或人员代号")
    return None


def _passes_as_credit_code(column: Column, text: str) -> bool:
    names_unit = column.refers == "units" or column.name == "unit_id"
    return is_credit_code(text) and (names_unit or not is_identity_number(text))


def _name_for_code(text: str) -> Fault | None:
    if text == "空缺":
        return None
    if _NAME.match(text) or not re.search(r"[0-9A-Za-z]", text):
        return Fault("name_for_code", "像是姓名，不是代号", "改填人员代号（含字母或数字）")
    return None


def _number_fault(text: str) -> Fault | None:
    joined = _DIGIT_GAP.sub("", text)
    if any(is_identity_number(hit) for hit in (*_IDENTITY.findall(text), *_IDENTITY.findall(joined))):
        return Fault("identity_number", "含身份证号", "删去身份证号，人员一律用代号")
    if _PHONE.search(text) or _LANDLINE.search(text):
        return Fault("phone", "含电话号码", "删去电话号码")
    return None


def personal_faults(column: Column, texts: Collection[str]) -> dict[str, Fault]:
    """Return the personal and secret finds among the distinct *texts* of a column: text → fault.

    All texts are searched at once first, because nearly always there is nothing to be found.
    """
    if column.type is not ColumnType.PERSON and not _suspect("\n".join(texts)):
        return {}
    found: dict[str, Fault] = {}
    for text in texts:
        fault = personal_fault(column, text)
        if fault is None and has_secrecy_mark(text):
            fault = Fault("secret", "带有密级标志，秘密及以上的内容不得进入本系统", "从文件中删去，按保密规定办理")
        if fault is not None:
            found[text] = fault
    return found


def _suspect(text: str) -> bool:
    patterns = (_IDENTITY, _PHONE, _LANDLINE, _NAMED, _STAMP)
    return any(p.search(text) for p in patterns) or bool(_IDENTITY.search(_DIGIT_GAP.sub("", text)))
