"""The golden county against the witness, which tries all coalitions of its eight persons."""

from __future__ import annotations

from itertools import chain, combinations
from pathlib import Path

import pytest

from fangkong_lab.examples.golden import GOLDEN, GOLDEN_DAY, golden_county

INFLUENCES = ("none", "direct", "full")


@pytest.fixture(scope="module")
def golden(witness_of):
    return witness_of(golden_county().tables, GOLDEN_DAY)


def coalitions(people):
    return chain.from_iterable(combinations(people, n) for n in range(len(people) + 1))


def test_ten_items_and_eight_persons():
    tables = golden_county().tables
    assert len(tables["power_items"]) == len(GOLDEN) == 10
    assert tables["persons"].person_id.tolist() == [f"P{k}" for k in range(1, 9)]


@pytest.mark.parametrize("item", [i for i, w in GOLDEN.items() if w.thresholds])
@pytest.mark.parametrize("influence", INFLUENCES)
def test_kappa_on_paper_is_what_all_coalitions_give(golden, item, influence):
    assert golden.kappa_is(item, influence, *getattr(GOLDEN[item].thresholds, influence))


@pytest.mark.parametrize("item", [i for i, w in GOLDEN.items() if w.thresholds])
def test_kappa_whole_counts_what_comes_after_the_money(golden, item):
    chart = golden.chart(item)
    chart.last = dict.fromkeys(chart.last, 10**6)
    for influence in INFLUENCES:
        found = {golden._kappa(chart, world, influence, 5) for world in golden.worlds(chart)}
        assert (min(found), max(found)) == getattr(GOLDEN[item].whole, influence)


@pytest.mark.parametrize("item", GOLDEN)
def test_eta_and_smallest_coalitions(golden, item):
    chart, worked = golden.chart(item), GOLDEN[item]
    (*_, world) = golden.worlds(chart)
    people = sorted(golden.people) + (["新人"] if item == "S09" else [])
    blocked = [len(c) for c in coalitions(people) if not golden.captures(chart, world, set(people) - set(c), "none")]
    assert (None if min(blocked) == 0 else min(blocked)) == worked.eta
    for influence, smallest in (("none", worked.smallest), ("direct", worked.smallest_direct)):
        sets = [c for c in coalitions(sorted(golden.people))
                if all(golden.captures(chart, w, set(c), influence) for w in golden.worlds(chart))]
        least = min((len(c) for c in sets), default=0)
        assert tuple("、".join(c) for c in sets if len(c) == least) == smallest


@pytest.mark.parametrize("item", [i for i, w in GOLDEN.items() if w.thresholds])
def test_idle_checks(golden, item):
    assert tuple(golden.idle(item)) == GOLDEN[item].idle


def test_the_stuck_item_cannot_be_done_even_by_everybody(golden):
    chart = golden.chart("S10")
    assert GOLDEN["S10"].thresholds is None
    assert not golden.captures(chart, golden.world, golden.people, "full")


def test_the_page_says_what_the_code_says():
    page = (Path(__file__).parents[2] / "docs" / "golden_county.md").read_text(encoding="utf-8")
    answers = page.split("## 三、答案")[1].split("## 四")[0]
    rows = {cells[0]: cells[1:] for line in answers.splitlines() if line.startswith("| S")
            for cells in [[c.strip() for c in line.strip("|").split("|")]]}
    assert set(rows) == set(GOLDEN)
    for item, worked in GOLDEN.items():
        spans = [getattr(worked.thresholds, i) for i in INFLUENCES] if worked.thresholds else [None] * 3
        shown = ["—" if s is None else str(s[0]) if s[0] == s[1] else f"{s[0]}~{s[1]}" for s in spans]
        idle = "、".join(f"{step}.{sign}" for step, sign in worked.idle) or "—"
        assert rows[item] == [*shown, str(worked.eta or "—"), idle, str(worked.verdict), str(worked.verdict_direct)]
