"""Published tables, and other packages run on a panel without random numbers.

Witnesses: every row of expected.csv that belongs to difference-in-differences or to measure (skipped where the data are not beside
the checkout); diff-diff 3.13 and pyfixest 0.60 on `evaluate_panels.clockwork`.
"""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evaluate_panels import COLUMNS, COUNTS, clockwork

from fangkong_lab import evaluate as ev

SPEC = importlib.util.spec_from_file_location("published", Path(__file__).parents[2] / "benchmarks" / "published.py")
published = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(published)
CLUSTERED = ev.Settings(inference=ev.Inference.CLUSTER)


@pytest.mark.parametrize(("name", "provider", "rows"), [
    ("mpdta.csv", "mpdta", 33), ("castle.csv", "castle", 11), ("prop99.csv", "california", 1),
    ("child_heart_surgery_1991_95.csv", "hospitals", 3), ("nc_sids.csv", "counties", 4)])
def test_published_rows(evaluation_data, name, provider, rows):
    expected = evaluation_data("expected.csv").query("dataset == @name")
    left = {}
    for row in expected.itertuples():
        left.setdefault((row.method, row.quantity), []).append((row.value, row.abs_tol))
    found = list(getattr(published, provider)(evaluation_data(name)))
    assert len(found) == rows
    for method, quantity, value in found:
        wanted, tolerance = left[method, quantity].pop(0)
        assert abs(value - wanted) <= tolerance * (1 + 1e-9) + 1e-12, (method, quantity)


@pytest.fixture(scope="module")
def clock() -> ev.Panel:
    return ev.Panel.read(clockwork(), COLUMNS)


@pytest.mark.parametrize(("controls", "estimate", "error"), [
    (ev.Controls.NEVER, 1.1533333333333333, 0.4802879962427181), (ev.Controls.NOT_YET, 1.1914285714285717, 0.4668431757758227)])
def test_callaway_santanna_as_diff_diff(clock, controls, estimate, error):
    made = ev.staggered(clock, replace(CLUSTERED, controls=controls))
    assert (made.estimate, made.standard_error) == pytest.approx((estimate, error), rel=1e-12)


def test_imputation_as_diff_diff(clock):
    """diff-diff stops its alternating projections at about ten figures."""
    made = ev.imputation(clock, CLUSTERED)
    assert (made.estimate, made.standard_error) == pytest.approx((1.3184126986964224, 0.3173394831761853), rel=1e-8)


def test_sun_abraham_and_bacon_as_diff_diff(clock):
    assert ev.sun_abraham(clock, CLUSTERED).estimate == pytest.approx(1.153333333333334, rel=1e-12)
    made = ev.goodman_bacon(clock)
    assert (made.estimate, made.forbidden) == pytest.approx((1.2357753357753358, 0.05128205128205129), rel=1e-12)


def test_regressions_as_pyfixest(clock):
    """Estimates only: pyfixest's clustered standard error with two absorbed effects depends on PYTHONHASHSEED."""
    assert ev.two_way(clock, CLUSTERED).estimate == pytest.approx(1.2357753357753358, rel=1e-12)
    counts = ev.poisson(ev.Panel.read(clockwork(), COUNTS), CLUSTERED)
    assert np.log(counts.estimate) == pytest.approx(-0.12913063907125127, abs=1e-10)


def test_event_study_has_the_long_differences(clock):
    """Before the start the base is the last period before it, so the path at −2 is minus the varying-base effect at −1."""
    long = ev.event_study(clock, CLUSTERED).detail().set_index("距试点起始")["效应"]
    short = ev.staggered(clock, CLUSTERED, by=ev.By.DYNAMIC).detail().set_index("距试点起始")["效应"]
    assert long[-2] == pytest.approx(-short[-1], abs=1e-12)
    assert long[0] == pytest.approx(short[0], abs=1e-12)
