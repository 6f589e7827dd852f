"""The written workbooks: the same bytes in every process, marked as made-up, and taken by the ledger without a complaint."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.examples.senders import by_sender
from fangkong_lab.examples.write import write_county
from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.ledger.initiate import make_workspace
from fangkong_lab.ledger.read import read_delivery

_WRITE = """
import sys
from pathlib import Path
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.nation import write_nation
from fangkong_lab.examples.write import write_county
folder = Path(sys.argv[1])
write_county(synthetic_county(seed=5, units=2, years=(2014, 2015)), folder)
write_nation(folder, 3000, seed=5)
"""


def hashes(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def test_two_processes_with_different_hash_seeds_write_the_same_bytes(tmp_path):
    for seed in ("0", "4242"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": "Asia/Shanghai" if seed == "0" else "UTC"}
        subprocess.run([sys.executable, "-c", _WRITE, str(tmp_path / seed)], check=True, env=environment)
    first = hashes(tmp_path / "0")
    assert len(first) == 3 + 1 + 11 + 1
    assert first == hashes(tmp_path / "4242")


def test_another_seed_gives_another_county():
    one, two = (synthetic_county(seed=s, units=1, years=(2015, 2016)) for s in (1, 2))
    assert not one.tables["case_log"].equals(two.tables["case_log"])


@pytest.mark.parametrize("units", [3, pytest.param(11, marks=pytest.mark.heavy)])
def test_all_books_are_imported_without_a_single_problem(tmp_path, units):
    county = synthetic_county(units=units)
    workspace = make_workspace(tmp_path / "office", office="模拟", as_of=None)
    books = write_county(county, workspace.root / "data" / "demo")
    outcomes = import_books(workspace, Request(books))
    assert [o.sentence for o in outcomes] == [""] * (units + 1)
    assert [p.sentence() for o in outcomes for p in (*o.problems, *o.held)] == []
    rows = sum(len(f) for f in county.tables.values())
    assert sum(o.counts.read for o in outcomes) == sum(o.counts.accepted for o in outcomes) == rows


def test_what_is_read_back_is_what_was_made(tmp_path):
    county = synthetic_county(seed=3, units=1, years=(2014, 2016))
    (book,) = write_county(county, tmp_path, one_book=True)
    delivery = read_delivery(book)
    assert delivery.sender == "Z01"
    assert [p.sentence() for p in delivery.problems] == []
    for sheet in delivery.sheets:
        made = county.tables[sheet.table].reset_index(drop=True)
        pd.testing.assert_frame_equal(sheet.frame[list(made.columns)].fillna(pd.NA), made.fillna(pd.NA), check_dtype=False)


def test_the_golden_county_can_be_sent_in(tmp_path):
    (book,) = by_book(tmp_path)
    delivery = read_delivery(book)
    assert delivery.sender == "M01"
    assert [p.sentence() for p in delivery.problems] == []


def by_book(folder):
    return write_county(golden_county(), folder, one_book=True)


def test_every_file_says_that_it_is_simulated(tmp_path):
    books = write_county(synthetic_county(units=1, years=(2015, 2016)), tmp_path)
    for book in books:
        assert book.name.startswith("模拟数据_")
        notes = pd.read_excel(book, sheet_name="填报说明", header=None, engine="calamine")
        assert notes.iloc[0, 0] == "模拟数据"
        with zipfile.ZipFile(book) as archive:
            assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert "模拟数据" in archive.read("docProps/core.xml").decode()
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["模拟数据"] is True


def test_every_row_is_sent_by_exactly_one_unit(county):
    books = by_sender(county.tables)
    for name, frame in county.tables.items():
        sent = pd.concat([tables[name] for tables in books.values() if name in tables])
        assert sent.index.is_unique
        assert len(sent) == len(frame)


@pytest.fixture
def office(tmp_path, monkeypatch):
    make_workspace(tmp_path / "办公室", office="模拟", as_of=None)
    monkeypatch.chdir(tmp_path / "办公室")
    return tmp_path / "办公室"


SMALL = ["demo-data", "--units", "1", "--years", "2015-2016"]


def test_command_writes_and_imports(office, capsys):
    assert main(SMALL) == 0
    said = capsys.readouterr().out
    assert "模拟数据" in said
    assert "入库" in said
    assert (office / "data" / "demo" / "truth.json").is_file()
    assert main(["data", "list"]) == 0


def test_command_does_not_write_over_without_force(office, capsys):
    assert main([*SMALL, "--no-import"]) == 0
    assert main([*SMALL, "--no-import"]) == 2
    assert "--force" in capsys.readouterr().err
    assert main([*SMALL, "--no-import", "--force", "--one-book"]) == 0
    assert [p.name for p in (office / "data" / "demo").glob("*.xlsx")] == ["模拟数据_Z01_模拟县台账.xlsx"]


def test_command_writes_the_golden_county(office, capsys):
    assert main(["demo-data", "--golden"]) == 0
    assert "1 个单位，10 项权力事项，10 张流程图；其中单人可办结 2 项" in capsys.readouterr().out
    assert [p.name for p in (office / "data" / "demo").glob("*.xlsx")] == ["模拟数据_M01_模拟示例局台账.xlsx"]


def test_command_swaps_one_simulated_county_for_another_only_by_force(office, capsys):
    assert main(["demo-data", "--units", "2", "--years", "2015-2016"]) == 0
    assert main([*SMALL, "--one-book"]) == 2
    assert "另一份模拟数据" in capsys.readouterr().err
    assert main([*SMALL, "--one-book", "--force"]) == 0
    capsys.readouterr()
    assert main(["data", "show", "单位"]) == 0
    assert "U02" not in capsys.readouterr().out


def test_command_keeps_out_of_a_ledger_with_real_data(office, tmp_path, capsys):
    (book,) = by_book(tmp_path / "sent")
    real = book.rename(tmp_path / "局里的台账.xlsx")
    assert main(["import", str(real), "--unit", "M01"]) == 0
    capsys.readouterr()
    assert main(SMALL) == 2
    assert "真实数据" in capsys.readouterr().err
    assert not (office / "data" / "demo").exists()


@pytest.mark.parametrize("words", [["--years", "去年"], ["--years", "2016-2009"], ["--units", "0"], ["--nation", "x", "--items", "0"]])
def test_command_refuses_what_makes_no_sense(office, words, capsys):
    assert main(["demo-data", *words]) == 2
    assert capsys.readouterr().err.strip()


def test_command_writes_a_nation(office, capsys):
    assert main(["demo-data", "--nation", "全国", "--items", "500"]) == 0
    assert "500 个事项" in capsys.readouterr().out
    assert main(["demo-data", "--nation", "全国", "--items", "500"]) == 2
