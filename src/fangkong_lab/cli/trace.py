"""`fangkong trace`: where a number of a report is from (领导问数)."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_DONE

if TYPE_CHECKING:
    from fangkong_lab.report.trace import NumberTrace

SCHEMA_VERSION = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("report", metavar="报告", help="报告的名称（或开头几个字，如 年度）、文件，或单位编码；单位、年度、模式比较报告")
    parser.add_argument("item", metavar="编号", nargs="?", default="",
                        help="报告「指标表」里的编号，如 监督执纪-立案-件-2016年下半年；写几段能认出一个数即可；不写则列出全部编号")
    parser.add_argument("--rows", metavar="N", type=int, default=20, help="屏幕上最多显示几行来源（默认 20）")
    parser.add_argument("--json", action="store_true", help="输出 JSON(docs/schema/trace.schema.json)")


def run(args: argparse.Namespace) -> int:
    """Trace one number, or list the numbers of the report."""
    from fangkong_lab.report.asked import find_report
    from fangkong_lab.report.trace import Desk
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    report = find_report(workspace, args.report)
    desk = Desk(workspace, report)
    if not args.item:
        print(f"{report.title}，截至{report.as_of}：")
        for figure in desk.figures:
            print(f"{figure.key}\t{figure.value}\t{'' if figure.share else figure.unit}")
        return EXIT_DONE
    made = desk.trace(args.item)
    if args.json:
        print(json.dumps(as_json(made), ensure_ascii=False, indent=1))
    else:
        _print(made, args.rows)
    return EXIT_DONE


def _print(made: NumberTrace, rows: int) -> None:
    print(f"{made.report.title}\n{made.sentence()}\n{made.figure.basis}。\n{made.last_year()}")
    lines = made.row_lines()
    print(f"来源（{len(lines)}行）：")
    for line in lines[:rows]:
        print(f"  {line}")
    if len(lines) > rows:
        print(f"（共 {len(lines)} 行，只显示前 {rows} 行；用 --rows 看更多）")


def as_json(made: NumberTrace) -> dict[str, object]:
    """Return the answer as plain values."""
    report, figure = made.report, made.figure
    rows = [{"table": r.table, "key": list(r.key), "low": r.low, "high": r.high,
             "places": [{"delivery": p.delivery, "sender": p.sender, "file": p.file, "sheet": p.sheet, "row": p.row}
                        for p in made.where.get((r.table, r.key), ())]} for r in figure.rows]
    cited = [{"figure": number, "document": c.document, "article": c.article, "phrase": c.phrase, "line": c.row} for number, c in made.cited.items()]
    before = {"item": made.before.key, "value": made.before.value} if made.before else None
    return {"schema_version": SCHEMA_VERSION, "as_of": report.as_of.isoformat(), "simulated": made.simulated,
            "settings": {"report": report.title, "kind": report.kind.value, "unit": report.unit_id, "audience": report.audience.value},
            "item": figure.key, "value": figure.value, "count_unit": figure.unit, "share": figure.share, "printed": made.printed,
            "agrees": made.agrees, "sentence": made.sentence(), "basis": figure.basis, "last_year": before, "rows": rows, "cited": cited}
