"""Who is charged with an event: units and persons, in two ledgers that are never added together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fangkong_lab.policy.columns import Tables
from fangkong_lab.policy.events import STRUCK, Events
from fangkong_lab.policy.score_rule import Charge
from fangkong_lab.policy.words import Charged, LedgerKind

VACANT = "空缺"


@dataclass(frozen=True)
class Charges:
    """One ledger: *subjects* sorted; per event a place in them.

    -1: not in this ledger; -2: in it, but who is charged is unknown; -3: in it, but struck, and its subject has no other
    event: a struck event leaves nobody in the ledger who would not be there without it.
    """

    kind: LedgerKind
    subjects: tuple[str, ...]
    of: np.ndarray


def charges(charge: Charge, events: Events, tables: Tables) -> tuple[Charges, ...]:
    """Return the ledgers that the rule keeps.

    An event is a person's where it names a person or a warned post; it is a unit's where it names a warned unit, or no
    person and no warned post. An event that is both is entered in both ledgers.
    """
    made = {LedgerKind.UNIT: _units, LedgerKind.PERSON: _persons}
    struck = events.is_in(*STRUCK)
    return tuple(_coded(kind, *made[kind](charge, events.frame, events, tables), struck) for kind in charge.ledgers)


def _cells(frame: pd.DataFrame, name: str) -> pd.Series:
    if name in frame.columns:
        return frame[name]
    return pd.Series(pd.Categorical.from_codes(np.full(len(frame), -1, dtype=np.int8), []), index=frame.index)  # type: ignore[arg-type]


def _units(charge: Charge, frame: pd.DataFrame, events: Events, tables: Tables) -> tuple[pd.Series, np.ndarray]:
    warned, own = _cells(frame, "warned_unit"), _cells(frame, "unit_id")
    personal = _cells(frame, "person_id").notna() | _cells(frame, "warned_post").notna()
    belongs = (warned.notna() | ~personal).to_numpy()
    if charge.unit is Charged.ACTOR or warned.isna().all():
        return own, belongs
    if warned.notna().all():
        return warned, belongs
    return own.astype(object).where(warned.isna(), warned.astype(object)), belongs


def _persons(charge: Charge, frame: pd.DataFrame, events: Events, tables: Tables) -> tuple[pd.Series, np.ndarray]:
    own, warned = _cells(frame, "person_id"), _cells(frame, "warned_post")
    belongs = (own.notna() | warned.notna()).to_numpy()
    if charge.person is Charged.ACTOR or warned.isna().all():
        return own, belongs
    actor = _cells(frame, "actor_post")
    other = warned.notna() & ((warned.astype(object) != actor.astype(object)) | actor.isna())
    places = np.flatnonzero(other.to_numpy())
    held = _holders(warned.iloc[places].astype(object).to_numpy(), events.occurred[places], tables)
    named = own.astype(object).copy()
    # a row whose only person is named beside the warned post means that person, unless the post's holder is known
    fallback = np.where(actor.iloc[places].isna(), named.iloc[places].to_numpy(), None)  # type: ignore[call-overload]
    named.iloc[places] = np.where(pd.isna(held), fallback, held)
    return named, belongs


def _holders(posts: np.ndarray, days: np.ndarray, tables: Tables) -> np.ndarray:
    """Return who held each post on its day; missing where nobody, several or an unknown person did."""
    found = np.full(len(posts), pd.NA, dtype=object)
    occupancies = tables.get("occupancies")
    if occupancies is None or not len(posts):
        return found
    held = occupancies[occupancies["person_id"] != VACANT].reindex(columns=["post_id", "person_id", "start", "end"])
    asked = pd.DataFrame({"post_id": posts, "day": days, "place": np.arange(len(posts))})
    both = asked.merge(held.astype({"post_id": object}), on="post_id")
    start = pd.to_datetime(both["start"]).to_numpy(dtype="datetime64[D]").astype(np.int64)
    end = pd.to_datetime(both["end"]).fillna(pd.Timestamp.max.normalize()).to_numpy(dtype="datetime64[D]").astype(np.int64)
    on_day = both[(start <= both["day"].to_numpy()) & (both["day"].to_numpy() < end)]
    one = on_day.groupby("place")["person_id"].agg(["nunique", "first"])
    one = one[one["nunique"] == 1]
    found[one.index.to_numpy()] = one["first"].to_numpy()
    return found


def _coded(kind: LedgerKind, subject: pd.Series, belongs: np.ndarray, struck: np.ndarray) -> Charges:
    own = subject.astype("category")
    coded = own.cat.set_categories(own[belongs & ~struck].cat.remove_unused_categories().cat.categories)
    names = coded.cat.categories.astype(str)
    order = np.argsort(names.to_numpy(dtype=object), kind="stable")
    rank = np.empty(len(order) + 1, dtype=np.int32)
    rank[order] = np.arange(len(order))
    rank[-1] = -2
    of = np.where(belongs, rank[coded.cat.codes.to_numpy()], -1)
    of = np.where((of == -2) & own.notna().to_numpy(), -3, of).astype(np.int32)
    return Charges(kind, tuple(names[order]), of)

