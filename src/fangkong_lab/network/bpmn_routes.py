"""Routes through a BPMN process: which tasks a run passes, in an order of time, without going back."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fangkong_lab.errors import BadInput
from fangkong_lab.network.bpmn_model import TASKS, Arrow, Node, Process

MOST_ROUTES, MOST_WALKS = 64, 5000
_ALTERNATIVES = frozenset({"exclusiveGateway", "eventBasedGateway", "inclusiveGateway", "complexGateway"})


@dataclass(frozen=True)
class Run:
    """One way through: the *label* of the choices on it and the *tasks* it passes."""

    label: str
    tasks: frozenset[str]


@dataclass(frozen=True)
class Runs:
    """All ways through a process.

    *order* are the tasks on some run, in an order of time; *after* maps each to the tasks right before it; *back* are
    arrows that go back, *unreached* nodes on no run, *loose* arrows that name no node.
    """

    runs: tuple[Run, ...]
    order: tuple[str, ...]
    after: Mapping[str, tuple[str, ...]]
    back: tuple[Arrow, ...]
    unreached: tuple[str, ...]
    loose: tuple[Arrow, ...]


def runs_of(process: Process) -> Runs:
    """Return the ways through *process* (Runs).

    Exclusive, event-based, inclusive and complex gateways are chosen one arrow at a time: taking several arrows of an
    inclusive gateway only adds tasks, so that the fewest who can complete it are found all the same. All arrows of
    other nodes are followed. Arrows that go back are left out: going round again only adds. Raises `BadInput` above 64 ways.
    """
    loose = tuple(a for a in process.arrows if a.source not in process.nodes or a.target not in process.nodes)
    arrows = [a for a in process.arrows if a not in loose]
    starts = _starts(process, arrows)
    back = _back(process.nodes, arrows, starts)
    forward = [a for a in arrows if a not in back]
    ends = {n for n in process.nodes if not any(a.source == n for a in arrows)}
    alive = _reach(ends, [(a.target, a.source) for a in forward]) & _reach(starts, [(a.source, a.target) for a in forward])
    kept = [a for a in forward if a.source in alive and a.target in alive]
    order = _ordered(process.nodes, alive, kept)
    merged: dict[frozenset[str], str] = {}
    for number, (label, nodes) in enumerate(_walks(process.nodes, order, kept, [s for s in starts if s in alive])):
        merged.setdefault(frozenset(n for n in nodes if process.nodes[n].tag in TASKS), "/".join(label))
        if len(merged) > MOST_ROUTES or number > MOST_WALKS or len(label) > MOST_ROUTES:
            raise BadInput(f"流程有超过{MOST_ROUTES}条不同路径，无法逐条列出", where=process.name or process.process_id, mend="拆成几张流程图")
    passed = frozenset().union(*merged)
    steps = tuple(n for n in order if n in passed)
    runs = tuple(Run(label, tasks) for tasks, label in merged.items())
    unreached = tuple(n for n in process.nodes if n not in alive)
    return Runs(runs, steps, _before(process.nodes, steps, kept), tuple(back), unreached, loose)


def _starts(process: Process, arrows: Sequence[Arrow]) -> list[str]:
    marked = [n for n, node in process.nodes.items() if node.tag == "startEvent"]
    entered = {a.target for a in arrows}
    return marked or [n for n, node in process.nodes.items() if n not in entered and node.tag != "boundaryEvent"]


def _back(nodes: Mapping[str, Node], arrows: Sequence[Arrow], starts: Sequence[str]) -> list[Arrow]:
    """Arrows to a node that is still being walked: those that go back. Document order decides between walks."""
    leaving: dict[str, list[Arrow]] = {n: [a for a in arrows if a.source == n] for n in nodes}
    found: list[Arrow] = []
    state: dict[str, int] = {}
    for start in starts:
        waiting: list[tuple[str, Iterator[Arrow]]] = []
        if start not in state:
            state[start] = 1
            waiting.append((start, iter(leaving[start])))
        while waiting:
            node, rest = waiting[-1]
            arrow = next(rest, None)
            if arrow is None:
                state[node] = 2
                waiting.pop()
            elif state.get(arrow.target) == 1:
                found.append(arrow)
            elif arrow.target not in state:
                state[arrow.target] = 1
                waiting.append((arrow.target, iter(leaving[arrow.target])))
    return found


def _reach(starts: Sequence[str] | set[str], pairs: Sequence[tuple[str, str]]) -> set[str]:
    leaving: dict[str, list[str]] = {}
    for start, end in pairs:
        leaving.setdefault(start, []).append(end)
    seen, waiting = set(starts), sorted(starts)
    while waiting:
        for other in leaving.get(waiting.pop(), ()):
            if other not in seen:
                seen.add(other)
                waiting.append(other)
    return seen


def _ordered(nodes: Mapping[str, Node], alive: set[str], arrows: Sequence[Arrow]) -> list[str]:
    """Topological order; of nodes that may come next the one nearest to the start, then first in the file."""
    place = {n: k for k, n in enumerate(nodes)}
    missing = dict.fromkeys(alive, 0)
    for arrow in arrows:
        missing[arrow.target] += 1
    depth = dict.fromkeys(alive, 0)
    ready = [(0, place[n], n) for n in sorted(alive) if not missing[n]]
    heapq.heapify(ready)
    order = []
    while ready:
        _, _, node = heapq.heappop(ready)
        order.append(node)
        for arrow in (a for a in arrows if a.source == node):
            missing[arrow.target] -= 1
            depth[arrow.target] = max(depth[arrow.target], depth[node] + 1)
            if not missing[arrow.target]:
                heapq.heappush(ready, (depth[arrow.target], place[arrow.target], arrow.target))
    return order


def _walks(nodes: Mapping[str, Node], order: Sequence[str], arrows: Sequence[Arrow], starts: Sequence[str]) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
    """Give every walk as the labels of its choices and its nodes: node by node in order, branching where one arrow is chosen.

    A walk of more choices than there may be routes is given as it is then, unfinished: the caller refuses it.
    """
    leaving = {n: [a for a in arrows if a.source == n] for n in order}

    def go(at: int, active: frozenset[str], label: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], frozenset[str]]]:
        while at < len(order) and len(label) <= MOST_ROUTES:
            node = order[at]
            at += 1
            out = leaving[node] if node in active else []
            if len(out) > 1 and (nodes[node].tag in _ALTERNATIVES or all(a.condition for a in out)):
                for arrow in out:
                    yield from go(at, active | {arrow.target}, (*label, _named(nodes, leaving, arrow)))
                return
            active |= {a.target for a in out}
        yield label, active

    for start in starts:
        yield from go(0, frozenset({start}), (nodes[start].shown,) if len(starts) > 1 else ())


def _named(nodes: Mapping[str, Node], leaving: Mapping[str, Sequence[Arrow]], arrow: Arrow) -> str:
    """The arrow's own name, or the next task behind it."""
    if arrow.name:
        return arrow.name
    at = arrow.target
    while nodes[at].tag not in TASKS and len(leaving[at]) == 1:
        at = leaving[at][0].target
    return f"经{nodes[at].shown}" if nodes[at].tag in TASKS else "直接结束" if not leaving[at] else "继续"


def _before(nodes: Mapping[str, Node], steps: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, tuple[str, ...]]:
    entering: dict[str, list[str]] = {}
    for arrow in arrows:
        entering.setdefault(arrow.target, []).append(arrow.source)
    found = {}
    for step in steps:
        seen: set[str] = set()
        waiting = list(entering.get(step, ()))
        before = set()
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if nodes[node].tag in TASKS:
                before.add(node)
            else:
                waiting += entering.get(node, ())
        found[step] = tuple(s for s in steps if s in before)
    return found
