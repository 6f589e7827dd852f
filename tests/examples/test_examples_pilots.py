"""The made-up region of pilots: what is planted is there, equal seeds are equal, the scene is checked."""

from datetime import date

import pandas as pd
import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.examples.pilots import MEASURES, PilotScene, pilot_region
from fangkong_lab.measure.record import read_records


def test_equal_seeds_are_equal_and_others_are_not():
    first, again, other = pilot_region(3), pilot_region(3), pilot_region(4)
    for name in ("units", "outcomes"):
        pd.testing.assert_frame_equal(first.tables[name], again.tables[name])
    assert not first.tables["outcomes"]["value"].equals(other.tables["outcomes"]["value"])


def test_every_county_has_every_period_and_says_that_it_is_made_up():
    tables = pilot_region(1).tables
    assert len(tables["outcomes"]) == 40 * 16 * len(MEASURES)
    assert tables["units"]["name"].str.contains("模拟").all()
    assert tables["outcomes"]["source"].str.contains("模拟").all()
    assert len(read_records(tables["outcomes"])) == len(tables["outcomes"])


def test_the_batches_are_as_asked():
    adopted = pilot_region(1).tables["units"]["adopted_on"].dropna().dt.date
    assert adopted.value_counts().to_dict() == {date(2014, 1, 1): 6, date(2015, 1, 1): 6, date(2016, 1, 1): 4}


@pytest.mark.parametrize("measure", MEASURES, ids=lambda m: m.name)
def test_the_planted_effect_is_in_the_means(measure):
    """Over 30 regions without trend, with one start: pilots after ÷ before against the others' own ratio."""
    scene, sums = PilotScene(counties=10, batches=((5, date(2014, 1, 1)),), trend=1.0, months=12), {}
    for seed in range(30):
        region = pilot_region(seed, scene)
        rows = region.tables["outcomes"].query("measure == @measure.name")
        pilot = rows["unit_id"].isin(region.truth["adopted"])
        late = pd.to_datetime(rows["period_start"]) >= "2014-01-01"
        for key, value in rows["value"].groupby([pilot.to_numpy(), late.to_numpy()]).sum().items():
            sums[key] = sums.get(key, 0) + value
    found = sums[True, True] / sums[True, False] / (sums[False, True] / sums[False, False])
    assert found == pytest.approx(measure.effect, rel=0.05)


@pytest.mark.parametrize("wrong", [{"counties": 5}, {"months": 5}, {"first": 2020}, {"dispersion": 0.5}])
def test_impossible_scenes_are_refused(wrong):
    with pytest.raises(BadInput):
        PilotScene(**wrong)
