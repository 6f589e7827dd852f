"""The kernel's answers as rows of a table: one per item, named as in the JSON of `fangkong network`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from fangkong_lab.kinds import Verdict
from fangkong_lab.network.arrays_tables import Coded
from fangkong_lab.network.cells import texts
from fangkong_lab.network.kernel_rows import STATE_DONE

LEVELS = ("none", "direct", "full")
ENDS = ("low", "high")
_STATUS = (Verdict.VIOLATED, Verdict.SATISFIED, Verdict.CANNOT_TELL, Verdict.CANNOT_BE_DONE)


def _interval(name: str, found: np.ndarray) -> dict[str, pa.Array]:
    """Return the two columns of an interval; 0 means none and becomes an empty cell."""
    return {f"{name}_{end}": pa.array(found[:, i], mask=found[:, i] == 0) for i, end in enumerate(ENDS)}


def _status(rows: np.ndarray, level: int, target: int) -> pa.DictionaryArray:
    low, high = rows["kappa"][:, level, 0].astype(int), rows["kappa"][:, level, 1].astype(int)
    code = np.select([rows["state"] != STATE_DONE, high == 0, high < target, low >= target], [2, 3, 0, 1], 2)
    return pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int8)), pa.array([v.value for v in _STATUS]))


def _lists(start: np.ndarray, count: np.ndarray, values: np.ndarray, codes: pa.Array) -> pa.ListArray:
    """Return one list of codes per row: ``values[start:start + count]`` looked up in *codes*."""
    offsets = np.concatenate([[0], np.cumsum(count)])
    flat = np.repeat(start - offsets[:-1], count) + np.arange(offsets[-1])
    chosen = pa.DictionaryArray.from_arrays(pa.array(values[flat].astype(np.int32)), codes).dictionary_decode()
    return pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), chosen)


def _checks(coded: Coded, flow: np.ndarray, words: np.ndarray) -> pa.ListArray:
    """Return the idle checks of each row as a list of {step_no, sign_no}."""
    rows = np.flatnonzero(words)
    most = int(np.bitwise_or.reduce(words[rows], initial=0)).bit_length()
    bits = (words[rows, None] >> np.arange(most, dtype=np.uint64)) & np.uint64(1)
    which, bit = np.nonzero(bits)
    sign = coded.net.flow["signs"][flow[rows[which]]] + bit
    count = np.zeros(len(words), np.int64)
    count[rows] = bits.sum(axis=1)
    pairs = pa.StructArray.from_arrays([pa.array(coded.sign_step[sign].astype(np.int32)),
                                        pa.array(coded.sign_number[sign].astype(np.int32))], ["step_no", "sign_no"])
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], np.cumsum(count)]).astype(np.int32)), pairs)


def answer_rows(coded: Coded, task: np.ndarray, flow: np.ndarray, answers: np.ndarray, people: np.ndarray,
                level: int, target: int) -> pa.Table:
    """Return one row per item. *task*: item → row of *answers*; *flow*: task → flow; *people*: controllers of all tasks."""
    total = answers["soles"].astype(np.int64) + answers["others"]
    first = (np.cumsum(total) - total)[task]
    rows = answers[task]
    columns: dict[str, pa.Array] = {"item_id": texts(coded.items["item_id"]), "unit_id": texts(coded.items["unit_id"])}
    for which, name in (("kappa", "kappa"), ("whole", "kappa_whole")):
        for place, word in enumerate(LEVELS):
            columns |= _interval(f"{name}_{word}", rows[which][:, place])
    columns |= _interval("eta", rows["eta"])
    columns["status"] = _status(rows, level, target)
    columns["exact"] = pa.array(rows["outer"] == 0)
    columns["may_be_impossible"] = pa.array(rows["impossible"] > 0)
    columns["sole_controllers"] = _lists(first, rows["soles"], people, coded.persons)
    columns["possible_sole_controllers"] = _lists(first, total[task], people, coded.persons)
    columns["idle_checks"] = _checks(coded, flow[task], rows["idle"])
    return pa.table(columns)
