"""The documents' figures: the table agrees with itself and, where the texts lie at hand, with them.

The texts are looked for in ``$FANGKONG_SOURCES``, else in ``shared/sources`` beside the checkout;
tests that need them are skipped where there are none.
"""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "data" / "sources" / "figures.csv"
COLUMNS = [
    "figure_id", "document", "article", "place", "organisation", "period_start", "period_end",
    "indicator", "value", "count_unit", "qualifier", "phrase", "note",
]  # fmt: skip
QUALIFIERS = {"准确", "约", "余", "多", "近", "以上", "以下", "以前"}
WRITTEN_OUT = "汉字数字"
ROWS = {"000": (20, 30), "001": (5, 10), "002": (12, 20), "003": (140, 175), "004": (40, 55)}
LONGEST_PHRASE = 25
HAN = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
HAN |= {"百": 100, "半": 0.5, "三分之二": 0.6667}


def words(block: str) -> list[str]:
    return block.split()


# Of document 003: the phrase of a total, then those of its parts. Every sum here is the document's own.
SUMS = {
    "内部管理权129项": "领导班子权责74项 人财物事务管理权55项",
    "增加到285项": "由原来的123项 审批的事项162项",
    "全县11个试点单位以“依法清权": "财政局等6个试点单位 高阳镇5个单位为试点单位",
    "共排查出风险点213个": "思想道德类11个 业务管理类187个 政务类15个",
    "共67项": "行政许可2项 行政处罚4项 行政审批2项 监督检查8项 内部事务管理9项 行政确认16项 行政征收3项 专项资金管理23项",
    "共查出风险点82个": "思想道德类26个 岗位职责类34个 业务管理类22个",
}

# Document, phrase, and what its note must not forget.
TRAPS = [
    ("000", "这5个领域", ["小单位", "岗位", "小资金"]),
    ("000", "占到了三分之二", ["不是整数"]),
    ("000", "5000余名市直机关处级干部", ["不是小干部的分母"]),
    ("000", "约谈3763人(次)", ["人(次)", "不能归入"]),
    ("000", "(200万元)以下的项目", ["单项合同", "年度批量", "小资金"]),
    ("001", "把握两个重点环节", ["资金流动量", "五"]),
    ("001", "民主监督三个层次", ["网上监督", "报告", "备案", "公开", "节点"]),
    ("001", "一项或多项监督方式", ["可选", "追究责任"]),
    ("001", "等5个大的方面", ["今年以来"]),
    ("002", "“微权力”清单604项", ["现已"]),
    ("002", "运行流程图344幅", ["共用"]),
    ("002", "改为“两审”", ["未说", "空转"]),
    ("002", "奖补政策项目6个", ["事前"]),
    ("003", "财政局等6个试点单位", ["黎川县", "沙洋县"]),
    ("003", "共742项权力", ["11个试点单位", "不可相除"]),
    ("003", "职权目录742条", ["不可相加"]),
    ("003", "腐败风险点1945条", ["首批6个单位", "不可相除"]),
    ("003", "“四个不直管”制度", ["未列"]),
    ("003", "群众代表(每年确定1人)", ["未说", "上下级"]),
    ("003", "现在2人分别管", ["各一人"]),
    ("003", "查实预警信息22条", ["截至目前", "11月底", "不可相除"]),
    ("003", "实行12分扣分制", ["未载"]),
    ("003", "连续两次倒数第一", ["分管副局长", "不是同一人"]),
    ("003", "共排查出风险点213个", ["县名未写", "推断"]),
    ("003", "内部事务管理权等8项权力", ["两条轴"]),
    ("003", "共67项", ["两条轴"]),
    ("003", "每月28日", ["局报县", "每季度", "每半年"]),
    ("003", "每月25日前", ["单位报局"]),
    ("003", "业务管理类22个", ["制度机制"]),
    ("003", "防控措施84个", ["82个"]),
    ("003", "查找三类风险", ["咸丰县", "黄冈市"]),
    ("003", "实施一周前", ["规则数"]),
    ("003", "百分制办法", ["未载"]),
    ("004", "移送司法机关9人", ["推断"]),
    ("004", "违规违纪问题630个", ["两个集合"]),
    ("004", "梳理问题457个", ["两个集合"]),
    ("004", "规范规章制度48项", ["不是同一集合"]),
    ("004", "村级管理制度69项", ["不是同一集合"]),
    ("004", "问题线索57件", ["案件监督管理部门"]),
    ("004", "金额达5.26亿元", ["不是挽回"]),
    ("004", "清退欠款1.19万元", ["分3期"]),
]

# Where each article of document 003 begins; it ends where the next one begins.
PARTS_OF_003 = {
    "第一篇之一": "第一篇:黎川县",
    "第一篇之二": "全县惩防体系建设工作开展以来,我局",
    "第一篇之三": "根据《神农架林区",
    "第一篇之四": "一是宣传教育成系列",
    "第二篇": "第二篇:浅谈街道",
    "第三篇": "第三篇:腐败风险预警防控",
    "第四篇": "第四篇:腐败风险预警防控",
    "第五篇": "第五篇:腐败风险预警防控",
}

# Numbers of the texts that are no figures, by pattern. Every pattern must meet something.
DATES = [
    r"\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?",
    r"(?<!\d)\d{1,2}月(?:底|初|\d{1,2}日)",
    r"\d{4}-\d\d-\d\d +\d\d:\d\d:\d\d",
    r"二○一○年九月二十日",
]
ORDINALS = [
    r"(?m)^\d、",
    r"(?m)^\(\d\)",
    r"第[一二三四五]",
    r"(?m)^ *[二三四五]、",
    r"\([二三四五]\)",
    r"[二三四五]是",
    r"其[二三]",
    r"(?m)^[二三]查",
    r"一、二、三级",
    r"[二三]级(?:风险|廉政风险)",
]
SCHEMES = [
    r"1\+X",
    r"1\+2(?!X|\+)",
    r"1\+1\+2X",
    "“三类”?风险”|全面查找“三类风险”|“三类”腐败",
    "一岗双[责职]",
]
SCHEMES += words("""
五小 三库一网 第三方 五维共治 三农 三资 四种形态 五分模式 四字合章 同意核销”四字 三重一大 两集中 三定 五步 三律三防
三知三心 双定双评 三个围绕 “三个方面” 三上三下 二上二下 两个安全 六进 四个管好 十个全覆盖 三个代表 五全 双重保障
百日整治 五带头 五位一体 五人小组 十项清单 四位一体 三大问题 六项纪律 三个重点 五账式 双随机 四风 两张皮
""")
PROSE = words("十九大 十七届中央纪委五次 红十字会 五保户 二级单位 市乡两级 市县两级 两方面同向")
PROSE += ["以下两个方面的问题", "以下三个方面改进"]
TOLD_AGAIN = [
    "6个试点单位(?=92名)",
    "目前,全县11个试点单位(?:清理|修正)",
    "这三分之二",
    "等“十项”权力",
    "五项动态监\n?控机制",
]
ARABIC = r"\d+(?:\.\d+)?"
HAN_NUMBER = r"三分之二|[二两三四五六七八九十百半双]+"  # 一 is left out: as a rule it is no count


@pytest.fixture(scope="module")
def figures() -> pd.DataFrame:
    return pd.read_csv(TABLE, dtype=str, keep_default_na=False, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    named = os.environ.get("FANGKONG_SOURCES")
    folder = Path(named) if named else ROOT.parent / "shared" / "sources"
    if not named and not folder.is_dir():
        pytest.skip(f"没有原文：{folder} 不存在，也未设 FANGKONG_SOURCES")
    found = {d: sorted(folder.glob(f"{d}*.txt")) for d in ROWS}
    assert all(len(files) == 1 for files in found.values()), f"{folder} 中每份原文应恰有一个文件：{found}"
    return {d: files[0].read_text(encoding="utf-8") for d, files in found.items()}


def printed(figures: pd.DataFrame, document: str, phrase: str) -> pd.Series:
    """Return the one row of *document* with this *phrase*."""
    hit = figures[(figures.document == document) & (figures.phrase == phrase)]
    assert len(hit) == 1, f"{document}「{phrase}」应恰有一行，现有 {len(hit)} 行"
    return hit.iloc[0]


def value(figures: pd.DataFrame, document: str, phrase: str) -> float:
    return float(printed(figures, document, phrase).value)


def article(figures: pd.DataFrame, part: str) -> pd.DataFrame:
    """Return the rows of one article of document 003."""
    rows = figures[(figures.document == "003") & figures.article.str.startswith(part + " ")]
    assert len(rows), f"003 没有 {part} 的行"
    return rows


def spans(pattern: str, text: str) -> list[tuple[int, int]]:
    return [m.span() for m in re.finditer(pattern, text)]


def whole(phrase: str) -> str:
    """Return a pattern for *phrase* that does not begin or end inside a longer number."""
    before = r"(?<![\d.])" if phrase[0].isdigit() else ""
    after = r"(?![\d.])" if phrase[-1].isdigit() else ""
    return before + re.escape(phrase) + after


def number(token: str) -> float | None:
    """Return what a number says, in digits or in Chinese; None where it is not one we read."""
    return HAN.get(token, float(token) if re.fullmatch(ARABIC, token) else None)


def uncovered(figures: pd.DataFrame, document: str, text: str, tokens: str, exempt: list[str]) -> list[str]:
    """Return, with what stands around them, the numbers of *text* that neither a row nor a pattern covers."""
    rows = figures[figures.document == document]
    told = [
        (*where, float(v))
        for phrase, v in zip(rows.phrase, rows.value, strict=True)
        for where in spans(whole(phrase), text)
    ]
    free = [where for pattern in exempt for where in spans(pattern, text)]
    missing = []
    for m in re.finditer(tokens, text):
        if any(a <= m.start() and m.end() <= b for a, b in free):
            continue
        if any(a <= m.start() and m.end() <= b and v == number(m.group()) for a, b, v in told):
            continue
        missing.append(text[max(0, m.start() - 12) : m.end() + 8].replace("\n", "⏎"))
    return missing


# The table by itself


def test_the_file_has_a_bom_and_the_columns_in_order(figures: pd.DataFrame) -> None:
    assert TABLE.read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(figures.columns) == COLUMNS


@pytest.mark.parametrize("document", ROWS)
def test_each_document_has_a_sensible_number_of_rows(figures: pd.DataFrame, document: str) -> None:
    least, most = ROWS[document]
    assert least <= (figures.document == document).sum() <= most


def test_the_readme_tells_the_number_of_rows(figures: pd.DataFrame) -> None:
    readme = TABLE.with_name("README.md").read_text(encoding="utf-8")
    counts = figures.document.value_counts()
    told = "，".join(f"{d} 有 {counts[d]} 行" for d in ROWS)
    assert f"共 {len(figures)} 行：{told}。" in readme


def test_only_the_five_documents_occur(figures: pd.DataFrame) -> None:
    assert set(figures.document) == set(ROWS)


def test_ids_are_unique_and_carry_their_document(figures: pd.DataFrame) -> None:
    assert figures.figure_id.is_unique
    assert figures.figure_id.str.fullmatch(r"00[0124]-\d{2}|003-\d{3}").all()
    assert (figures.figure_id.str[:3] == figures.document).all()


def test_no_figure_is_told_twice(figures: pd.DataFrame) -> None:
    assert not figures.duplicated(["document", "phrase"]).any()
    assert not figures.duplicated(["document", "phrase", "indicator"]).any()
    assert not figures.duplicated(["document", "article", "organisation", "indicator"]).any()


def test_required_cells_are_filled_and_tidy(figures: pd.DataFrame) -> None:
    required = figures.drop(columns=["period_start", "period_end", "note"])
    assert (required != "").all().all()
    assert figures.map(lambda cell: cell == cell.strip() and "\n" not in cell).all().all()


def test_values_are_plain_numbers(figures: pd.DataFrame) -> None:
    assert figures.value.str.fullmatch(ARABIC).all()
    assert (pd.to_numeric(figures.value) > 0).all()


def test_qualifiers_are_known_and_each_is_used(figures: pd.DataFrame) -> None:
    assert set(figures.qualifier) == QUALIFIERS


@pytest.mark.parametrize("word", ["余", "多", "近"])
def test_a_printed_qualifier_is_a_kept_qualifier(figures: pd.DataFrame, word: str) -> None:
    beside = rf"\d{word}|{word}(?:\d|半年)"
    assert ((figures.qualifier == word) == figures.phrase.str.contains(beside)).all()


def test_phrases_are_short(figures: pd.DataFrame) -> None:
    assert figures.phrase.str.len().between(1, LONGEST_PHRASE).all()


def test_the_phrase_bears_the_value(figures: pd.DataFrame) -> None:
    for row in figures.itertuples():
        tokens = re.findall(rf"{ARABIC}|三分之二|[一二两三四五六七八九十百半]", row.phrase)
        written_out = WRITTEN_OUT in row.note
        kind = [t for t in tokens if bool(re.fullmatch(ARABIC, t)) != written_out]
        assert float(row.value) in [number(t) for t in kind], row.figure_id


def test_the_phrase_bears_the_count_unit(figures: pd.DataFrame) -> None:
    strange = [r.figure_id for r in figures.itertuples() if r.count_unit not in r.phrase]
    assert strange == ["000-04"], "只有「三分之二」没有印出的计量单位"


def test_periods_are_dates_in_order(figures: pd.DataFrame) -> None:
    for row in figures.itertuples():
        start, end = (date.fromisoformat(d) if d else None for d in (row.period_start, row.period_end))
        assert not (start and end) or start <= end, row.figure_id
    assert (figures.period_end != "").sum() > 30


def test_a_month_as_end_is_its_last_day(figures: pd.DataFrame) -> None:
    ends = pd.to_datetime(figures.period_end[figures.period_end != ""])
    starts = pd.to_datetime(figures.period_start[figures.period_start != ""])
    assert ends.dt.is_month_end.all()
    assert starts.dt.is_month_start.all()


# Sums and what must not be summed


@pytest.mark.parametrize(("total", "parts"), SUMS.items())
def test_a_sum_that_the_document_prints_holds(figures: pd.DataFrame, total: str, parts: str) -> None:
    rows = [printed(figures, "003", phrase) for phrase in [total, *words(parts)]]
    assert len({row.article for row in rows}) == 1
    assert sum(float(row.value) for row in rows[1:]) == float(rows[0].value)


def test_standards_are_four_times_the_powers(figures: pd.DataFrame) -> None:
    assert value(figures, "003", "956条细化标准") == 4 * value(figures, "003", "自由裁量的239项行政权力")
    assert "四倍" in printed(figures, "003", "956条细化标准").note


def test_nine_transferred_agrees_with_eight_and_one_but_is_not_said_to_be_them(figures: pd.DataFrame) -> None:
    parts = [printed(figures, "004", f"移送司法机关{n}人") for n in (8, 1)]
    assert sum(float(row.value) for row in parts) == value(figures, "004", "移送司法机关9人")
    assert all("原文未说" in row.note for row in parts)


def test_six_kinds_of_inspected_things_are_six_rows_without_a_total(figures: pd.DataFrame) -> None:
    phrases = words("187个村居(社区) 43个市直单位 18个基层站所 12个市重点项目 6个国有企业 4个乡镇(街道)")
    rows = pd.DataFrame([printed(figures, "004", phrase) for phrase in phrases])
    assert pd.to_numeric(rows.value).tolist() == [187, 43, 18, 12, 6, 4]
    assert rows.indicator.nunique() == 6
    assert rows.note.str.contains("不相加").all()


@pytest.mark.parametrize(("document", "total"), [("004", 270), ("004", 1087), ("004", 821), ("003", 676)])
def test_no_total_is_made_up(figures: pd.DataFrame, document: str, total: int) -> None:
    values = pd.to_numeric(figures.value[figures.document == document])
    assert total not in values.tolist()


# Traps


@pytest.mark.parametrize(("document", "phrase", "words"), TRAPS)
def test_a_trap_is_written_in_the_note(
    figures: pd.DataFrame, document: str, phrase: str, words: list[str]
) -> None:
    note = printed(figures, document, phrase).note
    assert [word for word in words if word not in note] == []


def test_two_sets_of_problems_belong_to_two_bodies(figures: pd.DataFrame) -> None:
    city, towns = (printed(figures, "004", p) for p in ("违规违纪问题630个", "梳理问题457个"))
    assert city.organisation != towns.organisation


def test_the_dates_of_the_warnings_differ(figures: pd.DataFrame) -> None:
    assert printed(figures, "003", "查实预警信息22条").period_end == ""
    for phrase, expected in [("等8个单位和", 8), ("5名科级领导干部", 5), ("2名干部给予了预警扣分", 2)]:
        row = printed(figures, "003", phrase)
        assert (float(row.value), row.period_end) == (expected, "2009-11-30")
        assert "11月底" in row.note
        assert "未写年份" in row.note


def test_items_and_flows_are_two_counts(figures: pd.DataFrame) -> None:
    assert value(figures, "002", "“微权力”清单604项") == 604
    assert value(figures, "002", "运行流程图344幅") == 344


def test_risk_points_and_powers_come_from_different_units(figures: pd.DataFrame) -> None:
    points, powers = (printed(figures, "003", p) for p in ("腐败风险点1945条", "共742项权力"))
    assert (points.value, powers.value) == ("1945", "742")
    assert "首批6个" in points.organisation
    assert "首批" not in powers.organisation


def test_twenty_eight_stands_for_four_things(figures: pd.DataFrame) -> None:
    rows = article(figures, "第一篇之二").query("value == '28'")
    assert sorted(rows.count_unit) == sorted(["分项", "个", "名", "日"])
    assert rows.note.str.contains("28").all()


def test_the_county_of_the_finance_bureau_is_not_named(figures: pd.DataFrame) -> None:
    rows = article(figures, "第一篇之二")
    assert set(rows.place) == {"某县（未具名）"}


def test_the_filing_title_and_the_county_of_the_text_are_both_kept(figures: pd.DataFrame) -> None:
    rows = article(figures, "第一篇之一")
    assert rows.article.str.contains("黎川县").all()
    assert set(rows.place) == {"沙洋县"}
    assert set(article(figures, "第三篇").place) == {"咸丰县（正文又作黄冈市）"}


def test_no_points_or_thresholds_are_invented(figures: pd.DataFrame) -> None:
    points = figures[figures.count_unit == "分"]
    assert sorted(points.phrase) == ["实行12分扣分制", "百分制办法"]


def test_small_funds_have_no_amount(figures: pd.DataFrame) -> None:
    money = figures[(figures.document == "000") & (figures.count_unit == "万元")]
    assert sorted(money.value.astype(float)) == [200, 2176.3, 2433.98]


def test_kinds_of_money_stay_apart(figures: pd.DataFrame) -> None:
    money = figures[(figures.document == "004") & figures.count_unit.isin(["万元", "亿元"])]
    assert len(money) == 7
    assert money.indicator.is_unique
    assert (money.note != "").all()


def test_chosen_duties_are_a_lower_bound(figures: pd.DataFrame) -> None:
    row = printed(figures, "001", "一项或多项监督方式")
    assert (row.value, row.qualifier) == ("1", "以上")


# The table against the texts


def test_every_phrase_stands_once_in_its_document(figures: pd.DataFrame, texts: dict[str, str]) -> None:
    for row in figures.itertuples():
        times = 2 if row.document == "000" else 1  # 000 prints its whole text twice
        assert texts[row.document].count(row.phrase) == times, row.figure_id


def test_every_phrase_of_003_stands_in_its_article(figures: pd.DataFrame, texts: dict[str, str]) -> None:
    begins = [texts["003"].index(mark) for mark in PARTS_OF_003.values()]
    assert begins == sorted(begins)
    ends = [*begins[1:], len(texts["003"])]
    bounds = dict(zip(PARTS_OF_003, zip(begins, ends, strict=True), strict=True))
    for row in figures[figures.document == "003"].itertuples():
        begin, end = bounds[row.article.split(" ")[0]]
        assert begin <= texts["003"].index(row.phrase) < end, row.figure_id


def test_an_exact_figure_has_no_word_of_approximation_beside_it(
    figures: pd.DataFrame, texts: dict[str, str]
) -> None:
    for row in figures[(figures.qualifier == "准确") & ~figures.note.str.contains(WRITTEN_OUT)].itertuples():
        begin = texts[row.document].index(row.phrase)
        around = texts[row.document][max(0, begin - 4) : begin + len(row.phrase) + 4]
        vague = rf"(?:近|约|至少|不少于|超过){row.value}|{row.value}(?:余|多|.{{0,3}}(?:以[上下]|左右|前))"
        assert not re.search(vague, around), row.figure_id


@pytest.mark.parametrize("document", ROWS)
def test_no_number_in_digits_is_missed(figures: pd.DataFrame, texts: dict[str, str], document: str) -> None:
    exempt = DATES + ORDINALS + SCHEMES + TOLD_AGAIN
    assert uncovered(figures, document, texts[document], ARABIC, exempt) == []


@pytest.mark.parametrize("document", ROWS)
def test_no_number_in_chinese_is_missed(figures: pd.DataFrame, texts: dict[str, str], document: str) -> None:
    exempt = DATES + ORDINALS + SCHEMES + PROSE + TOLD_AGAIN
    assert uncovered(figures, document, texts[document], HAN_NUMBER, exempt) == []


def test_a_missing_row_would_be_noticed(figures: pd.DataFrame, texts: dict[str, str]) -> None:
    """Each row with a number that the two tests above read is needed by one of them."""
    exempt = DATES + ORDINALS + SCHEMES + PROSE + TOLD_AGAIN
    for row in figures.itertuples():
        rest = figures[figures.figure_id != row.figure_id]
        if row.value == "1" and WRITTEN_OUT in row.note:
            continue  # 一 is not read by them
        tokens = HAN_NUMBER if WRITTEN_OUT in row.note else ARABIC
        assert uncovered(rest, row.document, texts[row.document], tokens, exempt), row.figure_id


@pytest.mark.parametrize("pattern", DATES + ORDINALS + SCHEMES + PROSE + TOLD_AGAIN)
def test_every_exemption_meets_something(texts: dict[str, str], pattern: str) -> None:
    assert any(re.search(pattern, text) for text in texts.values())


def test_no_sentence_of_a_document_is_copied(figures: pd.DataFrame, texts: dict[str, str]) -> None:
    together = "".join(texts.values())
    for row in figures.itertuples():
        for cell in (row.indicator, row.note):
            runs = {cell[i : i + 16] for i in range(len(cell) - 15)}
            assert not [run for run in runs if run in together], row.figure_id
