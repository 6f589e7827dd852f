"""Model cards: every line cited and found in its document, figures agree, broken cards refused by name."""

import os
import re
from pathlib import Path

import pytest
import yaml

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.ledger import figures
from fangkong_lab.models.card import ModelKind, Stated, read_card
from fangkong_lab.models.features import side_by_side, similarity
from fangkong_lab.models.row import Comparable, rows
from fangkong_lab.models.shelf import FIVE, shelf

SOURCES = Path(os.environ.get("FANGKONG_SOURCES") or Path(__file__).parents[3] / "shared" / "sources")
CARDS = shelf().cards()
SHIPPED = Path(__file__).parents[2] / "data" / "models"


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_five_models_and_the_six_smaller_texts_have_a_card():
    assert tuple(card.id for card in CARDS[:5]) == FIVE
    assert {card.id for card in CARDS[5:]} == {"development_zone", "fenghuang", "finance_bureau", "forestry",
                                               "full_coverage", "talent_centre"}


def test_only_the_inspection_model_is_one():
    assert [card.id for card in CARDS if card.kind is ModelKind.INSPECTION] == ["ruian"]


def test_rows_run_from_place_to_evidence():
    sections = list(dict.fromkeys(row.section.split("·")[0] for row in rows()))
    assert sections == ["定位", "规则", "执行", "产出", "证据"]


def test_no_output_row_is_comparable():
    assert all(row.compare is Comparable.NOT_COMPARABLE for row in rows() if row.section in ("执行", "产出"))


@pytest.mark.skipif(not SOURCES.exists(), reason="来源文件不在代码旁边")
@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_every_phrase_stands_in_the_document(card):
    (path,) = SOURCES.glob(f"{card.document}_*.txt")
    text = squeezed(path.read_text(encoding="utf-8"))
    missing = [line.phrase for line in card.lines if line.phrase and squeezed(line.phrase) not in text]
    assert missing == []


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
def test_every_number_of_an_outcome_line_is_a_cited_figure(card):
    """In 执行 and 产出 a number may only stand if it is the value of a figure that the line cites, or in its phrase."""
    value = dict(zip(figures.figures()["figure_id"], figures.figures()["value"], strict=True))
    free = {row.id for row in rows() if row.section in ("执行", "产出")}
    loose = []
    for line in card.lines:
        if line.row not in free or line.stated is Stated.NOT_SAID:
            continue
        cited = {f"{value[i]:g}" for i in line.figure_ids}
        # Two cited ranges of units (11 of 742, 6 of 1945) name the stage and not a result; dates are no results.
        text = re.sub(r"\d+个单位的\d+项|首批\d+个|截止\d+月底", "", line.value)
        loose += [(line.row, n) for n in re.findall(r"\d+(?:\.\d+)?", text) if n not in cited]
    assert loose == []


def test_every_outcome_figure_of_the_five_documents_is_on_a_card():
    """The outcome figures that reports.md names, by hand: none may be missing from the cards."""
    wanted = {"000-16", "000-17", "000-18", "000-19", "000-20", "000-21", "000-22", "003-056", "003-067", "003-068",
              "003-069", "004-07", "004-08", "004-09", "004-21"}
    cited = {i for card in CARDS for line in card.lines for i in line.figure_ids}
    assert wanted <= cited


def test_what_documents_do_not_say_stays_unsaid():
    """domain.md §1.1 and §7: no deduction table and no thresholds of 沙洋; 扬中 and 宁国 have no score."""
    shayang, yangzhong, ningguo = (shelf().find(n) for n in ("沙洋", "扬中", "宁国"))
    assert "未公布" in shayang.line("warning_score").value
    assert yangzhong.line("warning_score").stated is Stated.NOT_SAID
    assert ningguo.line("warning_score").cell() == "未载"


def test_features_table_has_a_column_per_model_and_comparability():
    table = side_by_side(*CARDS[:5]).table()
    assert list(table.columns) == ["方面", "项目", *(card.name for card in CARDS[:5]), "可比性"]
    talks = table[table["项目"] == "谈话"].iloc[0]
    assert talks["可比性"].startswith("不可比")
    assert "3763" in talks["「五小」监管"]


def test_similarity_ignores_the_unsaid():
    """By hand: 全覆盖市 copied 沙洋; on warning tiers, ballot and ladder their terms are the same."""
    shayang, full = shelf().find("沙洋"), shelf().find("全覆盖市")
    both, named, likeness = similarity(shayang, full)
    assert similarity(full, shayang) == (both, named, likeness)
    assert similarity(shayang, shayang)[2] == 1.0
    others = [similarity(shayang, card)[2] for card in CARDS if card not in (shayang, full)]
    assert likeness > max(others)


def test_similarity_does_not_move_when_one_document_is_shorter(tmp_path):
    """A line moved to 未载 on a row the other never states changes nothing."""
    document = yaml.safe_load((SHIPPED / "shayang.yaml").read_text(encoding="utf-8"))
    unsaid = sorted(set(document["lines"]) - shelf().find("扬中").stated())
    for row in unsaid:
        del document["lines"][row]
    document["not_stated"] += unsaid
    del document["practices"], document["grading"]
    (tmp_path / "shayang.yaml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    yangzhong = shelf().find("扬中")
    assert similarity(read_card(tmp_path / "shayang.yaml"), yangzhong) == similarity(shelf().find("沙洋"), yangzhong)


def test_a_new_model_is_one_file(tmp_path):
    (tmp_path / "models").mkdir()
    document = yaml.safe_load((SHIPPED / "yangzhong.yaml").read_text(encoding="utf-8"))
    document |= {"id": "elsewhere", "name": "某县试点", "place": "某县"}
    document["lines"]["period"]["value"] = "2020年"
    path = tmp_path / "models" / "elsewhere.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    found = shelf(tmp_path).find("某县试点")
    table = side_by_side(shelf(tmp_path).find("扬中"), found).table()
    assert table.loc[table["项目"] == "时间", "某县试点"].item() == "2020年〔文末〕"


def test_unknown_name_names_the_near_match():
    with pytest.raises(WrongCall, match="沙洋"):
        shelf().find("沙洋五分模式")


BREAKS = {
    "不能套用分级规则": lambda d: d.update(grading="shayang_risk"),
    "卡片没有写明「rotation」，不能执行": lambda d: d["practices"].append({"row": "rotation", "readings": ["stated"], "do": "no_signature", "why": "x"}),
    "不涉及签批的做法不选事项": lambda d: d["practices"][0].update(items={"small": True}),
    "least 只用于": lambda d: d["practices"][0].update(least=2),
    "行没有交代": lambda d: d["not_stated"].remove("rotation"),
    "既有说明又列为未载": lambda d: d["not_stated"].append("period"),
    "没有「periode」这一行": lambda d: d["lines"].update(periode=d["lines"]["period"]),
    "缺少字段「phrase」": lambda d: d["lines"]["period"].pop("phrase"),
    "缺少字段「article」": lambda d: d["lines"]["period"].pop("article"),
    "没有数字": lambda d: d["lines"]["scope"].update(figures=["003-001"]),
    "不是这一行的标准词": lambda d: d["lines"]["technology"].update(marks=["飞鸽传书"]),
    "原文摘录超过": lambda d: d["lines"]["period"].update(phrase="字" * 26),
    "没有文献": lambda d: d.update(document="009"),
    "不认识的字段": lambda d: d.update(colour="red"),
    "不在可选范围内": lambda d: d.update(kind="other"),
    "格式版本": lambda d: d.update(schema_version=2),
    "不一致": lambda d: d.update(id="yang"),
}


@pytest.mark.parametrize("words", BREAKS)
def test_broken_card_names_file_line_and_mend(words, tmp_path):
    document = yaml.safe_load((SHIPPED / "yangzhong.yaml").read_text(encoding="utf-8"))
    BREAKS[words](document)
    path = tmp_path / "yangzhong.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadInput, match=words) as caught:
        read_card(path)
    assert "yangzhong.yaml › 第" in str(caught.value)
    assert caught.value.mend
