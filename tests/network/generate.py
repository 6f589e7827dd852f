"""Small random networks with every feature of docs/network.md mixed, as ledger tables.

Made for the proofs against `brute.py`: few enough persons and unknown posts that every coalition and every completion
can be tried. `small_network(rng)` is the same for the same generator state; `seeded(seed)` makes the state.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

DAY = date(2016, 12, 31)
VACANT = "空缺"
_KINDS = ("受理", "审核", "会签", "决定", "执行", "支付", "验收", "监督", "公开", "归档")
_KIND_ODDS = (0.1, 0.22, 0.12, 0.18, 0.09, 0.08, 0.07, 0.08, 0.03, 0.03)
_RULES = ("任一", "至少", "过半", "全体")
_RULE_ODDS = (0.45, 0.15, 0.2, 0.2)


@dataclass(frozen=True)
class Sizes:
    """Upper ends of what a small network holds."""

    units: int = 2
    posts: int = 7
    persons: int = 5
    unknown: int = 2
    flows: int = 2
    items: int = 3
    steps: int = 4
    posts_per_sign_off: int = 3


def seeded(seed: int) -> np.random.Generator:
    """Return the generator of one numbered network."""
    return np.random.Generator(np.random.Philox(key=seed))


def small_network(rng: np.random.Generator, sizes: Sizes | None = None) -> dict[str, pd.DataFrame]:
    """Return the tables of one network: units, posts, persons, occupancies, flows, steps, sign_offs, …"""
    sizes = sizes or Sizes()
    units = [f"U{i}" for i in range(1, 1 + int(rng.integers(1, sizes.units + 1)))]
    posts = _posts(rng, units, sizes)
    persons = [f"R{i}" for i in range(1, 1 + int(rng.integers(1, sizes.persons + 1)))]
    occupancies = _occupancies(rng, posts, persons, sizes)
    flows = [f"F{i}" for i in range(1, 1 + int(rng.integers(1, sizes.flows + 1)))]
    steps = [row for f in flows for row in _steps(rng, f, sizes)]
    sign_offs = [row for s in steps for row in _sign_offs(rng, s, posts, sizes)]
    return {
        "units": pd.DataFrame({"unit_id": units, "name": [f"单位{u}" for u in units], "kind": "党政机关"}),
        "posts": _frame(posts),
        "persons": pd.DataFrame({"person_id": persons}),
        "occupancies": _dated(_frame(occupancies, "person_id", "post_id", "start", "end")),
        "flows": pd.DataFrame({"flow_id": flows, "unit_id": units[0], "name": [f"流程{f}" for f in flows]}),
        "steps": _frame(steps),
        "sign_offs": _typed(_frame(sign_offs, "flow_id", "step_no", "sign_no", "post_id", "rule", "need",
                                   "independent")),
        "incompatible_steps": _frame(_incompatible(rng, steps), "flow_id", "step_a", "step_b"),
        "influences": _typed(_frame(_influences(rng, posts), "from_post", "to_post", "works")),
        "power_items": _items(rng, units, posts, flows, sizes),
    }


def _frame(rows: list[dict[str, object]], *columns: str) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(columns) or None)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    for column in frame.columns:
        if column in ("independent", "works", "statutory", "external"):
            frame[column] = frame[column].astype("boolean")
        elif column in ("need", "step_no", "sign_no"):
            frame[column] = frame[column].astype("Int64")
    return frame


def _dated(frame: pd.DataFrame) -> pd.DataFrame:
    frame["start"], frame["end"] = pd.to_datetime(frame["start"]), pd.to_datetime(frame["end"])
    return frame


def _posts(rng: np.random.Generator, units: list[str], sizes: Sizes) -> list[dict[str, object]]:
    count = int(rng.integers(2, sizes.posts + 1))
    rows: list[dict[str, object]] = []
    for i in range(count):
        above = rows[int(rng.integers(0, len(rows)))]["post_id"] if rows and rng.random() < 0.8 else None
        rows.append({"post_id": f"P{i + 1}", "unit_id": str(rng.choice(units)), "title": f"岗{int(rng.integers(1, 5))}",
                     "reports_to": above, "external": True if rng.random() < 0.12 else None})
    if rng.random() < 0.06:  # a ring in the reporting line, as ledgers sometimes have
        rows[0]["reports_to"] = rows[-1]["post_id"]
    return rows


def _occupancies(rng: np.random.Generator, posts: list[dict[str, object]], persons: list[str],
                 sizes: Sizes) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    unknown = 0
    for post in posts:
        draw = rng.random()
        if draw < 0.16 and unknown < sizes.unknown:
            unknown += 1
            rows += _lapsed(rng, post, persons)
            continue
        if draw < 0.22:
            rows.append(_span(VACANT, post, "2015-03-01", None))
            continue
        holders = rng.choice(persons, size=min(len(persons), int(rng.choice([1, 1, 1, 2, 3]))), replace=False)
        rows += [_span(str(h), post, "2014-01-01", None if rng.random() < 0.8 else "2017-01-01") for h in holders]
        rows += _lapsed(rng, post, [p for p in persons if p not in holders])
        if rng.random() < 0.04:
            rows.append(_span(VACANT, post, "2016-01-01", None))
    return rows


def _lapsed(rng: np.random.Generator, post: dict[str, object], persons: list[str]) -> list[dict[str, object]]:
    """Rows that do not cover the day: ended on it (half-open), or not yet begun."""
    rows = []
    if persons and rng.random() < 0.3:
        rows.append(_span(str(rng.choice(persons)), post, "2012-01-01", DAY.isoformat()))
    if persons and rng.random() < 0.1:
        rows.append(_span(str(rng.choice(persons)), post, "2017-01-01", None))
    return rows


def _span(person: str, post: dict[str, object], start: str, end: str | None) -> dict[str, object]:
    return {"person_id": person, "post_id": post["post_id"], "start": start, "end": end}


def _steps(rng: np.random.Generator, flow: str, sizes: Sizes) -> list[dict[str, object]]:
    count = int(rng.integers(1, sizes.steps + 1))
    names = [None, None, "甲", "乙", "甲、乙"] if rng.random() < 0.4 else [None]
    gap = 10 if rng.random() < 0.2 else 1
    return [{"flow_id": flow, "step_no": (i + 1) * gap, "name": f"环节{i + 1}",
             "kind": str(rng.choice(_KINDS, p=_KIND_ODDS)), "route": names[int(rng.integers(0, len(names)))],
             "statutory": True if rng.random() < 0.15 else None} for i in range(count)]


def _sign_offs(rng: np.random.Generator, step: dict[str, object], posts: list[dict[str, object]],
               sizes: Sizes) -> list[dict[str, object]]:
    rows = []
    for sign in range(1, 1 + int(rng.choice([0, 1, 1, 1, 1, 2]))):
        most = min(len(posts), sizes.posts_per_sign_off)
        chosen = rng.choice([p["post_id"] for p in posts], size=int(rng.integers(1, most + 1)), replace=False)
        rule = str(rng.choice(_RULES, p=_RULE_ODDS))
        head = {"rule": None if rule == "任一" and rng.random() < 0.5 else rule,
                "need": int(rng.integers(1, 4)) if rule == "至少" else None,
                "independent": True if rng.random() < 0.15 else None}
        rows += [{"flow_id": step["flow_id"], "step_no": step["step_no"], "sign_no": sign, "post_id": str(p), **head}
                 for p in chosen]
    return rows


def _incompatible(rng: np.random.Generator, steps: list[dict[str, object]]) -> list[dict[str, object]]:
    rows = []
    for i, a in enumerate(steps):
        for b in steps[i + 1:]:
            if a["flow_id"] == b["flow_id"] and rng.random() < 0.15:
                first, second = (a, b) if rng.random() < 0.5 else (b, a)
                rows.append({"flow_id": a["flow_id"], "step_a": first["step_no"], "step_b": second["step_no"]})
    return rows


def _influences(rng: np.random.Generator, posts: list[dict[str, object]]) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for a in posts:
        for b in posts:
            if a is b:
                continue
            if a["post_id"] == b["reports_to"] and rng.random() < 0.12:
                rows.append({"from_post": a["post_id"], "to_post": b["post_id"], "works": False})
            elif rng.random() < 0.04:
                rows.append({"from_post": a["post_id"], "to_post": b["post_id"], "works": bool(rng.random() < 0.8)})
    return rows


def _items(rng: np.random.Generator, units: list[str], posts: list[dict[str, object]], flows: list[str],
           sizes: Sizes) -> pd.DataFrame:
    rows = []
    for i in range(int(rng.integers(1, sizes.items + 1))):
        unit = str(rng.choice(units))
        draw = rng.random()
        flow = str(rng.choice(flows)) if draw < 0.85 else None
        titles = sorted({str(p["title"]) for p in posts if p["unit_id"] == unit})
        simple = None
        if draw >= 0.88 and titles:
            simple = ">".join(str(t) for t in rng.choice(titles, size=int(rng.integers(1, 4))))
        rows.append({"item_id": f"I{i + 1}", "unit_id": unit, "name": f"事项{i + 1}", "category": "财务管理",
                     "flow_id": flow, "simple_flow": simple, "yearly_amount": float(rng.integers(0, 500)),
                     "min_persons": None if rng.random() < 0.7 else int(rng.integers(1, 4))})
    frame = pd.DataFrame(rows)
    frame["min_persons"] = frame["min_persons"].astype("Int64")
    return frame
