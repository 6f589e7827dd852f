"""Where a stored row is from: delivery, sheet, row, and the cell of every column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.ledger.changes import shown
from fangkong_lab.ledger.columns import Table
from fangkong_lab.ledger.condition import Condition, read_conditions
from fangkong_lab.ledger.holdings import Holding, fetch, holdings, letters_of
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.store import open_store
from fangkong_lab.ledger.tables import TABLES, table_named
from fangkong_lab.workspace import Workspace


@dataclass(frozen=True)
class Origin:
    """Where one row is from.

    *sender* sent *file* (SHA-256 *sha256*, known as *book*), taken by *who* at *at* (UTC) as delivery number *delivery*;
    the row is *row* of *sheet*. *cells* maps each Chinese header to (cell address, value as people write it); the address
    is "" for a column the sender's sheet did not have.
    """

    table: str
    key: tuple[str, ...]
    delivery: int
    sender: str
    book: str
    file: str
    sha256: str
    at: datetime
    who: str
    sheet: str
    row: int
    cells: Mapping[str, tuple[str, str]]

    def sentence(self) -> str:
        """Return the place as one Chinese line."""
        return (f"{TABLES[self.table].label} {' / '.join(self.key)} ← 第 {self.delivery} 号送交（{self.sender} 的 {self.file}）"
                f"› {self.sheet} › 第{self.row}行")


def traces(workspace: Workspace, table: str, key: str | Sequence[str]) -> list[Origin]:
    """Return the origins of all rows of *table* (English or Chinese name) with *key*, in order of delivery and row.

    *key* is the value of the key column, or as many leading values of a key of several columns as wanted; an empty text
    stands for an empty cell. Where keys may repeat (办件日志) there are several rows. Raises `BadInput` where there is none,
    `WrongCall` for an unknown table or too many values.
    """
    declared = table_named(table)
    values = (key,) if isinstance(key, str) else tuple(str(v) for v in key)
    layout = layout_of(TABLES)
    with open_store(workspace.store_path, layout, write=False) as store:
        found = fetch(store, layout, declared.name, have=store.columns(), tests=[c.sql() for c in _tests(declared, values)])
        by_id = {h.id: h for h in holdings(store)}
        places = sorted({(int(d), str(s)) for d, s in zip(found["_delivery"], found["_sheet"], strict=True)})
        letters = {place: letters_of(store, place[0], declared.name, place[1]) for place in places}
    if found.empty:
        raise BadInput(f"「{declared.label}」没有 {' / '.join(values)} 这一行", mend=f"运行 fangkong data show {declared.label} 查看")
    rows = [{str(name): value for name, value in row.items()} for row in found.to_dict("records")]
    return [_origin(declared, row, by_id[int(row["_delivery"])], letters[int(row["_delivery"]), str(row["_sheet"])]) for row in rows]


def trace(workspace: Workspace, table: str, key: str | Sequence[str]) -> Origin:
    """Return the origin of the one row of *table* with *key*; as `traces`, and `WrongCall` where several rows have it."""
    found = traces(workspace, table, key)
    if len(found) > 1:
        raise WrongCall(f"「{table_named(table).label}」有 {len(found)} 行符合", mend="给出完整的主键，或用 traces 取全部")
    return found[0]


def _tests(table: Table, values: Sequence[str]) -> list[Condition]:
    if not values or len(values) > len(table.key):
        labels = "、".join(table.column(k).label for k in table.key)
        raise WrongCall(f"「{table.label}」按 {labels} 查找，给出了 {len(values)} 个值", mend=f"给出 1 至 {len(table.key)} 个值")
    return read_conditions(table, [f"{name}={value}" for name, value in zip(table.key, values, strict=False)])


def _origin(table: Table, row: Mapping[str, object], holding: Holding, letters: Mapping[str, str]) -> Origin:
    number = int(str(row["_row"]))
    cells = {c.label: (f"{letters[c.label]}{number}" if c.label in letters else "", shown(row[c.name])) for c in table.columns}
    return Origin(table.name, tuple(shown(row[k]) for k in table.key), holding.id, holding.sender, holding.book, holding.file,
                  holding.sha256, holding.at, holding.who, str(row["_sheet"]), number, cells)
