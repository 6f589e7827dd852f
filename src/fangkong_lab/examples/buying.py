"""Contracts, a few of them one purchase split into parts that each stay under the tender limit of 200万元."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from fangkong_lab.examples.office import Office
from fangkong_lab.examples.scene import Scene
from fangkong_lab.streams import stream

LIMIT = 200.0
CONTRACTS_PER_UNIT_YEAR = 4
SPLIT_UNITS = (1, 5, 7, 8, 9)
_KINDS = ("施工", "货物", "服务")


def contract_rows(scene: Scene) -> tuple[list[tuple[object, ...]], list[list[str]]]:
    """Return the rows of the table of contracts and the planted splits as lists of contract codes.

    A split: one unit, one supplier, one kind, one batch, signed within forty days, each price under 200万元, together
    over it, none by open tender. No other contracts share unit, supplier and batch, except pairs that stay under the
    limit together.
    """
    rows: list[tuple[object, ...]] = []
    splits: list[list[str]] = []
    for office in scene.offices:
        rows += [row for year in scene.period.years for k in range(CONTRACTS_PER_UNIT_YEAR)
                 for row in _plain(scene, office, year, k)]
        if office.number in SPLIT_UNITS or len(scene.offices) <= min(SPLIT_UNITS):
            parts = _split(scene, office)
            rows += parts
            splits.append([str(r[0]) for r in parts])
    return rows, splits


def _plain(scene: Scene, office: Office, year: int, k: int) -> list[tuple[object, ...]]:
    draw = stream(scene.seed, "contract", office.unit_id, year, k)
    estimate = round(float(draw.lognormal(4.2, 1.0)), 1)
    code, supplier = f"H{office.number + 1:02d}{year}{k + 1:02d}", f"GYS{int(draw.integers(1, 400)):03d}"
    on = scene.period.day(draw, date(year, 1, 10), date(year, 11, 30))
    kind = _KINDS[int(draw.choice(3, p=(0.5, 0.3, 0.2)))]
    batch = f"{year}-{k + 1}"
    method = "公开招标" if estimate >= LIMIT else ("竞争性谈判", "询价", "邀请招标")[int(draw.integers(3))]
    price = round(estimate * float(draw.uniform(0.88, 0.99)), 2)
    row = (code, office.unit_id, kind, estimate, price, method, LIMIT, supplier, batch, on)
    if estimate < LIMIT / 4 and draw.random() < 0.3:
        # A second small contract of the same batch: together still under the limit, so not a split.
        return [row, (code + "B", office.unit_id, kind, estimate, price, method, LIMIT, supplier, batch, on + timedelta(days=9))]
    return [row]


def _split(scene: Scene, office: Office) -> list[tuple[object, ...]]:
    draw = stream(scene.seed, "split", office.unit_id)
    year = scene.period.last - int(draw.integers(min(3, len(scene.period.years))))
    start, parts = scene.period.day(draw, date(year, 3, 1), date(year, 9, 30)), int(draw.integers(2, 5))
    supplier = f"GYS{500 + office.number:03d}"
    return [_part(office, f"H{office.number + 1:02d}{year}9{k + 1}", supplier, f"{year}-9", start + timedelta(days=12 * k), draw)
            for k in range(parts)]


def _part(office: Office, code: str, supplier: str, batch: str, on: date, draw: np.random.Generator) -> tuple[object, ...]:
    estimate = round(float(draw.uniform(150, 199)), 1)
    price = round(estimate * float(draw.uniform(0.95, 0.99)), 2)
    return (code, office.unit_id, "施工", estimate, price, "竞争性谈判", LIMIT, supplier, batch, on)
