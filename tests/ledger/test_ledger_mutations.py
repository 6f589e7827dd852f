"""Whatever is done to a good book, it is read and listed or refused in one line, and the counts add up.

Cells, headers, rows, columns, sheets, merges and types are changed in the book; bytes in the files, and in the XML
inside of a whole zip, where a checksum does not save the reader.
"""

import importlib.util
import io
import random
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangkong_lab.errors import FangkongError
from fangkong_lab.ledger.delivery import ROW, Delivery
from fangkong_lab.ledger.problem import Gravity
from fangkong_lab.ledger.read import read_delivery
from fangkong_lab.ledger.tables import TABLES

QUICK, HEAVY = 75, 5000
SMALL = ("单位", "岗位", "权力事项", "任职", "环节", "签批", "流程图", "监督执纪统计", "预警事件", "款项追缴")


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"mutated_{name}", Path(__file__).parents[1] / "broken" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


good = _load("good")


def listed_or_refused(path: Path) -> Delivery | None:
    """The property: a delivery whose counts add up and whose problems can be said, or one clear line."""
    try:
        delivery = read_delivery(path)
    except FangkongError as refusal:
        error = refusal
    else:
        _adds_up(delivery)
        return delivery
    assert "\n" not in str(error)
    assert error.mend
    return None


def _adds_up(delivery: Delivery) -> None:
    """Every row has its own number, every refusal a row that was read; frames have the declared types."""
    refused = delivery.refused_rows()
    rows = {sheet.name: set(sheet.frame[ROW]) for sheet in delivery.sheets}
    assert all(sheet.frame[ROW].is_unique for sheet in delivery.sheets)
    accepted = sum(len(set(s.frame[ROW]) - refused[s.name]) for s in delivery.sheets)
    held = sum(len(set(s.frame[ROW]) & refused[s.name]) for s in delivery.sheets)
    assert accepted + held == delivery.rows_read
    for problem in delivery.problems:
        assert problem.why
        assert problem.mend
        if problem.gravity is Gravity.REFUSED and problem.row:
            assert problem.row in rows[problem.sheet], problem
    for sheet in delivery.sheets:
        assert list(sheet.frame.columns) == [*TABLES[sheet.table].names, ROW]
        assert {n: str(sheet.frame[n].dtype) for n in TABLES[sheet.table].names} == {
            c.name: c.dtype for c in TABLES[sheet.table].columns}


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["", " ", "\u3000", "是", "#REF!", "#N/A", "2016.09", "2016年9月", "30万元", "1,200", "3000元", "高", "P001", "U001",
                     "空缺", "秘密", "核查中", "合计", "示例", "-", "1e999", "0", "标记", "人员代号", "11010119900307109X", "A>B>C", "、;"]),
    st.integers(-10**18, 10**18),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(9999, 12, 31)),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 31)),
    st.times(),
    st.none(),
)
PLACE = st.integers(0, 40)


def _apply(book, kind: str, a: int, b: int, cell: object) -> None:
    """Change *book* by the mutation (kind, a, b, cell); numbers are places, taken modulo what is there."""
    names = list(book.sheets)
    if not names:
        return
    name = names[a % len(names)]
    rows = book.sheets[name]
    width = max(map(len, rows), default=0)
    r, c = b % max(len(rows), 1), (a + b) % max(width, 1)
    changes: dict[str, Callable[[], object]] = {
        "cell": lambda: rows and c < len(rows[r]) and rows[r].__setitem__(c, cell),
        "header": lambda: rows and c < len(rows[0]) and rows[0].__setitem__(c, cell),
        "drop row": lambda: rows and rows.pop(r),
        "double row": lambda: rows and rows.insert(r, list(rows[r])),
        "drop column": lambda: [row.pop(c) for row in rows if c < len(row)],
        "double column": lambda: [row.append(row[c]) for row in rows if c < len(row)],
        "blank line": lambda: rows.insert(r, []),
        "title line": lambda: rows.insert(0, [cell]),
        "swap sheets": lambda: book.sheets.update({name: book.sheets[names[b % len(names)]]}),
        "drop sheet": lambda: book.sheets.pop(name),
        "rename sheet": lambda: book.sheets.update({f"{name}{b}": book.sheets.pop(name)}),
        "hide": lambda: book.hidden.append(name),
        "merge": lambda: book.merges.append((name, f"{chr(65 + c % 26)}{r + 1}:{chr(65 + c % 26 + b % 3)}{r + 1 + a % 3}", cell)),
        "formula": lambda: rows and c < len(rows[r]) and rows[r].__setitem__(c, good.Formula("=1/0", "#DIV/0!")),
        "sender": lambda: book.notes.update({"填报单位编码": cell}),
        "no notes": lambda: book.notes.clear(),
    }
    changes[kind]()


KINDS = ("cell", "cell", "cell", "header", "drop row", "double row", "drop column", "double column", "blank line", "title line",
         "swap sheets", "drop sheet", "rename sheet", "hide", "merge", "formula", "sender", "no notes")
MUTATIONS = st.lists(st.tuples(st.sampled_from(KINDS), PLACE, PLACE, CELLS), min_size=1, max_size=6)


def _writable(cell: object) -> object:
    if isinstance(cell, float) and (cell != cell or cell in (float("inf"), float("-inf"))):
        return "nan"
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell)
    return cell.isoformat() if isinstance(cell, time) else cell


PARTS = (SMALL[:3], ("单位", "岗位", "任职"), ("流程图", "环节", "签批"), SMALL[-3:])


def _mutated_book(path: Path, part: tuple[str, ...], mutations: list[tuple[str, int, int, object]]) -> None:
    book = good.good_book()
    book.sheets = {name: book.sheets[name] for name in part}
    for kind, a, b, cell in mutations:
        _apply(book, kind, a, b, _writable(cell))
    book.merges = [] if len(book.merges) > 1 else book.merges
    good.write_book(book, path)
    listed_or_refused(path)


@settings(max_examples=QUICK, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PARTS), MUTATIONS)
def test_any_change_of_cells_headers_rows_and_sheets_is_listed(tmp_path_factory, part, mutations) -> None:
    _mutated_book(tmp_path_factory.getbasetemp() / "变.xlsx", part, mutations)


@pytest.mark.heavy
@settings(max_examples=HEAVY, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PARTS), MUTATIONS)
def test_five_thousand_changes_of_cells_headers_rows_and_sheets(tmp_path_factory, part, mutations) -> None:
    _mutated_book(tmp_path_factory.getbasetemp() / "变多.xlsx", part, mutations)


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> dict[str, bytes]:
    """The same small tables in each format, written by other programs than the one under test."""
    folder = tmp_path_factory.mktemp("originals")
    book = good.good_book()
    book.sheets = {name: book.sheets[name] for name in SMALL}
    posts = book.sheets["岗位"]
    old = xlwt.Workbook()
    page = old.add_sheet("岗位")
    for r, row in enumerate(posts):
        for c, cell in enumerate(row):
            page.write(r, c, cell)
    memory = io.BytesIO()
    old.save(memory)
    pd.DataFrame(posts[1:], columns=posts[0]).to_parquet(folder / "岗位.parquet")
    text = "\r\n".join(",".join(map(str, row)) for row in posts)
    return {
        "岗位.xlsx": good.write_book(book, folder / "a.xlsx").read_bytes(),
        "岗位.xls": memory.getvalue(),
        "岗位.parquet": (folder / "岗位.parquet").read_bytes(),
        "岗位.csv": text.encode("gb18030"),
        "岗位2.csv": b"\xef\xbb\xbf" + text.encode("utf-8"),
    }


def _spoiled_bytes(data: bytes, chance: random.Random) -> bytes:
    """Flip, cut out, double or insert a few bytes, or cut the end off."""
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(spoiled))
        length = chance.choice((1, 1, 2, 4, 64, 512))
        kind = chance.randrange(5)
        if kind <= 1:
            spoiled[at] = chance.choice((0, 255, chance.randrange(256)))
        elif kind == 2:
            del spoiled[at:at + length]
        elif kind == 3:
            spoiled[at:at] = spoiled[at:at + length]
        elif chance.random() < 0.2:
            del spoiled[at:]
        if not spoiled:
            return b"\x00"
    return bytes(spoiled)


def _spoiled_inside(data: bytes, chance: random.Random) -> bytes:
    """Spoil one entry of a zip and pack it again, so that checksums are right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    spoiled = chance.choice([n for n in sorted(parts) if n.startswith("xl/") and len(parts[n])])
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, _spoiled_bytes(content, chance) if name == spoiled else content)
    return memory.getvalue()


def _spoil_files(originals: dict[str, bytes], folder: Path, seeds: range) -> None:
    names = sorted(originals)
    for seed in seeds:
        chance = random.Random(seed)
        name = names[seed % len(names)]
        inside = name.endswith(".xlsx") and seed % 2 == 0
        path = folder / name
        path.write_bytes((_spoiled_inside if inside else _spoiled_bytes)(originals[name], chance))
        try:
            listed_or_refused(path)
        except BaseException as error:
            error.add_note(f"seed {seed}, {name}")
            raise


def test_any_change_of_bytes_is_listed_or_refused(originals, tmp_path: Path) -> None:
    _spoil_files(originals, tmp_path, range(QUICK * 2))


@pytest.mark.heavy
def test_five_thousand_changes_of_bytes(originals, tmp_path: Path) -> None:
    _spoil_files(originals, tmp_path, range(HEAVY))
