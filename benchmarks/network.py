"""How fast the network kernel is, beside CP-SAT, combinations and a Python-int bitset search, in one run.

    python benchmarks/network.py [--items 490000] [--nation FOLDER] [--sample 60] [--threads 2]

Makes a synthetic nation of --items items in a temporary folder (12000000 for the whole nation; or takes the Parquet
tables of FOLDER), judges it from Parquet to Parquet in a process of its own, twice: with an empty JIT cache and with a
warm one; then runs the kernel alone on arrays in memory, the peers on a sample of items, and five times `fangkong
network` on a county's workbook, each in a new process. Prints one JSON object; `goals` says which goals the figures
meet, those of the nation taken in proportion where fewer items were judged. All peers must give the kernel's κ; a peer
that is not installed is named as missing (CP-SAT: pip install "fangkong-lab[bench]"). `load` is the machine's load
average: with other work on it wall times are too long, `cpu` seconds less so.

The peers get less to do than the kernel: κ direct only, of items without unknown posts, already in local form; the
kernel, timed on the same kind of items, reads them and finds κ at all three levels. Both in CPU time on one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.nation import write_nation
from fangkong_lab.examples.write import write_county
from fangkong_lab.network.arrays_tables import Coded
from fangkong_lab.network.kernel import Tasks, solve
from fangkong_lab.network.kernel_answer import ASK_ALL, ASK_KAPPA
from fangkong_lab.network.kernel_completion import openness
from fangkong_lab.network.kernel_item import RULE_ALL, RULE_AT_LEAST, RULE_MAJORITY
from fangkong_lab.network.national import cuts_of, read_cut, sources_of

AS_OF = date(2016, 12, 31)
NATION = 12_000_000
DIRECT = 1

_JUDGE = """
import json, resource, sys, time
from datetime import date
from pathlib import Path
begun, used = time.perf_counter(), time.process_time()
from fangkong_lab.network.national import National, judge_nation
tally = judge_nation(Path(sys.argv[1]), Path(sys.argv[2]), National(date(2016, 12, 31), threads=int(sys.argv[3])))
print("RESULT", json.dumps({"wall_s": round(time.perf_counter() - begun, 2), "cpu_s": round(time.process_time() - used, 2),
      "rss_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2), "items": tally.items,
      "distinct_flow_x_min_persons": tally.flows, "status": tally.status, "kappa_high": tally.kappa}))
"""


@dataclass(frozen=True)
class Local:
    """One item in local form: *routes* of (eligible word, need, independent, step), *pairs*, *least*, and per candidate
    the word he is and the word he reaches directly."""

    routes: list[list[tuple[int, int, bool, int]]]
    pairs: list[tuple[int, int]]
    least: int
    own: list[int]
    reach: list[int]


def local_form(coded: Coded, task: int) -> Local:
    """Return an item of the columnar network in local form, by plain Python."""
    net, flow = coded.net, int(coded.flow[task])
    row, after = net.flow[flow], net.flow[flow + 1]
    number: dict[int, int] = {}

    def word(post: int) -> int:
        held = net.holder[net.held[post]:net.held[post + 1]].tolist()
        return sum(1 << number.setdefault(p, len(number)) for p in held)

    signs = []
    for place in range(row["signs"], after["signs"]):
        sign = net.sign[place]
        words = [word(p) for p in net.listed[sign["posts"]:net.sign[place + 1]["posts"]].tolist()]
        union = int(np.bitwise_or.reduce(words)) if words else 0
        need = {RULE_AT_LEAST: int(sign["need"]), RULE_MAJORITY: union.bit_count() // 2 + 1}.get(int(sign["rule"]), 1)
        for each in words if sign["rule"] == RULE_ALL else [union]:
            signs.append((each, need, bool(sign["own"]), int(sign["step"]), int(sign["before"])))
    routes = [[s[:4] for s in signs if s[4] >> r & 1] for r in range(int(row["routes"]))]
    pairs = [(int(p["a"]), int(p["b"])) for p in net.pair[row["pairs"]:after["pairs"]]]
    return Local(routes, pairs, int(coded.least[task]), *_powers(net, number))


def _powers(net: object, number: dict[int, int]) -> tuple[list[int], list[int]]:
    own = {p: 1 << i for p, i in number.items()}
    reach = dict(own)
    for person, bit in list(own.items()):
        at = net.person[person]  # type: ignore[attr-defined]
        for boss in net.boss[at["bosses"]:at["near"]].tolist():  # type: ignore[attr-defined]
            reach[boss] = reach.get(boss, 0) | bit
    people = sorted(reach)
    return [own.get(p, 0) for p in people], [reach[p] for p in people]


def _signs(route: list[tuple[int, int, bool, int]], item: Local, own: int, able: int) -> bool:
    """Say whether signers can be found on *route*, trying assignments where persons must differ."""
    if any((mask & (own if alone else able)).bit_count() < need for mask, need, alone, _ in route):
        return False
    if not item.pairs and item.least <= 1:
        return bool(route)
    return _assign(route, item, (own, able), 0, {}, 0)


def _assign(route: list[tuple[int, int, bool, int]], item: Local, words: tuple[int, int], at: int, steps: dict[int, int],
            used: int) -> bool:
    if at == len(route):
        return used.bit_count() >= max(item.least, 1)
    mask, need, alone, step = route[at]
    pool = mask & (words[0] if alone else words[1])
    for a, b in item.pairs:
        pool &= ~steps.get(b if step == a else a if step == b else -1, 0)
    bits = [1 << i for i in range(pool.bit_length()) if pool >> i & 1]
    for chosen in combinations(bits, need):
        word = sum(chosen)
        if _assign(route, item, words, at + 1, {**steps, step: steps.get(step, 0) | word}, used | word):
            return True
    return False


def by_combinations(item: Local) -> int:
    """κ direct by trying coalitions as sets of candidates, smallest first."""
    people = range(len(item.own))
    owns = [{i for i in range(64) if w >> i & 1} for w in item.own]
    reaches = [{i for i in range(64) if w >> i & 1} for w in item.reach]
    for size in range(1, len(people) + 1):
        for chosen in combinations(people, size):
            own = set().union(*(owns[c] for c in chosen))
            able = set().union(*(reaches[c] for c in chosen))
            words = sum(1 << i for i in own), sum(1 << i for i in able)
            if any(_signs(route, item, *words) for route in item.routes):
                return size
    return 0


def by_bitset(item: Local) -> int:
    """κ direct by trying coalitions as Python ints; those who bring no more than another are left out."""
    powers = sorted({(r, o) for r, o in zip(item.reach, item.own, strict=True)}, key=lambda p: -p[0].bit_count())
    independent = any(s[2] for route in item.routes for s in route)
    kept: list[tuple[int, int]] = []
    for reach, own in powers:
        if not any(reach | r == r and (not independent or own | o == o) for r, o in kept):
            kept.append((reach, own))
    for size in range(1, len(kept) + 1):
        for chosen in combinations(kept, size):
            own = able = 0
            for reach, mine in chosen:
                able |= reach
                own |= mine
            if any(_signs(route, item, own, able) for route in item.routes):
                return size
    return 0


def by_cp_sat(item: Local) -> int:
    """κ direct by one CP-SAT model (one worker, so that cores compare)."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    member = [model.new_bool_var("") for _ in item.own]
    taken = [model.new_bool_var("") for _ in item.routes]
    model.add_exactly_one(taken)
    for route, on in zip(item.routes, taken, strict=True):
        _post_route(model, item, (route, on), member)
    model.minimize(sum(member))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    return round(solver.objective_value) if status == cp_model.OPTIMAL else 0


def _post_route(model: object, item: Local, way: tuple[list[tuple[int, int, bool, int]], object], member: list[object]) -> None:
    route, on = way
    if not route:
        model.add(on == 0)  # type: ignore[attr-defined]
        return
    by_step: dict[int, dict[int, list[object]]] = {}
    signed: dict[int, list[object]] = {}
    for mask, need, alone, step in route:
        signs = {i: model.new_bool_var("") for i in range(64) if mask >> i & 1}  # type: ignore[attr-defined]
        model.add(sum(signs.values()) == need).only_enforce_if(on)  # type: ignore[attr-defined]
        for i, var in signs.items():
            powers = item.own if alone else item.reach
            able = [m for m, word in zip(member, powers, strict=True) if word >> i & 1]
            model.add_bool_or([*able, var.negated()]).only_enforce_if(on)  # type: ignore[attr-defined]
            by_step.setdefault(step, {}).setdefault(i, []).append(var)
            signed.setdefault(i, []).append(var)
    for a, b in item.pairs:
        for i in by_step.get(a, {}).keys() & by_step.get(b, {}).keys():
            for one in by_step[a][i]:
                for other in by_step[b][i]:
                    model.add_bool_or([one.negated(), other.negated()]).only_enforce_if(on)  # type: ignore[attr-defined]
    if item.least > 1:
        seen = {i: model.new_bool_var("") for i in signed}  # type: ignore[attr-defined]
        for i, var in seen.items():
            model.add_bool_or([*signed[i], var.negated()])  # type: ignore[attr-defined]
        model.add(sum(seen.values()) >= item.least).only_enforce_if(on)  # type: ignore[attr-defined]


PEERS: dict[str, Callable[[Local], int]] = {"cp_sat": by_cp_sat, "combinations": by_combinations, "python_int_bitset": by_bitset}
GOALS = {"cp_sat": 500, "combinations": 300, "python_int_bitset": 20}


def peers(coded: Coded, sample: int) -> dict[str, object]:
    """Return per peer its time per item, how many times the kernel's that is, and that all answers agree."""
    net, opened = coded.net, coded.offices.openings
    plain = np.flatnonzero(openness(net, opened)[coded.flow] == 0)
    begun = time.process_time()
    solve(net, opened, Tasks(coded.flow[plain], coded.least[plain], DIRECT, ASK_KAPPA))
    kernel = (time.process_time() - begun) / len(plain) * 1e6
    tasks = np.random.Generator(np.random.Philox(key=1)).choice(plain, sample, replace=False)
    table, _ = solve(net, opened, Tasks(coded.flow[tasks], coded.least[tasks], DIRECT, ASK_KAPPA))
    wanted = table["kappa"][:, DIRECT, 0].tolist()
    items = [local_form(coded, int(task)) for task in tasks]
    found: dict[str, object] = {"kernel_cpu_us_per_item_for_three_kappas": round(kernel, 2)}
    for name, solver in PEERS.items():
        found[name] = _raced(name, solver, (items, wanted), kernel)
    return found


def _raced(name: str, solver: Callable[[Local], int], task: tuple[list[Local], list[int]], kernel: float) -> object:
    items, wanted = task
    begun = time.process_time()
    try:
        answers = [solver(item) for item in items]
    except ModuleNotFoundError as missing:
        return f"MISSING: {missing.name} is not installed"
    each = (time.process_time() - begun) / len(items) * 1e6
    if answers != wanted:
        raise SystemExit(f"{name} disagrees with the kernel: {[(a, w) for a, w in zip(answers, wanted, strict=True) if a != w]}")
    return {"cpu_us_per_item": round(each, 1), "times_slower": round(each / kernel), "goal": GOALS[name], "same_answers": len(items)}


def kernel_alone(folder: Path, threads: int, most_cuts: int) -> tuple[dict[str, object], Coded]:
    """Return the kernel's time on arrays in memory (reading not counted), and one cut for the peers."""
    sources = sources_of(folder)
    found: dict[str, object] = {"items": 0, "threads": threads}
    first, items = None, 0
    spent = dict.fromkeys(("kappa_wall", "kappa_cpu", "all_wall", "all_cpu"), 0.0)
    for cut in cuts_of(sources)[:most_cuts]:
        coded = read_cut(sources, cut, AS_OF)
        first = first or coded
        items += coded.items.num_rows
        for name, ask in (("kappa", ASK_KAPPA), ("all", ASK_ALL)):
            wall, cpu = time.perf_counter(), time.process_time()
            solve(coded.net, coded.offices.openings, Tasks(coded.flow, coded.least, DIRECT, ask), threads)
            spent[f"{name}_wall"] += time.perf_counter() - wall
            spent[f"{name}_cpu"] += time.process_time() - cpu
    assert first is not None
    found["items"] = items
    for name, seconds in spent.items():
        found[f"{name}_us_per_item"] = round(seconds / items * 1e6, 2)
        found[f"{name}_s_for_12_million"] = round(seconds / items * NATION, 1)
    return found, first


def judged(folder: Path, work: Path, threads: int) -> dict[str, object]:
    """Return the figures of one whole judgement from Parquet, with the JIT cache in *work*."""
    run = subprocess.run([sys.executable, "-c", _JUDGE, str(folder), str(work / "judged.parquet"), str(threads)], check=True,
                         capture_output=True, text=True, env={**os.environ, "NUMBA_CACHE_DIR": str(work / "jit")})
    return {**json.loads(run.stdout.split("RESULT", 1)[1]), "load": round(os.getloadavg()[0], 1)}


def county(work: Path, times: int = 5) -> dict[str, object]:
    """Return the best times of `fangkong network` from a county's workbook to JSON, each run in a new process."""
    (book,) = write_county(synthetic_county(), work / "county", one_book=True)
    call = [sys.executable, "-m", "fangkong_lab.cli.main", "network", str(book), "--as-of", AS_OF.isoformat(), "--json",
            str(work / "county.json")]
    walls, cpus = [], []
    for _ in range(times):
        begun, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(call, check=True, capture_output=True)
        now = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - begun)
        cpus.append(now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime)
    items = len(json.loads((work / "county.json").read_text(encoding="utf-8"))["items"])
    return {"items": items, "runs": times, "best_wall_s": round(min(walls), 2), "best_cpu_s": round(min(cpus), 2)}


def goals(report: dict[str, Any]) -> dict[str, bool]:
    """Return which of the stated goals the figures of *report* meet."""
    warm, raced = report["national_jit_warm"], report["peers_one_thread_cpu_time_kappa_direct_only"]
    share = warm["items"] / NATION
    met = {"nation_under_60_s": warm["wall_s"] < 60 * share, "nation_under_12_gb": warm["rss_gb"] < 12,
           "kernel_under_15_s": report["kernel_alone"]["kappa_wall_s_for_12_million"] < 15,
           "county_under_3_s": report["county"]["best_wall_s"] < 3}
    return met | {f"{name}_{goal}_times": isinstance(raced[name], dict) and raced[name]["times_slower"] >= goal
                  for name, goal in GOALS.items()}


def main() -> None:
    """Run everything and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--items", type=int, default=490_000)
    parser.add_argument("--nation", type=Path)
    parser.add_argument("--sample", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kernel-cuts", type=int, default=10, help="cuts of 49,000 items for the kernel alone")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = args.nation or work / "nation"
        if args.nation is None:
            write_nation(folder, args.items)
        report: dict[str, Any] = {"cores": os.cpu_count(), "national_jit_cold": judged(folder, work, args.threads),
                                     "national_jit_warm": judged(folder, work, args.threads)}
        kernel_alone(folder, args.threads, 1)
        report["kernel_alone"], coded = kernel_alone(folder, args.threads, args.kernel_cuts)
        report["peers_one_thread_cpu_time_kappa_direct_only"] = peers(coded, args.sample)
        report["county"] = county(work)
        report["load"] = round(os.getloadavg()[0], 1)
    report["goals"] = goals(report)
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
