"""What becomes of a file of another kind: ledger tables, and a list of all that could not be carried over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Kind
from fangkong_lab.ledger.notes import NOTES_SHEET, SENDER_LABEL
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.whole import whole

if TYPE_CHECKING:
    import pandas as pd
    from xlsxwriter.worksheet import Worksheet

LOSSES_FILE = "未带过来的内容.csv"


class LossKind(Kind):
    """What is to be done about something that was not carried over."""

    FILL = "fill", "待补填"
    CHECK = "check", "请核对"
    DROPPED = "dropped", "未带过来"


@dataclass(frozen=True)
class Loss:
    """One thing that the ledger has no place for, or that the file did not say: *what* it is, *where* it stood, *why*."""

    kind: LossKind
    what: str
    where: str
    why: str


@dataclass(frozen=True)
class Conversion:
    """Ledger *tables* (English names, do not edit them) made from *source* for *unit_id*, and the *losses* in file order."""

    source: str
    unit_id: str
    tables: Mapping[str, pd.DataFrame]
    losses: tuple[Loss, ...]

    @property
    def complete(self) -> bool:
        """Say whether no required cell waits to be filled; otherwise the import will refuse those rows."""
        return not any(loss.kind is LossKind.FILL for loss in self.losses)

    def table(self) -> pd.DataFrame:
        """Return the losses, one row each."""
        import pandas as pd

        return pd.DataFrame([(x.kind.label, x.what, x.where, x.why) for x in self.losses], columns=["处理", "内容", "位置", "说明"])

    def sentence(self) -> str:
        """Return how much was carried over and how much was not."""
        made = "、".join(f"{TABLES[name].label}{len(frame)}行" for name, frame in self.tables.items() if len(frame))
        parts = [f"{kind.label}{n}处" for kind in LossKind if (n := sum(x.kind is kind for x in self.losses))]
        return f"由「{self.source}」得到{made};" + ("、".join(parts) + "，逐条列在清单中。" if parts else "内容全部带过来。")


def frames_of(rows: Mapping[str, Sequence[Mapping[str, object]]]) -> dict[str, pd.DataFrame]:
    """Return ledger frames with every column of their table, typed as the ledger types them; absent cells are empty."""
    import pandas as pd

    found = {}
    for name, table in TABLES.items():
        if not rows.get(name):
            continue
        frame = pd.DataFrame(list(rows[name]))
        columns = {c.name: frame[c.name] if c.name in frame else pd.Series([None] * len(frame)) for c in table.columns}
        found[name] = pd.DataFrame({c.name: _typed(columns[c.name], c.dtype) for c in table.columns})
    return found


def _typed(column: pd.Series, dtype: str) -> pd.Series:
    import pandas as pd

    if dtype == "datetime64[ns]":
        return pd.to_datetime(column)
    return column.astype(cast("Any", dtype))


def write_workbook(conversion: Conversion, path: Path, *, force: bool = False) -> Path:
    """Write *conversion* as a ledger workbook with the losses on its sheet 填报说明; return *path*.

    Raises `WrongCall` where the file exists, unless *force*. Text is never written as a formula.
    """
    import xlsxwriter

    if path.exists() and not force:
        raise WrongCall("文件已存在", where=str(path), mend="加上 --force 覆盖，或改写到别处")
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as part, xlsxwriter.Workbook(part, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        _write_notes(book.add_worksheet(NOTES_SHEET), conversion)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, frame in conversion.tables.items():
            sheet = book.add_worksheet(TABLES[name].label)
            sheet.freeze_panes(1, 1)
            shown = [c for c in TABLES[name].columns if c.required or frame[c.name].notna().any()]
            for k, column in enumerate(shown):
                sheet.set_column(k, k, 18)
                sheet.write_string(0, k, column.label)
                _write_cells(sheet, k, frame[column.name], day)
    return path


def _write_notes(sheet: Worksheet, conversion: Conversion) -> None:
    sheet.set_column(0, 3, 30)
    sheet.write_row(0, 0, (SENDER_LABEL, conversion.unit_id))
    sheet.write_row(1, 0, ("转换自", conversion.source))
    sheet.write_string(2, 0, "以下内容没有带过来或需要补填、核对：")
    sheet.write_row(3, 0, ("处理", "内容", "位置", "说明"))
    for k, loss in enumerate(conversion.losses):
        for column, text in enumerate((loss.kind.label, loss.what, loss.where, loss.why)):
            sheet.write_string(4 + k, column, text)


def _write_cells(sheet: Worksheet, k: int, cells: pd.Series, day: object) -> None:
    import pandas as pd

    for row, value in enumerate(cells.tolist(), start=1):
        if value is None or value is pd.NA or value != value:
            continue
        if isinstance(value, bool):
            sheet.write_string(row, k, "是" if value else "否")
        elif isinstance(value, pd.Timestamp):
            sheet.write_datetime(row, k, value.to_pydatetime(), day)
        elif isinstance(value, int | float):
            sheet.write_number(row, k, value)
        else:
            sheet.write_string(row, k, str(value))


def write_tables(conversion: Conversion, folder: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write *conversion* into *folder* as one CSV per table (UTF-8 with BOM, Chinese names) and the list of losses.

    Returns the files. Raises `WrongCall` where one of them exists, unless *force*.
    """
    import csv

    files = {f"{TABLES[name].label}.csv": _rows(name, frame) for name, frame in conversion.tables.items()}
    losses = conversion.table()
    files[LOSSES_FILE] = [list(losses.columns), *losses.to_numpy().tolist()]
    folder.mkdir(parents=True, exist_ok=True)
    taken = sorted(name for name in files if (folder / name).exists())
    if taken and not force:
        raise WrongCall(f"文件已存在：{'、'.join(taken)}", where=str(folder), mend="加上 --force 覆盖，或换一个目录")
    for name, rows in files.items():
        with whole(folder / name) as part, part.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([[inert(cell) for cell in row] for row in rows])
    return tuple(folder / name for name in files)


def _rows(name: str, frame: pd.DataFrame) -> list[list[object]]:
    import pandas as pd

    shown = [c for c in TABLES[name].columns if c.required or frame[c.name].notna().any()]
    body = zip(*(frame[c.name].tolist() for c in shown), strict=True)
    rows: list[list[object]] = [[c.label for c in shown]]
    for row in body:
        rows.append(["" if v is None or v is pd.NA or v != v else ("是" if v else "否") if isinstance(v, bool)
                     else v.date().isoformat() if isinstance(v, pd.Timestamp) else v for v in row])
    return rows


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def inert(cell: object) -> object:
    """Return *cell* so that a spreadsheet program shows it and does not run it: text like a formula gets a leading '."""
    if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS):
        return "'" + cell
    return cell
