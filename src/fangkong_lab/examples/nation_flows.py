"""Items, flows, steps and sign-offs of the synthetic nation, a block of units at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from fangkong_lab.examples.nation_arrow import code_texts, codes_between, words
from fangkong_lab.examples.nation_charts import (
    BASE_SHARES,
    BASES,
    FEATURES,
    INCOMPATIBLE_STEPS,
    KINDS,
    NAMES,
    POSTS,
    ROUTES,
    RULES,
    SECTIONS,
    Templates,
    post_of_role,
    template_number,
    templates,
)

BLOCK = 100
SHARES = {"two_routes": 15, "ballot": 10, "incompatible": 10, "unknown_post": 3, "empty_post": 1}
TWO_PERSONS_SHARE = 5
_CATEGORIES = ("行政许可", "行政审批", "行政处罚", "行政给付", "财务管理", "专项资金", "工程项目", "政府采购")
_ITEM_NAMES = [f"模拟事项第{k:03d}类" for k in range(1000)]


@dataclass(frozen=True)
class Cut:
    """A run of units [*units*) with all their flows [*flows*) and items [*items*), as half-open number pairs."""

    units: tuple[int, int]
    flows: tuple[int, int]
    items: tuple[int, int]
    flows_per_unit: int
    items_per_flow: int


@dataclass(frozen=True)
class FlowBlock:
    """The flows of a cut in numbers: each one's *template*, *section*, *features* (0/1), and *unit*."""

    cut: Cut
    template: np.ndarray
    section: np.ndarray
    unit: np.ndarray
    features: dict[str, np.ndarray]


def exact_share(count: int, percent: int, draw: np.random.Generator) -> np.ndarray:
    """Return 0/1 for *count* rows such that of every full hundred exactly *percent* are 1, at random places."""
    blocks = -(-count // BLOCK)
    ranks = np.argsort(draw.random((blocks, BLOCK), dtype=np.float32), axis=1)
    return (ranks < percent).reshape(-1)[:count].astype(np.int8)


def draw_flows(cut: Cut, draw: np.random.Generator) -> FlowBlock:
    """Draw the flows of *cut*."""
    count = cut.flows[1] - cut.flows[0]
    features = {name: exact_share(count, SHARES[name], draw) for name in FEATURES}
    base = np.searchsorted(np.cumsum(BASE_SHARES)[:-1], draw.random(count, dtype=np.float32), side="right")
    assert len(BASES) == len(BASE_SHARES)
    unit = np.arange(*cut.flows) // cut.flows_per_unit
    return FlowBlock(cut, template_number(base, features), draw.integers(0, SECTIONS, count), unit, features)


def flow_columns(block: FlowBlock) -> dict[str, pa.Array]:
    """Return the columns of the table of flows."""
    number = np.arange(*block.cut.flows)
    return {"flow_id": code_texts("L", number), "unit_id": codes_between("U", block.unit, *block.cut.units),
            "name": words(number % 1000, [f"模拟流程图第{k:03d}类" for k in range(1000)])}


def item_columns(cut: Cut, two: np.ndarray, draw: np.random.Generator) -> dict[str, pa.Array]:
    """Return the columns of the table of power items; *two*: 1 where two persons are asked for."""
    number = np.arange(*cut.items)
    flow = number // cut.items_per_flow
    count = len(number)
    return {
        "item_id": code_texts("I", number), "unit_id": codes_between("U", flow // cut.flows_per_unit, *cut.units),
        "name": words(number % 1000, _ITEM_NAMES), "category": words(draw.integers(0, len(_CATEGORIES), count), _CATEGORIES),
        "discretion": pa.array(draw.integers(0, 4, count).astype(np.int8)),
        "yearly_volume": pa.array(draw.integers(1, 500, count).astype(np.int32)),
        "yearly_amount": pa.array(np.round(draw.exponential(80, count), 2).astype(np.float32)),
        "min_persons": pa.array((1 + two).astype(np.int8)), "flow_id": codes_between("L", flow, *cut.flows)}


def _gathered(start: np.ndarray, template: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (flow of each row, place of each row among the template rows) for rows laid out flow by flow."""
    length = np.diff(start)[template]
    flow = np.repeat(np.arange(len(template)), length)
    first = np.cumsum(length) - length
    return flow, np.arange(len(flow)) - first[flow] + start[:-1][template][flow]


def step_columns(block: FlowBlock) -> dict[str, pa.Array]:
    """Return the columns of the table of steps."""
    known: Templates = templates()
    flow, row = _gathered(known.step_start, block.template)
    steps = {name: column[row] for name, column in known.steps.items()}
    return {"flow_id": codes_between("L", flow + block.cut.flows[0], *block.cut.flows),
            "step_no": pa.array(steps["step_no"].astype(np.int8)), "name": words(steps["name"], NAMES),
            "kind": words(steps["kind"], [k.label for k in KINDS]), "route": words(steps["route"], ROUTES),
            "statutory": pa.array(steps["statutory"].astype(bool))}


def sign_columns(block: FlowBlock) -> dict[str, pa.Array]:
    """Return the columns of the table of sign-offs."""
    known: Templates = templates()
    flow, row = _gathered(known.sign_start, block.template)
    signs = {name: column[row] for name, column in known.signs.items()}
    first, last = block.cut.units
    post = block.unit[flow] * POSTS + post_of_role()[block.section[flow], signs["role"]]
    return {"flow_id": codes_between("L", flow + block.cut.flows[0], *block.cut.flows),
            "step_no": pa.array(signs["step_no"].astype(np.int8)), "sign_no": pa.array(signs["sign_no"].astype(np.int8)),
            "post_id": codes_between("G", post, first * POSTS, last * POSTS), "rule": words(signs["rule"], [r.label for r in RULES]),
            "independent": pa.array(signs["independent"].astype(bool))}


def incompatible_columns(block: FlowBlock) -> dict[str, pa.Array]:
    """Return the columns of the table of incompatible steps."""
    number = np.arange(*block.cut.flows)[block.features["incompatible"] == 1]
    a, b = INCOMPATIBLE_STEPS
    return {"flow_id": codes_between("L", number, *block.cut.flows), "step_a": pa.array(np.full(len(number), a, np.int8)),
            "step_b": pa.array(np.full(len(number), b, np.int8))}
