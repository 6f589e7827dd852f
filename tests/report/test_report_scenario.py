"""The scenario report through papermill: what it leads with, its marks, and that its assumptions' echoes stay out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangkong_lab.errors import FangkongError, WrongCall
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.templates import all_requests, scenario_requests

SOUND = Path(__file__).parents[1] / "simulate" / "sound.yaml"


def test_a_scenario_is_checked_before_anything_runs(workspace, tmp_path):
    with pytest.raises(WrongCall, match="twelve_points"):
        scenario_requests(workspace, "twelve_point")
    broken = tmp_path / "broken.yaml"
    broken.write_text(SOUND.read_text(encoding="utf-8").replace("id: sound", "id: broken").replace("months: 24", "months: 0"), encoding="utf-8")
    with pytest.raises(FangkongError, match="months"):
        scenario_requests(workspace, str(broken))
    (request,) = scenario_requests(workspace, "twelve_points", 10)
    assert request.title == "12分制三套门槛与长武记分的对照：规则推演报告"
    assert request.marks == ("推演，不是预测", "模拟数据")
    assert request.parameters() == {"scenario": "twelve_points", "replications": 10, "trajectories": 4}


def test_a_simulation_is_asked_for_not_due(workspace):
    assert "规则推演报告" not in {r.group for r in all_requests(workspace)}


@pytest.mark.heavy
def test_the_report_leads_with_what_survives(workspace, tmp_path):
    text = SOUND.read_text(encoding="utf-8").replace("id: sound", "id: two")
    text += "  - {name: 收紧, policy: 沙洋, assumed: 测试, thresholds: {黄色预警: 4}}\n"
    path = tmp_path / "two.yaml"
    path.write_text(text, encoding="utf-8")
    requests = scenario_requests(workspace, str(path), 5, 2)
    result = run_batch(requests, workspace, Plan(workers=1, progress=False))
    assert not result.failed, result.sentence()
    (page,) = (workspace.reports_dir / "规则推演报告").glob("*.html")
    html = page.read_text(encoding="utf-8")
    assert html.index("哪些结论站得住") < html.index("在哪里翻转") < html.index("方案之间差多少") < html.index("全部假定")
    assert "推演，不是预测" in html
    assert "假定造成的损害" not in html
    assert "不能说明真实的行为有多少" in html
