"""The fixed shapes of what the compiled kernel works on: plan, rulebook, desk.

Records, not tuples of arrays: compiled code passes a record as one pointer and counts no references inside it, which is
four times as fast here. Their sizes are upper limits; what a scenario does not use is never touched.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

MAX_MONTHS = 240
MAX_DAYS = MAX_MONTHS * 31 + 2
MAX_GRADES = 32
MAX_KINDS = 32
MAX_CHANNELS = 8
MAX_REGIMES = 8
MAX_LEVELS = 4
MAX_REPEATS = 4
MAX_FLAGS = 16
MAX_PEOPLE = 65_000
MAX_CANDIDATES = 65_000
PERSON_KINDS = MAX_GRADES * 4
CELLS = MAX_KINDS + MAX_CHANNELS

_I, _F, _U = np.int64, np.float64, np.uint64


_COMPILED = ("draws", "figures", "judge", "kernel", "course", "records", "rulebook", "settle", "world")


def _edition() -> str:
    """Return a digest of the source that is compiled.

    It becomes the name of a field, and so part of the compiled functions' signature: numba's cache looks at the file of
    the outermost function only, and would go on using code from before a change in another one.
    """
    digest = hashlib.sha256()
    for name in _COMPILED:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


EDITION = (f"edition_{_edition()}", np.int8)
"""The field that marks a record as made for this source."""

PLAN = np.dtype([
    ("key", _U, 2), ("days", _I), ("months", _I), ("kinds", _I), ("channels", _I),
    ("bound", _F, PERSON_KINDS), ("silent", _F, PERSON_KINDS), ("marks", _F, (PERSON_KINDS, CELLS)), ("ease", _F, 2),
    ("finds", _F, (2, MAX_CHANNELS)), ("delay", _F, MAX_CHANNELS), ("verify", _F, MAX_CHANNELS),
    ("upheld", _F, MAX_CHANNELS), ("wrongly", _F, MAX_CHANNELS), ("effort", _I, MAX_CHANNELS), ("own", _I, MAX_CHANNELS),
    ("alleged", _F, MAX_KINDS), ("entered", _I, MAX_KINDS), ("harm", _I, MAX_KINDS), ("after", _F, 8), ("scales", _F, 3),
    ("office", _I, 3), ("at", _I, 4), ("decay", _F, MAX_DAYS), ("month", _I, MAX_DAYS),
    EDITION,
], align=True)
"""All that does not depend on the policy. Rates are per day, times in days since the start, work in minutes.

*bound*, *silent*: kind of person → upper bound of all candidates' rate, and the probability of none at all. *marks*: kind
of person × cell → cumulative share of the bound; cells are the kinds of conduct, then the channels' unfounded reports.
*ease*: tenure (short, long) → share of the bound that conduct really has. *finds*: sole controller × channel →
probability. *delay*, *verify*: channel → scale of the days (see `draws.delay_scale`). *upheld*, *wrongly*, *effort*, *own*
(the report is the unit's own): by channel. *alleged*: cumulative shares of the kinds in unfounded reports. *entered*:
kind → bits of ledgers. *harm*: kind → hundredths of 万元. *after*: see `plan.AFTER`. *scales*: of clearing, appeal,
closing. *office*: standing, appeal, accountability. *at*: where sizes, months, waits of persons and of units begin in a
row of figures. *decay*: days since → share of deterrence that is left. *month*: day → month.
"""

BOOK = np.dtype([
    ("cycle", _I), ("levels", _I), ("repeat_count", _I), ("ledgers", _I),
    ("regime", _I, MAX_DAYS), ("window", _I, (MAX_REGIMES, MAX_DAYS)), ("cap", _I, MAX_REGIMES),
    ("limits", _I, (MAX_REGIMES, MAX_LEVELS)), ("repeats", _I, (MAX_REGIMES, MAX_REPEATS)),
    ("dawn", _I, MAX_DAYS), ("points", _I, (MAX_REGIMES, MAX_KINDS, MAX_FLAGS)),
    ("deters", _F, MAX_LEVELS), ("colleagues", _F, MAX_LEVELS), ("minutes", _I, MAX_LEVELS),
], align=True)
"""One policy as arrays: days count from the start; index day + 1, so that the day before is there too.

*cycle*: ANCHORED, FIRST_EVENT or ROLLING. *regime*: day → regime of the values that decide a state. *window*: regime × day
→ first day of the anchored cycle that holds the day; first day of the window that ends with the day; or first day after
the cycle opened on the day. *cap*: regime → millionths. *limits*: regime × level (lowest first) → millionths. *repeats*:
regime × rule → number of counted events. *dawn*: day → regime of the points; *points*: regime × kind × flags →
millionths. *ledgers*: bits. *deters*, *colleagues*, *minutes*: by level, lowest first.
"""

ENTRY_COLUMNS = 14
SUBJECT_COLUMNS = 7
DESK = np.dtype([
    ("time", _F, MAX_CANDIDATES), ("mark", _F, MAX_CANDIDATES), ("accept", _F, MAX_CANDIDATES),
    ("who", _I, MAX_CANDIDATES), ("turn", _I, MAX_CANDIDATES), ("kind", _I, MAX_CANDIDATES),
    ("long_from", _I, MAX_CANDIDATES), ("order", _I, MAX_CANDIDATES),
    ("entries", _I, (MAX_CANDIDATES, ENTRY_COLUMNS)), ("heap", _I, 3 * MAX_CANDIDATES),
    ("entry_count", _I), ("heap_count", _I), ("unit", _I), ("first", _I), ("size", _I), ("replication", _I),
    ("awe", _F, MAX_PEOPLE + 1), ("subject", _I, (MAX_PEOPLE + 1, SUBJECT_COLUMNS)),
], align=True)
"""The working space of one unit, used again for the next.

*time* … *order*: of candidates: when, the mark that decides what, the number that decides whether, whose, which of his,
the kind of person, the day his tenure becomes long, places from early to late. *entries*: see `judge`. *heap*: days and
entries of coming actions. *unit*: the place of the unit among the subjects, after its persons; *first*: its first person;
*size*: its size class. *awe*: deterrence of each subject on its day; *subject*: see `settle`.
"""
