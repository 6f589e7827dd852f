"""Made-up panels for the tests of difference-in-differences, and slow obvious estimators to hold the fast ones against."""

import numpy as np
import pandas as pd

from fangkong_lab.evaluate.panel import Columns, Panel


def frame(units: int = 24, periods: int = 7, seed: int = 0, starts: tuple[int, ...] = (3, 5), counts: bool = False) -> pd.DataFrame:
    """A balanced frame with cohorts *starts* and as many never-treated units as treated ones."""
    rng = np.random.default_rng(seed)
    options = [*starts, *[periods] * len(starts)]
    start = np.array([options[i % len(options)] for i in range(units)])
    y = rng.normal(size=(units, 1)) + rng.normal(size=(units, periods)).cumsum(axis=1) * 0.4 + 0.5 * (np.arange(periods) >= start[:, None])
    people = np.repeat(rng.uniform(50, 400, size=(units, 1)), periods, axis=1)
    made = pd.DataFrame({"unit": np.repeat([f"u{i:03}" for i in range(units)], periods), "year": np.tile(2010 + np.arange(periods), units),
                         "y": y.ravel(), "start": np.repeat(np.where(start < periods, 2010.0 + start, np.nan), periods)})
    if counts:
        made["people"] = people.ravel()
        made["n"] = rng.poisson(people * np.exp(-3 + 0.3 * y)).ravel()
    return made


COLUMNS = Columns("y", "unit", "year", "start")
COUNTS = Columns("n", "unit", "year", "start", "people")


def panel(**options) -> Panel:
    made = frame(**options)
    return Panel.read(made, COUNTS if options.get("counts") else COLUMNS)


def dummies(made: Panel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unit and period dummies (one period left out), treatment and outcome of the cells that are there, row by row."""
    i, t = np.nonzero(made.present)
    units = (i[:, None] == np.arange(made.n_units)).astype(float)
    periods = (t[:, None] == np.arange(1, made.n_periods)).astype(float)
    return np.column_stack([units, periods]), made.intensity()[i, t], made.rates()[i, t]


def dummy_regression(made: Panel) -> tuple[float, float]:
    """Two-way estimate and CRV1 standard error (k counts slope, period dummies, constant) by ordinary least squares."""
    z, x, y = dummies(made)
    design = np.column_stack([x, z])
    beta = np.linalg.lstsq(design, y, rcond=None)[0]
    left = y - design @ beta
    bread = np.linalg.inv(design.T @ design)
    groups = made.cluster[np.nonzero(made.present)[0]]
    meat = sum(np.outer(s, s) for g in np.unique(groups) for s in [design[groups == g].T @ left[groups == g]])
    count = len(np.unique(groups))
    factor = count / (count - 1) * (len(y) - 1) / (len(y) - made.n_periods - 1)
    return float(beta[0]), float(np.sqrt((bread @ meat @ bread)[0, 0] * factor))


def clockwork() -> pd.DataFrame:
    """A panel without random numbers: 12 units, 6 periods, starts in periods 3, 4 or never. Other packages were run on it."""
    rows = []
    for i in range(12):
        start = (3, 4, None)[i % 3] if i < 9 else None
        for t in range(6):
            active = start is not None and t >= start
            y = ((i * 37 + t * 17 + i * t * 11) % 23) / 7 + i / 3 + (0.8 + 0.1 * t) * active
            n = 8 + (i * 5 + t * 7 + i * t * 3) % 13 + i - 3 * active
            rows.append((f"u{i:02}", 2010 + t, y, n, 100.0 + 10 * i, np.nan if start is None else 2010.0 + start))
    return pd.DataFrame(rows, columns=["unit", "year", "y", "n", "people", "start"])
