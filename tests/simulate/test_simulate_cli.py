"""`fangkong simulate`: what users see and what is written. Witnesses: the schema, the library called directly."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from simulate_worlds import SHIPPED, TURNING, reform

from fangkong_lab.cli.main import main
from fangkong_lab.simulate.figures import Figure
from fangkong_lab.simulate.model import model_of
from fangkong_lab.simulate.outcome import Outcome
from fangkong_lab.simulate.read_scenario import load_scenario
from fangkong_lab.simulate.runner import run

SOUND = Path(__file__).parent / "sound.yaml"
SCHEMA = Path(__file__).parents[2] / "docs" / "schema" / "simulation.schema.json"


def test_screen_json_and_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    call = ["simulate", str(SOUND), "--replications", "6", "--json", "o.json", "--out", "out"]
    assert main(call) == 0
    seen = capsys.readouterr()
    assert seen.out.startswith("【推演，不是预测；模拟数据】")
    assert "含假定" in seen.out
    assert "推演 6/6 次" in seen.err
    made = json.loads(Path("o.json").read_text(encoding="utf-8"))
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))
    scenario = load_scenario(SOUND)
    model = model_of(scenario)
    direct = Outcome(model, run(model, 6)).estimate("示例", Figure.CONDUCT)
    (row,) = [r for r in made["figures"] if r["figure"] == "conduct"]
    assert row["mean"] == direct.mean
    assert made["settings"]["replications"] == 6
    for path in Path("out").glob("*.csv"):
        assert set(pd.read_csv(path)["性质"]) <= {"推演，不是预测；模拟数据"}
    assert main([*call, "--workers", "2"]) == 0
    assert "接着算：已有 6 次" in capsys.readouterr().err
    assert json.loads(Path("o.json").read_text(encoding="utf-8")) == made


def test_frontier_and_comparison_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = SOUND.read_text(encoding="utf-8").replace("id: sound", "id: two")
    text += "  - {name: 收紧, policy: 沙洋, assumed: 测试, thresholds: {黄色预警: 4}}\n"
    text += "grid:\n  arm: 示例\n  thresholds: {黄色预警: [4, 6], 红色预警: [10, 12]}\n"
    Path("two.yaml").write_text(text, encoding="utf-8")
    assert main(["simulate", "two.yaml", "--replications", "4", "--frontier", "--json", "-"]) == 0
    made = json.loads(capsys.readouterr().out)
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert len(made["frontier"]) == 4
    assert {r["方案"] for r in made["differences"]} == {"收紧"}
    assert all("推演，不是预测" in s for s in made["sentences"])


def test_a_reform_is_shared_among_its_provisions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reform(TURNING, tmp_path)
    call = ["simulate", str(SOUND), "--replications", "20", "--reform", str(tmp_path / "x.reform.yaml"), "--json", "-"]
    assert main(call) == 0
    made = json.loads(capsys.readouterr().out)
    jsonschema.validate(made, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert len(made["provisions"]) == 5
    for each in made["provisions"]:
        assert sum(s["贡献（沙普利值）"] for s in each["shares"]) == pytest.approx(each["total"], abs=1e-9)


def test_ctrl_c_keeps_finished_blocks_and_the_next_call_goes_on(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "fangkong_lab", "simulate", str(SOUND), "--replications", "60000", "--out", "o"]
    first = subprocess.Popen([*call, "--workers", "2"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while len(list(tmp_path.rglob("block_*.npz"))) < 3 and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.005)
    first.send_signal(signal.SIGINT)
    assert "已完成的部分保留" in first.communicate(timeout=60)[1].decode("utf-8")
    assert first.returncode == 130
    kept = len(list(tmp_path.rglob("block_*.npz")))
    assert 3 <= kept < 60000 // 64
    assert not list(tmp_path.rglob("*.part"))
    done = subprocess.run([*call[:-4], "--replications", "60000", "--out", "o"], cwd=tmp_path, capture_output=True, check=True)
    assert f"接着算：已有 {kept * 64} 次" in done.stderr.decode("utf-8")


def test_check_lists_every_assumption(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "twelve_points", "--check"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(load_scenario(SHIPPED).parameters)
    assert "conduct.kinds.违规采购.rate = 0.001，范围 0.0001–0.01" in "\n".join(lines)


@pytest.mark.parametrize(("call", "code", "word"), [
    (["twelve_pionts"], 2, "twelve_points"), (["twelve_points", "--workers", "0"], 2, "线程数"),
    (["twelve_points", "--replications", "1"], 2, "至少为 2"), (["twelve_points", "--seed", "-1"], 2, "随机种子"),
    (["twelve_points", "--json", "没有/x.json"], 2, "文件夹不存在"), (["twelve_points", "--book", "x.xlsx"], 2, "不读台账"),
    ([str(SOUND), "--replications", "3", "--frontier"], 2, "grid"),
    ([str(Path(__file__).parent / "broken" / "missing_range.yaml")], 3, "missing_range.yaml › 第"),
])
def test_wrong_calls_are_refused(call: list[str], code: int, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *call]) == code
    assert word in capsys.readouterr().err


def test_the_seed_can_be_changed(capsys: pytest.CaptureFixture[str]) -> None:
    seen = []
    for seed in ("1", "2"):
        assert main(["simulate", str(SOUND), "--replications", "3", "--seed", seed, "--json", "-"]) == 0
        seen.append(json.loads(capsys.readouterr().out))
    assert [s["settings"]["seed"] for s in seen] == [1, 2]
    assert seen[0]["figures"] != seen[1]["figures"]
