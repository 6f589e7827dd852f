"""The parts of `fangkong simulate` that ask how far its answer can be trusted: --robust, --calibrate, --cluster, --report."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fangkong_lab.cli.report import formats_of, say_own_templates
from fangkong_lab.cli.simulate_meter import Meter
from fangkong_lab.errors import WrongCall

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.simulate.calibrate import Calibration
    from fangkong_lab.simulate.calibrate_counts import Counts
    from fangkong_lab.simulate.crew import Crew
    from fangkong_lab.simulate.model import Model
    from fangkong_lab.simulate.robust import Design
    from fangkong_lab.simulate.robust_verdict import Robustness
    from fangkong_lab.simulate.scenario import Scenario

OFF = "off"
HTML = "html"


def add_robust_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--cluster", metavar="地址", help="交给 dask 调度器的工作进程算（如 tcp://10.0.0.1:8786）；结果与本机逐位相同")  # half-width: as typed
    parser.add_argument("--robust", choices=("morris", "sobol", OFF), default=OFF,
                        help="每个假定参数取遍范围：哪些结论站得住，哪些在哪里翻转（默认 off）")
    parser.add_argument("--trajectories", metavar="N", type=int, default=6, help="--robust 的 Morris 轨迹数（默认 6）；多则细，也慢")
    parser.add_argument("--calibrate", metavar="计数.csv", type=Path, help="与实际计数（同一时段、同一统计日）相容的参数；说不出的标「不可识别」")
    parser.add_argument("--in-force", metavar="方案", help="--calibrate 的计数产生于哪个方案之下（默认第一个）")
    parser.add_argument("--report", action="store_true", help="另在工作目录生成规则推演报告（含参数扫描，不写 --robust 的用 morris；写了 --calibrate 的含校准）")
    parser.add_argument("--formats", default=HTML, metavar="格式", help="--report 的格式，逗号分隔：html（默认）、docx、pdf")


@contextmanager
def crew_of(args: argparse.Namespace) -> Iterator[Crew]:
    """Give who does the work: the cluster asked for, or this machine's threads; and where finished parts are kept."""
    from fangkong_lab.simulate.crew import Crew

    root = kept_in(args)
    if not args.cluster:
        yield Crew(None, args.workers, root, Meter)
        return
    from fangkong_lab.simulate.cluster import cluster

    with cluster(args.cluster) as held:
        yield Crew(held.executor, held.threads, root, Meter)


def kept_in(args: argparse.Namespace) -> Path | None:
    """Return the folder of finished parts: the workspace's for a report (which reads them again), else that of --out."""
    if args.report:
        from fangkong_lab.show.scenario_pages import parts_folder
        from fangkong_lab.workspace import find_workspace

        return parts_folder(find_workspace())
    return args.out / "区块" if args.out else None


def interrupted(args: argparse.Namespace) -> str:
    """Return what to say after Ctrl-C: what is kept, and what to type next."""
    root = kept_in(args)
    if root is None:
        return "已中断。没有写 --out，算过的没有保存；加上 --out 文件夹 再算，中断了就可以接着算"
    again = "：" + shlex.join(["fangkong", *sys.argv[1:]]) if sys.argv[1:2] == ["simulate"] else ""
    return (f"已中断。已完成的部分保留在「{root}」。再输入同一条命令就接着算，结果与没有中断的逐位相同"
            f"（--workers、--cluster 可以换，情景和规则不能改）{again}")


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
            print(grid(rounded(self.fit.table().drop(columns=["地址"]), "—")))
            print(self.fit.sentence())


def check_trust(args: argparse.Namespace) -> None:
    """Raise `WrongCall` for options that have no use without another, and for counts that are not there."""
    if args.in_force and args.calibrate is None:
        raise WrongCall("--in-force 只在写了 --calibrate 时有用", mend="加上 --calibrate 计数.csv，或去掉 --in-force")
    if args.calibrate is not None and not args.calibrate.is_file():
        raise WrongCall(f"没有文件「{args.calibrate}」", where="--calibrate", mend="写一份计数的 CSV（指标、数、自、至、截至、来源）")
    if args.formats != HTML and not args.report:
        raise WrongCall("--formats 只在写了 --report 时有用", mend="加上 --report，或去掉 --formats")
    formats_of(args.formats)
    if args.report and args.reform is not None:
        raise WrongCall("规则推演报告不含改革条款的贡献，--report 不能与 --reform 同用", where="--report",
                        mend="分两次：先写 --reform 推演，再写 --report 生成报告")
    for option, given in (("--seed", args.seed), ("--book", args.book)):
        if args.report and given is not None:
            raise WrongCall(f"报告按情景文件里的种子和工作目录的台账，不能与 {option} 同用", where="--report",
                            mend=f"去掉 {option}；要换，改情景文件或导入台账以后再生成报告")


def check_scenario(args: argparse.Namespace, scenario: Scenario) -> Counts | None:
    """Return the counts to calibrate to (None: none are given); raises, before anything long is run, what the sweep and the
    calibration of *scenario* would refuse.
    """
    from fangkong_lab.simulate.calibrate_counts import fits_scenario, read_counts
    from fangkong_lab.simulate.robust import Effort, check_sweep

    counts = None if args.calibrate is None else read_counts(args.calibrate)
    if counts is not None:
        fits_scenario(counts, scenario)
        if args.in_force:
            scenario.arm(args.in_force)
    if _sweeps(args):
        check_sweep(scenario, Effort(trajectories=args.trajectories))
    return counts


def _sweeps(args: argparse.Namespace) -> bool:
    """Say whether the ranges are swept: a report is led by it."""
    return args.report or args.robust != OFF


def _design(args: argparse.Namespace) -> Design:
    """The design asked for; a report that asks for none is led by Morris."""
    from fangkong_lab.simulate.robust import Design

    return Design.MORRIS if args.robust == OFF else Design.read(args.robust)


def trust(model: Model, args: argparse.Namespace, crew: Crew, counts: Counts | None) -> Trust:
    """Sweep as asked, and calibrate to *counts* (None: not asked for)."""
    from fangkong_lab.simulate.calibrate import calibrate
    from fangkong_lab.simulate.robust import Effort, robustness

    sweep = fit = None
    if counts is not None:
        fit = calibrate(model, counts, args.in_force, crew=crew)
    if _sweeps(args):
        sweep = robustness(model, Effort(_design(args), trajectories=args.trajectories), crew=crew)
    return Trust(sweep, fit)


def report(args: argparse.Namespace) -> int:
    """Make the scenario report in the workspace; the exit code."""
    from fangkong_lab.report.batch import Plan, run_batch
    from fangkong_lab.report.templates import scenario_requests
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    requests = scenario_requests(workspace, args.scenario, args.replications or 0, args.trajectories, str(args.calibrate or ""),
                                 args.in_force or "", _design(args).value)
    said = sys.stderr if args.json == "-" else sys.stdout
    say_own_templates(requests, workspace, said)
    result = run_batch(requests, workspace, Plan(formats_of(args.formats), workers=1, progress=False))
    print(result.sentence(), file=said)
    if not result.failed:
        print(f"规则推演报告已写入 {workspace.reports_dir / requests[0].group}", file=said)
    return result.exit_code
