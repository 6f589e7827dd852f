"""The parts of `fangkong simulate` that ask how far its answer can be trusted: --robust, --calibrate, --cluster, --report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED, WrongCall

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.simulate.calibrate import Calibration
    from fangkong_lab.simulate.model import Model
    from fangkong_lab.simulate.robust_verdict import Robustness

OFF = "off"


def add_robust_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--cluster", metavar="地址", help="交给 dask 调度器的工作进程算（如 tcp://主机：8786）；结果与本机逐位相同")
    parser.add_argument("--robust", choices=("morris", "sobol", OFF), default=OFF,
                        help="每个假定参数取遍范围：哪些结论站得住，哪些在哪里翻转（默认 off）")
    parser.add_argument("--trajectories", metavar="N", type=int, default=6, help="--robust 的 Morris 轨迹数（默认 6）；多则细，也慢")
    parser.add_argument("--calibrate", metavar="计数.csv", type=Path, help="与实际计数（同一时段、同一统计日）相容的参数；说不出的标「不可识别」")
    parser.add_argument("--in-force", metavar="方案", help="--calibrate 的计数产生于哪个方案之下（默认第一个）")
    parser.add_argument("--report", action="store_true", help="另在工作目录生成规则推演报告")


@dataclass(frozen=True)
class Hands:
    """Who does the work: *executor* (None: threads of the runner's own), and how many at a time."""

    executor: Executor | None
    workers: int


@contextmanager
def hands(args: argparse.Namespace) -> Iterator[Hands]:
    """Give the cluster asked for, or this machine's threads."""
    if not args.cluster:
        yield Hands(None, args.workers)
        return
    from fangkong_lab.simulate.cluster import cluster

    with cluster(args.cluster) as held:
        yield Hands(held.executor, held.threads)


@dataclass(frozen=True)
class Trust:
    """What was asked for beside the outcome."""

    sweep: Robustness | None
    fit: Calibration | None

    def json(self) -> dict[str, Any]:
        """Return what is added to the JSON."""
        from fangkong_lab.simulate.robust_json import calibration_json, robustness_json

        swept = {"robustness": robustness_json(self.sweep)} if self.sweep is not None else {}
        return {**swept, **({"calibration": calibration_json(self.fit)} if self.fit is not None else {})}

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return what is added to the tables written, by file name."""
        made: dict[str, pd.DataFrame] = {}
        if self.sweep is not None:
            made |= {"结论稳健性": self.sweep.table(), "翻转处": self.sweep.flips(), "参数影响": self.sweep.influence(1000)}
        if self.fit is not None:
            made |= {"校准": self.fit.table(), "校准范围": self.fit.reached()}
        return made

    def first(self) -> None:
        """Print what survives the ranges: it stands before the figures."""
        if self.sweep is not None:
            print(self.sweep.sentence() + "\n")

    def last(self) -> None:
        """Print what the counts tell."""
        from fangkong_lab.cli.grade import grid
        from fangkong_lab.simulate.outcome import rounded

        if self.fit is not None:
            print(f"\n与计数相容的参数〔{self.fit.mark()}〕")
            print(grid(rounded(self.fit.table().drop(columns=["地址"]))))
            print(self.fit.sentence())


def trust(model: Model, args: argparse.Namespace, held: Hands, progress: Callable[[int, int], None]) -> Trust:
    """Sweep and calibrate as asked; `WrongCall` for --in-force without --calibrate."""
    if args.in_force and args.calibrate is None:
        raise WrongCall("--in-force 只在写了 --calibrate 时有用", mend="加上 --calibrate 计数.csv，或去掉 --in-force")
    if args.robust == OFF and args.calibrate is None:
        return Trust(None, None)
    if held.executor is not None:
        return _trust(model, args, held.executor, progress)
    with ThreadPoolExecutor(held.workers) as pool:
        return _trust(model, args, pool, progress)


def _trust(model: Model, args: argparse.Namespace, executor: Executor, progress: Callable[[int, int], None]) -> Trust:
    from fangkong_lab.simulate.calibrate import calibrate
    from fangkong_lab.simulate.calibrate_counts import read_counts
    from fangkong_lab.simulate.robust import Design, Effort, robustness

    sweep = fit = None
    if args.calibrate is not None:
        if not args.calibrate.is_file():
            raise WrongCall(f"没有文件「{args.calibrate}」", where="--calibrate", mend="写一份计数的 CSV")
        fit = calibrate(model, read_counts(args.calibrate), args.in_force, executor=executor)
    if args.robust != OFF:
        print("参数扫描：取遍范围以后还要复核会翻转的结论，参数多时要几分钟……", file=sys.stderr, flush=True)
        effort = Effort({d.value: d for d in Design}[args.robust], trajectories=args.trajectories)
        sweep = robustness(model, effort, executor=executor, progress=progress)
    return Trust(sweep, fit)


def report(args: argparse.Namespace) -> int:
    """Make the scenario report in the workspace; the exit code."""
    from fangkong_lab.report.batch import Plan, run_batch
    from fangkong_lab.report.templates import scenario_requests
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    requests = scenario_requests(workspace, args.scenario, args.replications or 0, args.trajectories)
    result = run_batch(requests, workspace, Plan(workers=1, progress=False))
    if result.failed:
        print(f"报告未能生成：{result.failed[0].error}")
        return EXIT_SOME_FAILED
    print(f"规则推演报告已写入 {workspace.reports_dir / requests[0].group}")
    return EXIT_DONE
