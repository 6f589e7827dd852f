"""A request is refused, with the near match named, before papermill sees it."""

from datetime import date

import pytest

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.report.request import Parameter, Template, make_request
from fangkong_lab.report.templates import SOURCE, TEMPLATES, all_requests, template_named


def units(workspace):
    return {"U01": "模拟县财政局", "U02": "模拟县林业局"}


UNIT = Template("unit", "单位报告", "unit.ipynb", "{unit_id}评估报告", (
    Parameter("unit_id", "单位", str, choices=units),
    Parameter("as_of", "评估日期", date),
    Parameter("top", "列出项数", int, default=10),
    Parameter("share", "份额", float, default=0.5),
    Parameter("draft", "征求意见稿", bool, default=False),
))
GOOD = {"unit_id": "U01", "as_of": "2016-12-31"}


def test_values_are_json_safe_and_ordered(workspace):
    request = make_request(UNIT, GOOD | {"as_of": date(2016, 12, 31), "share": 1}, workspace)
    assert request.values == (("unit_id", "U01"), ("as_of", "2016-12-31"), ("top", 10), ("share", 1.0), ("draft", False))
    assert request.title == "模拟县财政局评估报告"


def test_label_stands_for_code(workspace):
    assert make_request(UNIT, GOOD | {"unit_id": "模拟县林业局"}, workspace).parameters()["unit_id"] == "U02"


@pytest.mark.parametrize(("change", "kind", "words"), [
    ({"unitid": "U01"}, WrongCall, ["没有参数「unitid」", "unit_id"]),
    ({"unit_id": "模拟县财正局"}, BadInput, ["模拟县财正局", "是否为「模拟县财政局」"]),
    ({"unit_id": 1}, WrongCall, ["不是文字", "单位（unit_id）"]),
    ({"top": "10"}, WrongCall, ["不是整数", "列出项数"]),
    ({"top": True}, WrongCall, ["不是整数"]),
    ({"draft": 1}, WrongCall, ["不是是/否"]),
    ({"share": "一半"}, WrongCall, ["不是数"]),
    ({"as_of": "去年"}, BadInput, ["去年", "2016-09-30"]),
])
def test_wrong_values(workspace, change, kind, words):
    with pytest.raises(kind) as caught:
        make_request(UNIT, GOOD | change, workspace)
    assert all(word in str(caught.value) for word in words)


def test_missing_required(workspace):
    with pytest.raises(WrongCall, match="缺少必填参数"):
        make_request(UNIT, {"unit_id": "U01"}, workspace)


def test_requests_are_frozen_values(workspace):
    request = make_request(UNIT, GOOD, workspace)
    assert request == make_request(UNIT, dict(reversed(GOOD.items())), workspace)
    with pytest.raises(AttributeError):
        request.title = "x"


def test_unknown_template_and_model(workspace):
    with pytest.raises(WrongCall, match="source"):
        template_named("sorce")
    with pytest.raises(BadInput, match="是否为「沙洋」"):
        make_request(SOURCE, {"model": "沙样"}, workspace)


def test_all_shipped_models_are_asked_for(workspace):
    models = [r.parameters()["model"] for r in all_requests(workspace) if r.template is TEMPLATES["source"]]
    assert models == ["五小", "扬中", "宁国", "沙洋", "瑞安"]
