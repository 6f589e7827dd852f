"""Lists of person and authority: every pair becomes a possible signature, and nothing more."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.errors import BadInput
from fangkong_lab.network.authority_list import convert_authority_list, read_authority_list
from fangkong_lab.network.conversion import write_workbook
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.thresholds import measure

DAY = date(2016, 12, 31)


def listed(tmp_path, text: str):
    path = tmp_path / "名单.txt"
    path.write_text(text, encoding="utf-8")
    return path


@settings(max_examples=25, deadline=None)
@given(st.sets(st.tuples(st.integers(1, 8), st.integers(1, 12)), min_size=1, max_size=40))
def test_thresholds_are_what_counting_says(tmp_path_factory, pairs):
    """κ is 1 for every authority; η is the number of its holders: all of them must refuse to stop it."""
    path = listed(tmp_path_factory.mktemp("l"), "\n".join(f"{p}\t{a}" for p, a in sorted(pairs)))
    made = convert_authority_list(path, "U01", date(2016, 1, 1))
    network = PowerNetwork.from_tables(made.tables, DAY)
    holders = Counter(a for _, a in pairs)
    assert len(network.persons) == len({p for p, _ in pairs})
    found = {e.item.name: e.structure for e in measure(network)}
    assert {name: (s.kappa["none"].as_list(), s.eta.as_list()) for name, s in found.items()} == {
        f"权限{a}": ([1, 1], [n, n]) for a, n in holders.items()}
    alone = {(x, name) for name, s in found.items() for x in s.sole}
    assert alone == {(f"U01-P{p}", f"权限{a}") for p, a in pairs}


def test_flows_are_shared_and_the_book_is_a_ledger(tmp_path):
    made = convert_authority_list(listed(tmp_path, "# 注\n1 10\n2 10\n1 11\n2 11\n3,12\n1 10\n"), "U01", date(2016, 1, 1), "某系统")
    assert len(made.tables["flows"]) == 2
    assert len(made.tables["power_items"]) == 3
    assert [x.what for x in made.losses if "重复" in x.why] == ["1 10"]
    assert made.complete
    book = write_workbook(made, tmp_path / "台账.xlsx")
    assert PowerNetwork.from_book(book, DAY) == PowerNetwork.from_tables(made.tables, DAY)
    assert PowerNetwork.from_tables(made.tables, date(2015, 12, 31)).persons == ()


@pytest.mark.parametrize(("text", "words"), [
    ("1 2 3", "3个"), ("1", "1个"), ("张三 10", "不是代号"), ("13912345678 1", "不是代号"), ("42010119800101123X 1", "不是代号"), ("# 空\n\n", "没有"),
])
def test_lines_that_are_not_two_codes_are_refused(tmp_path, text, words):
    with pytest.raises(BadInput, match=words) as error:
        read_authority_list(listed(tmp_path, text))
    assert "张三" not in str(error.value)


def test_missing_file_and_other_encoding(tmp_path):
    with pytest.raises(BadInput, match="找不到"):
        read_authority_list(tmp_path / "无.txt")
    path = tmp_path / "g.txt"
    path.write_bytes("甲 1".encode("gb18030"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_authority_list(path)
