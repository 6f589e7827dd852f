"""What was planted in a made-up county, written down as it was built and never computed from the tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from fangkong_lab.examples.archetypes import Known
from fangkong_lab.examples.powers import Item
from fangkong_lab.examples.scene import Scene

SCHEMA_VERSION = 1


def structure_truth(scene: Scene) -> dict[str, object]:
    """Return the truth about charts and items: thresholds by item, idle checks, unknown and empty posts."""
    items = {i.item_id: _item_truth(i) for i in scene.items}
    drawn = {i.chart.flow_id for i in scene.items if i.chart}
    return {
        "schema_version": SCHEMA_VERSION, "模拟数据": True, "seed": scene.seed, "as_of": scene.period.as_of.isoformat(),
        "units": len(scene.offices), "items": items,
        "kappa_none_1": _ids(scene, lambda k: k.none == (1, 1)), "kappa_direct_1": _ids(scene, lambda k: k.direct == (1, 1)),
        "cannot_tell": _ids(scene, lambda k: k.none[0] < k.none[1]),
        "cannot_be_done": sorted(i.item_id for i in scene.items if i.drawn and i.known is None),
        "undrawn": sorted(i.item_id for i in scene.items if not i.drawn),
        "idle_checks": [[c.flow_id, *place] for c in scene.charts if c.flow_id in drawn for place in c.idle()],
        "flow_archetypes": {c.flow_id: c.archetype.code for c in scene.charts},
        "unknown_posts": sorted(o.unknown for o in scene.offices), "empty_posts": sorted(o.empty for o in scene.offices),
    }


def _ids(scene: Scene, test: Callable[[Known], bool]) -> list[str]:
    return sorted(i.item_id for i in scene.items if i.known is not None and test(i.known))


def _item_truth(item: Item) -> dict[str, object]:
    return {"archetype": item.archetype, "kappa": _profile(item.known)}


def _profile(known: Known | None) -> dict[str, list[int]] | None:
    if known is None:
        return None
    return {"none": list(known.none), "direct": list(known.direct), "full": list(known.full)}


def truth_text(truth: Mapping[str, object]) -> str:
    """Return *truth* as the text of truth.json: sorted keys, UTF-8 Chinese, a newline at the end."""
    return json.dumps(truth, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
