"""`fangkong findings [BOOK.xlsx]`: what fails a test, first things first, each with its story; JSON beside."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.cli.book_tables import workspace_here
from fangkong_lab.errors import EXIT_DONE, BadInput, WrongCall
from fangkong_lab.whole import write_whole
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from fangkong_lab.kinds import Audience
    from fangkong_lab.network.acceptance import Acceptance
    from fangkong_lab.network.ranking import Grading

TOP = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("book", metavar="台账.xlsx", nargs="?", type=Path, help="直接读这一本台账；不写则读工作目录的台账库")
    parser.add_argument("--as-of", metavar="日期", help="评估日期，如 2016-12-31；不写则取 fangkong.toml 的 as_of")
    parser.add_argument("--unit", metavar="单位编码", help="只看一个单位；读者为被评估单位时必填")
    parser.add_argument("--audience", metavar="读者", default="纪委内部", help="纪委内部（默认）、被评估单位、公开；后两者不含人员和经手组合")
    parser.add_argument("--grades", metavar="规则", help="等级按这条定级规则现算，见 fangkong policy list；不写则用风险点表的现定等级")
    parser.add_argument("--acceptances", metavar="文件", type=Path, help="接受清单；不写则用工作目录的 data/接受清单.csv（直接读一本台账时不用）")
    parser.add_argument("--json", metavar="文件", type=Path, help="另写 JSON 结果（docs/schema/findings.schema.json）")
    parser.add_argument("--top", metavar="N", type=int, default=TOP, help=f"屏幕上说明前几项（默认 {TOP}）；JSON 总是全部")


def run(args: argparse.Namespace) -> int:
    """Find, print the counts and the first findings, and write the JSON file if asked."""
    from fangkong_lab.network.finding_json import text
    from fangkong_lab.network.finding_screen import screen
    from fangkong_lab.network.findings import Sought, findings
    from fangkong_lab.network.graph import PowerNetwork

    if args.top < 0:
        raise WrongCall("不能为负数", where="--top", mend="写 0 或更大的整数")
    audience, day = _audience(args.audience), day_of(args.as_of)
    tables = _tables(args.book)
    sought = Sought(_grading(args.grades, tables, day), audience, args.unit, _acceptances(args))
    found = findings(PowerNetwork.from_tables(tables, day), sought)
    if args.json:
        write_whole(args.json, text(found))
    print(screen(found, args.top))
    if args.json:
        print(f"JSON 已写入 {args.json}")
    return EXIT_DONE


def _audience(word: str) -> Audience:
    from fangkong_lab.kinds import Audience

    try:
        return Audience.read(word)
    except BadInput as error:
        raise WrongCall(error.what, where="--audience", mend=error.mend) from error


def day_of(given: str | None) -> date:
    """Return the day given, else that of the workspace we stand in; `WrongCall` where there is neither."""
    here = workspace_here()
    if here is None and not given:
        raise WrongCall("未指定评估日期", where="--as-of", mend="加上 --as-of 2016-12-31")
    return (here or Workspace(Path.cwd())).day(given)


def _tables(book: Path | None) -> Mapping[str, pd.DataFrame]:
    """The tables of one book (refused rows of the network are an error), or all of the store's."""
    from fangkong_lab.network.book import book_tables

    if book is None:
        from fangkong_lab.ledger.frames import tables

        return tables(find_workspace())
    if not book.is_file():
        raise BadInput("找不到文件", where=str(book), mend="核对路径")
    from fangkong_lab.cli.book_tables import tables_of

    # Risk points do not decide a verdict: their refused rows are left out and counted on the screen.
    return {**tables_of(book), **book_tables(book)}


def _grading(policy: str | None, tables: Mapping[str, pd.DataFrame], day: date) -> Grading:
    from fangkong_lab.network.ranking import grading_of, ledger_grading

    if policy is None:
        return ledger_grading(tables.get("risk_points"), day)
    from fangkong_lab.cli.grade import policy_named
    from fangkong_lab.policy.grade import grade

    rule = policy_named(policy)
    if rule.table != "risk_points" or rule.scale is None:
        raise WrongCall(f"「{rule.name}」不是给风险点定级的规则", where="--grades", mend="用 fangkong policy list 查看定级规则")
    graded = grade(rule, tables, day)
    items = dict(zip(tables["risk_points"]["risk_id"].astype(str), tables["risk_points"]["item_id"], strict=True))
    pairs = ((items.get(str(key)), label) for key, label in zip(graded.keys, graded.words().astype(object), strict=True))
    return grading_of(pairs, [(name,) for name in rule.scale.names], f"规则「{rule.name}」")


def _acceptances(args: argparse.Namespace) -> tuple[Acceptance, ...]:
    from fangkong_lab.network.acceptance import FILE, read_acceptances

    if args.acceptances is not None:
        if not args.acceptances.is_file():
            raise BadInput("找不到文件", where=str(args.acceptances), mend="核对路径")
        return read_acceptances(args.acceptances)
    return () if args.book is not None else read_acceptances(find_workspace().root / FILE)

