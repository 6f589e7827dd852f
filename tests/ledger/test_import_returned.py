"""The returned workbook: read back with openpyxl, and opened by LibreOffice."""

import csv
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment

from fangkong_lab.ledger import returned as returning
from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.ledger.journal import Result
from fangkong_lab.ledger.outcome import Outcome
from fangkong_lab.ledger.returned import book_of_sender
from fangkong_lab.workspace import Workspace

UNIT_HEAD = ["单位编码", "单位名称", "上级单位编码", "单位类别"]
POST_HEAD = ["岗位编码", "单位编码", "岗位名称", "上级岗位编码"]
UNIT = [UNIT_HEAD, ["U1", "县交通局", "", "党政机关"]]
BAD_POSTS = [POST_HEAD, ["P1", "U1", "局长", ""], ["P2", "U1", "股长", "P77"], ["P3", "U1", "", "P1"]]


def _import(workspace: Workspace, path: Path, good_rows: bool = False) -> Outcome:
    outcome, = import_books(workspace, Request((path,), unit="U1", good_rows=good_rows))
    return outcome


def _lists(path: Path) -> tuple[list[tuple], list[tuple], list[str]]:
    book = openpyxl.load_workbook(path)
    problems = [row[1:] for row in book["问题清单"].iter_rows(min_row=7, values_only=True)]
    changes = [row[1:] for row in book["变化"].iter_rows(min_row=7, values_only=True)]
    return problems, changes, book.sheetnames


def _colour(cell: object) -> str:
    return cell.fill.start_color.rgb if cell.fill.fill_type else ""


@pytest.fixture
def sent_back(workspace: Workspace, write_xlsx: Callable) -> Outcome:
    return _import(workspace, write_xlsx(workspace.root / "台账.xlsx", {"单位": UNIT, "岗位": BAD_POSTS, "附注": [["=1+1", "说明"]]}))


def test_every_problem_is_listed_with_place_value_reason_and_remedy(sent_back: Outcome) -> None:
    problems, changes, names = _lists(sent_back.returned)
    assert names == ["问题清单", "变化", "单位", "岗位", "附注"]
    refused = [row for row in problems if row[0] == "拒收"]
    assert [row[1:5] for row in refused] == [("岗位", 3, "上级岗位编码", "P77"), ("岗位", 4, "岗位名称", None)]
    assert all(row[5] and row[6] for row in problems)
    assert len(problems) == len(sent_back.problems)
    assert changes == []
    opening = [c.value for c in openpyxl.load_workbook(sent_back.returned)["问题清单"]["A"][:5]]
    assert "读入 4 行 = 入库 0 + 拒收 2 + 留置 2" in opening[2]
    assert "U1" in opening[1]


def test_the_senders_cells_are_marked_and_otherwise_untouched(sent_back: Outcome) -> None:
    before, after = openpyxl.load_workbook(sent_back.path), openpyxl.load_workbook(sent_back.returned)
    for name in ("单位", "岗位", "附注"):
        assert list(after[name].values) == list(before[name].values)
    posts = after["岗位"]
    marked = {c.coordinate for row in posts.iter_rows() for c in row if _colour(c)}
    assert marked == {"D3", "C4"}
    assert {_colour(posts["D3"]), _colour(posts["C4"])} == {"FFFFC7CE"}
    problem = next(p for p in sent_back.problems if p.row == 3)
    assert problem.why in posts["D3"].comment.text
    assert problem.mend in posts["D3"].comment.text


def test_corrected_and_sent_back_it_is_the_old_book_and_its_marks_go(workspace: Workspace, sent_back: Outcome) -> None:
    book = openpyxl.load_workbook(sent_back.returned)
    book["岗位"]["D3"] = "P1"
    book["岗位"]["C4"] = "=1+1"
    book["岗位"]["B4"] = "U99"
    mended = workspace.root / "台账_退回核对_1.xlsx"
    book.save(mended)
    again = _import(workspace, mended)
    assert again.book == "台账"
    assert again.result is Result.REFUSED
    assert again.returned.name == "台账_退回核对_2.xlsx"
    posts = openpyxl.load_workbook(again.returned)["岗位"]
    assert (_colour(posts["D3"]), posts["D3"].comment) == ("", None)
    assert _colour(posts["B4"]) == "FFFFC7CE"
    book["岗位"]["C4"], book["岗位"]["B4"] = "科员", "U1"
    book.save(mended)
    assert _import(workspace, mended).result is Result.STORED
    assert _import(workspace, mended).result is Result.UNCHANGED


def test_changes_against_the_last_delivery_are_listed(workspace: Workspace, write_xlsx: Callable) -> None:
    first = [POST_HEAD, ["P1", "U1", "局长", ""], ["P2", "U1", "股长", "P1"]]
    second = [POST_HEAD, ["P1", "U1", "主任", ""], ["P3", "U1", "科员", "P1"]]
    assert _import(workspace, write_xlsx(workspace.root / "a" / "台账.xlsx", {"单位": UNIT, "岗位": first})).returned is None
    outcome = _import(workspace, write_xlsx(workspace.root / "b" / "台账.xlsx", {"单位": UNIT, "岗位": second}))
    problems, changes, _ = _lists(outcome.returned)
    assert (outcome.result, problems) == (Result.STORED, [])
    assert changes == [("岗位", "修改", 2, "P1", "岗位名称", "局长", "主任"), ("岗位", "新增", 3, "P3", None, None, None),
                       ("岗位", "删除", 3, "P2", None, None, None)]


@pytest.mark.parametrize("text", ["=HYPERLINK(\"x\")", "+1+cmd", "-2+3", "@SUM(A1)"])
def test_text_of_ours_never_becomes_a_formula(workspace: Workspace, write_xlsx: Callable, text: str) -> None:
    path = workspace.root / "岗位.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([POST_HEAD, ["P1", "U1", "局长", text]])
    outcome = _import(workspace, path)
    book = openpyxl.load_workbook(outcome.returned)
    cells = [c for sheet in book.worksheets for row in sheet.iter_rows() for c in row if c.value and text in str(c.value)]
    assert cells
    assert {c.data_type for c in cells} == {"s"}
    assert all(c.quotePrefix for c in cells if c.value.startswith(text[0]))


def test_a_csv_comes_back_as_a_fresh_book_with_only_rows_that_have_problems(workspace: Workspace) -> None:
    path = workspace.root / "岗位.csv"
    path.write_text("\n".join(",".join(row) for row in BAD_POSTS), encoding="gb18030")
    (workspace.root / "单位.csv").write_text("\n".join(",".join(row) for row in UNIT), encoding="utf-8")
    _import(workspace, workspace.root / "单位.csv")
    outcome = _import(workspace, path)
    book = openpyxl.load_workbook(outcome.returned)
    page = book[book.sheetnames[2]]
    assert list(page.values) == [("原行号", *POST_HEAD), (3, "P2", "U1", "股长", "P77"), (4, "P3", "U1", None, "P1")]
    assert _colour(page["E2"]) == "FFFFC7CE"
    assert "只列出有问题的行" in book["问题清单"]["A4"].value


def test_the_senders_own_comments_survive_marking_and_unmarking(workspace: Workspace, write_xlsx: Callable) -> None:
    path = write_xlsx(workspace.root / "台账.xlsx", {"单位": UNIT, "岗位": BAD_POSTS})
    book = openpyxl.load_workbook(path)
    book["岗位"]["D3"].comment = Comment("请领导定", "小王")
    book.save(path)
    back = _import(workspace, path).returned
    text = openpyxl.load_workbook(back)["岗位"]["D3"].comment.text
    assert text.startswith("请领导定\n【退回核对】\n")
    book = openpyxl.load_workbook(back)
    book["岗位"]["D3"] = "P1"
    book["岗位"]["D3"].comment.author = "WPS"
    book.save(workspace.root / "台账_退回核对_1.xlsx")
    again = openpyxl.load_workbook(_import(workspace, workspace.root / "台账_退回核对_1.xlsx").returned)["岗位"]
    assert again["D3"].comment.text == "请领导定"
    assert _colour(again["D3"]) == ""
    assert _colour(again["C4"]) == "FFFFC7CE"


def test_a_file_name_that_is_no_sheet_name_is_no_obstacle(workspace: Workspace) -> None:
    path = workspace.root / "[县]交通局-岗位-二〇一六年第四季度末全部在编在岗人员岗位情况报送表.csv"
    path.write_text("\n".join(",".join(row) for row in BAD_POSTS), encoding="utf-8")
    names = openpyxl.load_workbook(_import(workspace, path).returned).sheetnames
    assert names[2].startswith("_县_交通局-岗位")


def test_a_very_long_file_name_is_cut(workspace: Workspace, write_xlsx: Callable) -> None:
    path = write_xlsx(workspace.root / f"{'长' * 80}.xlsx", {"单位": UNIT, "岗位": BAD_POSTS})
    returned = _import(workspace, path).returned
    assert returned.is_file()
    assert returned.name == f"{'长' * 66}_退回核对_1.xlsx"


def test_a_large_book_comes_back_fresh(workspace: Workspace, write_xlsx: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning, "LARGEST_MARKED_ROWS", 3)
    outcome = _import(workspace, write_xlsx(workspace.root / "台账.xlsx", {"单位": UNIT, "岗位": BAD_POSTS}))
    assert _lists(outcome.returned)[2] == ["问题清单", "变化", "岗位"]


def test_rows_held_back_are_listed_and_marked_blue(workspace: Workspace, write_xlsx: Callable) -> None:
    posts = [*BAD_POSTS, ["P4", "U1", "科员", "P3"]]
    outcome = _import(workspace, write_xlsx(workspace.root / "台账.xlsx", {"单位": UNIT, "岗位": posts}), good_rows=True)
    problems, _, _ = _lists(outcome.returned)
    assert ("留置", "岗位", 5) in {row[:3] for row in problems}
    page = openpyxl.load_workbook(outcome.returned)["岗位"]
    assert {_colour(c) for c in page[5] if _colour(c)} == {"FFDDEBF7"}


def test_of_secret_content_no_copy_is_made(workspace: Workspace, write_xlsx: Callable) -> None:
    posts = [POST_HEAD, ["P1", "U1", "局长", ""], ["P2", "U1", "秘密★10年 专项岗", "P77"]]
    outcome = _import(workspace, write_xlsx(workspace.root / "台账.xlsx", {"单位": UNIT, "岗位": posts}), good_rows=True)
    assert outcome.result in (Result.PARTLY, Result.REFUSED)
    book = openpyxl.load_workbook(outcome.returned)
    assert book.sheetnames == ["问题清单", "变化"]
    everything = " ".join(str(v) for sheet in book.worksheets for row in sheet.values for v in row if v)
    assert "密级标志" in everything
    assert "专项岗" not in everything
    assert all("专项岗" not in p.sentence() for p in outcome.problems)


@pytest.mark.parametrize(("name", "book"), [
    ("台账", "台账"), ("台账_退回核对_7", "台账"), ("台账_退回核对_7(1)", "台账"), ("台账_退回核对_7 (1)", "台账"),
    ("台账_退回核对_7 - 副本", "台账"), ("台账_退回核对_7_退回核对_9", "台账"), ("台账_退回核对_表", "台账_退回核对_表")])
def test_a_returned_books_name_leads_back_to_the_book(name: str, book: str) -> None:
    assert book_of_sender(name) == book


@pytest.mark.libreoffice
def test_libreoffice_opens_the_returned_book(sent_back: Outcome, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run([office, profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1",
                    "--outdir", str(tmp_path), str(sent_back.returned)], check=True, capture_output=True, timeout=120)
    text = next(tmp_path.glob("*.csv")).read_text(encoding="utf-8")
    assert "P77" in text
    assert "退回核对" in text


def test_a_book_with_macros_comes_back_without_them(workspace: Workspace) -> None:
    (workspace.root / "vba.bin").write_bytes(b"macro code")
    path = workspace.root / "台账.xlsm"
    with xlsxwriter.Workbook(path) as file:
        file.add_vba_project(str(workspace.root / "vba.bin"))
        for name, rows in (("单位", UNIT), ("岗位", BAD_POSTS)):
            page = file.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    returned = _import(workspace, path).returned
    assert returned.name == "台账_退回核对_1.xlsx"
    with zipfile.ZipFile(returned) as parts:
        assert not [name for name in parts.namelist() if "vba" in name]
        assert "macroEnabled" not in parts.read("[Content_Types].xml").decode()
    assert _colour(openpyxl.load_workbook(returned)["岗位"]["C4"]) == "FFFFC7CE"
