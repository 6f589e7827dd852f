"""Cards of the patterns: everything cited, figures agree with the documents' own numbers, anything else does not load."""

import copy

import pytest
import yaml

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.ledger.figures import figures
from fangkong_lab.network.patterns.card import card_of, read_card
from fangkong_lab.network.patterns.incompatible_steps import duty_pairs
from fangkong_lab.network.patterns.parameter import Choice
from fangkong_lab.network.patterns.shelf import find, shelf
from fangkong_lab.shipped import shipped


def test_every_pattern_and_every_value_is_cited():
    known = set(figures()["figure_id"])
    for pattern in shelf():
        assert pattern.citations
        assert set(pattern.figures) <= known
        assert pattern.caveat
        for parameter in pattern.parameters:
            for cited in parameter.values:
                assert cited.citation in dict(pattern.citations).values()
                assert cited.figure in {"", *known}
    assert len({p.code for p in shelf()}) == len({p.label for p in shelf()}) == len(shelf()) == 18


def test_numbers_are_those_the_documents_print():
    value = figures().set_index("figure_id")["value"]
    checked = 0
    for pattern in shelf():
        for cited in (c for p in pattern.parameters for c in p.values if c.figure and isinstance(c.value, float)):
            assert cited.value == value[cited.figure], (pattern.code, cited)
            checked += 1
    assert checked == 4  # 1+X, 四字合章, 四级审批, 限额


def test_lists_of_places_have_the_length_of_their_name():
    lengths = {c.place: len(c.value) for c in find("not_in_charge").parameters[0].values}
    # 兰溪's fifth, 行政审批（执法）, is two areas of the ledger.
    assert lengths == {"质监局（四个）": 4, "县环保局（四个）": 4, "兰溪（五个）": 6, "曲阜（五个）": 5, "铜陵郊区（五个）": 5}


def test_nothing_is_invented_where_places_differ():
    for code in ("rotation", "not_in_charge"):
        with pytest.raises(WrongCall, match="各地写法不同，须选定一地"):
            find(code).settle()
    settings = {s.parameter.name: s.value for s in find("split_tender").settle().settings}
    assert settings == {"same": "类别", "limit": None, "days": None, "near": None}
    assert find("rotation").settle(Choice("范本（三年）")).number("years") == 3
    assert find("rotation").settle(Choice("范本(三年)")).number("years") == 3  # half-width


def test_own_values_go_before_the_place():
    settings = find("rotation").settle(Choice("范本（三年）", {"years": "4.5"}))
    assert (settings.number("years"), settings.word("scope")) == (4.5, "重点岗位")


def test_pairs_of_duties_cover_the_published_lists():
    pairs = duty_pairs()
    assert len(pairs) == 74
    assert {p.domain for p in pairs} == {"货币资金", "采购与付款", "存货", "对外投资", "工程项目", "固定资产", "筹资", "合同", "成本费用", "总则", "行政权力"}
    assert all(p.citations for p in pairs)
    assert [p.name for p in pairs if p.whole] == ["货币资金：一人与货币资金业务全过程"]


DOCUMENT = yaml.safe_load(shipped("data", "policies", "patterns", "one_plus_x.yaml").read_text(encoding="utf-8"))


def broken(change) -> dict:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    return document


@pytest.mark.parametrize(("change", "words"), [
    (lambda d: d.pop("sources"), "缺少 sources"), (lambda d: d.update(sources={}), "没有出处"),
    (lambda d: d.update(extra=1), "不认识 extra"), (lambda d: d.update(schema_version=2), "版本 2 不认识"),
    (lambda d: d.update(pattern="other"), "与文件名不一致"),
    (lambda d: d["parameters"]["least"]["values"][0].pop("source"), "缺少 source"),
    (lambda d: d["parameters"]["least"]["values"][0].update(source="nobody"), "没有在 sources 里登记"),
    (lambda d: d["parameters"]["least"]["values"][0].update(value="两个"), "不是正数"),
    (lambda d: d["parameters"]["least"].update(form="量"), "不在可选范围内"),
    (lambda d: d["sources"]["shayang"].pop("checked_on"), "缺少 checked_on"),
    (lambda d: d.update(parameters=[1]), "应为一组名称和值"),
])
def test_uncited_or_unknown_does_not_load(change, words):
    with pytest.raises((BadInput, WrongCall), match=words):
        card_of(broken(change), "one_plus_x.yaml")


def test_the_shipped_card_loads_as_written():
    assert card_of(DOCUMENT, "one_plus_x.yaml") == read_card("one_plus_x")
