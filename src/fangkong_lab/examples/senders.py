"""Which office sends which rows of a made-up county: every unit its own book, the commission what it keeps itself."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fangkong_lab.examples.places import DISCIPLINE_UNIT

# The column by which the sender of a row is found, and the table whose key it is.
_BY = {
    "posts": ("unit_id", "units"), "power_items": ("unit_id", "units"), "risk_points": ("unit_id", "units"),
    "flows": ("unit_id", "units"), "contracts": ("unit_id", "units"), "surveys": ("unit_id", "units"),
    "petitions": ("unit_id", "units"), "regulations": ("unit_id", "units"), "occupancies": ("post_id", "posts"),
    "influences": ("from_post", "posts"), "steps": ("flow_id", "flows"), "sign_offs": ("flow_id", "flows"),
    "incompatible_steps": ("flow_id", "flows"), "duties": ("item_id", "power_items"), "measures": ("risk_id", "risk_points"),
    "disclosures": ("item_id", "power_items"), "discretion_standards": ("item_id", "power_items"),
    "case_log": ("item_id", "power_items"), "duty_records": ("duty_id", "duties"),
}
_KEYS = {"posts": "post_id", "flows": "flow_id", "power_items": "item_id", "risk_points": "risk_id", "duties": "duty_id"}


def collector(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return the unit that sends what no single unit sends: the discipline commission, else the first unit."""
    codes = sorted(tables["units"].unit_id)
    return DISCIPLINE_UNIT if DISCIPLINE_UNIT in codes else str(codes[0])


def by_sender(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, pd.DataFrame]]:
    """Return the rows of *tables* by sending unit, then table: each row once, in its order; empty tables left out.

    A unit sends what is its own and what hangs on it (steps on flows, records on duties …), and the units under it. The
    discipline commission sends what it keeps itself: inspections, issues, money, counts, warnings, the network.
    """
    units = tables["units"]
    places: dict[str, pd.Series] = {"units": units.set_index("unit_id", drop=False).apply(
        lambda row: row.parent_id if pd.notna(row.parent_id) else row.unit_id, axis=1)}
    senders = {"units": units.unit_id.map(places["units"])}
    for name, (column, owner) in _BY.items():
        if name in tables:
            senders[name] = tables[name][column].map(places[owner])
            if name in _KEYS:
                places[name] = pd.Series(senders[name].to_numpy(), index=tables[name][_KEYS[name]])
    if "persons" in tables:
        senders["persons"] = _first_office(tables, senders["occupancies"])
    books: dict[str, dict[str, pd.DataFrame]] = {unit: {} for unit in sorted(set(senders["units"]))}
    for name, frame in tables.items():
        if name in senders:
            for unit, rows in frame.groupby(senders[name], sort=True):
                books[str(unit)][name] = rows
        elif len(frame):
            books[collector(tables)][name] = frame
    return books


def _first_office(tables: Mapping[str, pd.DataFrame], senders: pd.Series) -> pd.Series:
    """Return, for every person, the sender of his first occupancy."""
    people = tables["occupancies"].person_id
    first = pd.Series(senders.to_numpy(), index=people)
    return tables["persons"].person_id.map(first[~first.index.duplicated()])
