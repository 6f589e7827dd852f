"""The kernel's answers in the shape of `brute.brute`, so that the two can be held against each other."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fangkong_lab.network.arrays_tables import Coded, code_tables, from_frames
from fangkong_lab.network.kernel import Tasks, solve
from fangkong_lab.network.kernel_answer import ASK_ALL
from fangkong_lab.network.kernel_rows import STATE_DONE, STATE_UNSIGNED

LEVELS = ("none", "direct", "full")
TABLES = ("posts", "occupancies", "flows", "steps", "sign_offs", "incompatible_steps", "power_items")
COMPARED = ("kappa", "kappa_whole", "eta", "may_be_impossible", "sole_controllers", "possible_sole_controllers",
            "idle_checks")


def kernel_answers(tables, day: date, influence: str = "direct", whole: bool = True, threads: int = 1):
    """Return per item the kernel's state and, where it is done, the compared quantities."""
    coded = code_tables(from_frames(tables), day, whole)
    tasks = Tasks(coded.flow, coded.least, LEVELS.index(influence), ASK_ALL)
    table, people = solve(coded.net, coded.offices.openings, tasks, threads)
    names = coded.persons.to_pylist()
    first = np.cumsum(table["soles"] + table["others"]) - (table["soles"] + table["others"])
    return {item: _document(coded, task, table[task], [names[p] for p in people[first[task]:]])
            for task, item in enumerate(coded.items["item_id"].to_pylist())}


def _document(coded: Coded, task: int, row, people):
    state = int(row["state"])
    if state == STATE_UNSIGNED:
        return {"state": state, "kappa": None, "kappa_whole": None, "eta": None, "may_be_impossible": False,
                "sole_controllers": [], "possible_sole_controllers": [], "idle_checks": []}
    if state != STATE_DONE:
        return {"state": state}
    sign = int(coded.net.flow["signs"][coded.flow[task]])
    idle = [[int(coded.sign_step[sign + i]), int(coded.sign_number[sign + i])] for i in range(64)
            if int(row["idle"]) >> i & 1]
    soles = people[:row["soles"]]
    return {"state": state, "kappa": _profile(row["kappa"]), "kappa_whole": _profile(row["whole"]),
            "eta": row["eta"].tolist() if row["eta"][0] else None, "may_be_impossible": bool(row["impossible"]),
            "sole_controllers": soles, "idle_checks": idle,
            "possible_sole_controllers": sorted(people[:row["soles"] + row["others"]])}


def _profile(rows):
    return {level: rows[i].tolist() for i, level in enumerate(LEVELS)} if rows[0][0] else None


def differences(found, expected, name):
    """Return one line per compared quantity that differs between two sets of documents."""
    assert sorted(found) == sorted(expected)
    lines = []
    for item, answer in found.items():
        for key in COMPARED:
            wanted = expected[item][key]
            if key.startswith("kappa") and wanted is not None:
                wanted = {level: wanted[level] for level in LEVELS}
            if answer.get(key, answer["state"]) != wanted:
                lines.append(f"{name} {item} {key}: {answer.get(key, answer['state'])} ≠ {wanted}")
    return lines


def documents(path):
    """Return the result rows in the shape of the JSON document's items."""
    found = {}
    for row in pq.read_table(path).to_pylist():
        def ends(name, row=row):
            low, high = row[f"{name}_low"], row[f"{name}_high"]
            return None if low is None else [low, high]

        profiles = {name: {level: ends(f"{name}_{level}") for level in LEVELS} for name in ("kappa", "kappa_whole")}
        found[row["item_id"]] = {
            **{name: None if profile["none"] is None else profile for name, profile in profiles.items()},
            "eta": ends("eta"), "may_be_impossible": row["may_be_impossible"], "status": row["status"],
            "sole_controllers": row["sole_controllers"], "exact": row["exact"], "state": 0,
            "possible_sole_controllers": sorted(row["possible_sole_controllers"]),
            "idle_checks": [[c["step_no"], c["sign_no"]] for c in row["idle_checks"]]}
    return found


def unit_frames(folder, unit):
    """Return the frames of one unit of a nation written to *folder*, as a workbook of it would give them."""
    tables = {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}
    kept = {name: tables[name].filter(pc.equal(tables[name]["unit_id"].cast(pa.string()), unit))
            for name in ("posts", "flows", "power_items")}
    for name, key, of in (("occupancies", "post_id", "posts"), ("steps", "flow_id", "flows"),
                          ("sign_offs", "flow_id", "flows"), ("incompatible_steps", "flow_id", "flows")):
        kept[name] = tables[name].filter(pc.is_in(tables[name][key].cast(pa.string()), kept[of][key].combine_chunks()))
    frames = {name: table.to_pandas() for name, table in kept.items()}
    for frame in frames.values():
        for column in frame.select_dtypes("category"):
            frame[column] = frame[column].astype(object)
    frames["sign_offs"]["need"] = pd.NA
    spans = frames["occupancies"]
    spans["start"], spans["end"] = pd.to_datetime(spans["start"]), pd.to_datetime(spans["end"])
    return frames
