"""Sweeps and calibrations that are killed and go on. Witness: the same work undisturbed, bit for bit; real SIGKILL and SIGINT."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from simulate_worlds import small

from fangkong_lab.cli.main import main
from fangkong_lab.errors import BadInput
from fangkong_lab.simulate import calibrate as calibrate_module
from fangkong_lab.simulate import program, robust_look, store
from fangkong_lab.simulate.calibrate import Calibration, Search, calibrate
from fangkong_lab.simulate.calibrate_counts import Countable, Counts
from fangkong_lab.simulate.crew import Crew, Stage
from fangkong_lab.simulate.model import Model, model_of
from fangkong_lab.simulate.robust import RANGES, Design, Effort, robustness
from fangkong_lab.simulate.robust_verdict import Robustness
from fangkong_lab.simulate.store import Arrays, Store, store_of

SOUND = Path(__file__).parent / "sound.yaml"
CHOSEN = ["conduct.kinds.作风问题.rate", "responses.提醒.hours", "responses.约谈整改.deters", "detection.信访.finds"]
EFFORT = Effort(Design.SOBOL, replications=2, confirm=4, trajectories=2, base=4, strongest=2)
COUNTS = Counts((Countable.RECEIVED, Countable.PERSON_WARNINGS), (30, 12), date(2012, 1, 1), date(2013, 12, 31), date(2013, 12, 31), ("模拟",) * 2)
SEARCH = Search(draws=30, chains=3, sweeps=5, replications=2)
WALKING = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_simulate_resume import CHOSEN, COUNTS, SEARCH, county
from fangkong_lab.simulate.calibrate import calibrate
from fangkong_lab.simulate.crew import Crew
calibrate(county(), COUNTS, search=SEARCH, addresses=CHOSEN, crew=Crew(workers=2, root=Path(sys.argv[2])))
"""


def county() -> Model:
    return model_of(small(crowds=((5, 6), (12, 2))))


@pytest.fixture(scope="module")
def model() -> Model:
    return county()


@pytest.fixture(scope="module")
def swept(model: Model) -> Robustness:
    return robustness(model, EFFORT, CHOSEN)


@pytest.fixture(scope="module")
def fitted(model: Model) -> Calibration:
    return calibrate(model, COUNTS, search=SEARCH, addresses=CHOSEN)


def same_sweep(one: Robustness, other: Robustness) -> bool:
    return one.verdicts == other.verdicts and one.effects.equals(other.effects) and one.places == other.places


def same_fit(one: Calibration, other: Calibration) -> bool:
    return (one.kept.equals(other.kept) and one.reach.equals(other.reach) and one.share == other.share
            and one.nearest == other.nearest)


def wait_for(root: Path, pattern: str, least: int, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 180
    while len(list(root.rglob(pattern))) < least:
        assert running.poll() is None, "ended before it could be stopped"
        assert time.monotonic() < deadline
        time.sleep(0.003)


class Interrupting(Executor):
    """Runs some jobs, then the user presses Ctrl-C."""

    def __init__(self, runs: int) -> None:
        self.left = runs

    def submit(self, job: Callable[..., Arrays], /, *given: object, **named: object) -> Future[Arrays]:
        if not self.left:
            raise KeyboardInterrupt
        self.left -= 1
        made: Future[Arrays] = Future()
        made.set_result(job(*given, **named))
        return made


def two(folder: Path) -> Path:
    """A scenario of two policies."""
    text = SOUND.read_text(encoding="utf-8").replace("id: sound", "id: two")
    text += "  - {name: 收紧, policy: 沙洋, assumed: 测试, thresholds: {蓝色预警: 0.5}}\n"
    path = folder / "two.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_killed_sweep_goes_on_and_ends_as_if_undisturbed(tmp_path: Path) -> None:
    """The command itself: SIGKILL midway, the same command again; beside it one that nobody stopped, on other threads."""
    call = [sys.executable, "-m", "fangkong_lab", "simulate", str(two(tmp_path)), "--replications", "4", "--robust", "morris",
            "--trajectories", "2"]
    killed = subprocess.Popen([*call, "--out", "o", "--json", "killed.json"], cwd=tmp_path, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    wait_for(tmp_path / "o", "place_*.npz", 4, killed)
    killed.kill()
    assert killed.wait(30) == -signal.SIGKILL
    assert not (tmp_path / "killed.json").exists()
    kept = {p: p.stat().st_mtime_ns for p in (tmp_path / "o").rglob("place_*.npz")}
    again = subprocess.run([*call, "--out", "o", "--json", "killed.json", "--workers", "2"], cwd=tmp_path, capture_output=True, check=True)
    alone = subprocess.run([*call, "--json", "alone.json"], cwd=tmp_path, capture_output=True, check=True)
    assert "接着算：已有" in again.stderr.decode("utf-8")
    assert "取遍范围" in again.stderr.decode("utf-8")
    assert {p: p.stat().st_mtime_ns for p in kept} == kept
    assert (tmp_path / "killed.json").read_bytes() == (tmp_path / "alone.json").read_bytes()
    shown = again.stdout.decode("utf-8").splitlines()
    assert [line for line in shown if "已写入" not in line] == [
        line for line in alone.stdout.decode("utf-8").splitlines() if "已写入" not in line]


def test_ctrl_c_in_a_sweep_says_what_is_kept_and_what_to_type(tmp_path: Path) -> None:
    call = [sys.executable, "-m", "fangkong_lab", "simulate", str(two(tmp_path)), "--replications", "4", "--robust", "morris", "--out", "o"]
    running = subprocess.Popen(call, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wait_for(tmp_path / "o", "place_*.npz", 3, running)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)[1].decode("utf-8")
    assert running.returncode == 130
    assert "已中断。已完成的部分保留在「" in said
    assert f"fangkong simulate {tmp_path / 'two.yaml'} --replications 4 --robust morris --out o" in said
    assert "Traceback" not in said
    assert not list(tmp_path.rglob("*.part"))


def test_without_out_ctrl_c_does_not_claim_that_anything_is_kept(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(*given: object, **named: object) -> None:
        raise KeyboardInterrupt
    monkeypatch.setattr("fangkong_lab.simulate.runner.run_block", stopped)
    assert main(["simulate", str(SOUND), "--replications", "4"]) == 130
    said = capsys.readouterr().err
    assert "没有写 --out，算过的没有保存" in said
    assert "保留" not in said


@pytest.mark.parametrize("runs", [0, 9])
def test_a_sweep_interrupted_anywhere_goes_on(model: Model, swept: Robustness, tmp_path: Path, runs: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        robustness(model, EFFORT, CHOSEN, Crew(Interrupting(runs), 1, tmp_path))
    assert len(list(tmp_path.rglob("place_*.npz"))) == runs
    assert same_sweep(robustness(model, EFFORT, CHOSEN, Crew(workers=2, root=tmp_path)), swept)


def test_what_is_kept_is_not_done_again(model: Model, swept: Robustness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    robustness(model, EFFORT, CHOSEN, Crew(root=tmp_path))
    damaged = sorted(tmp_path.rglob("place_*.npz"))[1:3]
    damaged[0].write_bytes(damaged[0].read_bytes()[:-40])
    damaged[1].write_bytes(b"")
    done: list[int] = []
    look = robust_look.look_at

    def counted(*given: object) -> Arrays:
        done.append(1)
        return look(*given)  # type: ignore[arg-type]
    monkeypatch.setattr(robust_look, "look_at", counted)
    assert same_sweep(robustness(model, EFFORT, CHOSEN, Crew(root=tmp_path)), swept)
    assert len(done) == 2


def test_more_trajectories_use_what_both_have(model: Model, tmp_path: Path) -> None:
    """The ends of the ranges are the same however many walks there are; so are the values as assumed."""
    few = replace(EFFORT, design=Design.MORRIS)
    robustness(model, few, CHOSEN, Crew(root=tmp_path))
    told: list[tuple[Stage, int]] = []

    def watch(stage: Stage) -> Callable[[int, int | None], None]:
        return lambda done, wanted: told.append((stage, done))
    robustness(model, replace(few, trajectories=3), CHOSEN, Crew(root=tmp_path, watch=watch))
    stage, already = told[0]
    assert stage == RANGES
    assert 2 * len(CHOSEN) <= already < 2 * len(CHOSEN) + 3 * (len(CHOSEN) + 1)


def test_another_value_program_or_use_of_a_rule_is_kept_apart(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = store_of(tmp_path, model)
    assert store_of(tmp_path, county()) == own
    others = [model.with_scenario(model.scenario.with_values({"after.changed": 0.2}))]
    arm = model.scenario.arms[0]
    answered = replace(arm, use=replace(arm.use, responses=dict.fromkeys(arm.use.responses, "提醒")))
    others.append(model.with_arms([answered, *model.scenario.arms[1:]]))
    others.append(model_of(replace(model.scenario, seed=5)))
    found = {own, *(store_of(tmp_path, other) for other in others)}
    monkeypatch.setattr(store, "program_hash", lambda: "another")
    assert len(found | {store_of(tmp_path, model)}) == 5


def test_a_killed_calibration_goes_on_from_the_last_round(model: Model, fitted: Calibration, tmp_path: Path) -> None:
    killed = subprocess.Popen([sys.executable, "-c", WALKING, str(Path(__file__).parent), str(tmp_path)], stdout=subprocess.DEVNULL)
    wait_for(tmp_path, "walk_*.npz", 4, killed)
    killed.kill()
    assert killed.wait(30) == -signal.SIGKILL
    before = len(list(tmp_path.rglob("walk_*.npz")))
    assert 4 <= before < SEARCH.chains * SEARCH.sweeps
    assert same_fit(calibrate(model, COUNTS, search=SEARCH, addresses=CHOSEN, crew=Crew(root=tmp_path)), fitted)
    assert len(list(tmp_path.rglob("walk_*.npz"))) == SEARCH.chains * SEARCH.sweeps


@pytest.mark.parametrize("runs", [2, 8])
def test_a_calibration_interrupted_anywhere_goes_on(model: Model, fitted: Calibration, tmp_path: Path, runs: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        calibrate(model, COUNTS, search=SEARCH, addresses=CHOSEN, crew=Crew(Interrupting(runs), 1, tmp_path))
    assert same_fit(calibrate(model, COUNTS, search=SEARCH, addresses=CHOSEN, crew=Crew(workers=3, root=tmp_path)), fitted)


def test_longer_walks_go_on_from_shorter_ones(model: Model, fitted: Calibration, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calibrate(model, COUNTS, search=replace(SEARCH, sweeps=3), addresses=CHOSEN, crew=Crew(root=tmp_path))
    done: list[int] = []
    step = calibrate_module.step

    def counted(*given: object) -> Arrays:
        done.append(1)
        return step(*given)  # type: ignore[arg-type]
    monkeypatch.setattr(calibrate_module, "step", counted)
    assert same_fit(calibrate(model, COUNTS, search=SEARCH, addresses=CHOSEN, crew=Crew(root=tmp_path)), fitted)
    assert len(done) == 2 * SEARCH.chains


def test_other_counts_do_not_use_the_walks_of_these(model: Model, fitted: Calibration, tmp_path: Path) -> None:
    calibrate(model, replace(COUNTS, numbers=(60, 30)), search=SEARCH, addresses=CHOSEN, crew=Crew(root=tmp_path))
    assert same_fit(calibrate(model, COUNTS, search=SEARCH, addresses=CHOSEN, crew=Crew(root=tmp_path)), fitted)


def test_a_part_damaged_at_any_byte_is_not_used_and_never_crashes(tmp_path: Path) -> None:
    """Every byte of the file changed in turn (to three other values), every shorter length, and one byte more."""
    held = Store(tmp_path)
    held.keep("a", {"mean": np.linspace(-1, 1, 5), "count": np.array([3], dtype=np.int64)})
    whole = held.file("a").read_bytes()
    found = held.load("a")
    assert found is not None
    assert {name: values.tolist() for name, values in found.items()} == {"mean": [-1, -0.5, 0, 0.5, 1], "count": [3]}
    damaged = [whole[:at] + bytes([whole[at] ^ change]) + whole[at + 1:] for at in range(len(whole)) for change in (1, 0x80, 0xFF)]
    for raw in (*damaged, *(whole[:length] for length in range(len(whole))), whole + b"x", whole * 2):
        held.file("a").write_bytes(raw)
        assert held.load("a") is None
    assert held.load("missing") is None


def test_the_bytes_and_names_of_what_makes_the_numbers_count(tmp_path: Path) -> None:
    """A copy of the program is the same program; one byte more in any of these, or one file under another name, is another."""
    package = Path(program.__file__).parents[1]
    for name in ("simulate", "policy"):
        shutil.copytree(package / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("streams.py", "dates.py"):
        shutil.copy(package / name, tmp_path / name)
    same = program.hash_of(tmp_path)
    assert same == program.program_hash()
    for name in ("streams.py", "dates.py", "simulate/draws.py", "policy/cycle.py"):
        before = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(before + b"\n")
        assert program.hash_of(tmp_path) != same, name
        (tmp_path / name).write_bytes(before)
    assert program.hash_of(tmp_path) == same
    (tmp_path / "policy" / "cycle.py").rename(tmp_path / "simulate" / "cycle.py")
    assert program.hash_of(tmp_path) != same


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(BadInput, match="区块存不进去") as caught:
        Store(tmp_path / "taken" / "x").keep("a", {"b": np.zeros(1)})
    assert "taken" in caught.value.where
    assert caught.value.mend


def test_the_report_of_the_meter_names_the_stage(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["simulate", str(two(tmp_path)), "--replications", "2", "--robust", "morris", "--trajectories", "2", "--json", "-"]) == 0
    seen = capsys.readouterr()
    assert "取遍范围" in seen.err
    assert "约剩" in seen.err
    assert json.loads(seen.out)["robustness"]["places"] > 100
