"""The scenario report through papermill: what it leads with, its marks, and that its assumptions' echoes stay out."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangkong_lab.errors import BadInput, FangkongError, WrongCall
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.inputs import fingerprint, shared_inputs
from fangkong_lab.report.order import Format, Style
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
    assert request.parameters() == {"scenario": "twelve_points", "replications": 10, "trajectories": 6, "counts": "", "in_force": "",
                                    "design": "morris"}
    (other,) = scenario_requests(workspace, "twelve_points", 10, design="sobol")
    assert other.parameters()["design"] == "sobol"
    with pytest.raises(BadInput, match="Morris 筛选"):
        scenario_requests(workspace, "twelve_points", design="moris")


COUNTS = "指标,数,自,至,截至,来源\n受理的反映,3,2012-01-01,2013-12-31,2014-01-20,年报\n查实的事项,4,2012-01-01,2013-12-31,{},年报\n"


def test_counts_are_checked_before_anything_runs_and_days_never_mix(workspace, tmp_path):
    counts = tmp_path / "计数.csv"
    counts.write_text(COUNTS.format("2014-06-30"), encoding="utf-8")
    with pytest.raises(FangkongError, match="统计日不同") as caught:
        scenario_requests(workspace, str(SOUND), counts=str(counts))
    assert "2014-01-20" in str(caught.value)
    assert "2014-06-30" in str(caught.value)
    counts.write_text(COUNTS.format("2014-01-20"), encoding="utf-8")
    with pytest.raises(FangkongError, match="情景推演的是"):
        scenario_requests(workspace, "twelve_points", counts=str(counts))
    with pytest.raises(WrongCall, match="示例"):
        scenario_requests(workspace, str(SOUND), counts=str(counts), in_force="示列")
    (request,) = scenario_requests(workspace, str(SOUND), counts=str(counts), in_force="示例")
    assert request.parameters()["counts"] == str(counts.resolve())


def test_another_content_of_a_named_file_is_another_report(workspace, tmp_path):
    counts = tmp_path / "计数.csv"
    prints = []
    for number in ("3", "5"):
        counts.write_text(COUNTS.format("2014-01-20").replace("映,3", f"映,{number}"), encoding="utf-8")
        (request,) = scenario_requests(workspace, str(SOUND), counts=str(counts))
        shared = shared_inputs(workspace, None, Style())
        prints.append(fingerprint(shared.of(request.template.path(workspace), request.parameters())))
    assert prints[0] != prints[1]
    assert fingerprint(shared.of(request.template.path(workspace), request.parameters())) == prints[1]


def test_a_simulation_is_asked_for_not_due(workspace):
    assert "规则推演报告" not in {r.group for r in all_requests(workspace)}


@pytest.mark.heavy
def test_the_report_leads_with_what_survives(workspace, tmp_path):
    text = SOUND.read_text(encoding="utf-8").replace("id: sound", "id: two")
    text += "  - {name: 收紧, policy: 沙洋, assumed: 测试, thresholds: {黄色预警: 4}}\n"
    path = tmp_path / "two.yaml"
    path.write_text(text, encoding="utf-8")
    requests = scenario_requests(workspace, str(path), 5, 2)
    result = run_batch(requests, workspace, Plan(tuple(Format), workers=1, progress=False))
    assert not result.failed, result.sentence()
    assert {p.suffix for p in (workspace.reports_dir / "规则推演报告").iterdir()} >= {".html", ".docx", ".pdf"}
    (page,) = (workspace.reports_dir / "规则推演报告").glob("*.html")
    html = page.read_text(encoding="utf-8")
    body = html[html.index("处处成立的结论"):]  # after the list of chapters, before them all
    chapters = ("哪些结论站得住", "在哪里翻转", "方案之间差多少", "实际计数说得出什么", "全部假定")
    assert [body.index(each) for each in chapters] == sorted(body.index(each) for each in chapters)
    assert "推演，不是预测" in html
    assert "假定造成的损害" not in html
    assert "不能说明真实的行为有多少" in html
    assert "未提供实际计数，未作校准" in html
    assert "收窄" not in html


@pytest.mark.heavy
def test_the_report_with_counts_says_what_they_tell_of_which_day(workspace, tmp_path):
    text = SOUND.read_text(encoding="utf-8").replace("id: sound", "id: two")
    text += "  - {name: 收紧, policy: 沙洋, assumed: 测试, thresholds: {黄色预警: 4}}\n"
    (tmp_path / "two.yaml").write_text(text, encoding="utf-8")
    counts = tmp_path / "计数.csv"
    counts.write_text(COUNTS.format("2014-01-20"), encoding="utf-8")
    requests = scenario_requests(workspace, str(tmp_path / "two.yaml"), 5, 2, str(counts), "收紧")
    result = run_batch(requests, workspace, Plan(workers=1, progress=False))
    assert not result.failed, result.sentence()
    (page,) = (workspace.reports_dir / "规则推演报告").glob("*.html")
    html = page.read_text(encoding="utf-8")
    chapter = html.split("实际计数说得出什么")[-1].split("全部假定")[0]
    for words in ("2012-01-01 至 2013-12-31，截至 2014-01-20 统计", "按「收紧」", "不可识别", "与计数相容", "计数截至时段结束后 20 天", "年报"):
        assert words in chapter, words
    assert "未提供实际计数" not in html
    assert list((tmp_path / ".fangkong" / "推演区块").rglob("walk_*.npz"))
