"""Formats, senders, places: the same rows whatever they come in."""

import io
import subprocess
from pathlib import Path

import pandas as pd
import pytest
import xlwt

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger.delivery import ROW
from fangkong_lab.ledger.problem import Gravity
from fangkong_lab.ledger.read import read_book, read_delivery, table_of

HEAD = ["单位编码", "单位名称", "上级单位编码", "单位类别", "人数", "启用日期"]
ROWS = [["U1", "县交通局", "", "党政机关", 36, "2013-06-01"], ["U2", "公路站", "U1", "基层站所", 12, "2014-01-01"]]
LINES = [HEAD, *ROWS]


def _csv(encoding: str, separator: str = ",") -> bytes:
    return "\r\n".join(separator.join(map(str, line)) for line in LINES).encode(encoding)


def _xls() -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet("单位")
    for r, line in enumerate(LINES):
        for c, cell in enumerate(line):
            page.write(r, c, cell)
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()


def _parquet(columns: list[str]) -> bytes:
    memory = io.BytesIO()
    frame = pd.DataFrame(ROWS, columns=columns).replace("", None)
    frame.iloc[:, 5] = pd.to_datetime(frame.iloc[:, 5])
    frame.to_parquet(memory)
    return memory.getvalue()


@pytest.fixture(scope="module")
def expected(tmp_path_factory, write_xlsx) -> pd.DataFrame:
    path = write_xlsx(tmp_path_factory.mktemp("expected") / "单位.xlsx", {"单位": LINES})
    return read_delivery(path).sheets[0].frame


ENGLISH = ["unit_id", "name", "parent_id", "kind", "headcount", "adopted_on"]
FORMATS = {
    "单位.csv": _csv("utf-8"), "units.csv": _csv("utf-8-sig"), "县局-单位-2016.csv": _csv("gb18030"), "单位_u16.csv": _csv("utf-16", "\t"),
    "单位.tsv": _csv("utf-8", "\t"), "单位;.csv": _csv("gb18030", ";"), "单位.xls": _xls(), "单位.parquet": _parquet(HEAD),
    "units.parquet": _parquet(ENGLISH),
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_frame(name: str, expected: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FORMATS[name])
    delivery = read_delivery(tmp_path / name, sender="U1")
    assert delivery.problems == ()
    pd.testing.assert_frame_equal(delivery.sheets[0].frame, expected)
    assert len(delivery.sha256) == 64
    assert delivery.book == Path(name).stem


def test_the_ending_does_not_matter_the_bytes_do(tmp_path: Path, write_xlsx) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"单位": LINES}).rename(tmp_path / "a.xls")
    assert read_delivery(path).rows_read == 2


def test_a_csv_that_names_no_table_says_so_unless_the_call_does(tmp_path: Path) -> None:
    (tmp_path / "数据.csv").write_bytes(_csv("utf-8"))
    assert [p.code for p in read_book(tmp_path / "数据.csv").problems] == ["unknown_sheet"]
    assert read_book(tmp_path / "数据.csv", table="单位").rows_read == 2
    assert table_of("岗位-权力事项", tokens=True) is None


def test_a_comma_too_many_refuses_its_row(tmp_path: Path) -> None:
    (tmp_path / "单位.csv").write_text('单位编码,单位名称,单位类别\nU1,县,交通局,党政机关\nU2,"县,财政局",党政机关\n', encoding="utf-8")
    delivery = read_delivery(tmp_path / "单位.csv", sender="U1")
    assert {(p.row, p.code) for p in delivery.problems} == {(2, "overlong_row"), (2, "not_listed")}
    assert delivery.refused_rows()["单位"] == {2}


def test_headers_may_be_english_starred_broken_or_carry_their_unit(tmp_path: Path, write_xlsx) -> None:
    head = ["unit_id*", "单 位\n名称", "单位类别\uff08必填\uff09", "人数(人)", "序号", "备注"]
    path = write_xlsx(tmp_path / "a.xlsx", {"单位": [["县单位一览表"], [], head, ["U1", "县局", "党政机关", 3, 1, "略"]]})
    delivery = read_delivery(path)
    sheet = delivery.sheets[0]
    assert {p.code for p in delivery.problems} == {"ignored_column"}
    assert (sheet.header_row, sheet.frame[ROW].tolist(), sheet.frame["headcount"].tolist()) == (3, [4], [3])
    assert sheet.letters == {"单位编码": "A", "单位名称": "B", "单位类别": "C", "人数": "D", "序号": "E", "备注": "F"}


def test_rows_keep_the_numbers_the_spreadsheet_shows(tmp_path: Path, write_xlsx) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", {"单位": [[], LINES[0], ROWS[0], [], [" "], ROWS[1]]})
    assert read_delivery(path).sheets[0].frame[ROW].tolist() == [3, 6]


def test_sender_is_said_by_the_call_then_by_the_notes_then_by_the_rows(tmp_path: Path, write_xlsx) -> None:
    notes = [["台账"], ["", "填报单位编码", "", " U\uff12 "]]
    named = write_xlsx(tmp_path / "a.xlsx", {"填报说明": notes, "单位": LINES})
    assert read_delivery(named, sender="U9").sender == "U9"
    assert read_delivery(named).sender == "U2"
    colon = write_xlsx(tmp_path / "b.xlsx", {"填报说明": [["填报单位编码\uff1aU3"]], "单位": LINES})
    assert read_delivery(colon).sender == "U3"
    assert read_delivery(write_xlsx(tmp_path / "c.xlsx", {"单位": LINES})).sender == "U1"
    nobody = write_xlsx(tmp_path / "d.xlsx", {"人员": [["人员代号"], ["R1"]]})
    with pytest.raises(BadInput, match="请加上"):
        read_delivery(nobody)


def test_open_clues_pass_where_somebody_allowed_them(tmp_path: Path, write_xlsx) -> None:
    head = ["事件编码", "单位编码", "人员代号", "发生日期", "情形", "核查结论"]
    rows = [["E1", "U1", "R1", "2016-05-01", "未备案", "核查中"], ["E2", "U1", "", "2016-05-01", "未备案", "核查中"]]
    path = write_xlsx(tmp_path / "a.xlsx", {"单位": LINES, "预警事件": [head, *rows]})
    assert [(p.code, p.row) for p in read_delivery(path).problems] == [("open_clue", 2)]
    assert read_delivery(path, allowed_by="研究室主任").problems == ()


def test_thousands_of_mistakes_in_one_column_are_one_line_that_refuses_the_sheet(tmp_path: Path, write_xlsx) -> None:
    rows = [[f"R{i}"] for i in range(10)] + [["王小明"]] * 5200
    delivery = read_delivery(write_xlsx(tmp_path / "a.xlsx", {"人员": [["人员代号"], *rows]}), sender="U1")
    assert sum(p.code == "name_for_code" for p in delivery.problems) == 5000
    assert [p.gravity for p in delivery.problems if p.code == "too_many"] == [Gravity.REFUSED]
    assert len(delivery.refused_rows()["人员"]) == delivery.rows_read == 5210


@pytest.mark.libreoffice
@pytest.mark.heavy
@pytest.mark.parametrize("kind", ["xls:MS Excel 97", "xlsx:Calc MS Excel 2007 XML"])
def test_books_saved_by_libreoffice_are_read_alike(kind: str, expected: pd.DataFrame, tmp_path: Path, write_xlsx) -> None:
    path = write_xlsx(tmp_path / "单位.xlsx", {"单位": LINES})
    out = tmp_path / "out"
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", kind, "--outdir",
                    str(out), str(path)], check=True, capture_output=True, timeout=180)
    delivery = read_delivery(next(out.iterdir()))
    assert delivery.problems == ()
    pd.testing.assert_frame_equal(delivery.sheets[0].frame, expected)
