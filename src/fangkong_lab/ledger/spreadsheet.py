"""Reading xlsx, xlsm and xls with python-calamine, behind the checks that keep it from harm."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, FangkongError
from fangkong_lab.ledger.book import RawSheet
from fangkong_lab.ledger.sheet_scan import Scan, refuse_far
from fangkong_lab.ledger.xls_scan import scan_xls
from fangkong_lab.ledger.zipped import scan_book

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook, SheetMetadata

_NOTHING = Scan({}, 0, 0)


def read_spreadsheet(path: Path, *, zipped: bool, wanted: Callable[[str], bool] | None = None) -> Iterator[RawSheet]:
    """Yield the worksheets of *path* one after the other; *zipped* tells xlsx and xlsm from xls.

    Those whose name is not *wanted* are passed over; whether the whole book is sound and small enough is checked all the
    same.

    Raises `BadInput` for what cannot be read at all: password, damage, size.
    """
    import python_calamine as calamine

    scans = scan_book(path) if zipped else scan_xls(path)
    workbook = _open(path, zipped)
    try:
        for meta in workbook.sheets_metadata:
            if meta.typ == calamine.SheetTypeEnum.WorkSheet and (wanted is None or wanted(meta.name)):
                yield _sheet(workbook, meta, scans, path)
    finally:
        workbook.close()


def _open(path: Path, zipped: bool) -> CalamineWorkbook:
    """Open *path*; the parser goes by the ending of a path, so a wrong ending is kept from it."""
    import python_calamine as calamine

    with _Parsing(path):
        if path.suffix.lower() in ((".xlsx", ".xlsm") if zipped else (".xls",)):
            return calamine.CalamineWorkbook.from_path(str(path))
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes()))


def _sheet(workbook: CalamineWorkbook, meta: SheetMetadata, scans: Mapping[str, Scan], path: Path) -> RawSheet:
    import python_calamine as calamine

    where = f"{path.name} › {meta.name}"
    scan = scans.get(meta.name, _NOTHING)
    with _Parsing(path):
        sheet = workbook.get_sheet_by_name(meta.name)
        refuse_far(sheet.total_height, sheet.total_width, where)
        rows = sheet.to_python(skip_empty_area=False)
        merges = tuple(sheet.merged_cell_ranges or ())
    hidden = meta.visible != calamine.SheetVisibleEnum.Visible
    lost = any(place[0] < 0 for place in scan.faults)
    return RawSheet(meta.name, _with_faults(rows, scan), hidden, merges, lost, scan.hidden_rows)


def _with_faults(rows: list[list[object]], scan: Scan) -> list[list[object]]:
    """Return *rows* with the text of error values where the parser left ``''``; the sheet may grow by them."""
    if not scan.faults:
        return rows
    height = max(len(rows), 1 + max(r for r, _ in scan.faults))
    width = max([len(row) for row in rows[:1]] + [1 + max(c for _, c in scan.faults)])
    refuse_far(height, width, "")
    wide = [row + [""] * (width - len(row)) for row in rows] + [[""] * width for _ in range(height - len(rows))]
    for (row, column), text in scan.faults.items():
        if row >= 0:
            wide[row][column] = text
    return wide


@dataclass(frozen=True)
class _Parsing:
    """Turns what the parser says of *path* into one line, panics included.

    A panic of the Rust parser arrives as ``pyo3_runtime.PanicException``, which is no `Exception` and cannot be imported.
    """

    path: Path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        import python_calamine as calamine

        if kind is None or issubclass(kind, FangkongError):
            return
        if issubclass(kind, calamine.PasswordError):
            raise BadInput("工作簿加了密码", where=self.path.name, mend="取消密码后重新报送") from error
        if issubclass(kind, calamine.CalamineError | OSError | ValueError | OverflowError) or (
                kind.__name__ == "PanicException"):
            raise BadInput("文件不完整或已损坏", where=self.path.name,
                           mend="用 Excel 或 WPS 打开后另存为 xlsx，重新报送") from error
