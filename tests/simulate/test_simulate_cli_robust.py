"""`fangkong simulate --robust --calibrate --cluster`: screen, JSON, tables, refusals. Witnesses: the schema, the library."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import jsonschema
import pandas as pd
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.simulate.calibrate import Search
from fangkong_lab.simulate.calibrate_counts import Counts, read_counts
from fangkong_lab.simulate.model import model_of
from fangkong_lab.simulate.read_scenario import load_scenario
from fangkong_lab.simulate.robust import Effort, robustness

SOUND = Path(__file__).parent / "sound.yaml"
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "simulation.schema.json"
COUNTS = "指标,数,自,至,截至,来源\n查实的事项,1,2012-01-01,2013-12-31,2013-12-31,年报\n受理的反映,1,2012-01-01,2013-12-31,{},年报\n"


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario of two policies and few ranges, and counts beside it."""
    monkeypatch.chdir(tmp_path)
    text = SOUND.read_text(encoding="utf-8").replace("id: sound", "id: two")
    text += "  - {name: 收紧, policy: 沙洋, assumed: 测试, thresholds: {蓝色预警: 0.5}}\n"
    (tmp_path / "two.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "counts.csv").write_text(COUNTS.format("2013-12-31"), encoding="utf-8")
    return tmp_path / "two.yaml"


def test_robust_and_calibrate_on_the_screen_in_json_and_tables(two: Path, capsys: pytest.CaptureFixture[str],
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fangkong_lab.simulate.calibrate.Search", partial(Search, draws=60, chains=4, sweeps=4))
    call = ["simulate", str(two), "--replications", "4", "--robust", "morris", "--trajectories", "2", "--calibrate", "counts.csv",
            "--in-force", "示例", "--workers", "2", "--json", "o.json", "--out", "out"]
    assert main(call) == 0
    seen = capsys.readouterr()
    assert seen.out.startswith("【推演，不是预测；模拟数据】把")
    assert "「不可识别」" in seen.out
    assert "处参数" in seen.err
    made = json.loads(Path("o.json").read_text(encoding="utf-8"))
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))
    direct = robustness(model_of(load_scenario(two)), Effort(trajectories=2))
    assert [c["standing"] for c in made["robustness"]["conclusions"]] == [v.standing.value for v in direct.verdicts]
    assert made["robustness"]["sentences"] == list(direct.lines())
    told = {p["address"]: p["told"] for p in made["calibration"]["parameters"]}
    assert told["office.accountability"] == "not_identifiable"
    assert set(pd.read_csv("out/校准.csv")["性质"]) == {"推演，不是预测；模拟数据"}
    assert len(pd.read_csv("out/结论稳健性.csv")) == 5


@pytest.mark.parametrize(("words", "code", "said"), [
    (["--formats", "docx"], 2, "--report"), (["--report", "--formats", "doc"], 2, "docx"), (["--report", "--seed", "3"], 2, "--seed"),
    (["--report", "--formats", "，"], 2, "没有写格式"), (["--report", "--reform", "x.reform.yaml"], 2, "--reform"),
    (["--report", "--book", "x.xlsx"], 2, "--book"), (["--report"], 2, "不是工作目录"),
    (["--in-force", "示例"], 2, "--calibrate"), (["--calibrate", "没有.csv"], 2, "没有文件"),
    (["--calibrate", "counts.csv", "--in-force", "示列"], 2, "示例"), (["--robust", "morris", "--trajectories", "1"], 2, "--trajectories：Morris 筛选至少要两条轨迹，至多 1,000 条。请取 2 到 1,000"),
])
def test_wrong_calls_are_refused(two: Path, words: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(two), "--replications", "2", *words]) == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("words", "design"), [(["--robust", "sobol"], "sobol"), (["--robust", "morris"], "morris"), ([], "morris")])
def test_the_report_is_of_the_design_asked_for(two: Path, words: list[str], design: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked(Exception):
        """What the report was asked for."""

    def asked(*given: object) -> None:
        raise Asked(given[-1])
    monkeypatch.setattr("fangkong_lab.report.templates.scenario_requests", asked)
    monkeypatch.setattr("fangkong_lab.simulate.robust.robustness", lambda *given, **named: None)
    assert main(["init", "office"]) == 0
    monkeypatch.chdir("office")
    with pytest.raises(Asked, match=design):
        main(["simulate", str(two), "--replications", "2", "--report", *words])


def test_the_counts_are_read_once(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changes meanwhile (a pipe, an editor) is checked and used as one and the same."""
    reads: list[Path] = []

    def once(path: Path) -> Counts:
        reads.append(path)
        return read_counts(path)
    monkeypatch.setattr("fangkong_lab.simulate.calibrate_counts.read_counts", once)
    monkeypatch.setattr("fangkong_lab.simulate.calibrate.Search", partial(Search, draws=4, chains=1, sweeps=1, replications=2))
    assert main(["simulate", str(two), "--replications", "2", "--calibrate", "counts.csv"]) == 0
    assert reads == [Path("counts.csv")]


def test_counts_of_two_days_are_refused_naming_both(two: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("counts.csv").write_text(COUNTS.format("2014-06-30"), encoding="utf-8")
    assert main(["simulate", str(two), "--replications", "2", "--calibrate", "counts.csv"]) == 3
    seen = capsys.readouterr().err
    assert "2013-12-31" in seen
    assert "2014-06-30" in seen


def test_one_policy_has_no_conclusions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(SOUND), "--replications", "2", "--robust", "morris"]) == 2
    assert "只有一个方案" in capsys.readouterr().err
