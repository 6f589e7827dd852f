"""The warning events as arrays: what is known of each on the day of judgement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.policy.cycle import NO_DAY, day_number


class Standing(Kind):
    """What becomes of an event, whoever is charged with it."""

    COUNTS = "counts", "计入"
    PENDING = "pending", "核查未结，不计"
    UNPROVEN = "unproven", "未查实，不计"
    UNFOUNDED = "unfounded", "不实，已剔除"
    CLEARED = "cleared", "已澄清，已剔除"
    REVOKED = "revoked", "申诉后撤销，已剔除"
    NO_STATUS = "no_status", "缺「核查结论」"
    NO_VERIFIED = "no_verified", "缺「核实日期」"
    NO_OCCURRED = "no_occurred", "缺「发生日期」"
    NO_RESULT = "no_result", "申诉已办结，缺「申诉结果」"


STANDINGS = tuple(Standing)
STRUCK = (Standing.UNFOUNDED, Standing.CLEARED, Standing.REVOKED)
UNKNOWN = (Standing.NO_STATUS, Standing.NO_VERIFIED, Standing.NO_OCCURRED, Standing.NO_RESULT)
_STATUS = {"属实": Standing.COUNTS, "核查中": Standing.PENDING, "未查实不能排除": Standing.UNPROVEN,
           "不实": Standing.UNFOUNDED, "已澄清": Standing.CLEARED}
_RESULTS = ("维持", "变更", "撤销")


@dataclass(frozen=True)
class Events:
    """One array per thing known of the events, in the ledger's order.

    Days are integers (`NO_DAY`: empty). *standing* are places in `STANDINGS`; *changed*: the appeal ended in 变更 by the
    day of judgement; *exempted*: 容错认定 is 是 (empty: nobody has decided so, which is no exemption); *recorded*: 现扣分.
    """

    frame: pd.DataFrame
    occurred: np.ndarray
    verified: np.ndarray
    appealed: np.ndarray
    closed: np.ndarray
    standing: np.ndarray
    changed: np.ndarray
    exempted: np.ndarray
    recorded: np.ndarray

    def is_in(self, *kinds: Standing) -> np.ndarray:
        """Return whether each event's standing is one of *kinds*."""
        return _one_of(kinds)[self.standing]

    @property
    def appeal_counts(self) -> np.ndarray:
        """Whether an open appeal against the event freezes: only for events that stand as verified."""
        return self.is_in(Standing.COUNTS, Standing.NO_RESULT, Standing.NO_VERIFIED, Standing.NO_OCCURRED)


def _one_of(kinds: tuple[Standing, ...]) -> np.ndarray:
    return np.array([kind in kinds for kind in STANDINGS])


def read_events(frame: pd.DataFrame, as_of: date) -> Events:
    """Return the arrays of the frame of warning_events as known on *as_of*.

    An appeal closed by then with 撤销 strikes the event, as 不实 and 已澄清 do; 变更 puts 现扣分 in force. Raises `BadInput`
    for a clue status or an appeal result outside the lists, and for an appeal closed before it was made.
    """
    days = {name: _days(frame, name) for name in ("occurred_on", "verified_on", "appealed_on", "appeal_closed_on")}
    _check_appeals(frame, days["appealed_on"], days["appeal_closed_on"])
    standing = _standing(frame, days)
    ended = (days["appealed_on"] != NO_DAY) & (days["appeal_closed_on"] != NO_DAY) & (days["appeal_closed_on"] <= day_number(as_of))
    result = _codes(frame, "appeal_result", "申诉结果", _RESULTS)
    live = standing == STANDINGS.index(Standing.COUNTS)
    standing[live & ended & (result < 0)] = STANDINGS.index(Standing.NO_RESULT)
    revoked = ended & (result == _RESULTS.index("撤销"))
    standing[revoked & ~_one_of(STRUCK)[standing]] = STANDINGS.index(Standing.REVOKED)
    changed = ended & (result == _RESULTS.index("变更"))
    return Events(frame, days["occurred_on"], days["verified_on"], days["appealed_on"], days["appeal_closed_on"],
                  standing, changed, _flag(frame, "exempted"), _numbers(frame, "points"))


def _standing(frame: pd.DataFrame, days: dict[str, np.ndarray]) -> np.ndarray:
    places = np.array([*(STANDINGS.index(k) for k in _STATUS.values()), STANDINGS.index(Standing.NO_STATUS)], dtype=np.int8)
    found = places[_codes(frame, "clue_status", "核查结论", tuple(_STATUS))]
    counts = found == STANDINGS.index(Standing.COUNTS)
    found[counts & (days["verified_on"] == NO_DAY)] = STANDINGS.index(Standing.NO_VERIFIED)
    found[counts & (days["occurred_on"] == NO_DAY)] = STANDINGS.index(Standing.NO_OCCURRED)
    return found


def _codes(frame: pd.DataFrame, name: str, header: str, options: tuple[str, ...]) -> np.ndarray:
    """Return the place of every cell in *options*, -1 where it is empty; `BadInput` for another word."""
    if name not in frame.columns:
        return np.full(len(frame), -1)
    coded = frame[name].astype("category").cat.remove_unused_categories()
    words = [str(c) for c in coded.cat.categories]
    for word in words:
        if word not in options:
            raise BadInput(f"「{header}」的值「{word}」不在可选范围内", where="预警事件", mend="改用以下之一：" + "、".join(options))
    return np.array([*(options.index(w) for w in words), -1])[coded.cat.codes.to_numpy()]


def _check_appeals(frame: pd.DataFrame, appealed: np.ndarray, closed: np.ndarray) -> None:
    wrong = (closed != NO_DAY) & ((appealed == NO_DAY) | (closed < appealed))
    if wrong.any():
        name = frame["event_id"].iloc[int(np.flatnonzero(wrong)[0])]
        raise BadInput(f"事件 {name} 的申诉办结日期早于申诉日期，或没有申诉日期", where="预警事件", mend="核对「申诉日期」和「申诉办结日期」")


def _days(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        return np.full(len(frame), NO_DAY)
    return pd.to_datetime(frame[name]).to_numpy(dtype="datetime64[ns]").astype("datetime64[D]").astype(np.int64)


def _flag(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return frame[name].astype("boolean").fillna(False).to_numpy(dtype=bool)


def _numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype="float64", na_value=np.nan)
