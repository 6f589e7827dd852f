"""The store's schema version: migrations with a backup before each, and refusal of a newer store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import StoreBusy

if TYPE_CHECKING:
    import duckdb

FIRST_VERSION = 1


@dataclass(frozen=True)
class Migration:
    """One step of the schema: *to_version* is reached by *carry_out*; *what* says in Chinese what changes."""

    to_version: int
    what: str
    carry_out: Callable[[duckdb.DuckDBPyConnection], None]


MIGRATIONS: tuple[Migration, ...] = ()
"""In order of version, each one higher than the last. Version 1 is what store.py creates."""


def newest_version(migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """Return the version this program writes."""
    return migrations[-1].to_version if migrations else FIRST_VERSION


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run the block as one transaction: all of it, or after any exception (or a kill) nothing of it."""
    connection.execute("BEGIN")
    whole = False
    try:
        yield
        whole = True
    finally:
        connection.execute("COMMIT" if whole else "ROLLBACK")


def one(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    """Return the first value of the first row of *query*, None where there is no row; the result is read to its end,
    which DuckDB asks for before the connection does anything else."""
    rows = connection.execute(query).fetchall()
    return rows[0][0] if rows else None


def stored_version(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the schema version of the opened store, 0 where it has none yet (a new file)."""
    if not one(connection, "SELECT count(*) FROM information_schema.tables WHERE table_name = 'schema_version' "
                           "AND table_catalog = current_database()"):
        return 0
    return int(str(one(connection, "SELECT coalesce(max(version), 0) FROM schema_version")))


def refuse_newer(version: int, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Raise `StoreBusy` (exit code 4) where the store was written by a newer program: nothing is guessed about it."""
    newest = newest_version(migrations)
    if version > newest:
        raise StoreBusy(f"台账库的版本（{version}）比本软件支持的（{newest}）新", where=str(path), mend="升级软件后再打开")


def migrate(connection: duckdb.DuckDBPyConnection, path: Path,
            migrations: Sequence[Migration] = MIGRATIONS) -> list[Path]:
    """Bring the opened store at *path* to the newest version; return the backups made, one before each step.

    A step and its version number are one transaction: a store is never between two versions. *connection* must be
    writable and outside a transaction. Raises `StoreBusy` for a newer store.
    """
    version = stored_version(connection)
    refuse_newer(version, path, migrations)
    backups = []
    for step in migrations:
        if step.to_version <= version:
            continue
        backups.append(back_up(connection, path, label=f"v{version}"))
        with transaction(connection):
            step.carry_out(connection)
            record_version(connection, step.to_version)
        version = step.to_version
    return backups


def record_version(connection: duckdb.DuckDBPyConnection, version: int) -> None:
    """Note that the store now has *version*."""
    connection.execute("INSERT INTO schema_version VALUES (?, ?)", [version, datetime.now(UTC).replace(tzinfo=None)])


def back_up(connection: duckdb.DuckDBPyConnection, path: Path, *, label: str, target: Path | None = None) -> Path:
    """Copy the opened store to *target* (default: the folder ``backup`` beside *path*) and return where it lies.

    The copy is made by the database itself from one consistent state and gets its final name only when complete.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    final = target or path.parent / "backup" / f"{path.stem}.{label}.{stamp}{path.suffix}"
    final.parent.mkdir(parents=True, exist_ok=True)
    partial = final.with_name(final.name + ".part")
    partial.unlink(missing_ok=True)
    name = one(connection, "SELECT current_database()")
    quoted = str(partial).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS backup_copy")
    try:
        connection.execute(f'COPY FROM DATABASE "{name}" TO backup_copy')
    finally:
        connection.execute("DETACH backup_copy")
    partial.replace(final)
    return final
