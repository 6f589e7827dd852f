"""The small tables beside figures.csv: every id exists, every chart has one unit of count, every sum holds."""

import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.ledger import figures
from fangkong_lab.show import canvas, sources

MODELS = ("五小", "扬中", "宁国", "沙洋", "瑞安")


def test_models_in_document_order():
    assert tuple(figures.models()) == MODELS
    assert [figures.document_of(m) for m in MODELS] == ["000", "001", "002", "003", "004"]


@pytest.mark.parametrize("model", MODELS)
def test_groups_share_one_unit_as_printed(model):
    rows = figures.figures(model).set_index("figure_id")
    for group in figures.groups(model).values():
        assert set(rows.loc[group["figure_id"], "count_unit"]) <= set(group["count_unit"]) | {"名", "家"}
        assert len(group) >= 2
        assert group["value"].notna().all()


@pytest.mark.parametrize("model", MODELS)
def test_limits_name_figures_of_their_own_document(model):
    known = set(figures.figures(model)["figure_id"])
    rows = figures.limits(model)
    assert len(rows)
    assert all(set(ids.split("、")) <= known for ids in rows["figure_ids"])


def test_sums_hold_as_counted_by_hand():
    """domain.md §2.6: 129, 285, 213, 67, 82."""
    assert [c.total for c in figures.sums("沙洋")] == [129, 285, 213, 67, 82]
    assert all(c.holds for c in figures.sums())
    assert not figures.SumCheck("x", "a", 5, (("b", 2), ("c", 2))).holds


def test_unknown_model_is_named():
    with pytest.raises(BadInput, match="瑞安"):
        figures.figures("瑞按")


def test_chart_shows_what_was_printed():
    chart = sources.group_chart("五小", "wx-talks")
    assert list(chart.table()["数值"]) == [3763, 394]
    assert "3763人(次)" in chart.sentence().replace("（", "(").replace("）", ")")
    assert chart.png.startswith(b"\x89PNG")
    assert chart.png == sources.group_chart("五小", "wx-talks").png


def test_every_character_of_the_data_has_a_glyph():
    """Rare characters of names must not be boxes; 喆龑㙍 are the ones offices meet."""
    text = "喆龑㙍" + "".join("".join(map(str, figures.figures(m).to_numpy().ravel())) for m in MODELS)
    assert canvas.missing_glyphs(text) == ""
    assert canvas.missing_glyphs("\ue000") == "\ue000"


def test_whole_years_and_missing_periods_are_said():
    periods = set(sources.figure_table("瑞安").table()["期间"])
    assert {"2017年", "未载"} <= periods
