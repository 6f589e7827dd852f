"""Every broken book of tests/broken says what is wrong, where, in the words its sender must read; the good one nothing."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from fangkong_lab.ledger.delivery import ROW
from fangkong_lab.ledger.problem import Gravity
from fangkong_lab.ledger.read import read_delivery
from fangkong_lab.ledger.tables import TABLES

BROKEN = Path(__file__).parents[1] / "broken"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"broken_{name}", BROKEN / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


good, cases = load("good"), load("cases")


def test_there_is_one_broken_book_per_rule_and_at_least_sixty() -> None:
    names = [case.name for case in cases.CASES]
    assert len(names) == len(set(names)) >= 60


def test_the_good_book_fills_every_table_and_has_no_problem(tmp_path: Path) -> None:
    book = good.good_book()
    delivery = read_delivery(good.write_book(book, tmp_path / "好.xlsx"))
    assert delivery.problems == ()
    assert [s.table for s in delivery.sheets] == [t.name for label in book.sheets for t in TABLES.values() if t.label == label]
    assert {s.table for s in delivery.sheets} == set(TABLES)
    assert {s.name: len(s.frame) for s in delivery.sheets} == {label: len(rows) - 1 for label, rows in book.sheets.items()}


@pytest.mark.parametrize("case", cases.CASES, ids=lambda case: case.name)
def test_broken_book_is_named(case, tmp_path: Path) -> None:
    book = good.good_book()
    case.spoil(book)
    delivery = read_delivery(good.write_book(book, tmp_path / "台账.xlsx"))
    hits = [p for p in delivery.problems if p.code == case.code and (p.sheet, p.row) == case.at]
    assert hits, [p.sentence() for p in delivery.problems]
    for word in case.words:
        assert any(word in p.sentence() for p in hits), [p.sentence() for p in hits]
    assert {p.gravity for p in hits} == {Gravity.NOTICE if case.notice else Gravity.REFUSED}
    assert {p.code for p in delivery.problems} <= {case.code, *case.also}, [p.sentence() for p in delivery.problems]
    _refusals_stand_on_rows(delivery)


def _refusals_stand_on_rows(delivery) -> None:
    """A refused row must be a row that was read, or else counts would not add up."""
    rows = {s.name: set(s.frame[ROW].tolist()) for s in delivery.sheets}
    for name, refused in delivery.refused_rows().items():
        assert refused <= rows[name]
