"""Which units play the pilots in turn, and who is mixed for them: for the rank, and for the spread.

One pilot: every other unit in turn, the pilot itself never a donor (Abadie, Diamond & Hainmueller 2010; Arkhangelsky et al. 2021, Algorithm 4).
Several pilots: drawn from the others alone the sets share a few units and scatter less than the pilots do; ranks among them err in 8 to 10 % instead of
5 % (benchmarks/size_series.py). Ranks are therefore taken among sets of *all* units, pilots among them and their donors all the rest: then the true
set is one of equals where the pilot did nothing (Fisher 1935), whatever the estimate. The spread is that of the others alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fangkong_lab.evaluate.panel import Panel

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]

MOST_PLACEBOS = 199
MOST_CELLS = 2_000_000  # placebos × units held at once


@dataclass(frozen=True, eq=False)
class Sets:
    """*members* B×N 0/1 (the pilots first) and *donors* B×N: who may be mixed for each."""

    members: Floats
    donors: Bools

    @property
    def count(self) -> int:
        """How many placebos there are."""
        return len(self.members) - 1

    def means(self, rates: Floats) -> Floats:
        """Return B×T: the mean path of each set."""
        return np.asarray(self.members / self.members.sum(1, keepdims=True) @ rates)


def rank_sets(panel: Panel, seed: int) -> Sets:
    """Return the sets among which the pilots are ranked; none beside the pilots with fewer others than pilots + 2."""
    if int(panel.treated.sum()) == 1 or _too_few(panel):
        return spread_sets(panel, seed)
    members = _with_true(panel, _chosen(panel, np.arange(panel.n_units), seed))
    again = (members[1:] == members[0]).all(axis=1)
    members = np.concatenate([members[:1], members[1:][~again]])
    return Sets(members, members == 0)


def spread_sets(panel: Panel, seed: int) -> Sets:
    """Return sets of others alone (all, or up to 199 drawn); none beside the pilots with fewer others than pilots + 2."""
    if _too_few(panel):
        return only_pilots(panel)
    members = _with_true(panel, _chosen(panel, np.flatnonzero(~panel.treated), seed))
    return Sets(members, (members == 0) & ~panel.treated[None, :])


def only_pilots(panel: Panel) -> Sets:
    """Return the pilots as the only set, their donors all others."""
    return Sets(panel.treated[None, :].astype(np.float64), ~panel.treated[None, :])


def _too_few(panel: Panel) -> bool:
    return int((~panel.treated).sum()) < int(panel.treated.sum()) + 2


def _chosen(panel: Panel, among: Ints, seed: int) -> Ints:
    """Return B×pilots units out of *among*."""
    size = int(panel.treated.sum())
    most = min(MOST_PLACEBOS, max(39, MOST_CELLS // panel.n_units))
    if comb(len(among), size) <= most:
        return np.array(list(combinations(among, size)))
    order = stream(seed, "placebo sets", panel.n_units, size).random((most, len(among))).argsort(1)
    return np.asarray(among[order[:, :size]])


def _with_true(panel: Panel, chosen: Ints) -> Floats:
    sets = np.zeros((len(chosen) + 1, panel.n_units))
    sets[0] = panel.treated
    sets[np.arange(1, len(chosen) + 1)[:, None], chosen] = 1
    return sets
