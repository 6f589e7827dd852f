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
        if row["design"] != "synthetic":  # the only one without an interval
            assert row["covered"] >= 0.93, row


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["size", "size_series"])
def test_every_row_is_measured_on_the_code_as_it_is(name):
    """Comments and docstrings apart: `python benchmarks/NAME.py --full --resume benchmarks/NAME.jsonl` measures what is stale anew."""
    bench, rows = measured(name)
    now = {design: bench.code_of(design) for design in bench.CASES}
    stale = sorted({row["design"] for row in rows if row["code"] != now[row["design"]]})
    assert stale == []


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
    other = ({"design": "分批", "code": "b"}, cell)
    ROWS.measure([other], path)
    assert len(runs) == 2
    ROWS.measure([other], path)
    assert len(runs) == 2
    path.write_bytes(path.read_bytes()[:-1])  # all written but the line feed
    assert [r["code"] for r in ROWS.read_rows(path)] == ["a", "b"]
    for _ in range(2):
        ROWS.measure([({"design": "x", "code": "c"}, cell)], path)
    assert len(runs) == 3
    assert [r["code"] for r in ROWS.read_rows(path)] == ["a", "b", "c"]


@pytest.mark.parametrize("tail", [b'{"design": "cut', '{"design": "分'.encode()[:-1]], ids=["in a word", "in a character"])
def test_the_first_row_after_an_interruption_is_not_lost(tmp_path, tail):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"code": "a"}\n' + tail)
    ROWS.measure([({"code": "b"}, dict)], path)
    assert path.read_bytes() == b'{"code": "a"}\n{"code": "b"}\n'


def test_a_broken_line_in_the_middle_is_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"code": "a"}\n{"code": \n{"code": "b"}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"rows\.jsonl, line 2"):
        ROWS.read_rows(path)
    with pytest.raises(ValueError, match="line 2"):
        ROWS.measure([({"code": "c"}, dict)], path)


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
