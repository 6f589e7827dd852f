"""催办单: the files say what the list says, name no person to a unit, and appear whole or not at all."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook

from fangkong_lab.cli.main import main
from fangkong_lab.errors import ReportFailed
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.due import due_list
from fangkong_lab.measure.due_calendar import calendar_for
from fangkong_lab.report.reminder import reminders, write_reminder

DAY = date(2016, 12, 22)
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "due.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tables():
    return synthetic_county(seed=1, units=2).tables


@pytest.fixture(scope="module")
def due(tables):
    return due_list(tables, DAY, 7, calendar_for(None))


def sheet_rows(path: Path, sheet: str) -> list[tuple[object, ...]]:
    return list(load_workbook(path)[sheet].iter_rows(min_row=2, values_only=True))


def document_text(path: Path) -> str:
    document = Document(str(path))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_workbook_holds_the_list(due, tmp_path):
    for reminder in reminders(due, "试验研究室"):
        book, letter = write_reminder(reminder, tmp_path)
        head, *rows = sheet_rows(book, "到期事项")
        expected = reminder.due.table(reminder.audience)
        assert list(head) == list(expected.columns)
        assert [["" if c is None else str(c) for c in r] for r in rows] == expected.astype(str).to_numpy().tolist()
        assert f"逾期未办{len(reminder.due.overdue)}件" in document_text(letter)
        assert "模拟数据" in Document(str(letter)).sections[0].header.paragraphs[0].text
        assert "模拟数据" in str(load_workbook(book)["到期事项"]["A1"].value)
    assert not list(tmp_path.glob(".*"))


def test_the_documents_tables_hold_every_item(due, tmp_path):
    """Reports of one day stand together: their codes are all there."""
    for reminder in reminders(due, "试验研究室"):
        text = document_text(write_reminder(reminder, tmp_path)[1])
        assert all((i.key[0] if i.matter.value == "report" else i.what) in text for i in reminder.due.items)


def test_units_copies_name_no_person(due, tables, tmp_path):
    persons = set(tables["persons"]["person_id"])
    made = [r for r in reminders(due, "试验研究室") if r.audience is Audience.UNIT]
    assert {r.code for r in made} == set(due.addressees())
    assert len(made) >= 2
    for reminder in made:
        book, letter = write_reminder(reminder, tmp_path)
        cells = [str(c) for sheet in load_workbook(book) for row in sheet.iter_rows(values_only=True) for c in row if c]
        text = document_text(letter) + "\n".join(cells)
        assert not [p for p in persons if p in text]
        others = [i for i in due.items if i.unit_id != reminder.code]
        assert not [i.what for i in others if i.what in text and i.what not in {o.what for o in reminder.due.items}]


def test_the_same_list_gives_the_same_files(due, tmp_path):
    reminder = reminders(due, "试验研究室")[0]
    first, second = write_reminder(reminder, tmp_path / "一"), write_reminder(reminder, tmp_path / "二")
    assert first[0].read_bytes() == second[0].read_bytes()
    assert first[1].read_bytes() == second[1].read_bytes()


def test_a_file_in_the_way_fails_alone_and_whole(due, tmp_path):
    """A folder where the file should go stands for a file locked by another program."""
    made = reminders(due, "试验研究室")
    book, letter = write_reminder(made[0], tmp_path)
    before = letter.read_bytes()
    book.unlink()
    book.mkdir()
    with pytest.raises(ReportFailed, match="写不出来"):
        write_reminder(made[0], tmp_path)
    assert letter.read_bytes() == before
    assert not list(tmp_path.glob(".*"))
    assert write_reminder(made[1], tmp_path)[0].is_file()


def test_awkward_names_and_formulas_stay_harmless(tables, tmp_path):
    units = tables["units"].copy()
    units["name"] = "模拟a/b:c*局"  # two units of one name
    found = pd.concat([tables["rectifications"], pd.DataFrame([{"issue_id": "=1+1", "unit_id": u, "origin": "自查", "found_on": pd.Timestamp("2016-01-01"),
                                                                 "due_on": pd.Timestamp("2016-12-25")} for u in ("U01", "U02")])], ignore_index=True)
    made = reminders(due_list({**tables, "units": units, "rectifications": found}, DAY, 7, calendar_for(None)), "")
    written = {path for r in made for path in write_reminder(r, tmp_path)}
    assert len(written) == 2 * len(made)
    cell = next(c for row in load_workbook(next(p for p in written if "U01" in p.name and p.suffix == ".xlsx"))["到期事项"].iter_rows() for c in row
                if str(c.value).startswith("=1+1"))
    assert cell.data_type == "s"


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    """A workspace with the two-unit county."""
    root = tmp_path_factory.mktemp("due") / "办公室"
    assert main(["init", str(root), "--office", "试验研究室", "--as-of", "2016-12-31"]) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main(["demo-data", "--units", "2"]) == 0
    return root


def test_the_command(office, monkeypatch, capsys):
    monkeypatch.chdir(office)
    assert main(["due", "--json", "--as-of", "2016-12-22"]) == 0
    made = json.loads(capsys.readouterr().out)
    jsonschema.validate(made, SCHEMA)
    assert made["overdue"] == sum(c["overdue"] for c in made["counts"].values()) == sum(i["late"] > 0 for i in made["items"])
    assert main(["due", "--json", "--unit", "U02", "--audience", "被评估单位"]) == 0
    unit = json.loads(capsys.readouterr().out)
    jsonschema.validate(unit, SCHEMA)
    assert {i["unit"] for i in unit["items"]} == {"U02"}
    assert all(i["inner"] is None and i["key"] is None for i in unit["items"])


def test_the_command_writes_and_counts_failures(office, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(office)
    assert main(["due", "--out", str(tmp_path / "出")]) == 0
    names = {p.name for p in (tmp_path / "出").iterdir()}
    assert any(n.startswith("催办单_U01") and n.endswith(".docx") for n in names)
    assert any(n.startswith("到期清单_纪委内部") for n in names)
    taken = next(p for p in (tmp_path / "出").glob("催办单_U01*.xlsx"))
    taken.unlink()
    taken.mkdir()
    capsys.readouterr()
    assert main(["due", "--out", str(tmp_path / "出")]) == 1
    assert "失败\t模拟县城关镇" in capsys.readouterr().err
    assert main(["due", "--unit", "U02", "--out", str(tmp_path / "只")]) == 0
    assert {p.suffix for p in (tmp_path / "只").iterdir()} == {".xlsx", ".docx"}


@pytest.mark.parametrize(("words", "code"), [
    (["due", "--within", "-1"], 2), (["due", "--unit", "U99"], 2), (["due", "--audience", "公开"], 2), (["due", "--audience", "被评估单位"], 2),
    (["due", "--audience", "公开", "--unit", "U01"], 2), (["due", "--as-of", "1999-01-01"], 3), (["due", "没有.xlsx"], 3)])
def test_wrong_calls_and_bad_input(office, monkeypatch, capsys, words, code):
    monkeypatch.chdir(office)
    assert main(words) == code
    assert capsys.readouterr().err.strip()
