"""`fangkong evaluate`: did the pilot change anything – the design that the data bear, why not the others, how many would be enough."""

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

    from fangkong_lab.evaluate.evaluation import Evaluation
    from fangkong_lab.evaluate.question import Question
    from fangkong_lab.evaluate.several import Several

AUTO = "auto"
DESIGNS = ("before_after", "its", "did", "two_way", "staggered", "sun_abraham", "imputation", "poisson", "synthetic", "synthetic_did")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_book(parser)
    parser.add_argument("--outcome", metavar="指标", required=True, action="append", help="看哪个指标（如 信访举报）；可写几次，几个指标一起看会作多重校正")
    parser.add_argument("--design", metavar="方法", default=AUTO, choices=(AUTO, *DESIGNS), help=f"{AUTO}（由数据决定，默认）或 {'、'.join(DESIGNS)}")
    parser.add_argument("--unit", metavar="单位编码", action="append", default=[], help="试点单位，可写几次；须同时写 --started。不写则用单位表的启用日期")
    parser.add_argument("--started", metavar="日期", help="所点名单位的试点起始")
    parser.add_argument("--kind", metavar="单位类别", default="", help="只用这一类单位（如 乡镇街道）")
    parser.add_argument("--model", metavar="防控模式", default="", help="只看这种模式的试点，其他模式的试点单位不用")
    parser.add_argument("--from", dest="since", metavar="日期", help="只用期初不早于此日的数")
    parser.add_argument("--until", metavar="日期", help="只用期末不晚于此日的数")
    parser.add_argument("--count-unit", metavar="计量单位", default="", help="指标有几种口径时指定计量单位（如 件次）")
    parser.add_argument("--clue", metavar="是/否/不明", default="", help="指标有几种口径时指定有无问题线索")
    parser.add_argument("--period", metavar="期间种类", default="", help="指标有几种口径时指定期间种类（月、季度、半年、年度）")
    parser.add_argument("--worthwhile", metavar="倍数", type=float, default=0.7, help="值得看出的最小变化，写成倍数：0.7 为下降三成（默认），1.5 为上升五成")
    parser.add_argument("--by-lot", action="store_true", help="试点单位由抽签确定")
    parser.add_argument("--chosen-extreme", action="store_true", help="试点单位因数量偏高（或偏低）而选")
    parser.add_argument("--rows", metavar="N", type=int, default=20, help="每张表在屏幕上最多显示几行（默认 20）")
    parser.add_argument("--json", metavar="文件", help="写入 JSON（docs/schema/evaluation.schema.json）；- 为屏幕")


def run(args: argparse.Namespace) -> int:
    """Answer, on the screen or as JSON."""
    from fangkong_lab.evaluate.evaluation_json import as_json
    from fangkong_lab.evaluate.several import evaluate_measures

    answer = evaluate_measures(tables_of(args.book), _question(args), args.outcome)
    if args.json == "-":
        print(_text(as_json(answer)))
        return EXIT_DONE
    _print(answer, args.rows)
    if args.json:
        write_whole(Path(args.json), _text(as_json(answer)) + "\n")
        print(f"已写入 {args.json}")
    return EXIT_DONE


def _question(args: argparse.Namespace) -> Question:
    from fangkong_lab.evaluate.effect import Design
    from fangkong_lab.evaluate.evidence import Assignment
    from fangkong_lab.evaluate.question import Chosen, Question, Scope

    scope = Scope(parse_day(args.since) if args.since else None, parse_day(args.until, MonthAs.INCLUSIVE_END) if args.until else None, args.kind,
                  args.model, args.count_unit, args.clue, args.period)
    return Question(args.outcome[0], _day(args.as_of), scope, None if args.design == AUTO else Design.read(args.design), tuple(args.unit),
                    parse_day(args.started) if args.started else None, args.worthwhile, Chosen.EXTREME if args.chosen_extreme else Chosen.UNKNOWN,
                    Assignment.BY_LOT if args.by_lot else Assignment.UNKNOWN)


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


def _print(answer: Several, rows: int) -> None:
    for made in answer.evaluations:
        _print_one(made, rows)
    if len(answer.evaluations) > 1:
        print(answer.sentence())
        _table("试点证据表", answer.table(), rows)


def _print_one(made: Evaluation, rows: int) -> None:
    print(f"〔{made.question.measure}〕{made.ledger.sentence()}")
    print(f"结论：{made.verdict.label}。")
    print(made.sentence())
    if made.effect is not None:
        print(made.effect.evidence.sentence())
    if made.visible is not None:
        print(made.foresight())
    for number, caveat in enumerate(made.caveats, 1):
        print(f"限制{number}：{caveat}。")
    _table("方法（采用的、可供对照的、不用的和原因）", made.table(), rows)
    _table("前提检验", made.preconditions(), rows)
    for unit, why in made.ledger.left_out:
        print(f"未用：{unit}，{why}")
    print()


def _table(title: str, frame: pd.DataFrame, rows: int) -> None:
    if not len(frame):
        return
    print(f"\n【{title}】", file=sys.stdout)
    print("\t".join(str(c) for c in frame.columns))
    for row in frame.head(rows).itertuples(index=False):
        print("\t".join(_cell(v) for v in row))
    if len(frame) > rows:
        print(f"（共 {len(frame)} 行，只显示前 {rows} 行；用 --rows 看更多）")


def _cell(value: object) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
