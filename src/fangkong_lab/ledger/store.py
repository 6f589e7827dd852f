"""The store: one DuckDB file per workspace, opened for one call and closed again.

Beside one table per declared ledger table it keeps ``deliveries`` (what lies in the store, by sender and book),
``letters`` (where each column stood in the sender's sheet), ``journal`` (every attempt to import, only ever appended)
and ``schema_version``. Every ledger row carries ``_delivery``, ``_sheet`` and ``_row``.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, FangkongError, StoreBusy
from fangkong_lab.ledger.migrate import (
    back_up,
    migrate,
    newest_version,
    record_version,
    refuse_newer,
    stored_version,
    transaction,
)

if TYPE_CHECKING:
    import duckdb

PATIENCE_S = 2.0
ORIGIN_COLUMNS = {"_delivery": "BIGINT", "_sheet": "VARCHAR", "_row": "BIGINT"}

_BOOKKEEPING = """
CREATE TABLE schema_version (version INTEGER, moment TIMESTAMP);
CREATE TABLE deliveries (
    id BIGINT PRIMARY KEY, sender VARCHAR NOT NULL, book VARCHAR NOT NULL, file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL, good_rows BOOLEAN NOT NULL, moment TIMESTAMP NOT NULL, who VARCHAR NOT NULL,
    rows_read BIGINT NOT NULL, accepted BIGINT NOT NULL, refused BIGINT NOT NULL, held_back BIGINT NOT NULL,
    CHECK (accepted + refused + held_back = rows_read));
CREATE TABLE letters (delivery BIGINT, "table" VARCHAR, sheet VARCHAR, header VARCHAR, letter VARCHAR);
CREATE TABLE journal (
    no BIGINT PRIMARY KEY, moment TIMESTAMP NOT NULL, who VARCHAR NOT NULL, sender VARCHAR NOT NULL, book VARCHAR NOT NULL,
    file VARCHAR NOT NULL, sha256 VARCHAR NOT NULL, outcome VARCHAR NOT NULL, rows_read BIGINT NOT NULL,
    accepted BIGINT NOT NULL, refused BIGINT NOT NULL, held_back BIGINT NOT NULL, problems BIGINT NOT NULL,
    delivery BIGINT, returned VARCHAR NOT NULL, chain VARCHAR NOT NULL,
    CHECK (accepted + refused + held_back = rows_read));
"""
BOOKKEEPING_TABLES = ("schema_version", "deliveries", "letters", "journal")

Layout = Mapping[str, Mapping[str, str]]
"""What the store must hold: table name → column name → SQL type."""


@dataclass(frozen=True)
class Store:
    """An opened store: *connection* and the file it belongs to. Use it only inside `open_store`."""

    connection: duckdb.DuckDBPyConnection
    path: Path

    def columns(self) -> dict[str, list[str]]:
        """Return, for every table in the store, its column names in order."""
        found: dict[str, list[str]] = {}
        for table, column in self.connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE table_catalog = current_database() ORDER BY table_name, ordinal_position").fetchall():
            found.setdefault(table, []).append(column)
        return found

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run the block as one transaction: all of it, or after any exception (or a kill) nothing of it."""
        with transaction(self.connection):
            yield


@contextmanager
def open_store(path: Path, layout: Layout, *, write: bool, patience_s: float = PATIENCE_S) -> Iterator[Store]:
    """Open the store at *path* for one call.

    Writing creates the file, brings an older schema up to date (backup first) and adds declared tables and columns that
    are missing; no other process can read or write meanwhile. Reading takes a shared lock and sees one state.
    Raises `StoreBusy` where another process holds it for longer than *patience_s* seconds (its process number is named)
    or where it is newer than this program, `BadInput` where there is none yet (reading) or it is damaged.
    """
    import duckdb

    if not write and not path.exists():
        raise BadInput("还没有导入过任何台账", where=str(path), mend="先运行 fangkong import 台账.xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(path, write=True, patience_s=patience_s) if write else _reader(path, layout, patience_s)
    store = Store(connection, path)
    try:
        if write:
            _prepare(store, layout)
        yield store
    except (duckdb.IOException, duckdb.FatalException, duckdb.OutOfMemoryException) as error:
        raise BadInput(f"台账库读写失败，未作改动({str(error).splitlines()[0]})", where=str(path),
                       mend="检查磁盘空间和目录权限后再试") from error
    finally:
        store.connection.close()


def _reader(path: Path, layout: Layout, patience_s: float) -> duckdb.DuckDBPyConnection:
    """Open the store for reading; an older one is migrated first, `StoreBusy` for one newer than we are."""
    connection = _connect(path, write=False, patience_s=patience_s)
    version = stored_version(connection)
    if version == newest_version():
        return connection
    connection.close()
    refuse_newer(version, path)
    with open_store(path, layout, write=True, patience_s=patience_s):
        pass
    return _connect(path, write=False, patience_s=patience_s)


def _connect(path: Path, *, write: bool, patience_s: float) -> duckdb.DuckDBPyConnection:
    import duckdb

    deadline = time.monotonic() + patience_s
    while True:
        try:
            connection = duckdb.connect(str(path), read_only=not write)
        except duckdb.Error as error:
            complaint = _explain(error, path)
            if not isinstance(complaint, StoreBusy) or time.monotonic() >= deadline:
                raise complaint from error
            time.sleep(0.05)
        else:
            # Chinese paths and small offices' machines: no downloads of extensions, bounded memory.
            connection.execute("SET autoinstall_known_extensions = false")
            connection.execute("SET memory_limit = '600MB'")
            connection.execute("SET preserve_insertion_order = true")
            return connection


_HOLDER = re.compile(r"held in (?P<program>\S+)(?: \(deleted\))? \(PID (?P<pid>\d+)\)")


def _explain(error: Exception, path: Path) -> FangkongError:
    """Turn what DuckDB says into one line; its messages are not a stable interface, so the holder may be unknown."""
    text = str(error)
    if "lock" in text.lower() or "being used by another process" in text:
        hit = _HOLDER.search(text)
        holder = f"(进程号 {hit['pid']}，{Path(hit['program']).name})" if hit else ""
        return StoreBusy(f"台账库正被另一进程使用{holder}", where=str(path), mend="等它结束后再试")
    if "different configuration" in text:
        return StoreBusy("台账库正被本进程的另一处使用", where=str(path), mend="先关闭那处连接再试")
    if "version number" in text:
        return StoreBusy("台账库由较新的软件写成", where=str(path), mend="升级软件后再打开")
    if "Permission denied" in text or "read-only" in text.lower():
        return BadInput("没有读写台账库的权限", where=str(path), mend="检查文件和目录的权限")
    return BadInput("台账库文件已损坏或不是台账库", where=str(path), mend="从 data/store/backup 或自己的备份恢复该文件")


def _prepare(store: Store, layout: Layout) -> None:
    """Create what a new store lacks, migrate an older one, and follow declarations that have grown."""
    connection = store.connection
    if stored_version(connection) == 0 and "deliveries" not in store.columns():
        with store.transaction():
            connection.execute(_BOOKKEEPING)
            record_version(connection, newest_version())
    migrate(connection, store.path)
    have = store.columns()
    new = [t for t in layout if t not in have]
    grown = [(t, c, kind) for t, columns in layout.items() if t in have
             for c, kind in columns.items() if c not in have[t]]
    if grown:
        back_up(connection, store.path, label="columns")
    with store.transaction():
        for table in new:
            body = ", ".join(f'"{c}" {kind}' for c, kind in {**layout[table], **ORIGIN_COLUMNS}.items())
            connection.execute(f'CREATE TABLE "{table}" ({body})')
        for table, column, kind in grown:
            connection.execute(f'ALTER TABLE "{table}" ADD COLUMN "{column}" {kind}')
