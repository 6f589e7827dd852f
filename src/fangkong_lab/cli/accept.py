"""`fangkong accept ITEM`: accept a finding until a day, with reason and name; or withdraw an acceptance. Rows are only added."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import EXIT_DONE, BadInput, WrongCall
from fangkong_lab.kinds import Verdict
from fangkong_lab.workspace import find_workspace

if TYPE_CHECKING:
    from datetime import date

    from fangkong_lab.network.find_tests import FindingTest
    from fangkong_lab.network.thresholds import ItemThresholds


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("item", metavar="事项编码", help="接受哪个事项的检验结果")
    parser.add_argument("--test", metavar="检验", required=True, help="单人可办结、单人可令办结、待核实的制约环节")
    parser.add_argument("--reason", metavar="理由", required=True, help="为什么接受（不写人名、证件号、电话）")
    parser.add_argument("--by", metavar="接受人", required=True, help="谁决定接受（职务或人员代号）")
    parser.add_argument("--until", metavar="日期", help="有效期至（含当日）；到期后自动重新列出。撤回时不写")
    parser.add_argument("--as-of", metavar="日期", help="接受日期；不写则取 fangkong.toml 的 as_of")
    parser.add_argument("--withdraw", action="store_true", help="撤回以前的接受")


def run(args: argparse.Namespace) -> int:
    """Check that there is something to accept, add one row to the file, and say what it does."""
    from fangkong_lab.network.acceptance import FILE, Acceptance, Act, append, flow_mark
    from fangkong_lab.network.find_tests import FindingTest
    from fangkong_lab.network.graph import PowerNetwork
    from fangkong_lab.network.thresholds import measure

    workspace = find_workspace()
    day = workspace.day(args.as_of)
    try:
        test = FindingTest.read(args.test)
    except BadInput as error:
        raise WrongCall(error.what, where="--test", mend=error.mend) from error
    network = PowerNetwork.from_store(workspace, day)
    each = measure(network, items=[network.item(args.item).item_id])[0]
    path = workspace.root / FILE
    if args.withdraw:
        _check_withdrawal(args, path, test)
        row = Acceptance(args.item, test, Act.WITHDRAW, args.reason, args.by, day, day)
    else:
        _check_open(each, test)
        row = Acceptance(args.item, test, Act.ACCEPT, args.reason, args.by, day, _until(args), flow_mark(each))
    append(path, row)
    print(f"已记入 {path}：{args.item}「{each.item.name}」{test.label}，{row.sentence()}。")
    if not args.withdraw:
        print("该事项不再列入待核实清单，仍计入不达标数；到期或流程改动后重新列出。")
    return EXIT_DONE


def _until(args: argparse.Namespace) -> date:
    if not args.until:
        raise WrongCall("没有写有效期", where="--until", mend="加上 --until 2017-06-30；接受必须有期限")
    try:
        return parse_day(args.until)
    except BadInput as error:
        raise WrongCall(error.what, where="--until", mend=error.mend) from error


def _check_open(each: ItemThresholds, test: FindingTest) -> None:
    from fangkong_lab.network.find_tests import verdict_of

    verdict = verdict_of(each, test)
    if verdict is not Verdict.VIOLATED:
        said = "不适用" if verdict is None else verdict.label
        raise WrongCall(f"{each.item.item_id}的「{test.label}」结论是{said}，没有可接受的", where="--test", mend="用 fangkong findings 查看列出的事项")


def _check_withdrawal(args: argparse.Namespace, path: Path, test: FindingTest) -> None:
    from fangkong_lab.network.acceptance import Act, read_acceptances

    rows = [r for r in read_acceptances(path) if r.item_id == args.item and r.test is test]
    if args.until:
        raise WrongCall("撤回不写有效期", where="--until", mend="去掉 --until")
    if not rows or rows[-1].act is Act.WITHDRAW:
        raise WrongCall(f"{args.item}的「{test.label}」没有可撤回的接受", where=str(path), mend="核对事项编码和检验名称")
