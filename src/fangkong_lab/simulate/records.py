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
MAX_ROW = 2048
PERSON_KINDS = MAX_GRADES * 4
CELLS = MAX_KINDS + MAX_CHANNELS

_I, _F, _U, _S, _W = np.int64, np.float64, np.uint64, np.int32, np.uint32


_COMPILED = ("candidates", "course", "draws", "fate", "figures", "judge", "kernel", "records", "rulebook", "settle", "world")


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
    ("finds", _F, (2, MAX_CHANNELS)), ("finds_below", _U, (2, MAX_CHANNELS)),
    ("delay", _F, MAX_CHANNELS), ("verify", _F, MAX_CHANNELS),
    ("upheld", _F, MAX_CHANNELS), ("wrongly", _F, MAX_CHANNELS), ("effort", _I, MAX_CHANNELS), ("own", _I, MAX_CHANNELS),
    ("alleged", _F, MAX_KINDS), ("entered", _I, MAX_KINDS), ("harm", _I, MAX_KINDS), ("after", _F, 8), ("scales", _F, 3),
    ("office", _I, 3), ("at", _I, 4), ("decay", _F, MAX_DAYS), ("month", _I, MAX_DAYS),
    EDITION,
], align=True)
"""All that does not depend on the policy. Rates are per day, times in days since the start, work in minutes.

*bound*, *silent*: kind of person → upper bound of all candidates' rate, and the probability of none at all. *marks*: kind
of person × cell → cumulative share of the bound; cells are the kinds of conduct, then the channels' unfounded reports.
*ease*: tenure (short, long) → share of the bound that conduct really has. *finds*: sole controller × channel →
probability; *finds_below*: the number of words that `draws.unit` puts below it. *delay*, *verify*: channel → scale of the days (see `draws.delay_scale`). *upheld*, *wrongly*, *effort*, *own*
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

def readable(made: np.ndarray) -> np.ndarray:
    """Return the records *made* so that ``record.field`` reads them also in code that is not compiled.

    With the environment variable ``NUMBA_DISABLE_JIT=1`` the whole model runs in plain Python, slowly, to be stepped
    through in a debugger; numpy's plain records have no attributes there.
    """
    from numba import config  # only here: reading a scenario must not load numba

    return made.view(np.recarray) if config.DISABLE_JIT else made


ENTRY_COLUMNS = 14
SUBJECT_COLUMNS = 8
BATCH = 2048
"""Persons whose candidates are drawn together (neighbouring units; a larger unit is alone): enough for wide arithmetic, few
enough for the processor's cache."""
_ROOM, _ASKS = MAX_CANDIDATES + MAX_PEOPLE, 4 * (MAX_CANDIDATES + MAX_PEOPLE)
DESK = np.dtype([
    ("replication", _I), ("origin", _I), ("unit_of", _S, MAX_PEOPLE),
    ("person", _W, _ASKS), ("turn", _W, _ASKS), ("purpose", _W, _ASKS), ("about", _S, _ASKS), ("by", _S, _ASKS), ("ab", _U, _ASKS), ("cd", _U, _ASKS),
    ("clock", _F, _ROOM), ("chosen", _S, _ROOM), ("rumours", _S, _ROOM),
    ("time", _F, _ROOM), ("mark", _F, _ROOM), ("accept", _F, _ROOM), ("whose", _S, _ROOM), ("which", _S, _ROOM),
    ("kind", _S, _ROOM), ("act", _S, _ROOM), ("true", _S, _ROOM), ("ease", _F, _ROOM),
    ("met", _I, _ROOM), ("channel", _S, _ROOM), ("sealed", _U, _ROOM), ("verified", _I, _ROOM),
    ("order", _S, _ROOM), ("starts", _S, BATCH + 2),
    ("entries", _I, (MAX_CANDIDATES, ENTRY_COLUMNS)), ("heap", _I, 3 * MAX_CANDIDATES),
    ("entry_count", _I), ("heap_count", _I), ("unit", _I), ("first", _I), ("size_class", _I),
    ("common", _I, MAX_ROW), ("row", _I, MAX_ROW), ("touched", _S, 2 * MAX_PEOPLE + 2), ("touched_count", _I), ("awe", _F, MAX_PEOPLE + 1), ("subject", _I, (MAX_PEOPLE + 1, SUBJECT_COLUMNS)),
], align=True)
"""The working space of one batch of units in one replication, used again for the next.

*origin*: first person of the batch; *unit_of*: person of the batch → unit of the batch. *person*, *turn*, *purpose* → *ab*,
*cd*: draws to be made together, and their words, two in one; *about*, *by*: the candidate and the channel each is about.
*clock*: time of the last candidate of each person who may have more; later, of the candidates in *order* before they are
sorted. *chosen*, *rumours*: places of some candidates.

*time* … *verified*: of candidates: when, the mark that decides what, the number that decides whether; whose (person of the
batch), which of his, his kind; kind of conduct; 1 conduct or 0 unfounded report; share of the bound that conduct has; the
day found or reported, by which channel, words and day of its verification (`judge.NEVER`: not). *order*: places by unit,
from early to late; *starts*: where each unit begins in it.

*entries*: see `judge`. *heap*: days and entries of coming actions. *unit*: the place of the unit among the subjects, after
its persons; *first*: its first person; *size_class*: that of the unit. *common*: figures of the batch that no policy changes;
*row*: all figures of the batch under one policy. *touched*: subjects to be cleared. *awe*: deterrence of each subject on its
day; *subject*: see `settle`. No name here may be one of numpy's own (``base``, ``size``): see `readable`.
"""
