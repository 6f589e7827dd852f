"""Lines that may not lead back to where they started: superiors, and the steps before a step."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from fangkong_lab.ledger.gathered import OWN, Gathered, problem_at, records
from fangkong_lab.ledger.problem import Problem
from fangkong_lab.ledger.tables import TABLES

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 6


def circle_problems(gathered: Gathered) -> Iterator[Problem]:
    """Yield a problem for each own row that lies on a circle of superiors or of preceding steps."""
    for name in gathered.own:
        if TABLES[name].parent:
            yield from _superiors(gathered, name)
    if "steps" in gathered.own:
        yield from _steps(gathered)


def _superiors(gathered: Gathered, name: str) -> Iterator[Problem]:
    table = TABLES[name]
    key, parent = table.key[0], table.parent
    rows = gathered.both(name)
    rows = rows[rows[key].notna() & rows[parent].notna() & (rows[key] != rows[parent])]
    circles = circles_of({k: (p,) for k, p in zip(rows[key].tolist(), rows[parent].tolist(), strict=True)})
    on_circle = rows[rows[OWN].astype(bool) & rows[key].isin(circles)]
    for row in records(on_circle):
        yield problem_at(table, row, (parent,), "circle", f"{table.column(parent).label}绕成一圈({_way(circles[row[key]])})",
                         "改正其中一处，使最上层留空")


def _way(circle: Sequence[object]) -> str:
    shown = [str(c) for c in circle[:_SHOWN]] + (["…"] if len(circle) > _SHOWN else [])
    return "→".join([*shown, str(circle[0])])


def circles_of(leads: Mapping[Hashable, Sequence[Hashable]]) -> dict[Hashable, list[Hashable]]:
    """Return nodes of *leads* (node → nodes it leads to) that lie on a circle, each with one circle it lies on.

    Where each node leads to one other these are all such nodes; otherwise at least one circle of every tangle is found,
    so that an empty answer means that there is none. Depth-first, without recursion; a node is finished once, so the work is linear in nodes and links.
    """
    found: dict[Hashable, list[Hashable]] = {}
    finished: set[Hashable] = set()
    for start in leads:
        if start not in finished:
            _walk(start, leads, finished, found)
    return found


def _walk(start: Hashable, leads: Mapping[Hashable, Sequence[Hashable]], finished: set[Hashable],
          found: dict[Hashable, list[Hashable]]) -> None:
    path: list[Hashable] = [start]
    place = {start: 0}
    pending: list[Iterator[Hashable]] = [iter(leads.get(start, ()))]
    while pending:
        after = next(pending[-1], None)
        if after is None:
            pending.pop()
            done = path.pop()
            del place[done]
            finished.add(done)
        elif after in place:
            circle = path[place[after]:]
            for i, node in enumerate(circle):
                found.setdefault(node, circle[i:] + circle[:i])
        elif after not in finished:
            place[after] = len(path)
            path.append(after)
            pending.append(iter(leads.get(after, ())))


def _steps(gathered: Gathered) -> Iterator[Problem]:
    """Steps named in 前置环节 must exist in the same flow and may not lead back."""
    table = TABLES["steps"]
    rows = gathered.both("steps")
    rows = rows[rows["flow_id"].notna() & rows["step_no"].notna()]
    there = set(zip(rows["flow_id"].tolist(), rows["step_no"].tolist(), strict=True))
    named = rows[rows["after"].notna()]
    leads: dict[Hashable, list[Hashable]] = {}
    for row in records(named):
        before, strange = _named_steps(row, there)
        leads[(row["flow_id"], row["step_no"])] = list(before)
        if strange and row[OWN]:
            yield problem_at(table, row, ("after",), "missing_reference", f"流程图「{row['flow_id']}」没有环节「{strange[0]}」",
                             "前置环节填本流程图里的环节序号")
    yield from _step_circles(named, circles_of(leads))


def _named_steps(row: Mapping[str, object], there: Iterable[object]) -> tuple[list[Hashable], list[str]]:
    before, strange = [], []
    for word in str(row["after"]).split("\u3001"):
        step = (row["flow_id"], int(word)) if word.isdecimal() else None
        if step is not None and step in there:  # type: ignore[operator]
            before.append(step)
        else:
            strange.append(word)
    return before, strange  # type: ignore[return-value]


def _step_circles(named: pd.DataFrame, circles: Mapping[Hashable, Sequence[Hashable]]) -> Iterator[Problem]:
    for row in records(named):
        circle = circles.get((row["flow_id"], row["step_no"]))
        if circle and row[OWN]:
            steps = [step[1] for step in circle]  # type: ignore[index]
            yield problem_at(TABLES["steps"], row, ("after",), "circle", f"前置环节绕成一圈({_way(steps)})", "改正其中一处")
