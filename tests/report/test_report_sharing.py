"""What reports share is found by content only, and never changes what a report says."""

import math
import time

import pandas as pd
import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.report import sharing
from fangkong_lab.report.sharing import Common

CALLS: list[str] = []


def slow(frame: pd.DataFrame, factor: int = 1) -> float:
    """A pure function that counts how often it is really run."""
    CALLS.append("run")
    time.sleep(0.002)
    if factor < 0:
        raise BadInput("负数")
    return math.fsum(frame["a"]) * factor


def one(common: Common):
    """Another process in miniature: the same function behind its own knowledge."""
    return common._sharing(slow, "slow")


FRAME = pd.DataFrame({"a": [1.0, 2.0]})


@pytest.fixture(autouse=True)
def uncounted():
    CALLS.clear()


def test_a_child_finds_what_another_worked_out(tmp_path):
    first, nursery, second = Common(), Common(), Common()
    for each in (first, nursery, second):
        each.know({"t": FRAME})
    assert one(first)(FRAME, factor=3) == 9.0
    first.hand_over(tmp_path / "common")
    nursery.take_over(tmp_path / "common")
    second.held = dict(nursery.held)
    assert one(second)(FRAME, factor=3) == 9.0
    assert CALLS == ["run"]
    assert one(second)(FRAME, factor=4) == 12.0
    assert one(second)(FRAME.assign(a=0.0), factor=3) == 0.0, "another frame by content"
    assert CALLS == ["run"] * 3


def test_nothing_outlives_its_snapshot():
    common = Common()
    common.know({"t": FRAME})
    assert one(common)(FRAME) == 3.0
    changed = FRAME.assign(a=[5.0, 5.0])
    common.know({"t": changed})
    assert one(common)(changed) == 10.0
    assert CALLS == ["run"] * 2


def test_errors_and_what_cannot_be_pickled_are_not_shared():
    common = Common()
    for _ in range(2):
        with pytest.raises(BadInput):
            one(common)(FRAME, factor=-1)
    assert CALLS == ["run"] * 2
    assert common._key("slow", (lambda: 1,), {}) == ""


def test_every_shared_function_exists_and_is_replaced_where_it_is_used():
    import importlib
    import sys

    for module_name, name in sharing.SHARED:
        own = getattr(importlib.import_module(module_name), name)
        assert callable(own)
        assert (sys.modules[module_name], name) in list(sharing._users(own))
