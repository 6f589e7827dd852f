"""`fangkong simulate --cluster`: a real `dask scheduler` and two `dask worker` processes on loopback, one killed midway.

Witness: the same command on this machine alone; the files must be equal byte for byte.
"""

from __future__ import annotations

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import EXIT_BAD_INPUT, EXIT_WRONG_CALL

pytest.importorskip("distributed")
SOUND = Path(__file__).parent / "sound.yaml"
SCHEDULER = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file")
WORKER = ("--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard", "--scheduler-file")
OLDER = "import fangkong_lab.simulate.cluster\nfangkong_lab.simulate.cluster.program_hash = lambda: 'older'\n"
WITHOUT = "import sys\nsys.modules['fangkong_lab.simulate.cluster'] = None\n"


def dask(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """A dask command as an office would start it, in a group of its own."""
    return subprocess.Popen([sys.executable, "-m", "dask", *words], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                            start_new_session=True)


class Machines:
    """A scheduler and its workers."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.running = [dask(folder, "scheduler", *SCHEDULER, str(self.file))]
        deadline = time.monotonic() + 60
        while not self.file.exists() or not self.file.read_text(encoding="utf-8").strip().endswith("}"):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        self.address = str(json.loads(self.file.read_text(encoding="utf-8"))["address"])

    def add(self, *words: str) -> subprocess.Popen[bytes]:
        """Start one more worker; *words*: more of its arguments."""
        self.running.append(dask(self.folder, "worker", *WORKER, str(self.file), *words))
        return self.running[-1]

    def wait_for(self, workers: int) -> None:
        """Wait until that many workers are there."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=90)

    def stop(self) -> None:
        """End everything."""
        for each in reversed(self.running):
            if each.poll() is None:
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Machines]:
    made = Machines(tmp_path)
    yield made
    made.stop()


def two(folder: Path) -> Path:
    text = SOUND.read_text(encoding="utf-8").replace("id: sound", "id: two")
    text += "  - {name: 收紧, policy: 沙洋, assumed: 测试, thresholds: {蓝色预警: 0.5}}\n"
    path = folder / "two.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.heavy
def test_a_killed_worker_does_not_show_in_what_the_command_writes(machines: Machines, tmp_path: Path) -> None:
    doomed = machines.add()
    machines.add()
    machines.wait_for(2)
    call = [sys.executable, "-m", "fangkong_lab", "simulate", str(two(tmp_path)), "--replications", "3000", "--robust", "morris",
            "--trajectories", "2"]
    there = subprocess.Popen([*call, "--cluster", machines.address, "--out", "o", "--json", "there.json"], cwd=tmp_path,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 180
    while len(list((tmp_path / "o").rglob("place_*.npz"))) < 10:
        assert there.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(doomed.pid, signal.SIGKILL)
    doomed.wait()
    assert len(list((tmp_path / "o").rglob("place_*.npz"))) < 150
    said, complained = (text.decode("utf-8") for text in there.communicate(timeout=280))
    assert there.returncode == 0, complained
    assert "Traceback" not in complained
    assert "处处成立的" in said
    here = subprocess.run([*call, "--workers", "2", "--out", "p", "--json", "here.json"], cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "there.json").read_bytes() == (tmp_path / "here.json").read_bytes()
    for path in sorted((tmp_path / "p").glob("*.csv")):
        assert (tmp_path / "o" / path.name).read_bytes() == path.read_bytes()
    assert said.replace("there.json", "here.json").replace("已写入 o", "已写入 p") == here.stdout.decode("utf-8")


@pytest.mark.heavy
def test_ctrl_c_on_a_cluster_keeps_what_is_done_and_this_machine_goes_on(machines: Machines, tmp_path: Path) -> None:
    machines.add()
    machines.wait_for(1)
    call = [sys.executable, "-m", "fangkong_lab", "simulate", str(two(tmp_path)), "--replications", "20", "--robust", "morris",
            "--trajectories", "2"]
    there = subprocess.Popen([*call, "--cluster", machines.address, "--out", "o", "--json", "o.json"], cwd=tmp_path,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 180
    while len(list((tmp_path / "o").rglob("place_*.npz"))) < 5:
        assert there.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    there.send_signal(signal.SIGINT)
    said = there.communicate(timeout=120)[1].decode("utf-8")
    assert there.returncode == 130, said
    assert "已完成的部分保留在" in said
    assert "Traceback" not in said
    kept = len(list((tmp_path / "o").rglob("place_*.npz")))
    again = subprocess.run([*call, "--out", "o", "--json", "o.json"], cwd=tmp_path, capture_output=True, check=True)
    assert f"接着算：已有 {kept} 处参数" in again.stderr.decode("utf-8")
    subprocess.run([*call, "--json", "alone.json"], cwd=tmp_path, capture_output=True, check=True)
    assert (tmp_path / "o.json").read_bytes() == (tmp_path / "alone.json").read_bytes()


@pytest.mark.heavy
def test_a_worker_with_another_program_or_without_it_is_refused(machines: Machines, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = ["simulate", str(SOUND), "--replications", "2", "--cluster", machines.address]
    assert main(call) == EXIT_BAD_INPUT
    assert "调度器没有工作进程" in capsys.readouterr().err
    (tmp_path / "older.py").write_text(OLDER, encoding="utf-8")
    worker = machines.add("--preload", str(tmp_path / "older.py"))
    machines.wait_for(1)
    assert main(call) == EXIT_BAD_INPUT
    assert "推演程序与本机不是同一版" in capsys.readouterr().err
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    (tmp_path / "without.py").write_text(WITHOUT, encoding="utf-8")
    machines.add("--preload", str(tmp_path / "without.py"))
    time.sleep(1)
    machines.wait_for(1)
    assert main(call) == EXIT_BAD_INPUT
    assert "里没有可用的 fangkong-lab" in capsys.readouterr().err


@pytest.mark.parametrize("address", ["abc", "127.0.0.1", "http://127.0.0.1:8786", "tcp://127.0.0.1:99999", "scheduler.json", " "])
def test_what_is_no_address_is_refused_before_anything_is_tried(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", str(SOUND), "--replications", "2", "--cluster", address]) == EXIT_WRONG_CALL
    assert "不是调度器地址" in capsys.readouterr().err


def test_an_address_where_nobody_answers_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        # A full-width colon, as a Chinese keyboard types it, is understood.
        assert main(["simulate", str(SOUND), "--replications", "2", "--cluster", f"tcp：//127.0.0.1：{port}"]) == EXIT_BAD_INPUT
    said = capsys.readouterr().err.splitlines()
    assert said == [f"tcp://127.0.0.1:{port}：连不上 dask 调度器。请核对地址；先在那台机器上运行 dask scheduler，并看防火墙是否放行"]


@pytest.mark.heavy
def test_a_server_of_something_else_is_refused_and_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        begun = time.monotonic()
        assert main(["simulate", str(SOUND), "--replications", "2", "--cluster", f"tcp://127.0.0.1:{web.server_port}"]) == EXIT_BAD_INPUT
        assert time.monotonic() - begun < 60
        web.shutdown()
    assert "dask 调度器" in capsys.readouterr().err
