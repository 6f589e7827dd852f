"""`fangkong patterns …`: list, show and test the pattern library (制约模式库)."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_DONE, BadInput, WrongCall
from fangkong_lab.whole import refuse_no_folder, write_whole
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from fangkong_lab.kinds import Audience
    from fangkong_lab.network.patterns.parameter import Choice
    from fangkong_lab.network.patterns.report import PatternReport
    from fangkong_lab.network.patterns.study import Study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands and their arguments."""
    verbs = parser.add_subparsers(title="子命令", dest="verb", metavar="子命令", required=True)
    verbs.add_parser("list", help="全部制约模式，每种一行").set_defaults(act=_list)
    show = verbs.add_parser("show", help="一种制约模式的要求、出处、各地参数和动作")
    show.add_argument("pattern", metavar="模式", help="编号或名称，如 one_plus_x、1+X审批")
    show.set_defaults(act=_show)
    test = verbs.add_parser("test", help="在台账上检验，逐项给出达标、不达标、不能判定")
    test.add_argument("book", metavar="台账.xlsx", nargs="?", type=Path, help="直接读这一本台账；不写则读工作目录的台账库")
    test.add_argument("--pattern", metavar="模式", action="append", help="只检验这一种，可写几次；不写则检验全部")
    test.add_argument("--unit", metavar="单位编码", help="只看一个单位")
    test.add_argument("--as-of", metavar="日期", help="评估日期，如 2016-12-31；读台账库时不写则取 fangkong.toml 的 as_of")
    test.add_argument("--place", metavar="模式=地方", action="append", help="各地写法不同的，选定一地，如 rotation=住建局（五年）")
    test.add_argument("--set", metavar="模式.参数=值", action="append", help="自己给参数值，如 rotation.years=4")
    test.add_argument("--json", metavar="文件", type=Path, help="另写 JSON 结果（docs/schema/patterns.schema.json）")
    test.add_argument("--audience", metavar="读者", default="纪委内部", help="纪委内部（默认）、被评估单位、公开；后两者不列岗位和人员")
    test.set_defaults(act=_test)


def run(args: argparse.Namespace) -> int:
    """Carry out the subcommand."""
    return int(args.act(args))


def _list(args: argparse.Namespace) -> int:
    from fangkong_lab.network.patterns.report import shelf_text
    from fangkong_lab.network.patterns.shelf import shelf

    print(shelf_text(shelf()))
    return EXIT_DONE


def _show(args: argparse.Namespace) -> int:
    from fangkong_lab.network.patterns.report import card_text
    from fangkong_lab.network.patterns.shelf import find

    print(card_text(find(args.pattern)))
    return EXIT_DONE


def _test(args: argparse.Namespace) -> int:
    from fangkong_lab.kinds import Audience

    try:
        audience = Audience.read(args.audience)
    except BadInput as error:
        raise WrongCall(error.what, where="--audience", mend=error.mend) from error
    if args.json is not None:
        refuse_no_folder(args.json)
    report = _report(args, _choices(args), audience)
    if args.json is not None:
        write_whole(args.json, report.text())
    print(report.screen())
    if args.json is not None:
        print(f"JSON 已写入 {args.json}")
    return EXIT_DONE


def _report(args: argparse.Namespace, choices: dict[str, Choice], audience: Audience) -> PatternReport:
    from fangkong_lab.network.patterns.parameter import NO_CHOICE
    from fangkong_lab.network.patterns.pattern import test
    from fangkong_lab.network.patterns.report import PatternReport
    from fangkong_lab.network.patterns.shelf import find, run_shelf

    wanted = [find(name) for name in args.pattern or ()]
    for pattern in wanted:
        pattern.settle(choices.get(pattern.code, NO_CHOICE))
    study = _study(args)
    if not wanted:
        results, left = run_shelf(study, choices)
        return PatternReport(study.as_of, study.unit, audience, results, left)
    found = tuple(test(p, study, choices.get(p.code, NO_CHOICE)) for p in wanted)
    return PatternReport(study.as_of, study.unit, audience, found)


def _choices(args: argparse.Namespace) -> dict[str, Choice]:
    from fangkong_lab.network.patterns.parameter import Choice
    from fangkong_lab.network.patterns.shelf import find

    places: dict[str, str] = {}
    values: dict[str, dict[str, object]] = {}
    for text in args.place or ():
        name, value = _halves(text, "--place", "rotation=住建局（五年）")
        places[find(name).code] = value
    for text in args.set or ():
        name, value = _halves(text, "--set", "rotation.years=4")
        pattern, _, parameter = name.rpartition(".")
        if not pattern:
            raise WrongCall(f"「{text}」没有写模式", where="--set", mend="写成 rotation.years=4 的样子")
        values.setdefault(find(pattern).code, {})[parameter] = value
    return {code: Choice(places.get(code), values.get(code, {})) for code in {**places, **values}}


def _halves(text: str, option: str, example: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not (name and mark and value):
        raise WrongCall(f"「{text}」缺少等号或值", where=option, mend=f"写成 {example} 的样子")
    return name.strip(), value.strip()


def _study(args: argparse.Namespace) -> Study:
    from fangkong_lab.network.patterns.study import Study
    from fangkong_lab.network.patterns.tables import book_tables, store_tables

    if args.book is None:
        workspace = find_workspace()
        return Study.of(store_tables(workspace), workspace.day(args.as_of), args.unit)
    if not args.as_of:
        raise WrongCall("未指定评估日期", where="--as-of", mend="加上 --as-of 2016-12-31")
    if not args.book.is_file():
        raise BadInput("找不到文件", where=str(args.book), mend="核对路径")
    return Study.of(book_tables(args.book), Workspace(Path.cwd()).day(args.as_of), args.unit)
