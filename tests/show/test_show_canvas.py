"""A chart's picture is what matplotlib's own `savefig` gives, drawn once; numbers stand where they belong."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from fangkong_lab.show.canvas import DPI, canvas, png
from fangkong_lab.show.numerals import write_numbers


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int)


def drawn(write) -> bytes:
    with canvas(60, columns=2) as (figure, axes):
        axes[0].barh(["民政局", "财政局"], [3, 5], label="事项")
        axes[0].set_xlabel("事项数（项）")
        axes[0].legend(loc="lower left", bbox_to_anchor=(0, 1.0))
        axes[1].plot([1, 2, 3], [1, 4, 9])
        return write(figure)


def saved(figure) -> bytes:
    sink = BytesIO()
    figure.savefig(sink, format="png", dpi=DPI)
    return sink.getvalue()


def test_the_picture_is_that_of_savefig_and_the_same_each_time():
    ours = drawn(png)
    assert np.array_equal(pixels(ours), pixels(drawn(saved)))
    assert drawn(png) == ours
    assert Image.open(BytesIO(ours)).info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)


def centre_of_ink(write) -> tuple[float, float]:
    with canvas(50) as (figure, axes):
        figure.set_layout_engine(None)
        axes[0].set_position((0, 0, 1, 1))
        axes[0].set(xlim=(0, 10), ylim=(0, 10), xticks=[], yticks=[])
        axes[0].axis("off")
        write(axes[0])
        dark = pixels(png(figure)).sum(axis=2) < 500
    rows, columns = np.nonzero(dark)
    return float((columns.min() + columns.max()) / 2 / dark.shape[1] * 10), float(10 - (rows.min() + rows.max()) / 2 / dark.shape[0] * 10)


def test_numbers_are_centred_on_their_places_and_lifted_by_points():
    assert centre_of_ink(lambda a: write_numbers(a, [(3, 7, "12")], 12)) == pytest.approx((3, 7), abs=0.06)
    low, high = (centre_of_ink(lambda a, up=up: write_numbers(a, [(3, 5, "8")], 12, lift=up)) for up in (0, 20))
    assert high[1] - low[1] == pytest.approx(20 / 72 / (50 / 25.4) * 10, abs=0.05)
    with canvas(20) as (_, axes):
        write_numbers(axes[0], [], 6)
        assert not axes[0].collections
