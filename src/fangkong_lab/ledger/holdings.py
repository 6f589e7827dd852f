"""What lies in the store: the deliveries taken, their rows, and where each column stood in the sender's sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from fangkong_lab.ledger.delivery import ROW, Sheet
from fangkong_lab.ledger.journal import Counts
from fangkong_lab.ledger.migrate import one
from fangkong_lab.ledger.store import ORIGIN_COLUMNS, Layout, Store

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_DTYPES = {"VARCHAR": "object", "BIGINT": "Int64", "DOUBLE": "float64", "BOOLEAN": "boolean",
           "DATE": "datetime64[ns]", "TIMESTAMP": "datetime64[ns]"}
_HOLDING = "id, sender, book, file, sha256, good_rows, moment, who, rows_read, accepted, refused, held_back"


@dataclass(frozen=True)
class Holding:
    """A delivery in the store. *good_rows*: it was taken in part on purpose; *at* UTC without zone."""

    id: int
    sender: str
    book: str
    file: str
    sha256: str
    good_rows: bool
    at: datetime
    who: str
    counts: Counts


def holdings(store: Store) -> list[Holding]:
    """Return all deliveries in the store, by sender, then book."""
    rows = store.connection.execute(f"SELECT {_HOLDING} FROM deliveries ORDER BY sender, book").fetchall()
    return [Holding(id=r[0], sender=r[1], book=r[2], file=r[3], sha256=r[4], good_rows=r[5], at=r[6], who=r[7], counts=Counts(*r[8:]))
            for r in rows]


def holding_of(store: Store, sender: str, book: str) -> Holding | None:
    """Return what lies in the store from *sender* under the name *book*, None if nothing does."""
    return next((h for h in holdings(store) if (h.sender, h.book) == (sender, book)), None)


def next_id(store: Store) -> int:
    """Return a delivery number never used before, also by deliveries replaced since."""
    return int(str(one(store.connection, "SELECT 1 + greatest((SELECT coalesce(max(id), 0) FROM deliveries), "
                                         "(SELECT coalesce(max(delivery), 0) FROM journal))")))


def put(store: Store, layout: Layout, holding: Holding, sheets: Iterable[Sheet]) -> None:
    """Store *holding* with the rows of *sheets*, in place of what its sender's book brought before.

    Call it inside a transaction. The rows given are those accepted: their number must be ``holding.counts.accepted``
    (`ArithmeticError` otherwise).
    """
    before = holding_of(store, holding.sender, holding.book)
    if before:
        drop(store, layout, before.id)
    stored = 0
    for sheet in sheets:
        stored += len(sheet.frame)
        _insert(store, layout[sheet.table], holding.id, sheet)
    if stored != holding.counts.accepted:
        raise ArithmeticError(f"{stored} rows to store, {holding.counts.accepted} accepted")
    c = holding.counts
    store.connection.execute("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
        holding.id, holding.sender, holding.book, holding.file, holding.sha256, holding.good_rows, holding.at, holding.who,
        c.read, c.accepted, c.refused, c.held_back])


def drop(store: Store, layout: Layout, delivery: int) -> None:
    """Take delivery number *delivery* with all its rows out of the store; call it inside a transaction."""
    for table in layout:
        store.connection.execute(f'DELETE FROM "{table}" WHERE _delivery = ?', [delivery])
    store.connection.execute("DELETE FROM letters WHERE delivery = ?", [delivery])
    store.connection.execute("DELETE FROM deliveries WHERE id = ?", [delivery])


def rows_held(store: Store, layout: Layout, delivery: int) -> dict[str, set[int]]:
    """Return the row numbers of delivery number *delivery* that are in the store, by sheet name."""
    found: dict[str, set[int]] = {}
    for table in layout:
        for sheet, row in store.connection.execute(
                f'SELECT _sheet, _row FROM "{table}" WHERE _delivery = ?', [delivery]).fetchall():
            found.setdefault(sheet, set()).add(row)
    return found


def _insert(store: Store, columns: Mapping[str, str], delivery: int, sheet: Sheet) -> None:
    rows = _arrow(sheet, columns, delivery)
    names = ", ".join(f'"{n}"' for n in rows.column_names)
    store.connection.register("incoming", rows)
    try:
        store.connection.execute(f'INSERT INTO "{sheet.table}" ({names}) SELECT {names} FROM incoming')
    finally:
        store.connection.unregister("incoming")
    if sheet.letters:
        store.connection.executemany("INSERT INTO letters VALUES (?, ?, ?, ?, ?)", [
            [delivery, sheet.table, sheet.name, header, letter] for header, letter in sorted(sheet.letters.items())])


def _arrow(sheet: Sheet, columns: Mapping[str, str], delivery: int) -> pa.Table:
    import pyarrow as pa

    kinds = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(), "BOOLEAN": pa.bool_(),
             "DATE": pa.timestamp("us"), "TIMESTAMP": pa.timestamp("us")}
    present = {c: kind for c, kind in columns.items() if c in sheet.frame.columns}
    arrays = [pa.Array.from_pandas(sheet.frame[c], type=kinds[kind], safe=False) for c, kind in present.items()]
    count = len(sheet.frame)
    arrays += [pa.repeat(delivery, count).cast(pa.int64()), pa.repeat(sheet.name, count),
               pa.Array.from_pandas(sheet.frame[ROW], type=pa.int64())]
    return pa.table(dict(zip([*present, *ORIGIN_COLUMNS], arrays, strict=True)))


def fetch(store: Store, layout: Layout, table: str, *, only: int | None = None, have: Mapping[str, list[str]] | None = None,
          tests: Iterable[tuple[str, list[object]]] = ()) -> pd.DataFrame:
    """Return the rows of *table* as a frame with its declared columns, then ``_delivery``, ``_sheet``, ``_row``.

    *only* one delivery's rows; *tests* are SQL conditions with their parameters, all of which must hold; *have* is
    ``store.columns()`` where the store was opened for reading and may lack what was declared later (those cells are empty).
    In order of delivery, sheet and row; empty cells are None, <NA>, NaN or NaT by the column's type.
    """
    kinds = {**layout[table], **ORIGIN_COLUMNS}
    present = set(kinds) if have is None else set(have.get(table, ()))
    conditions = list(tests)
    if only is not None:
        conditions.append(("_delivery = ?", [only]))
    if not present:
        query, values = f"SELECT {_casts(kinds, present)} WHERE false", []
    else:
        chosen = " AND ".join(f"({test})" for test, _ in conditions) or "true"
        values = [value for _, given in conditions for value in given]
        query = f'SELECT {_casts(kinds, present)} FROM "{table}" WHERE {chosen} ORDER BY _delivery, _sheet, _row'
    return _frame(store.connection.sql(query, params=values).to_arrow_table(), kinds)


def _casts(kinds: Mapping[str, str], present: set[str]) -> str:
    to = {"DATE": "TIMESTAMP_NS", "TIMESTAMP": "TIMESTAMP_NS"}
    return ", ".join(f'{chr(34) + c + chr(34) if c in present else "NULL"}::{to.get(kind, kind)} AS "{c}"' for c, kind in kinds.items())


def _frame(found: pa.Table, kinds: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    nullable = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}
    frame = found.to_pandas(types_mapper=nullable.get, timestamp_as_object=False)
    return frame.astype({c: _DTYPES[kind] for c, kind in kinds.items() if str(frame[c].dtype) != _DTYPES[kind]})


def letters_of(store: Store, delivery: int, table: str, sheet: str) -> dict[str, str]:
    """Return where each column of *sheet* stood: Chinese header → column letter."""
    rows = store.connection.execute(
        'SELECT header, letter FROM letters WHERE delivery = ? AND "table" = ? AND sheet = ? ORDER BY header',
        [delivery, table, sheet]).fetchall()
    return dict(rows)
