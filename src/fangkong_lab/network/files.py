"""A network to and from a folder of files: Parquet, CSV or JSON, one file per table, and what comes back is equal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.kinds import Kind
from fangkong_lab.network.build import VACANT
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.rows import Tables

if TYPE_CHECKING:
    import pandas as pd

FORMAT_VERSION = 1
_HEAD = "network.json"


class FileKind(Kind):
    """The file format of a network's folder."""

    PARQUET = "parquet", "Parquet"
    CSV = "csv", "CSV"
    JSON = "json", "JSON"


def tables_of(network: PowerNetwork) -> dict[str, pd.DataFrame]:
    """Return *network* as ledger frames; `PowerNetwork.from_tables` of them on its day gives an equal network."""
    import pandas as pd

    rows = _rows(network)
    frames = {name: pd.DataFrame(list(found), columns=list(columns)) for name, (columns, found) in rows.items()}
    return {name: _typed(frame) for name, frame in frames.items()}


_WHOLE = ("step_no", "sign_no", "need", "step_a", "step_b", "min_persons")
_FLAGS = ("external", "statutory", "independent", "works")
_NUMBERS = ("yearly_amount", "yearly_volume", "discretion", "days")


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for column in frame.columns:
        if column in ("start", "end"):
            frame[column] = pd.to_datetime(frame[column])
        elif column in _WHOLE:
            frame[column] = frame[column].astype("Int64")
        elif column in _FLAGS:
            frame[column] = frame[column].astype("boolean")
        elif column in _NUMBERS:
            frame[column] = frame[column].astype("float64")
        else:
            frame[column] = frame[column].astype(object)
    return frame


def _rows(network: PowerNetwork) -> dict[str, tuple[tuple[str, ...], Iterable[tuple[object, ...]]]]:
    held = [(x, p) for p, people in network.holders.items() for x in people]
    held += [(VACANT, p) for p in sorted(network.empty)]
    day = network.as_of.isoformat()
    flows = network.flows.values()
    return {
        "units": (("unit_id", "name", "kind"), ((u.unit_id, u.name, u.kind) for u in network.units.values())),
        "posts": (("post_id", "unit_id", "title", "reports_to", "external"),
                  ((p.post_id, p.unit_id, p.title, p.reports_to, p.external) for p in network.posts.values())),
        "occupancies": (("person_id", "post_id", "start", "end"), ((x, p, day, None) for x, p in held)),
        "flows": (("flow_id", "unit_id", "name"), ((f.flow_id, f.unit_id, f.name) for f in flows)),
        "steps": (("flow_id", "step_no", "name", "kind", "route", "statutory", "days"),
                  ((f.flow_id, s.step_no, s.name, s.kind.label, "、".join(s.routes) or None, s.statutory, s.days)
                   for f in flows for s in f.steps)),
        "sign_offs": (("flow_id", "step_no", "sign_no", "post_id", "rule", "need", "independent"),
                      ((f.flow_id, *s.key, p, s.rule.label, s.need or None, s.independent)
                       for f in flows for s in f.sign_offs for p in s.posts)),
        "incompatible_steps": (("flow_id", "step_a", "step_b"),
                               ((f.flow_id, a, b) for f in flows for a, b in f.incompatible)),
        "influences": (("from_post", "to_post", "works"), ((a, b, w) for (a, b), w in network.overrides.items())),
        "power_items": (_ITEM_COLUMNS, (_item_row(network, i) for i in network.items)),
    }


_ITEM_COLUMNS = ("item_id", "unit_id", "name", "category", "small", "flow_id", "simple_flow", "min_persons",
                 "yearly_amount", "yearly_volume", "discretion")
_SMALL = {"money": "小资金", "projects": "小项目", "procurement": "小采购"}


def _item_row(network: PowerNetwork, item_id: str) -> tuple[object, ...]:
    i = network.items[item_id]
    return (i.item_id, i.unit_id, i.name, i.category, _SMALL.get(i.domain.value), i.flow_id,
            ">".join(i.simple_flow) or None, i.min_persons, i.yearly_amount, i.yearly_volume, i.discretion)


def write_network(network: PowerNetwork, folder: Path, kind: FileKind = FileKind.PARQUET) -> Path:
    """Write *network* into *folder* (made if missing), one file per table and network.json; return the folder.

    Raises `WrongCall` for a network with faulty flows: their contradictions would be lost.
    """
    faulty = sorted(f.flow_id for f in network.flows.values() if f.faults and f.sign_offs)
    if faulty:
        raise WrongCall(f"流程图「{'、'.join(faulty)}」的行有矛盾，不能原样写出", mend="先在台账改正")
    folder.mkdir(parents=True, exist_ok=True)
    frames = tables_of(network)
    for name, frame in frames.items():
        _write(frame, folder / f"{name}.{kind.value}", kind)
    head = {"format_version": FORMAT_VERSION, "as_of": network.as_of.isoformat(), "kind": kind.value,
            "tables": sorted(frames)}
    (folder / _HEAD).write_text(json.dumps(head, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return folder


def _write(frame: pd.DataFrame, path: Path, kind: FileKind) -> None:
    if kind is FileKind.PARQUET:
        frame.to_parquet(path, index=False)
    elif kind is FileKind.CSV:
        frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
    else:
        frame.to_json(path, orient="records", force_ascii=False, date_format="iso", indent=1)


def read_network(folder: Path) -> PowerNetwork:
    """Read a network that `write_network` wrote; `BadInput` where the folder is not one or is of a later version."""
    head = _head(folder)
    kind = FileKind.read(str(head["kind"]))
    tables: Tables = {name: _typed(_read(folder / f"{name}.{kind.value}", kind)) for name in head["tables"]}
    return PowerNetwork.from_tables(tables, date.fromisoformat(str(head["as_of"])))


def _head(folder: Path) -> dict[str, Any]:
    path = folder / _HEAD
    if not path.is_file():
        raise BadInput("这里没有权力网络文件", where=str(path), mend="指向 write_network 写出的文件夹")
    head: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if head.get("format_version") != FORMAT_VERSION:
        raise BadInput(f"文件版本 {head.get('format_version')} 不认识", where=str(path), mend="升级软件后再读")
    return head


def _read(path: Path, kind: FileKind) -> pd.DataFrame:
    import pandas as pd

    if not path.is_file():
        raise BadInput("缺少一张表的文件", where=str(path), mend="重新写出整个文件夹")
    if kind is FileKind.PARQUET:
        return pd.read_parquet(path)
    if kind is FileKind.CSV:
        return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False, na_values=[""]).pipe(_flags)
    return pd.read_json(path, orient="records", dtype=False, convert_dates=False)


def _flags(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn the text of yes/no columns into truth values before they are typed."""
    for column in _FLAGS:
        if column in frame.columns:
            frame[column] = frame[column].map({"True": True, "False": False})
    return frame
