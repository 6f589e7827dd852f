"""The declarations hang together, and the pages drawn from them are current."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.amounts import Figure, read_number
from fangkong_lab.ledger.cells import read_cell
from fangkong_lab.ledger.columns import Column, ColumnType, PrivacyClass, Table
from fangkong_lab.ledger.fault import Fault
from fangkong_lab.ledger.schema import ledger_schema
from fangkong_lab.ledger.tables import TABLES, table_named

ROOT = Path(__file__).parents[2]
COLUMNS = [(t, c) for t in TABLES.values() for c in t.columns]


def test_tables_stand_in_the_order_of_their_tiers() -> None:
    tiers = [t.tier for t in TABLES.values()]
    assert tiers == sorted(tiers, key=list(Tier).index)
    assert [sum(t is tier for t in tiers) for tier in Tier] == [7, 15, 8]


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda t: t.name)
def test_table_is_whole(table: Table) -> None:
    assert len(set(table.names)) == len({c.label for c in table.columns}) == len(table.columns)
    assert set(table.key) <= set(table.names)
    assert table.column(table.key[0]).required
    assert {name for o in table.orders for name in (o.earlier, o.later)} <= set(table.names)
    for reference in table.all_references:
        assert len(reference.columns) == len(TABLES[reference.table].key)
        assert set(reference.columns) <= set(table.names)


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda x: getattr(x, "name", ""))
def test_column_says_what_it_is_and_its_example_is_read(table: Table, column: Column) -> None:
    assert column.doc
    assert column.rule
    assert column.example or not column.required
    if column.example:
        assert not isinstance(read_cell(column, column.example), Fault)


def test_whatever_names_a_person_is_for_the_discipline_side_only() -> None:
    persons = [c for _, c in COLUMNS if c.type is ColumnType.PERSON]
    assert {c.name for c in persons} == {"person_id", "verifier", "decided_by"}
    assert {c.privacy for c in persons} == {PrivacyClass.PERSON}


def test_tables_are_found_by_both_names() -> None:
    assert table_named("岗位") is table_named("posts") is TABLES["posts"]
    with pytest.raises(WrongCall, match="风险点"):
        table_named("风险")


def test_generated_pages_are_current() -> None:
    """docs/data_dictionary.md and docs/schema/ledger.schema.json say what the declarations say."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "make_dictionary.py", "--check"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_schema_takes_a_ledger_and_refuses_a_wrong_one() -> None:
    schema = json.loads((ROOT / "docs" / "schema" / "ledger.schema.json").read_text(encoding="utf-8"))
    assert schema == json.loads(json.dumps(ledger_schema()))
    check = jsonschema.Draft202012Validator(schema)
    check.check_schema(schema)
    unit = {"unit_id": "U1", "name": "县交通局", "kind": "党政机关", "headcount": None}
    assert check.is_valid({"units": [unit]})
    assert not check.is_valid({"units": [unit | {"kind": "机关"}]})
    assert not check.is_valid({"units": [{"unit_id": "U1"}]})
    assert not check.is_valid({"posts": [{"post_id": "P1", "unit_id": "U1", "title": "局长", "in_charge_of": "财务、后勤"}]})


MONEY = TABLES["contracts"].column("price")
COUNT = TABLES["units"].column("headcount")


@pytest.mark.parametrize(("typed", "wan"), [
    ("30万元", 30), ("1,200", 1200), ("3000元", 0.3), ("1.2亿元", 12000), ("1,234,567.5元", 123.45675), ("8万", 8), (46.8, 46.8),
    ("5千元", 0.5), (".5", 0.5), ("+7", 7),
])
def test_amounts_come_back_in_wan(typed: object, wan: float) -> None:
    """By hand: 1 万元 = 10,000 元, 1 亿元 = 10,000 万元."""
    read = read_number(MONEY, typed)
    assert isinstance(read, Figure)
    assert read.value == pytest.approx(wan, abs=1e-12)


@pytest.mark.parametrize("typed", ["30 美元", "1,20", "12,3456", "约30万元", "三十", "1e5", "--", "30%", "-1", "1.2.3", "∞"])
def test_what_is_no_amount_is_a_fault(typed: str) -> None:
    assert isinstance(read_number(MONEY, typed.replace(" ", "")), Fault)


def test_a_count_takes_its_own_unit_only() -> None:
    assert read_number(COUNT, "12人") == Figure(12)
    assert isinstance(read_number(COUNT, "12件"), Fault)
