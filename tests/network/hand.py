"""Networks written by hand in a few words, for tests that are counted on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from fangkong_lab.network.graph import PowerNetwork

DAY = date(2016, 12, 31)
Step = tuple[int, str, Mapping[str, object]]


def hand_tables(posts: Mapping[str, Sequence[str] | None], steps: Sequence[Step], *, boss: Mapping[str, str] | None = None,
                **more: object) -> dict[str, pd.DataFrame]:
    """Return tables of one unit with one item I on flow F.

    *posts*: post → its holders; [] known to be empty, None unknown. *steps*: (number, kind, what it asks), where what it
    asks is {} or posts=…, rule=…, need=…, independent=…, route=…, statutory=…. *boss*: lower → upper post.
    *more*: external (posts), apart (pairs of steps), influences (triples), least (min_persons), units (post → unit),
    amount.
    """
    external, units = set(more.get("external", ())), dict(more.get("units", {}))
    held = [("空缺", p) for p, who in posts.items() if who == []] + [(x, p) for p, who in posts.items() for x in who or ()]
    signs = [{"flow_id": "F", "step_no": n, "sign_no": 1, "post_id": p, "rule": asks.get("rule", "任一"),
              "need": asks.get("need"), "independent": asks.get("independent")}
             for n, _, asks in steps for p in asks.get("posts", ())]
    return {
        "units": pd.DataFrame({"unit_id": sorted({"U", *units.values()})}),
        "posts": pd.DataFrame([{"post_id": p, "unit_id": units.get(p, "U"), "title": p, "reports_to": (boss or {}).get(p),
                                "external": p in external} for p in posts]),
        "occupancies": pd.DataFrame([{"person_id": x, "post_id": p, "start": pd.Timestamp(2010, 1, 1), "end": pd.NaT}
                                     for x, p in held], columns=["person_id", "post_id", "start", "end"]),
        "steps": pd.DataFrame([{"flow_id": "F", "step_no": n, "name": f"第{n}步", "kind": kind, "route": asks.get("route"),
                                "statutory": asks.get("statutory")} for n, kind, asks in steps]),
        "sign_offs": pd.DataFrame(signs, columns=["flow_id", "step_no", "sign_no", "post_id", "rule", "need", "independent"]),
        "incompatible_steps": pd.DataFrame([{"flow_id": "F", "step_a": a, "step_b": b} for a, b in more.get("apart", ())]),
        "influences": pd.DataFrame([{"from_post": a, "to_post": b, "works": w} for a, b, w in more.get("influences", ())]),
        "power_items": pd.DataFrame([{"item_id": "I", "unit_id": "U", "name": "事项", "category": "财务管理", "flow_id": "F",
                                      "min_persons": more.get("least", 1), "yearly_amount": more.get("amount")}]),
    }


def hand_network(posts: Mapping[str, Sequence[str] | None], steps: Sequence[Step], *,
                 boss: Mapping[str, str] | None = None, **more: object) -> PowerNetwork:
    """Return the network of `hand_tables` on 2016-12-31."""
    return PowerNetwork.from_tables(hand_tables(posts, steps, boss=boss, **more), DAY)
