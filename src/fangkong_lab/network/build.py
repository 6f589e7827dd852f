"""From ledger frames to the parts of a `PowerNetwork` of one day: units, posts and who holds them; see `drawn` for flows and items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.network.drawn import flows_of, items_of
from fangkong_lab.network.nodes import Post, Unit
from fangkong_lab.network.rows import Tables, cells_of, check_filled, known_post, once, rows_of

if TYPE_CHECKING:
    import pandas as pd

VACANT = "空缺"


def parts_of(tables: Tables, as_of: date) -> dict[str, Any]:
    """Return the fields of the `PowerNetwork` of *as_of* (all but the day) from frames with the ledger's English names.

    Missing tables and optional columns read as empty. Raises `BadInput` where a key is doubled or a row names a post,
    unit or person that is not there; faults inside one flow do not stop the rest: its items cannot be told.
    """
    posts = _posts(tables)
    holders, empty = _occupied(tables, posts, as_of)
    return {"units": _units(tables, posts), "posts": posts, "holders": holders, "empty": empty,
            "flows": flows_of(tables, posts), "items": items_of(tables), "overrides": _overrides(tables, posts)}


def _units(tables: Tables, posts: dict[str, Post]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for cell, name, kind in cells_of(tables, "units", ("unit_id", "name", "kind"), ("unit_id",)):
        unit_id = once(cell, units, "单位", "unit_id")
        units[unit_id] = Unit(unit_id, str(name or unit_id), str(kind or ""))
    for post in posts.values():
        if post.unit_id not in units:
            units[post.unit_id] = Unit(post.unit_id, post.unit_id, "")
    return dict(sorted(units.items()))


def _posts(tables: Tables) -> dict[str, Post]:
    columns = ("post_id", "unit_id", "title", "reports_to", "external")
    posts: dict[str, Post] = {}
    for cell, unit_id, title, above, external in cells_of(tables, "posts", columns, ("post_id", "unit_id")):
        post_id = once(cell, posts, "岗位", "post_id")
        posts[post_id] = Post(post_id, str(unit_id), str(title or post_id), None if above is None else str(above), bool(external))
    for post in posts.values():
        if post.reports_to is not None and post.reports_to not in posts:
            known_post(post.reports_to, posts, f"岗位 › {post.post_id} › 上级岗位编码")
    return dict(sorted(posts.items()))


def _occupied(tables: Tables, posts: dict[str, Post], as_of: date) -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    held: dict[str, set[str]] = {}
    vacant: set[str] = set()
    for person, cell in _in_office(tables, as_of):
        post = cell if cell in posts else known_post(cell, posts, f"任职 › {person}")
        if person == VACANT:
            vacant.add(post)
        else:
            held.setdefault(post, set()).add(str(person))
    return {p: tuple(sorted(x)) for p, x in sorted(held.items())}, frozenset(vacant - held.keys())


def _in_office(tables: Tables, day: date) -> Iterator[tuple[Any, Any]]:
    """Give person and post of the occupancies that cover *day*."""
    frame, required = tables.get("occupancies"), ("person_id", "post_id", "start")
    if frame is None or frame.empty:
        return iter(())
    check_filled(frame, "occupancies", required)
    return cells_of({"occupancies": frame[_covers(frame, day)]}, "occupancies", ("person_id", "post_id"))


def _covers(frame: pd.DataFrame, day: date) -> np.ndarray:
    """Say of every row of *frame* whether its span covers *day*; the time of day does not matter."""
    if all(frame[c].dtype.kind == "M" and getattr(frame[c].dtype, "tz", None) is None for c in ("start", "end") if c in frame.columns):
        start, today = frame["start"].to_numpy().astype("datetime64[D]"), np.datetime64(day, "D")
        end = frame["end"].to_numpy().astype("datetime64[D]") if "end" in frame.columns else np.full(len(frame), np.datetime64("NaT", "D"))
        return np.asarray((start <= today) & (np.isnat(end) | (today < end)))
    spans = cells_of({"occupancies": frame}, "occupancies", ("start", "end"))
    return np.array([_day(start) <= day and (end is None or day < _day(end)) for start, end in spans], dtype=bool)


def _day(value: object) -> date:
    """A Timestamp or date as a date: comparing the two directly is an error in pandas."""
    return value.date() if hasattr(value, "date") else value  # type: ignore[return-value]


def _overrides(tables: Tables, posts: dict[str, Post]) -> dict[tuple[str, str], bool]:
    found: dict[tuple[str, str], bool] = {}
    for row in rows_of(tables, "influences", ("from_post", "to_post", "works"), ("from_post", "to_post", "works")):
        pair = (known_post(row["from_post"], posts, "影响关系"), known_post(row["to_post"], posts, "影响关系"))
        if found.setdefault(pair, bool(row["works"])) != bool(row["works"]):
            raise BadInput(f"「{pair[0]}」对「{pair[1]}」既写成立又写不成立", where="影响关系", mend="只留一行")
    return dict(sorted(found.items()))
