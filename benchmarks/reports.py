"""Unit reports by the batch against plain papermill + nbconvert, one after the other, on the same notebook.

    python benchmarks/reports.py [--reports 100] [--plain 6] [--many 0] [--workers 2] [--full]

Plain is what the two tools' own documentation shows: `papermill.execute_notebook` with a fresh kernel per report, then
nbconvert's HTML exporter, in one process that has both imported. It is run on a sample (--plain) and scaled; ours makes
--reports reports (units × days), first ipynb + HTML, then all four formats. Printed are clock ratios and, because a
shared machine's clock says little, ratios of processor time over the cores that ours keeps busy. --many N makes one report
for each of N units of one ledger in one run and prints the largest memory of all its processes together (proportional set
size). The units are copies of the golden county (ten items, eight persons each); --full takes whole offices of the made-up
county instead (67 items, 60 persons each; risk points, measures and case logs left out).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

PLAIN = """
import sys, time, papermill
from nbconvert import HTMLExporter
template, folder, *units = sys.argv[1:]
for number, unit in enumerate(units):
    path = f"{folder}/{number}.ipynb"
    papermill.execute_notebook(template, path, parameters=dict(unit_id=unit, as_of="2016-12-31", audience="internal"), progress_bar=False,
                               kernel_name="python3")
    body, _ = HTMLExporter().from_filename(path)
    open(f"{folder}/{number}.html", "w", encoding="utf-8").write(body)
"""


@dataclass(frozen=True)
class Cost:
    """Clock and processor seconds per report."""

    clock: float
    processor: float


def main() -> None:
    """Measure and print."""
    asked = _arguments()
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    with tempfile.TemporaryDirectory() as folder:
        office = _office(Path(folder))
        plain = _plain(office, asked.plain)
        print(f"papermill + nbconvert（抽 {asked.plain} 份）：每份 {plain.clock:.2f} 秒，处理器 {plain.processor:.2f} 秒")
        for formats, bar in ((("html",), 8), (("html", "docx", "pdf"), 5)):
            ours = _ours(office, asked.reports, asked.workers, formats)
            busy = plain.processor / (ours.processor / asked.workers)
            print(f"本软件 {asked.reports} 份 ipynb+{'+'.join(formats)}（{asked.workers} 进程）：每份 {ours.clock:.2f} 秒，处理器 {ours.processor:.2f} 秒；"
                  f"快 {plain.clock / ours.clock:.1f} 倍（按处理器时间和 {asked.workers} 核折算 {busy:.1f} 倍，目标 {bar} 倍）")
    if asked.many:
        with tempfile.TemporaryDirectory() as folder:
            _many(Path(folder), asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=100)
    parser.add_argument("--plain", type=int, default=6)
    parser.add_argument("--many", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--full", action="store_true")
    return parser.parse_args()


def _office(folder: Path) -> Path:
    (folder / "fangkong.toml").write_text('office = "测速"\nas_of = 2016-12-31\n', encoding="utf-8")
    subprocess.run([sys.executable, "-m", "fangkong_lab", "demo-data"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def _units(office: Path) -> list[str]:
    from fangkong_lab.ledger.frames import table
    from fangkong_lab.workspace import read_workspace

    return sorted(set(table(read_workspace(office), "power_items")["unit_id"]))


def _spent() -> float:
    both = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in both)


def _plain(office: Path, count: int) -> Cost:
    from fangkong_lab.report.making import prepare_process
    from fangkong_lab.shipped import shipped

    units = (_units(office) * count)[:count]
    out = office / "plain"
    out.mkdir()
    clock, spent = time.perf_counter(), _spent()
    subprocess.run([sys.executable, "-c", PLAIN, str(shipped("notebooks", "reports", "unit_report.ipynb")), str(out), *units], cwd=office,
                   env=prepare_process(), check=True, stderr=subprocess.DEVNULL)
    return Cost((time.perf_counter() - clock) / count, (_spent() - spent) / count)


def _requests(office: Path, count: int) -> list[object]:
    from fangkong_lab.kinds import Audience
    from fangkong_lab.report.templates import unit_requests
    from fangkong_lab.workspace import read_workspace

    workspace, units = read_workspace(office), _units(office)
    days = [(date(2016, 12, 31) - timedelta(days=n)).isoformat() for n in range(-(-count // len(units)))]
    return [r for day in days for r in unit_requests(workspace, units, day, Audience.INTERNAL)][:count]


def _ours(office: Path, count: int, workers: int, formats: tuple[str, ...]) -> Cost:
    from fangkong_lab.report.batch import Plan, run_batch
    from fangkong_lab.report.order import Format
    from fangkong_lab.workspace import read_workspace

    requests = _requests(office, count)
    clock, spent = time.perf_counter(), _spent()
    result = run_batch(requests, read_workspace(office), Plan(tuple(map(Format.read, formats)), workers, force=True, progress=False))
    assert not result.failed, result.sentence()
    return Cost((time.perf_counter() - clock) / count, (_spent() - spent) / count)


def _many(folder: Path, asked: argparse.Namespace) -> None:
    from tiled import write_tiles

    from fangkong_lab.kinds import Audience
    from fangkong_lab.report.batch import Plan, run_batch
    from fangkong_lab.report.order import Format
    from fangkong_lab.report.templates import unit_requests
    from fangkong_lab.workspace import read_workspace

    (folder / "fangkong.toml").write_text('office = "测速"\nas_of = 2016-12-31\n', encoding="utf-8")
    sender = write_tiles(folder, asked.many, full=asked.full)
    subprocess.run([sys.executable, "-m", "fangkong_lab", "import", "--unit", sender, *sorted(p.name for p in folder.glob("*.parquet"))],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)
    workspace, units = read_workspace(folder), _units(folder)[:asked.many]
    requests = unit_requests(workspace, units, "2016-12-31", Audience.INTERNAL)
    watch = _Memory()
    watch.start()
    clock, spent = time.perf_counter(), _spent()
    result = run_batch(requests, workspace, Plan((Format.HTML,), asked.workers, force=True, progress=False))
    clock, spent = time.perf_counter() - clock, _spent() - spent
    watch.ended.set()
    watch.join()
    assert not result.failed, result.sentence()
    print(f"{len(units)} 个单位一次运行：每份 {clock / len(units):.2f} 秒，处理器 {spent / len(units):.2f} 秒；"
          f"全部进程合计内存最高 {watch.peak >> 20} 兆（目标 4096 兆以内）")


class _Memory(threading.Thread):
    """Watches the memory of this process and all below it; pages that several share are counted once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.ended = 0, threading.Event()

    def run(self) -> None:
        import psutil

        while not self.ended.wait(1.0):
            total = 0
            for process in [psutil.Process(os.getpid()), *psutil.Process(os.getpid()).children(recursive=True)]:
                try:
                    total += process.memory_full_info().pss
                except psutil.Error:
                    continue
            self.peak = max(self.peak, total)


if __name__ == "__main__":
    main()
