"""`fangkong report`: make evaluation reports from notebooks."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fangkong_lab.report.batch import Plan
    from fangkong_lab.report.order import Format
    from fangkong_lab.report.request import ReportRequest
    from fangkong_lab.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--all", action="store_true", help="随附数据和台账能支持的全部报告（不写任何选项时也是如此）")
    what.add_argument("--model", nargs="+", metavar="模式", help="来源文献报告：沙洋、五小、扬中、宁国、瑞安")
    what.add_argument("--compare", nargs="+", metavar="模式", help="模式比较报告：两个以上模式，套用在台账库的县上")
    what.add_argument("--annual", action="store_true", help="年度评估报告")
    what.add_argument("--unit", nargs="+", metavar="单位", help="单位评估报告：单位编码或名称，可写多个")
    parser.add_argument("--period", metavar="期间", help="评估哪一年或哪一月，如 2016、2016-06；以其最后一天为评估基准日")
    parser.add_argument("--as-of", metavar="日期", help="评估基准日，如 2016-12-31；不写则取 --period 或 fangkong.toml 的 as_of")
    parser.add_argument("--audience", default="纪委内部", metavar="读者", help="纪委内部（默认）、被评估单位、公开")
    parser.add_argument("--formats", default="html", metavar="格式", help="笔记本之外的格式，逗号分隔：html（默认）、docx、pdf")
    parser.add_argument("--template", metavar="文件", help="本单位的 .docx（或 .dotx）公文模板，其中一段写 {{ 正文 }}；不写则用 GB/T 9704-2012 版式")
    parser.add_argument("--pdf", default="typst", choices=("typst", "libreoffice"), metavar="程序",
                        help="PDF 由 typst（默认）还是 libreoffice（与 DOCX 页面一致）生成")
    parser.add_argument("--force", action="store_true", help="未变的报告也重新生成")
    _machine_arguments(parser)


def _machine_arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, default=2, metavar="数", help="同时生成的份数（默认 2）；结果与此无关")
    where.add_argument("--cluster", default="", metavar="地址", help="dask 调度器地址，如 tcp://10.0.0.1:8786；工作目录须各机同路径可见")
    parser.add_argument("--seconds", type=float, default=900, metavar="秒", help="每份报告的时间上限（默认 900）")
    parser.add_argument("--megabytes", type=int, default=3072, metavar="兆", help="每份报告的内存上限（默认 3072）")
    parser.add_argument("--engine", default="fangkong", choices=("fangkong", "nbclient"), metavar="引擎",
                        help="运行笔记本的引擎：fangkong（默认）或 nbclient（papermill 自带，较慢，结果相同）")
    parser.add_argument("--quiet", action="store_true", help="不显示进度条")


def run(args: argparse.Namespace) -> int:
    """Make the reports asked for; 1 where some failed (they are listed)."""
    from fangkong_lab.report.batch import run_batch
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    requests, plan = _requests(args, workspace), _plan(args)
    say_own_templates(requests, workspace)
    result = run_batch(requests, workspace, plan)
    print(result.sentence())
    print(f"打开 {workspace.reports_dir / 'index.html'} 查看")
    return result.exit_code


def say_own_templates(requests: Iterable[ReportRequest], workspace: Workspace, out: TextIO | None = None) -> None:
    """Print (to *out*, else the screen) which templates of the workspace will be used that are not the shipped ones."""
    from fangkong_lab.report.inputs import own_templates

    for path in own_templates(request.template.path(workspace) for request in requests):
        print(f"注意：按本工作目录的 {path.relative_to(workspace.root).as_posix()} 生成，它与软件附带的不同（本单位改过，或软件已升级）；"
              "要用附带的，先把它改名或移走", file=out)


def _plan(args: argparse.Namespace) -> Plan:

    from fangkong_lab.errors import WrongCall
    from fangkong_lab.report.batch import Plan
    from fangkong_lab.report.order import Engine, Limits, Style

    if args.workers < 1 or args.seconds <= 0 or args.megabytes <= 0:
        raise WrongCall("--workers、--seconds、--megabytes 须大于 0")
    formats = formats_of(args.formats)
    template = _template(args, formats) if args.template else ""
    return Plan(formats=formats, workers=args.workers, force=args.force, limits=Limits(args.seconds, args.megabytes),
                cluster=args.cluster, style=Style(template, args.pdf), engine=Engine.read(args.engine), progress=not args.quiet)


def formats_of(text: str) -> tuple[Format, ...]:
    """Return the formats named in *text* (the value of --formats), separated by commas; `WrongCall` names the near match of an
    unknown one, and asks for one where none is named.
    """
    from fangkong_lab.errors import WrongCall, did_you_mean
    from fangkong_lab.report.order import Format

    known = {each.value: each for each in Format}
    words = [word.strip().lower() for word in text.replace("，", ",").replace("、", ",").split(",") if word.strip()]
    if not words:
        raise WrongCall("没有写格式", where="--formats", mend="写 " + "、".join(known) + " 中的一个或几个")
    for word in words:
        if word not in known:
            raise WrongCall(f"没有格式「{word}」", where="--formats", mend=did_you_mean(word, tuple(known)))
    return tuple(known[word] for word in words)


def _template(args: argparse.Namespace, formats: tuple[Format, ...]) -> str:
    """Return the path of the office's template, looked at once before anything runs; `WrongCall` where nothing would use it."""
    from pathlib import Path

    from fangkong_lab.errors import WrongCall
    from fangkong_lab.report.office import check_template
    from fangkong_lab.report.order import Format, PdfMaker

    ours = args.pdf == PdfMaker.TYPST.value
    if Format.DOCX not in formats and (ours or Format.PDF not in formats):
        raise WrongCall("--template 只用于 docx，这次没有要 docx", mend="加 --formats docx；要 PDF 与公文一致，再加 pdf 和 --pdf libreoffice")
    template = Path(args.template).expanduser().resolve()
    check_template(template)
    if ours and Format.PDF in formats:
        print("注意：PDF 由 typst 排成 GB/T 9704-2012 版式，不用公文模板；要与公文模板一致，加 --pdf libreoffice")
    return str(template)


def _requests(args: argparse.Namespace, workspace: Workspace) -> list[ReportRequest]:
    from fangkong_lab.kinds import Audience
    from fangkong_lab.report.period import day_of
    from fangkong_lab.report.templates import (
        all_requests,
        annual_requests,
        compare_requests,
        source_requests,
        unit_requests,
    )

    audience = Audience.read(args.audience)
    day = day_of(args.period, args.as_of)
    if args.model:
        return source_requests(workspace, args.model)
    if args.compare:
        return compare_requests(workspace, args.compare, day)
    if args.annual:
        return annual_requests(workspace, day, audience)
    if args.unit:
        return unit_requests(workspace, args.unit, day, audience)
    return all_requests(workspace, day, audience)
