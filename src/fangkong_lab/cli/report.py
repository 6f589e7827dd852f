"""`fangkong report`: make evaluation reports from notebooks."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fangkong_lab.report.request import ReportRequest
    from fangkong_lab.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--all", action="store_true", help="随附数据和台账能支持的全部报告（不写任何选项时也是如此）")
    what.add_argument("--model", nargs="+", metavar="模式", help="来源文献报告：沙洋、五小、扬中、宁国、瑞安")
    what.add_argument("--unit", nargs="+", metavar="单位", help="单位评估报告：单位编码或名称，可写多个")
    parser.add_argument("--as-of", metavar="日期", help="评估基准日，如 2016-12-31；不写则取 fangkong.toml 的 as_of")
    parser.add_argument("--audience", default="纪委内部", metavar="读者", help="纪委内部（默认）、被评估单位、公开")
    parser.add_argument("--workers", type=int, default=2, metavar="数", help="同时运行的进程数（默认 2）；结果与此无关")
    parser.add_argument("--quiet", action="store_true", help="不显示进度条")


def run(args: argparse.Namespace) -> int:
    """Make the reports asked for; 1 where some failed (they are listed)."""
    from fangkong_lab.report.batch import run_batch
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    result = run_batch(_requests(args, workspace), workspace, workers=args.workers, progress=not args.quiet)
    print(result.sentence())
    print(f"打开 {workspace.reports_dir / 'index.html'} 查看")
    return result.exit_code


def _requests(args: argparse.Namespace, workspace: Workspace) -> list[ReportRequest]:
    from fangkong_lab.kinds import Audience
    from fangkong_lab.report.templates import all_requests, source_requests, unit_requests

    audience = Audience.read(args.audience)
    if args.model:
        return source_requests(workspace, args.model)
    if args.unit:
        return unit_requests(workspace, args.unit, args.as_of, audience)
    return all_requests(workspace, args.as_of, audience)
