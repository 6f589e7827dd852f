"""Ordinary offices of any size: a head, deputies, sections with clerks who share a post, a board whose members hold a
second post, an outsider; flows of 6 to 10 steps with all rules, routes, incompatible steps and independent sign-offs.

Too large for brute force: the two implementations are held against each other on them. The same for the same arguments.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

RULES = ("任一", "任一", "至少", "过半", "全体")


def office(persons: int, seed: int, unknown: int = 0, clashes: float = 0.05) -> dict[str, pd.DataFrame]:
    """Return the tables of one office of *persons* persons and eight flows, *unknown* posts of which nobody is known to
    hold; a share *clashes* of the pairs of steps are incompatible."""
    flows = 8
    rng = np.random.Generator(np.random.Philox(key=seed))
    posts, seats = _staff(rng, persons, unknown)
    listed = [p["post_id"] for p in posts if p["post_id"] != "X0"]
    names = [f"F{i}" for i in range(flows)]
    steps = [row for f in names for row in _steps(rng, f)]
    signs = [row for s in steps for row in _sign_offs(rng, s, listed)]
    pairs = [{"flow_id": a["flow_id"], "step_a": a["step_no"], "step_b": b["step_no"]} for i, a in enumerate(steps)
             for b in steps[i + 1:] if a["flow_id"] == b["flow_id"] and rng.random() < clashes]
    occupancies = pd.DataFrame(seats, columns=["post_id", "person_id"]).drop_duplicates()
    items = pd.DataFrame({"item_id": [f"I{i}" for i in range(flows)], "unit_id": "U1", "flow_id": names,
                          "min_persons": rng.choice([1, 1, 3], size=flows)})
    return {"units": pd.DataFrame({"unit_id": ["U1"], "name": ["局"], "kind": ["党政机关"]}),
            "posts": pd.DataFrame(posts).astype({"external": "boolean"}),
            "occupancies": occupancies.assign(start=pd.Timestamp("2014-01-01"), end=pd.NaT),
            "flows": pd.DataFrame({"flow_id": names, "unit_id": "U1", "name": "流程"}), "steps": pd.DataFrame(steps),
            "sign_offs": pd.DataFrame(signs).astype({"need": "Int64", "independent": "boolean"}),
            "incompatible_steps": pd.DataFrame(pairs, columns=["flow_id", "step_a", "step_b"]), "power_items": items}


def _staff(rng: np.random.Generator, persons: int, unknown: int) -> tuple[list[dict[str, object]], list[tuple[str, str]]]:
    deputies, sections = max(2, min(6, persons // 8)), max(3, persons // 6)
    people = [f"R{i:03d}" for i in range(persons)]
    above = {"P0": None, "K0": None, "X0": None} | {f"D{i}": "P0" for i in range(deputies)}
    above |= {f"S{i}": f"D{i % deputies}" for i in range(sections)} | {f"C{i}": f"S{i}" for i in range(sections)}
    above |= {f"Z{i}": f"S{int(rng.integers(sections))}" for i in range(unknown)}
    heads = ["P0", *(f"D{i}" for i in range(deputies)), *(f"S{i}" for i in range(sections))]
    seats = list(zip(heads, people, strict=False))
    seats += [(f"C{i % sections}", person) for i, person in enumerate(people[len(heads):])]
    seats += [("K0", person) for person in people[:deputies + 3]] + [("X0", people[-1])]
    seats += [(f"C{int(rng.integers(sections))}", person) for person in people if rng.random() < 0.08]
    posts = [{"post_id": p, "unit_id": "U1", "title": p, "reports_to": a, "external": p == "X0"} for p, a in above.items()]
    return posts, seats


def _steps(rng: np.random.Generator, flow: str) -> list[dict[str, object]]:
    count = int(rng.integers(6, 11))
    kinds = ["受理", *rng.choice(["审核", "会签", "监督", "决定"], size=count - 3), "决定", "支付"]
    named = rng.random() < 0.25
    return [{"flow_id": flow, "step_no": n, "name": f"环节{n}", "kind": str(kind),
             "route": str(rng.choice(["甲", "乙"])) if named and rng.random() < 0.5 else None}
            for n, kind in enumerate(kinds, start=1)]


def _sign_offs(rng: np.random.Generator, step: dict[str, object], posts: list[str]) -> list[dict[str, object]]:
    rows = []
    for sign in range(1, 1 + int(rng.choice([1, 1, 1, 2]))):
        rule = str(rng.choice(RULES))
        head = {"flow_id": step["flow_id"], "step_no": step["step_no"], "sign_no": sign, "rule": rule,
                "need": int(rng.integers(1, 4)) if rule == "至少" else None, "independent": bool(rng.random() < 0.1)}
        chosen = rng.choice(posts, size=int(rng.integers(1, 5 if rule != "全体" else 4)), replace=False)
        rows += [{**head, "post_id": str(post)} for post in chosen]
    return rows
