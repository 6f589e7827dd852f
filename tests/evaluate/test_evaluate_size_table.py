"""The tables of docs/evaluation.md are those of the measured rows, and every cell keeps what is promised."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = (ROOT / "docs" / "evaluation.md").read_text(encoding="utf-8")


def script(name):
    sys.path.insert(0, str(ROOT / "benchmarks"))
    spec = importlib.util.spec_from_file_location(f"{name}_table", ROOT / "benchmarks" / f"{name}.py")
    made = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made


ROWS = script("measured_rows")


def measured(name):
    bench = script(name)
    return bench, bench.latest(ROWS.read_rows(ROOT / "benchmarks" / f"{name}.jsonl"))


@pytest.mark.parametrize("name", ["size", "size_series"])
def test_the_printed_table_is_the_measured_one(name):
    bench, rows = measured(name)
    assert bench.markdown(rows) in DOCS


def test_every_design_and_office_is_measured():
    bench, rows = measured("size")
    seen = {(r["design"], r["units"], r["treated"]) for r in rows}
    for name in bench.CASES:
        all_sizes = bench.ALL_TREATED if name.endswith("_all") else bench.SIZES
        offices = [s for s in all_sizes if not (name.startswith("permutation") and s[0] < 20)]  # there the design permutes of itself
        assert {(name, *s) for s in offices} <= seen
    series, more = measured("size_series")
    assert len(more) == sum(len(worlds) for _, worlds in series.CASES.values())


@pytest.mark.parametrize("name", ["size", "size_series"])
def test_every_cell_keeps_its_level_and_coverage(name):
    """2,000 placebo laws: at most 7 % are found; the intervals hold the planted effect in at least 93 %."""
    _, rows = measured(name)
    for row in rows:
        assert row["laws"] == 2_000
        if row["refused"] == row["laws"]:
            continue
        assert row.get("rejected", row.get("rejected_p")) <= 0.07, row
        assert row.get("covered", 1.0) >= 0.93, row


def test_a_cell_is_measured_once_and_kept(tmp_path):
    path, runs = tmp_path / "rows.jsonl", []

    def cell():
        runs.append(1)
        return {"value": 3}

    key = {"design": "x", "code": "a"}
    first = ROWS.measure([(key, cell)], path)
    path.write_text(path.read_text(encoding="utf-8") + '{"design": "cut', encoding="utf-8")  # interrupted while writing
    assert ROWS.measure([(key, cell)], path) == first == [{"design": "x", "code": "a", "value": 3}]
    assert len(runs) == 1
    ROWS.measure([({"design": "x", "code": "b"}, cell)], path)
    assert len(runs) == 2


def test_the_fingerprint_is_of_what_is_reckoned(monkeypatch, tmp_path):
    for name, text in (("one", "from fangkong_lab.evaluate.two import f\n"), ("two", '"""Says."""\nf = 1\n'), ("wording", "x = 1\n"), ("three", "y = 1\n")):
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.setattr(ROWS, "EVALUATE", tmp_path)
    before = ROWS.fingerprint("one")
    (tmp_path / "two.py").write_text('"""Says otherwise."""\nf = 1  # the same\n', encoding="utf-8")
    (tmp_path / "three.py").write_text("y = 2\n", encoding="utf-8")
    assert ROWS.fingerprint("one") == before
    (tmp_path / "two.py").write_text("f = 2\n", encoding="utf-8")
    assert ROWS.fingerprint("one") != before
