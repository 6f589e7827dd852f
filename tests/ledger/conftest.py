"""Books as units send them, written by XlsxWriter (not by the code under test)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
import xlsxwriter

Sheets = Mapping[str, Sequence[Sequence[object]]]


@pytest.fixture(scope="session")
def write_xlsx() -> Callable[[Path, Sheets], Path]:
    """A function (path, sheet name → rows, header first) that writes a workbook and returns its path."""

    def write(path: Path, sheets: Sheets) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            for name, rows in sheets.items():
                page = book.add_worksheet(name)
                for number, row in enumerate(rows):
                    page.write_row(number, 0, row)
        return path

    return write


UNIT_HEAD = ["单位编码", "单位名称", "上级单位编码", "单位类别"]
POST_HEAD = ["岗位编码", "单位编码", "岗位名称", "上级岗位编码"]


@pytest.fixture(scope="session")
def county() -> Sheets:
    """Unit U1 with three posts, of which P2 and P3 report to P1: nothing wrong with it."""
    return {
        "单位": [UNIT_HEAD, ["U1", "县交通局", "", "党政机关"]],
        "岗位": [POST_HEAD, ["P1", "U1", "局长", ""], ["P2", "U1", "股长", "P1"], ["P3", "U1", "科员", "P1"]],
    }
