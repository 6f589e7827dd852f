"""拆分规避招标: contracts of one batch, each under the open-tender limit, together not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from fangkong_lab.network.patterns.parameter import Settings, Value
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, OUT, Instance, Subject, Witness
from fangkong_lab.network.rows import Row

OPEN_TENDER = "公开招标"
SUPPLIER = "供应商"
_COLUMNS = ("contract_id", "unit_id", "kind", "estimate", "method", "limit", "supplier", "batch", "signed_on")


@dataclass(frozen=True)
class _Group:
    unit_id: str
    contracts: tuple[Row, ...]
    batched: bool

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted(str(r["contract_id"]) for r in self.contracts))


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge groups of contracts of one unit with the same supplier or kind, in one batch or one window of days.

    Contracts by open tender, or not under their limit, stand alone. A group of two or more that together reach the limit
    is 不达标 (a lead to be looked into, not a finding), below it 达标; 不能判定 where an estimate, limit or batch is missing.
    """
    limit = settings.value("limit")
    rows = [{**r, "limit": limit if r["limit"] is None else r["limit"], "signed_on": _day(r["signed_on"])}
            for r in study.rows("contracts", *_COLUMNS)]
    mine = [r for r in rows if study.unit in (None, r["unit_id"]) and r["signed_on"] is not None and r["signed_on"] <= study.as_of]
    small = [r for r in mine if _may_be_small(r, settings)]
    rest = {str(r["contract_id"]) for r in small}
    for row in mine:
        if str(row["contract_id"]) not in rest:
            yield _alone(row, "公开招标，或估算价不在限额以下（或离限额较远）")
    column, label = ("supplier", "供应商代号") if settings.word("same") == SUPPLIER else ("kind", "类别")
    for row in (r for r in small if not r[column]):
        yield Instance(str(row["contract_id"]), str(row["unit_id"]), OPEN, f"{label}未载", Witness(rows=(str(row["contract_id"]),)),
                       (f"项目采购 › {row['contract_id']} › {label}",))
    for group in _groups([r for r in small if r[column]], column, settings.value("days")):
        yield _judged(group)


def _may_be_small(row: Row, settings: Settings) -> bool:
    if row["method"] == OPEN_TENDER:
        return False
    if row["estimate"] is None or row["limit"] is None:
        return True
    near = settings.value("near")
    return row["estimate"] < row["limit"] and not (isinstance(near, float) and row["estimate"] < near * row["limit"])


def _groups(rows: list[Row], same: str, days: Value | None) -> Iterator[_Group]:
    keyed: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        batch = None if isinstance(days, float) else row["batch"] or f"{row['signed_on'].year}年"
        keyed.setdefault((row["unit_id"], row[same], batch), []).append(row)
    for key in sorted(keyed, key=str):
        listed = sorted(keyed[key], key=lambda r: (r["signed_on"], str(r["contract_id"])))
        parts = _windows(listed, int(days)) if isinstance(days, float) else [listed]
        for part in parts:
            yield _Group(str(key[0]), tuple(part), isinstance(days, float) or all(r["batch"] for r in part))


def _windows(rows: list[Row], days: int) -> Iterator[list[Row]]:
    """Cut rows in order of date: a window holds what was signed within *days* of its first contract.

    Of all ways to place windows the one with the largest sum goes first, so that no split hides across a cut.
    """
    left = list(rows)
    while left:
        spans = [[r for r in left if first["signed_on"] <= r["signed_on"] <= first["signed_on"] + timedelta(days=days)] for first in left]
        best = max(spans, key=lambda span: (sum(r["estimate"] or 0 for r in span), len(span)))
        yield best
        left = [r for r in left if r not in best]


def _judged(group: _Group) -> Instance:
    first, total = group.codes[0], sum(r["estimate"] or 0 for r in group.contracts)
    if len(group.contracts) == 1:
        return _alone(group.contracts[0], "同批没有第二份")
    witness = Witness(rows=group.codes)
    limits = [r["limit"] for r in group.contracts if r["limit"] is not None]
    settle = [f"项目采购 › {r['contract_id']} › {label}" for r in group.contracts
              for column, label in (("estimate", "估算价"), ("limit", "适用限额")) if r[column] is None]
    many = f"{len(group.contracts)}份估算价合计{total:g}万元"
    if limits and len(limits) == len(group.contracts) and total >= max(limits):
        if group.batched:
            return Instance(first, group.unit_id, BAD, f"每份低于限额，{many}，不低于限额{max(limits):g}万元，未公开招标，待核实是否拆分", witness)
        settle += [f"项目采购 › {r['contract_id']} › 年度批次" for r in group.contracts if not r["batch"]]
        return Instance(first, group.unit_id, OPEN, f"{many}，是否同一批次未载", witness, tuple(settle))
    if settle or (limits and total >= min(limits)):
        return Instance(first, group.unit_id, OPEN, f"{many}，估算价或限额未载或不一", witness, tuple(settle))
    return Instance(first, group.unit_id, GOOD, f"{many}，仍在限额以下", witness)


def _alone(row: Row, why: str) -> Instance:
    return Instance(str(row["contract_id"]), str(row["unit_id"]), OUT, why)


def _day(value: object) -> date | None:
    return value.date() if hasattr(value, "date") else value  # type: ignore[return-value]


RECIPE = Recipe("split_tender", Subject.CONTRACTS, examine, ("contracts",), inner=True)
