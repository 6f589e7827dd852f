"""`fangkong outcomes`: what came out – counts with their 口径, forms, rates, rectification, money, duties, warnings."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.cli.book_tables import add_book, tables_of, workspace_here
from fangkong_lab.dates import MonthAs, parse_day
from fangkong_lab.errors import EXIT_DONE, WrongCall
from fangkong_lab.whole import write_whole
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    from datetime import date

    import pandas as pd

    from fangkong_lab.measure.summary import Comparison, Outcomes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_book(parser)
    parser.add_argument("--measure", metavar="指标", default="", help="只看一个指标（如 纪律处分）；各单位并列比较需要它")
    parser.add_argument("--unit", metavar="单位编码", default="", help="只看一个单位")
    parser.add_argument("--kind", metavar="单位类别", default="", help="只与这一类单位比较（如 乡镇街道）")
    parser.add_argument("--since", metavar="日期", help="只看期初不早于此日的数")
    parser.add_argument("--until", metavar="日期", help="只看期末不晚于此日的数")
    parser.add_argument("--rows", metavar="N", type=int, default=20, help="每张表在屏幕上最多显示几行（默认 20）")
    parser.add_argument("--json", metavar="文件", help="写入 JSON(docs/schema/outcomes.schema.json);- 为屏幕")


def run(args: argparse.Namespace) -> int:
    """Answer, on the screen or as JSON."""
    from fangkong_lab.measure.summary import Question, outcomes
    from fangkong_lab.measure.summary_json import as_json

    until = parse_day(args.until, MonthAs.INCLUSIVE_END) if args.until else None
    since = parse_day(args.since) if args.since else None
    question = Question(_day(args.as_of), args.measure, args.unit, since, until, args.kind)
    answer = outcomes(tables_of(args.book), question)
    if args.json == "-":
        print(_text(as_json(answer)))
        return EXIT_DONE
    _print(answer, args.rows)
    if args.json:
        write_whole(Path(args.json), _text(as_json(answer)) + "\n")
        print(f"已写入 {args.json}")
    return EXIT_DONE


def _day(text: str | None) -> date:
    """Return --as-of, or the day of the workspace; never today."""
    if text:
        return parse_day(text)
    here = workspace_here()
    if here is None:
        raise WrongCall("未指定评估日期", mend="加上 --as-of 2016-12-31，或在工作目录里运行")
    return Workspace.day(here, None)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)


def _print(answer: Outcomes, rows: int) -> None:
    print(answer.sentence())
    _table("合计（口径不同的不相加）", answer.tallies.table(), rows)
    _table("归类", answer.forms.by_measure(), rows)
    _table("核对", answer.checks.table().drop(columns=["所在"], errors="ignore"), rows)
    if answer.comparison:
        _compare(answer.comparison, answer.question.unit, rows)
    if answer.across:
        _table("本单位各指标（按 Benjamini–Hochberg 校正）", answer.across.table(), rows)
    if answer.trend and answer.trend.judged:
        _table("逐期（控制图）", answer.trend.table(), rows)
    if answer.conduct.recoveries:
        _table("款项（性质不同不相加）", answer.conduct.recoveries.table(), rows)
    if answer.conduct.coverage:
        _table("巡察覆盖（各类对象不相加）", answer.conduct.coverage.table(), rows)
    if answer.conduct.fulfilment:
        _table("监督义务", answer.conduct.fulfilment.table(), rows)


def _compare(made: Comparison, unit: str, rows: int) -> None:
    for note in made.units.caveats():
        print(f"说明：{note}")
    _table("各单位（按编码排列，不排名）", made.table(unit), rows)
    if made.ranking and not unit:
        print(made.ranking.sentence())
        _table("收缩后比值与名次区间", made.ranking.table(), rows)


def _table(title: str, frame: pd.DataFrame, rows: int) -> None:
    if not len(frame):
        return
    print(f"\n【{title}】", file=sys.stdout)
    print("\t".join(str(c) for c in frame.columns))
    for row in frame.head(rows).itertuples(index=False):
        print("\t".join(_cell(v) for v in row))
    if len(frame) > rows:
        print(f"(共 {len(frame)} 行，只显示前 {rows} 行；用 --rows 看更多)")


def _cell(value: object) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.4g}" if isinstance(value, float) and value != int(value) else f"{value:g}" if isinstance(value, float) else str(value)
