"""The whole way from a spoiled file to the store and the returned workbook: never a traceback, and every row counted once.

The spoiling is that of test_ledger_mutations.py, which tries the reading alone.
"""

import importlib.util
import random
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.ledger.frames import tables
from fangkong_lab.ledger.journal import Result, broken_entry, entries
from fangkong_lab.ledger.layout import layout_of
from fangkong_lab.ledger.outcome import Outcome
from fangkong_lab.ledger.store import open_store
from fangkong_lab.ledger.tables import TABLES
from fangkong_lab.workspace import Workspace, read_workspace


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("spoiling", Path(__file__).with_name("test_ledger_mutations.py"))
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


spoiling = _load()


# Examples are small and each takes half a second: shrinking them would take minutes.
_PLAIN = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=(Phase.generate,))


def _import_and_check(workspace: Workspace, path: Path, good_rows: bool) -> Outcome:
    outcome, = import_books(workspace, Request((path,), good_rows=good_rows))
    counts = outcome.counts
    assert counts.accepted + counts.refused + counts.held_back == counts.read
    if outcome.result is Result.REFUSED:
        assert outcome.problems
        assert counts.accepted == 0
    if outcome.result is Result.UNREADABLE:
        assert outcome.sentence
    if outcome.problems and outcome.result in (Result.REFUSED, Result.STORED, Result.PARTLY):
        listed = openpyxl.load_workbook(outcome.returned)["问题清单"]
        rows = list(listed.iter_rows(min_row=7, values_only=True))
        assert len(rows) == len(outcome.problems) + len(outcome.held)
    return outcome


def _check_store(workspace: Workspace, outcomes: list[Outcome]) -> None:
    """The store holds what was taken last of each book, and the journal has every attempt."""
    last = {(o.sender, o.book): o.counts.accepted for o in outcomes if o.result in (Result.STORED, Result.PARTLY, Result.UNCHANGED)}
    assert sum(map(len, tables(workspace).values())) == sum(last.values())
    with open_store(workspace.store_path, layout_of(TABLES), write=False) as store:
        found = entries(store)
    assert [e.counts for e in found] == [o.counts for o in outcomes]
    assert broken_entry(found) is None


def _spoiled_cells(first: list, second: list, good_rows: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "fangkong.toml").write_text("as_of = 2016-12-31\n", encoding="utf-8")
        workspace = read_workspace(root)
        outcomes = []
        for mutations in ([], first, second):
            book = spoiling.good.good_book()
            if mutations:
                book.sheets = {name: book.sheets[name] for name in spoiling.SMALL}
            for kind, a, b, cell in mutations:
                spoiling._apply(book, kind, a, b, spoiling._writable(cell))
            book.merges = [] if len(book.merges) > 1 else book.merges
            outcomes.append(_import_and_check(workspace, spoiling.good.write_book(book, root / "台账.xlsx"), good_rows))
        assert outcomes[0].result is Result.STORED
        _check_store(workspace, outcomes)


@settings(_PLAIN, max_examples=5)
@given(spoiling.MUTATIONS, spoiling.MUTATIONS, st.booleans())
def test_a_spoiled_book_is_stored_or_sent_back(first: list, second: list, good_rows: bool) -> None:
    _spoiled_cells(first, second, good_rows)


@pytest.mark.heavy
@settings(_PLAIN, max_examples=300)
@given(spoiling.MUTATIONS, spoiling.MUTATIONS, st.booleans())
def test_three_hundred_spoiled_books_are_stored_or_sent_back(first: list, second: list, good_rows: bool) -> None:
    _spoiled_cells(first, second, good_rows)


originals = spoiling.originals


def _spoiled_files(workspace: Workspace, files: dict[str, bytes], seeds: range) -> None:
    outcomes = []
    for seed in seeds:
        chance = random.Random(10**6 + seed)
        name = sorted(files)[seed % len(files)]
        spoil = spoiling._spoiled_inside if name.endswith(".xlsx") and seed % 2 else spoiling._spoiled_bytes
        path = workspace.root / name
        path.write_bytes(spoil(files[name], chance))
        outcomes.append(_import_and_check(workspace, path, good_rows=chance.random() < 0.5))
    _check_store(workspace, outcomes)


def test_spoiled_bytes_are_stored_or_sent_back(workspace: Workspace, originals: dict[str, bytes]) -> None:
    _spoiled_files(workspace, originals, range(10))


@pytest.mark.heavy
def test_a_thousand_spoiled_files_are_stored_or_sent_back(workspace: Workspace, originals: dict[str, bytes]) -> None:
    _spoiled_files(workspace, originals, range(1000))
