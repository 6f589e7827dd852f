"""Import from the file into the store: whole or not at all, idempotent, several books, and every row counted once."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import EXIT_BAD_INPUT, EXIT_DONE, EXIT_SOME_FAILED, BadInput
from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.ledger.frames import table, tables, trace, traces
from fangkong_lab.ledger.journal import Result, entries
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.outcome import Outcome
from fangkong_lab.ledger.store import open_store
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.workspace import Workspace

UNIT_HEAD = ["单位编码", "单位名称", "上级单位编码", "单位类别"]
POST_HEAD = ["岗位编码", "单位编码", "岗位名称", "上级岗位编码"]
ITEM_HEAD = ["事项编码", "单位编码", "事项名称", "权力类别"]


def _import(workspace: Workspace, *paths: Path, good_rows: bool = False, unit: str = "") -> list[Outcome]:
    return import_books(workspace, Request(paths, unit=unit, good_rows=good_rows))


def _posts(workspace: Workspace) -> list[str]:
    return sorted(table(workspace, "posts")["post_id"])


def _journal(workspace: Workspace) -> list:
    with open_store(workspace.store_path, layout_of(TABLES), write=False) as store:
        return entries(store)


def _parts(outcome: Outcome) -> tuple[Result, int, int, int, int]:
    c = outcome.counts
    return outcome.result, c.read, c.accepted, c.refused, c.held_back


def test_a_good_book_is_stored_and_can_be_followed_to_its_cells(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    path = write_xlsx(workspace.root / "收到" / "交通局.xlsx", county)
    outcome, = _import(workspace, path)
    assert _parts(outcome) == (Result.STORED, 4, 4, 0, 0)
    assert outcome.returned is None
    assert outcome.sender == "U1"
    frames = tables(workspace)
    assert list(frames) == list(TABLES)
    assert frames["posts"]["title"].tolist() == ["局长", "股长", "科员"]
    assert list(frames["posts"].columns) == list(TABLES["posts"].names)
    assert {c.name: str(frames["units"][c.name].dtype) for c in TABLES["units"].columns} == {
        c.name: c.dtype for c in TABLES["units"].columns}
    origin = trace(workspace, "岗位", "P3")
    assert (origin.sender, origin.file, origin.sheet, origin.row) == ("U1", "交通局.xlsx", "岗位", 4)
    assert origin.cells["上级岗位编码"] == ("D4", "P1")
    assert origin.cells["职级"] == ("", "")
    with pytest.raises(BadInput, match="没有 P9 这一行"):
        traces(workspace, "posts", "P9")


def test_one_wrong_cell_sends_the_whole_book_back(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    bad = {**county, "岗位": [*county["岗位"], ["P4", "U1", "", "P1"]]}
    outcome, = _import(workspace, write_xlsx(workspace.root / "交通局.xlsx", bad))
    assert _parts(outcome) == (Result.REFUSED, 5, 0, 1, 4)
    assert all(frame.empty for frame in tables(workspace).values())
    assert outcome.returned == workspace.reports_dir / "退表" / "交通局_退回核对_1.xlsx"
    assert outcome.returned.is_file()


def test_the_same_bytes_again_change_nothing_but_the_journal(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    path = write_xlsx(workspace.root / "交通局.xlsx", county)
    _import(workspace, path)
    origin = trace(workspace, "posts", "P1")
    outcome, = _import(workspace, path)
    assert _parts(outcome) == (Result.UNCHANGED, 4, 4, 0, 0)
    assert trace(workspace, "posts", "P1") == origin
    assert [e.outcome for e in _journal(workspace)] == [Result.STORED, Result.UNCHANGED]


def test_a_book_sent_again_replaces_what_it_brought(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    _import(workspace, write_xlsx(workspace.root / "交通局.xlsx", county))
    fewer = {**county, "岗位": county["岗位"][:2]}
    outcome, = _import(workspace, write_xlsx(workspace.root / "新" / "交通局.xlsx", fewer))
    assert outcome.result is Result.STORED
    assert _posts(workspace) == ["P1"]
    returned = workspace.root / "交通局_退回核对_2.xlsx"
    shutil.copy(write_xlsx(workspace.root / "x.xlsx", county), returned)
    _import(workspace, returned)
    assert _posts(workspace) == ["P1", "P2", "P3"]


def test_another_units_book_of_the_same_name_is_another_delivery(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    other = {"单位": [UNIT_HEAD, ["U2", "县水利局", "", "党政机关"]], "岗位": [POST_HEAD, ["Q1", "U2", "局长", ""]]}
    _import(workspace, write_xlsx(workspace.root / "a" / "台账.xlsx", county))
    _import(workspace, write_xlsx(workspace.root / "b" / "台账.xlsx", other))
    assert _posts(workspace) == ["P1", "P2", "P3", "Q1"]


def test_an_empty_book_does_not_wipe_what_was_stored(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    _import(workspace, write_xlsx(workspace.root / "交通局.xlsx", county))
    outcome, = _import(workspace, write_xlsx(workspace.root / "b" / "交通局.xlsx", {"单位": [UNIT_HEAD]}), unit="U1")
    assert _parts(outcome) == (Result.REFUSED, 0, 0, 0, 0)
    assert _posts(workspace) == ["P1", "P2", "P3"]


def test_an_unreadable_book_is_one_line_and_the_others_go_on(workspace: Workspace, write_xlsx: Callable, county: dict,
                                                             monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    (workspace.root / "假.xlsx").write_bytes(b"<html><table>")
    write_xlsx(workspace.root / "交通局.xlsx", county)
    monkeypatch.chdir(workspace.root)
    assert main(["import", "假.xlsx", "交通局.xlsx"]) == EXIT_BAD_INPUT
    shown = capsys.readouterr()
    assert "假.xlsx：未能读入" in shown.out
    assert "读入 4 行 = 入库 4 + 拒收 0 + 留置 0" in shown.out
    assert "Traceback" not in shown.out + shown.err
    assert [(e.file, e.outcome) for e in _journal(workspace)] == [("假.xlsx", Result.UNREADABLE), ("交通局.xlsx", Result.STORED)]
    assert main(["import", "没有.xlsx"]) == EXIT_BAD_INPUT


def test_the_sender_is_never_guessed(workspace: Workspace, write_xlsx: Callable) -> None:
    two = {"岗位": [POST_HEAD, ["P1", "U1", "局长", ""], ["P2", "U2", "局长", ""]]}
    outcome, = _import(workspace, write_xlsx(workspace.root / "岗位.xlsx", two))
    assert outcome.result is Result.UNREADABLE
    assert "--unit" in outcome.sentence


def test_books_of_one_sender_with_one_name_in_one_call_are_refused(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    first = write_xlsx(workspace.root / "a" / "台账.xlsx", county)
    second = write_xlsx(workspace.root / "b" / "台账.xlsx", {**county, "岗位": county["岗位"][:3]})
    outcomes = _import(workspace, first, second)
    assert [o.result for o in outcomes] == [Result.STORED, Result.UNREADABLE]
    assert "同名" in outcomes[1].sentence


@pytest.fixture
def chain(workspace: Workspace, write_xlsx: Callable) -> list[Path]:
    """Three books, each referring to the one before."""
    return [write_xlsx(workspace.root / "单位.xlsx", {"单位": [UNIT_HEAD, ["U1", "县交通局", "", "党政机关"]]}),
            write_xlsx(workspace.root / "岗位.xlsx", {"岗位": [POST_HEAD, ["P1", "U1", "局长", ""]]}),
            write_xlsx(workspace.root / "影响.xlsx", {"岗位": [POST_HEAD, ["P2", "U1", "股长", "P1"]]})]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_references_between_books_of_one_call_hold_in_any_order(workspace: Workspace, chain: list[Path], order: tuple) -> None:
    outcomes = _import(workspace, *(chain[i] for i in order))
    assert [o.path for o in outcomes] == [chain[i] for i in order]
    assert [o.result for o in outcomes] == [Result.STORED] * 3
    assert _posts(workspace) == ["P1", "P2"]


def test_books_that_refer_to_each_other_in_a_circle_are_stored_together(workspace: Workspace, write_xlsx: Callable) -> None:
    a = write_xlsx(workspace.root / "甲.xlsx", {"单位": [UNIT_HEAD, ["U1", "甲局", "", "党政机关"]],
                                               "岗位": [POST_HEAD, ["P1", "U1", "局长", ""], ["P2", "U1", "股长", "Q1"]]})
    b = write_xlsx(workspace.root / "乙.xlsx", {"岗位": [POST_HEAD, ["Q1", "U1", "副局长", "P1"]]})
    outcomes = _import(workspace, a, b)
    assert [o.result for o in outcomes] == [Result.STORED, Result.STORED]
    assert _posts(workspace) == ["P1", "P2", "Q1"]


def test_a_missing_reference_sends_back_what_hangs_on_it(workspace: Workspace, chain: list[Path]) -> None:
    outcomes = _import(workspace, chain[2], chain[0])
    assert [o.result for o in outcomes] == [Result.REFUSED, Result.STORED]
    assert [(p.row, p.column) for p in outcomes[0].problems] == [(2, "上级岗位编码")]
    assert _posts(workspace) == []


def test_a_key_that_clashes_names_both_rows(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    _import(workspace, write_xlsx(workspace.root / "交通局.xlsx", county))
    clash = write_xlsx(workspace.root / "另一本.xlsx", {"岗位": [POST_HEAD, ["P9", "U1", "科员", ""], ["P3", "U1", "科员", ""]]})
    outcome, = _import(workspace, clash)
    assert _parts(outcome) == (Result.REFUSED, 2, 0, 1, 1)
    text = " ".join(p.sentence() for p in outcome.problems)
    assert "交通局" in text
    assert "4" in text


def test_rows_others_still_refer_to_cannot_be_taken_away(workspace: Workspace, chain: list[Path], write_xlsx: Callable) -> None:
    _import(workspace, *chain)
    gone = write_xlsx(workspace.root / "b" / "岗位.xlsx", {"岗位": [POST_HEAD, ["P7", "U1", "局长", ""]]})
    outcome, = _import(workspace, gone)
    assert outcome.result is Result.REFUSED
    assert "影响" in " ".join(p.sentence() for p in outcome.problems)
    assert _posts(workspace) == ["P1", "P2"]


def test_good_rows_hold_back_what_hangs_on_a_refused_row_to_the_end_of_the_chain(workspace: Workspace, write_xlsx: Callable) -> None:
    posts = [POST_HEAD, ["P1", "U1", "局长", ""], ["P2", "U1", "", "P1"], ["P3", "U1", "股长", "P2"], ["P4", "U1", "科员", "P3"],
             ["P5", "U1", "科员", "P1"]]
    path = write_xlsx(workspace.root / "台账.xlsx", {"单位": [UNIT_HEAD, ["U1", "县交通局", "", "党政机关"]], "岗位": posts})
    outcome, = _import(workspace, path, good_rows=True)
    assert _parts(outcome) == (Result.PARTLY, 6, 3, 1, 2)
    assert _posts(workspace) == ["P1", "P5"]
    assert [p.row for p in outcome.held] == [4, 5]
    again, = _import(workspace, path, good_rows=True)
    assert _parts(again) == (Result.UNCHANGED, 6, 3, 1, 2)
    assert trace(workspace, "posts", "P5").delivery == 1


def test_good_rows_look_across_the_books_of_a_call(workspace: Workspace, chain: list[Path], write_xlsx: Callable) -> None:
    bad = write_xlsx(workspace.root / "c" / "坏.xlsx", {"岗位": [POST_HEAD, ["P8", "U1", "", ""], ["P9", "U1", "科员", "P2"]]})
    hangs = write_xlsx(workspace.root / "c" / "挂.xlsx", {"岗位": [POST_HEAD, ["R1", "U1", "科员", "P8"], ["R2", "U1", "科员", "P9"]]})
    outcomes = _import(workspace, hangs, bad, *reversed(chain), good_rows=True)
    assert [_parts(o) for o in outcomes[:2]] == [(Result.PARTLY, 2, 1, 0, 1), (Result.PARTLY, 2, 1, 1, 0)]
    assert _posts(workspace) == ["P1", "P2", "P9", "R2"]


def test_the_command_says_what_happened_and_its_exit_code(workspace: Workspace, write_xlsx: Callable, monkeypatch: pytest.MonkeyPatch,
                                                          capsys: pytest.CaptureFixture) -> None:
    rows = [[f"S{i:03}", "U1", "", "行政许可"] for i in range(30)]
    book = {"单位": [UNIT_HEAD, ["U1", "县交通局", "", "党政机关"]], "权力事项": [ITEM_HEAD, *rows]}
    write_xlsx(workspace.root / "台账.xlsx", book)
    monkeypatch.chdir(workspace.root)
    assert main(["import", "台账.xlsx"]) == EXIT_BAD_INPUT
    out = capsys.readouterr().out
    assert out.count("[拒收]") == 20
    assert "共 30 条，以上列出 20 条" in out
    assert "读入 31 行 = 入库 0 + 拒收 30 + 留置 1" in out
    assert "台账_退回核对_1.xlsx" in out
    assert main(["import", "台账.xlsx", "--good-rows"]) == EXIT_SOME_FAILED
    assert "入库 1 + 拒收 30 + 留置 0" in capsys.readouterr().out
    assert main(["data", "list"]) == EXIT_DONE
    assert main(["data", "show", "单位", "--where", "单位名称~交通", "--csv", "u.csv"]) == EXIT_DONE
    assert (workspace.root / "u.csv").read_bytes().startswith(b"\xef\xbb\xbf" + "单位编码,单位名称".encode())
    assert main(["data", "trace", "单位", "U1"]) == EXIT_DONE
    assert "台账.xlsx）› 单位 › 第2行" in capsys.readouterr().out


def test_where_the_returned_workbook_cannot_be_written_nothing_is_stored(workspace: Workspace, write_xlsx: Callable, county: dict) -> None:
    (workspace.root / "reports").mkdir()
    (workspace.root / "reports" / "退表").write_text("a file in the way", encoding="utf-8")
    bad = {**county, "岗位": [*county["岗位"], ["P4", "U1", "", "P1"]]}
    with pytest.raises(BadInput, match="写不进去"):
        _import(workspace, write_xlsx(workspace.root / "交通局.xlsx", bad), good_rows=True)
    assert _posts(workspace) == []
    assert _journal(workspace) == []


def test_the_benchmark_book_is_right_to_the_last_row(workspace: Workspace) -> None:
    import runpy

    benchmark = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "import.py"))
    path = workspace.root / "台账.xlsx"
    assert benchmark["write_book"](path, 3000) == 3000
    outcome, = _import(workspace, path)
    assert _parts(outcome) == (Result.STORED, 3000, 3000, 0, 0)
    assert sum(len(frame) > 0 for frame in tables(workspace).values()) == 12
