"""`fangkong network [BOOK.xlsx]`: who could carry each power item through, as a table and as JSON."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_DONE, BadInput, FangkongError, WrongCall
from fangkong_lab.whole import refuse_no_folder, write_whole
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from datetime import date

    from fangkong_lab.network.answer import Answer
    from fangkong_lab.network.graph import PowerNetwork


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("book", metavar="台账.xlsx", nargs="?", help="直接读这一本台账；不写则读工作目录的台账库")
    parser.add_argument("--as-of", metavar="日期", help="评估日期，如 2016-12-31；不写则取 fangkong.toml 的 as_of")
    parser.add_argument("--influence", metavar="影响关系", default="direct",
                        help="none 不计、direct 直接领导（默认）、full 逐级传导（压力测试），或级数如 2")
    parser.add_argument("--json", metavar="文件", help="另写 JSON 结果（docs/schema/network.schema.json）")
    parser.add_argument("--nation", metavar="目录", type=Path, help="改为计算全国规模的 Parquet 台账（见 docs/kernel.md）")
    parser.add_argument("--out", metavar="文件", type=Path, help="全国计算：逐项结果写成 Parquet")
    parser.add_argument("--unit", metavar="单位编码", help="只看一个单位")
    parser.add_argument("--audience", metavar="读者", default="纪委内部",
                        help="纪委内部（默认）、被评估单位、公开；后两者不含人员和经手组合")


def run(args: argparse.Namespace) -> int:
    """Answer, print the table, and write the JSON file if asked."""
    if args.nation is not None:
        return _run_nation(args)
    if args.out is not None:
        raise WrongCall("--out 只用于全国计算", mend="加上 --nation 目录，或改用 --json 文件")
    from fangkong_lab.kinds import Audience
    from fangkong_lab.network.answer import Question, answer
    from fangkong_lab.network.influence import read_influence

    try:
        audience = Audience.read(args.audience)
    except BadInput as error:
        raise WrongCall(error.what, where="--audience", mend=error.mend) from error
    question = Question(read_influence(args.influence), audience=audience, unit=args.unit)
    found = answer(_network(args), question)
    if args.json:
        write_whole(Path(args.json), found.text())
    print(_screen(found))
    if args.json:
        print(f"JSON 已写入 {args.json}")
    return EXIT_DONE


def _run_nation(args: argparse.Namespace) -> int:
    """Judge a nation's Parquet tables; write the rows and the summary that were asked for."""
    from fangkong_lab.network.influence import read_influence
    from fangkong_lab.network.national import National, judge_nation
    from fangkong_lab.network.national_summary import Headline, announce, screen, summary_text

    _refuse_mixed(args)
    how = National(_day(args.as_of), read_influence(args.influence))
    for path in (args.out, args.json and Path(args.json)):
        if path:
            refuse_no_folder(path)
    tally = judge_nation(args.nation, args.out, how, announce())
    headline = Headline(how, tally)
    if args.json:
        write_whole(Path(args.json), summary_text(headline))
    print(screen(headline))
    for path in (args.out, args.json):
        if path:
            print(f"已写入 {path}")
    return EXIT_DONE


def _refuse_mixed(args: argparse.Namespace) -> None:
    given = [word for word, value in (("台账.xlsx", args.book), ("--unit", args.unit)) if value]
    if given:
        raise WrongCall(f"--nation 不能与 {'、'.join(given)} 同用", mend="去掉其中一个")
    if args.audience != "纪委内部":
        raise WrongCall("全国计算的结果写有人员，只供纪委内部", where="--audience", mend="去掉 --audience")


def _network(args: argparse.Namespace) -> PowerNetwork:
    from fangkong_lab.network.graph import PowerNetwork

    if args.book:
        path = Path(args.book)
        if not path.is_file():
            raise BadInput("找不到文件", where=str(path), mend="核对路径")
        return PowerNetwork.from_book(path, _day(args.as_of))
    workspace = find_workspace()
    return PowerNetwork.from_store(workspace, workspace.day(args.as_of))


def _day(given: str | None) -> date:
    """The day given; without one, that of the workspace, if we stand in one."""
    if given:
        return Workspace(Path.cwd()).day(given)
    try:
        workspace = find_workspace()
    except FangkongError as error:
        raise WrongCall("未指定评估日期", where="--as-of", mend="加上 --as-of 2016-12-31") from error
    return workspace.day(None)


def _screen(found: Answer) -> str:
    from fangkong_lab.network.summary import summary

    return summary(found)
