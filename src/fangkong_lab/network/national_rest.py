"""What the kernel leaves aside, by the plain implementation: items too large for it, or with too many completions.

For each such item the tables of its block alone become a `PowerNetwork`, so that nothing else is touched. Past the
bounds of design §4 the answer is a sound outer bound and says so.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fangkong_lab.network.arrays_tables import Coded
from fangkong_lab.network.cells import decoded
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, FULL, NONE
from fangkong_lab.network.kernel_rows import STATE_DONE, STATE_OPEN, STATE_TOO_BIG
from fangkong_lab.network.structure import Interval, Profile, Structure
from fangkong_lab.network.thresholds import measure

_LEVELS = (NONE, DIRECT, FULL)


def settle_rest(coded: Coded, task: np.ndarray, answers: np.ndarray, people: np.ndarray, how: tuple[date, int]) -> np.ndarray:
    """Fill the rows of *answers* that the kernel left aside; return *people* with their controllers put in place.

    *task*: item → row of *answers*; *how*: as_of and the level of controllers.
    """
    left = np.flatnonzero((answers["state"] == STATE_TOO_BIG) | (answers["state"] == STATE_OPEN))
    if not len(left):
        return people
    total = answers["soles"].astype(np.int64) + answers["others"]
    ends = np.cumsum(total)
    number = {code: i for i, code in enumerate(coded.persons.to_pylist())}
    first_item = np.full(len(answers), -1, np.int64)
    first_item[task[::-1]] = np.arange(len(task))[::-1]
    where: list[int] = []
    who: list[int] = []
    for row in left:
        found = _structure(coded, int(first_item[row]), how)
        soles = [number[p] for p in found.sole]
        others = sorted({number[p] for p in found.possible_sole} - set(soles))
        _fill(coded, answers[row:row + 1], int(coded.flow[first_item[row]]), found)
        answers["soles"][row], answers["others"][row] = len(soles), len(others)
        where += [int(ends[row])] * (len(soles) + len(others))
        who += soles + others
    return np.insert(people, where, who)


def _structure(coded: Coded, item: int, how: tuple[date, int]) -> Structure:
    """Return the structure of one item, worked out on the tables of its block alone."""
    frames = _block_frames(coded, item)
    network = PowerNetwork.from_tables(frames, how[0])
    name = str(coded.items["item_id"][item])
    return measure(network, _LEVELS[how[1]], [name])[0].structure


def _fill(coded: Coded, row: np.ndarray, flow: int, found: Structure) -> None:
    """Write *found* into a row of answers."""
    row["state"], row["outer"], row["impossible"] = STATE_DONE, not found.exact, found.may_be_impossible
    row["kappa"], row["whole"] = _profile(found.kappa), _profile(found.whole)
    row["eta"] = _ends(found.eta)
    first, last = coded.net.flow["signs"][flow], coded.net.flow["signs"][flow + 1]
    keys = list(zip(coded.sign_step[first:last].tolist(), coded.sign_number[first:last].tolist(), strict=True))
    row["idle"] = sum(1 << i for i, key in enumerate(keys) if key in found.idle)


def _ends(interval: Interval | None) -> list[int]:
    return [0, 0] if interval is None else [min(end, 255) for end in interval.as_list()]


def _profile(profile: Profile | None) -> list[list[int]]:
    return [_ends(None if profile is None else profile[level.name]) for level in _LEVELS]


def _block_frames(coded: Coded, item: int) -> dict[str, pd.DataFrame]:
    """Return the ledger frames of the item's block, its flow and itself."""
    flow, net = int(coded.flow[item]), coded.net
    first, last = net.flow["signs"][flow], net.flow["signs"][flow + 1]
    block = coded.offices.openings.block
    wanted = np.unique(block[net.listed[net.sign["posts"][first]:net.sign["posts"][last]]])
    tables = dict(coded.tables)
    posts = tables["posts"].filter(pa.array(np.isin(block, wanted)))
    known = posts["post_id"].combine_chunks()
    code = coded.flow_codes[flow]
    kept = {"posts": _without_strangers(posts, known), "power_items": tables["power_items"].slice(item, 1)}
    for name in ("flows", "steps", "sign_offs", "incompatible_steps"):
        if name in tables and tables[name].num_rows:
            kept[name] = tables[name].filter(pc.equal(tables[name]["flow_id"].cast(pa.string()), code))
    if "occupancies" in tables:
        kept["occupancies"] = tables["occupancies"].filter(pc.is_in(tables["occupancies"]["post_id"].cast(pa.string()), known))
    if "influences" in tables and tables["influences"].num_rows:
        given = tables["influences"]
        inside = pc.and_(*(pc.is_in(given[c].cast(pa.string()), known) for c in ("from_post", "to_post")))
        kept["influences"] = given.filter(inside)
    return {name: _dated(decoded(table)).to_pandas() for name, table in kept.items()}


def _without_strangers(posts: pa.Table, known: pa.Array) -> pa.Table:
    """Return the posts with superiors outside the block left empty: no link runs there (design §4)."""
    if "reports_to" not in posts.column_names:
        return posts
    above = posts["reports_to"].cast(pa.string())
    inside = pc.if_else(pc.is_in(above, known), above, pa.scalar(None, pa.string()))
    return posts.set_column(posts.column_names.index("reports_to"), "reports_to", inside)


def _dated(table: pa.Table) -> pa.Table:
    """Return the table with days as timestamps, as ledger frames have them."""
    for i, field in enumerate(table.schema):
        if pa.types.is_date32(field.type):
            table = table.set_column(i, field.name, table.column(i).cast(pa.timestamp("ns")))
    return table
