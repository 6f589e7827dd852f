"""`fangkong report`: make evaluation reports from notebooks."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--all", action="store_true", help="随附数据和台账能支持的全部报告")
    what.add_argument("--model", nargs="+", metavar="模式", help="来源文献报告:沙洋、五小、扬中、宁国、瑞安")
    parser.add_argument("--workers", type=int, default=2, metavar="数", help="同时运行的进程数(默认 2);结果与此无关")
    parser.add_argument("--quiet", action="store_true", help="不显示进度条")


def run(args: argparse.Namespace) -> int:
    """Make the reports asked for; 1 where some failed (they are listed)."""
    from fangkong_lab.report.batch import run_batch
    from fangkong_lab.report.request import make_request
    from fangkong_lab.report.templates import SOURCE, all_requests
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    if args.all:
        requests = all_requests(workspace)
    else:
        requests = [make_request(SOURCE, {"model": model}, workspace) for model in args.model]
    result = run_batch(requests, workspace, workers=args.workers, progress=not args.quiet)
    print(result.sentence())
    print(f"打开 {workspace.reports_dir / 'index.html'} 查看")
    return result.exit_code
