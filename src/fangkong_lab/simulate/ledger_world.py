"""The world of a real ledger: who held which post at the start, how risky the post is graded, who acts alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import NONE
from fangkong_lab.network.thresholds import measure
from fangkong_lab.policy.charge import VACANT
from fangkong_lab.simulate.scenario import DAYS_A_MONTH, Scenario
from fangkong_lab.simulate.world import World, code_of

Tables = Mapping[str, pd.DataFrame]


def ledger_world(scenario: Scenario, tables: Tables, network: PowerNetwork | None = None) -> World:
    """Return the persons in post on the scenario's first day, sorted by unit and code.

    Who acts alone is worked out on *network* (default: that of *tables* on that day); a changed network gives the same
    persons in the same order, and so the same random numbers.

    Readings (also in `World.notes`): a person with posts in several units is counted in the unit of the first post by
    code; the grade is the highest of the risk points of the person's posts, the lowest of the scenario where there is
    none; a leader has nobody above in the unit or is in charge of a field; sole control is κ = 1 without influence.
    Raises `BadInput` where nobody holds a post on that day.
    """
    held = _held(scenario, tables)
    if held.empty:
        raise BadInput(f"台账里 {scenario.start} 没有人在任", where="任职", mend="先导入岗位和任职，或改情景的起始月")
    people = held.groupby("person_id", sort=True).agg(unit_id=("unit_id", "first"), start=("start", "min"),
                                                      leader=("leads", "any"), grade=("grade", "min"))
    sole = _sole(scenario, tables, network)
    people = people.assign(sole=people.index.isin(list(sole))).sort_values(["unit_id"], kind="stable")
    lowest = len(scenario.grades) - 1
    ungraded = int(people["grade"].isna().sum())
    grades = people["grade"].fillna(lowest).astype(int)
    kind = [code_of(g, s, w) for g, s, w in zip(grades, people["sole"], people["leader"], strict=True)]
    months = (pd.Timestamp(scenario.start) - people["start"]).dt.days / DAYS_A_MONTH
    sizes = people.groupby("unit_id", sort=True).size().to_numpy()
    return World(np.r_[0, np.cumsum(sizes)].astype(np.int64), np.array(kind, dtype=np.uint8),
                 months.clip(0, 600).to_numpy().astype(np.int16), _is_simulated(tables),
                 _notes(scenario, len(people), ungraded, int(people["sole"].sum())))


def _held(scenario: Scenario, tables: Tables) -> pd.DataFrame:
    """One row per person and post on the first day: person_id, post_id, unit_id, start, leads, grade (place, NaN)."""
    for name in ("posts", "occupancies"):
        if name not in tables:
            raise BadInput("台账里没有岗位表或任职表", mend="先导入岗位和任职")
    day, spans, posts = pd.Timestamp(scenario.start), tables["occupancies"], tables["posts"]
    on_day = (spans["start"] <= day) & (spans["end"].isna() | (spans["end"] > day)) & (spans["person_id"] != VACANT)
    leads = pd.DataFrame({"post_id": posts["post_id"].astype(str), "unit_id": posts["unit_id"].astype(str),
                          "leads": _leads(posts)})
    found = spans.loc[on_day, ["person_id", "post_id", "start"]].astype({"person_id": str, "post_id": str})
    found = found.merge(leads, on="post_id").sort_values(["person_id", "post_id"], kind="stable")
    return found.assign(grade=found["post_id"].map(_grades(scenario, tables)).astype("float64"))


def _leads(posts: pd.DataFrame) -> pd.Series:
    empty = pd.Series(pd.NA, index=posts.index)
    above, field = posts.get("reports_to", empty), posts.get("in_charge_of", empty)
    return above.isna() | field.notna()


def _grades(scenario: Scenario, tables: Tables) -> dict[str, int]:
    """Post → place of its highest grade in the scenario's list."""
    risks = tables.get("risk_points")
    if risks is None or not {"post_id", "grade"} <= set(risks.columns):
        return {}
    place = {name: scenario.grades.index(grade) for name, grade in scenario.world.grade_of.items()}
    known = risks[["post_id", "grade"]].dropna().astype(str)
    found = known.assign(place=known["grade"].map(place)).dropna().groupby("post_id")["place"].min()
    return {str(post): int(grade) for post, grade in found.items()}


def _sole(scenario: Scenario, tables: Tables, network: PowerNetwork | None) -> set[str]:
    if not len(tables.get("power_items", ())):
        return set()
    network = network or PowerNetwork.from_tables(tables, scenario.start)
    return {person for each in measure(network, NONE) for person in each.structure.sole}


def _is_simulated(tables: Tables) -> bool:
    units = tables.get("units")
    return units is not None and "name" in units.columns and bool(units["name"].astype(str).str.contains("模拟").any())


def _notes(scenario: Scenario, persons: int, ungraded: int, sole: int) -> tuple[str, ...]:
    return (f"台账 {scenario.start} 在任 {persons} 人，一人多岗的计在岗位编码最前的单位",
            f"{ungraded} 人的岗位没有可对应等级的风险点，按「{scenario.grades[-1]}」算",
            f"{sole} 人可单人办结至少一个事项（不计影响关系）",
            "没有上级岗位或有分管领域的按领导干部算")
