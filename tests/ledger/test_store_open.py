"""The store: created, grown, migrated with a backup, refused when newer, locked or damaged."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from fangkong_lab.errors import EXIT_STORE, BadInput, StoreBusy
from fangkong_lab.ledger.delivery import Sheet
from fangkong_lab.ledger.holdings import Holding, fetch, holding_of, letters_of, next_id, put
from fangkong_lab.ledger.journal import Counts, Entry, Result, append, broken_entry, entries
from fangkong_lab.ledger.migrate import Migration, migrate, stored_version
from fangkong_lab.ledger.store import open_store

LAYOUT = {
    "units": {"unit_id": "VARCHAR", "headcount": "BIGINT", "own": "BOOLEAN", "from": "DATE", "at": "TIMESTAMP", "v": "DOUBLE"},
    "posts": {"post_id": "VARCHAR"},
}
NOON = datetime(2016, 12, 31, 12)


def _frame(*codes: str) -> pd.DataFrame:
    count = len(codes)
    return pd.DataFrame({
        "unit_id": pd.Series([*codes[:-1], None], dtype=object), "headcount": pd.array([*range(count - 1), None], dtype="Int64"),
        "own": pd.array([True] * (count - 1) + [None], dtype="boolean"),
        "from": pd.to_datetime([*["2016-09-30"] * (count - 1), None]),
        "at": pd.to_datetime([*["2016-09-30 14:05:06"] * (count - 1), None]),
        "v": [*[1.25] * (count - 1), float("nan")], "_row": range(2, count + 2)})


def _holding(number: int, rows: int, book: str = "台账") -> Holding:
    return Holding(number, "U1", book, f"{book}.xlsx", "ab", False, NOON, "me", Counts(rows, rows, 0, 0))


def _entry(no: int) -> Entry:
    return Entry(no, NOON, "me", "U1", "台账", "台账.xlsx", "ab", Result.STORED, Counts(3, 2, 1, 0), 1, None, "")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with three rows, in a folder whose name needs quoting."""
    path = tmp_path / "o'office" / "ledger.duckdb"
    with open_store(path, LAYOUT, write=True) as store, store.transaction():
        put(store, LAYOUT, _holding(1, 3), [Sheet("units", "单位", _frame("U1", "U2", "U3"), {"单位编码": "B"})])
        append(store, _entry(1))
    return path


def test_rows_come_back_as_they_went_in(path: Path) -> None:
    with open_store(path, LAYOUT, write=False) as store:
        found = fetch(store, LAYOUT, "units")
        assert letters_of(store, 1, "units", "单位") == {"单位编码": "B"}
    expected = _frame("U1", "U2", "U3")
    pd.testing.assert_frame_equal(found[list(LAYOUT["units"])], expected.drop(columns="_row"))
    assert found["_row"].tolist() == [2, 3, 4]
    assert set(found["_delivery"]) == {1}
    assert set(found["_sheet"]) == {"单位"}


def test_a_book_sent_again_replaces_only_its_own_rows(path: Path) -> None:
    with open_store(path, LAYOUT, write=True) as store, store.transaction():
        put(store, LAYOUT, _holding(2, 2, "另一本"), [Sheet("units", "单位", _frame("U8", "U9"), {})])
        put(store, LAYOUT, _holding(3, 2), [Sheet("units", "单位", _frame("U5", "U6"), {})])
    with open_store(path, LAYOUT, write=False) as store:
        assert sorted(fetch(store, LAYOUT, "units")["unit_id"].dropna()) == ["U5", "U8"]
        assert holding_of(store, "U1", "台账") == _holding(3, 2)
        assert next_id(store) == 4
        assert letters_of(store, 1, "units", "单位") == {}


def test_nothing_of_a_failed_transaction_stays(path: Path) -> None:
    with pytest.raises(ArithmeticError), open_store(path, LAYOUT, write=True) as store, store.transaction():
        put(store, LAYOUT, _holding(2, 99), [Sheet("units", "单位", _frame("U7", "U8"), {})])
    with open_store(path, LAYOUT, write=False) as store:
        assert fetch(store, LAYOUT, "units")["unit_id"].dropna().tolist() == ["U1", "U2"]
        assert holding_of(store, "U1", "台账") == _holding(1, 3)


def test_declared_columns_and_tables_are_added_with_a_backup(path: Path) -> None:
    grown = {**LAYOUT, "posts": {"post_id": "VARCHAR", "rank": "VARCHAR"}, "steps": {"step_no": "BIGINT"}}
    with open_store(path, grown, write=False) as store:
        assert list(fetch(store, grown, "posts", have=store.columns()).columns)[:2] == ["post_id", "rank"]
    assert not (path.parent / "backup").exists()
    with open_store(path, grown, write=True) as store:
        assert len(fetch(store, grown, "steps")) == 0
        assert "rank" in store.columns()["posts"]
        assert len(fetch(store, grown, "units")) == 3
    backups = list((path.parent / "backup").iterdir())
    assert len(backups) == 1
    with open_store(backups[0], LAYOUT, write=False) as store:
        assert "rank" not in store.columns()["posts"]
        assert len(fetch(store, LAYOUT, "units")) == 3


def _add_weather(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("ALTER TABLE units ADD COLUMN weather VARCHAR DEFAULT '晴'")


def _fail(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("DELETE FROM units")
    raise duckdb.Error("the disk is full")


def test_an_old_store_is_migrated_with_a_backup_before_each_step(path: Path) -> None:
    steps = (Migration(2, "加天气", _add_weather), Migration(3, "无", lambda _: None))
    with duckdb.connect(str(path)) as connection:
        backups = migrate(connection, path, steps)
        assert stored_version(connection) == 3
        assert connection.execute("SELECT DISTINCT weather FROM units").fetchall() == [("晴",)]
        assert migrate(connection, path, steps) == []
    assert [b.name.split(".")[1] for b in backups] == ["v1", "v2"]
    with duckdb.connect(str(backups[0]), read_only=True) as connection:
        assert stored_version(connection) == 1
        assert connection.execute("SELECT count(*) FROM units").fetchall() == [(3,)]
        assert connection.execute("SELECT count(*) FROM journal").fetchall() == [(1,)]


def test_a_failed_migration_leaves_the_store_as_it_was(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        with pytest.raises(duckdb.Error, match="disk is full"):
            migrate(connection, path, (Migration(2, "坏", _fail),))
        assert stored_version(connection) == 1
        assert connection.execute("SELECT count(*) FROM units").fetchall() == [(3,)]


@pytest.mark.parametrize("write", [True, False])
def test_a_newer_store_is_refused(path: Path, write: bool) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, current_timestamp::TIMESTAMP)")
    before = path.read_bytes()
    with pytest.raises(StoreBusy, match=r"版本（99）比本软件支持的（1）新") as caught, open_store(path, LAYOUT, write=write):
        pass
    assert caught.value.exit_code == EXIT_STORE
    assert path.read_bytes() == before


@pytest.mark.parametrize("write", [True, False])
def test_a_store_locked_by_another_process_is_one_line_with_its_number(path: Path, write: bool) -> None:
    program = f"import duckdb, sys\nc = duckdb.connect({str(path)!r})\nprint('open', flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreBusy) as caught, open_store(path, LAYOUT, write=write, patience_s=0):
            pass
        other.stdin.close()
    line = str(caught.value)
    assert f"进程号 {other.pid}" in line
    assert "台账库正被另一进程使用" in line
    assert "\n" not in line
    assert caught.value.exit_code == EXIT_STORE


def test_two_readers_do_not_hinder_each_other(path: Path) -> None:
    program = f"import duckdb, sys\nc = duckdb.connect({str(path)!r}, read_only=True)\nprint('open', flush=True)\nsys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "open\n"
        with open_store(path, LAYOUT, write=False, patience_s=0) as store:
            assert len(fetch(store, LAYOUT, "units")) == 3
        other.stdin.close()


def test_a_file_that_is_no_store_and_a_missing_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="还没有导入过"), open_store(tmp_path / "none.duckdb", LAYOUT, write=False):
        pass
    damaged = tmp_path / "bad.duckdb"
    damaged.write_bytes(b"not a store" * 1000)
    with pytest.raises(BadInput, match="已损坏"), open_store(damaged, LAYOUT, write=True):
        pass


def test_the_journal_is_chained_and_shows_tampering(path: Path) -> None:
    with open_store(path, LAYOUT, write=True) as store, store.transaction():
        append(store, _entry(2))
        append(store, _entry(3))
        with pytest.raises(ValueError, match="not the next"):
            append(store, _entry(3))
    with open_store(path, LAYOUT, write=False) as store:
        found = entries(store)
    assert [e.no for e in found] == [1, 2, 3]
    assert broken_entry(found) is None
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE journal SET who = 'x' WHERE no = 2")
    with open_store(path, LAYOUT, write=False) as store:
        assert broken_entry(entries(store)) == 2
    assert broken_entry([found[0], found[2]]) == 3


@pytest.mark.parametrize("parts", [(3, 1, 1, 0), (3, 4, -1, 0), (0, 1, 0, 0)])
def test_counts_that_do_not_add_up_cannot_be_made(parts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ArithmeticError):
        Counts(*parts)


def test_reading_an_old_store_migrates_it_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fangkong_lab.ledger import store as storing

    steps = (Migration(2, "加天气", _add_weather),)
    monkeypatch.setattr(storing, "newest_version", lambda: 2)
    monkeypatch.setattr(storing, "refuse_newer", lambda version, place: None)
    monkeypatch.setattr(storing, "migrate", lambda connection, place: migrate(connection, place, steps))
    with open_store(path, LAYOUT, write=False) as store:
        assert "weather" in store.columns()["units"]
        assert stored_version(store.connection) == 2
    assert len(list((path.parent / "backup").iterdir())) == 1
