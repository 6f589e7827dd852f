"""Reading a workbook for the network: only the sheets it needs, and still every fault of those."""

from pathlib import Path

import openpyxl
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.examples.write import write_county
from fangkong_lab.ledger.read import read_delivery
from fangkong_lab.network.book import NEEDED_TABLES, book_tables

DAY = ("--as-of", "2016-12-31")


@pytest.fixture
def book(tmp_path) -> Path:
    (path,) = write_county(golden_county(), tmp_path / "golden", one_book=True)
    return path


def changed(path: Path, change) -> Path:
    work = openpyxl.load_workbook(path)
    change(work)
    work.save(path)
    return path


def add_sheet(name, *rows):
    def change(work):
        sheet = work.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return change


def doubled_post(work):
    sheet = work["岗位"]
    sheet.append([cell.value for cell in sheet[sheet.max_row]])


def lost_flow(work):
    sheet = work["环节"]
    heads = next(n for n in range(1, 10) if any(c.value == "流程图编码" for c in sheet[n]))
    column = next(c.column for c in sheet[heads] if c.value == "流程图编码")
    sheet.cell(heads + 1, column, "没有的流程")


@pytest.mark.parametrize("change", [lambda _: None, doubled_post, lost_flow, add_sheet("备注", ["甲"])])
def test_the_sheets_read_have_the_problems_they_always_have(book, change):
    """Witness: the whole book read and checked."""
    changed(book, change)
    whole, part = read_delivery(book, sender="Z"), read_delivery(book, sender="Z", only=frozenset(NEEDED_TABLES))
    assert {s.table for s in part.sheets} == {s.table for s in whole.sheets} & set(NEEDED_TABLES)
    assert [p for p in part.problems if p.table in NEEDED_TABLES] == [p for p in whole.problems if p.table in NEEDED_TABLES]
    for sheet in part.sheets:
        (same,) = (s for s in whole.sheets if s.name == sheet.name)
        assert sheet.frame.equals(same.frame)


def test_a_sheet_that_is_not_needed_is_not_read(book):
    changed(book, add_sheet("信访汇总", ["说明"], ["没有表头"]))
    assert {p.table for p in read_delivery(book, sender="Z").problems} - set(NEEDED_TABLES)
    assert main(["network", str(book), *DAY]) == 0


def test_a_sheet_whose_name_is_nearly_a_tables_is_an_error(book, capsys):
    """Passing over 签批表 as if there were no sign-offs would change verdicts without a word."""
    def rename(work):
        work["签批"].title = "签批表"
    changed(book, rename)
    assert main(["network", str(book), *DAY]) == 3
    assert "改名为「签批」" in capsys.readouterr().err


def test_the_tables_are_those_of_the_golden_county(book):
    tables = book_tables(book)
    assert set(tables) <= set(NEEDED_TABLES)
    assert len(tables["power_items"]) == len(golden_county().tables["power_items"])
