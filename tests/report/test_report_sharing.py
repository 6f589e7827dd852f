"""What reports share is found by content only, and never changes what a report says."""

import math
import time

import pandas as pd
import pytest

from fangkong_lab import memory
from fangkong_lab.errors import BadInput
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
    return lambda *args, **kwargs: common.answer("slow", slow, args, kwargs)


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


def test_remembered_functions_ask_the_memory_only_while_there_is_one():
    from fangkong_lab.measure.record import read_records

    frame = pd.DataFrame({"unit_id": ["U1"], "measure": ["谈话"], "value": [3.0], "count_unit": ["人次"]})
    asked: list[str] = []

    class Listening:
        def answer(self, name, own, args, kwargs):
            asked.append(name)
            return own(*args, **kwargs)

    plain = read_records(frame)
    assert asked == []
    assert plain[0].value == 3.0
    memory.keep_in(Listening())
    try:
        assert read_records(frame) == plain
    finally:
        memory.keep_in(None)
    assert asked == ["fangkong_lab.measure.record.read_records"]
    read_records(frame)
    assert len(asked) == 1


def test_every_remembered_function_is_found_by_its_name():
    import importlib

    importlib.import_module("fangkong_lab.network.graph")
    importlib.import_module("fangkong_lab.measure.summary")
    assert {n.rsplit(".", 1)[1] for n in memory.NAMES} >= {"network_of", "read_records", "funnel", "compared", "parse_yaml"}
    for name in memory.NAMES:
        module, function = name.rsplit(".", 1)
        assert callable(getattr(importlib.import_module(module), function)), name
