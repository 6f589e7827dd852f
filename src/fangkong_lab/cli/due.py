"""`fangkong due`: what falls due this week, and the 催办单 of every unit."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.cli.book_tables import add_book, tables_of, workspace_here
from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED, ReportFailed, WrongCall
from fangkong_lab.kinds import Audience

if TYPE_CHECKING:
    from fangkong_lab.measure.due import DueList
    from fangkong_lab.report.reminder import Reminder

SCHEMA_VERSION = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_book(parser)
    parser.add_argument("--within", metavar="天", type=int, default=7, help="看今后几天（默认 7）；逾期未办的总是列出")
    parser.add_argument("--unit", metavar="单位编码", help="只看一个单位要办的")
    parser.add_argument("--audience", metavar="读者", default=Audience.INTERNAL.label,
                        help="纪委内部（默认）或被评估单位（须写 --unit）；后者没有人员代号和预警对象")
    parser.add_argument("--out", metavar="目录", type=Path, help="写出催办单：每个单位一份 xlsx 和一份 docx，另有一份纪委内部的总表")
    parser.add_argument("--rows", metavar="N", type=int, default=30, help="屏幕上最多显示几行（默认 30）")
    parser.add_argument("--json", action="store_true", help="输出 JSON(docs/schema/due.schema.json)")


def run(args: argparse.Namespace) -> int:
    """List what is due, and write the reminders where a folder is given; 1 where some could not be written."""
    from fangkong_lab.cli.grade import day_given
    from fangkong_lab.measure.due import due_list
    from fangkong_lab.measure.due_calendar import calendar_for

    audience, here = Audience.read(args.audience), workspace_here()
    if audience is not Audience.INTERNAL and not args.unit:
        raise WrongCall("给被评估单位的须指明是哪个单位", mend="加上 --unit 单位编码")
    due = due_list(tables_of(args.book), day_given(args.as_of), args.within, calendar_for(here.root if here else None))
    shown = due.of_unit(args.unit) if args.unit else due
    if args.json:
        print(json.dumps(as_json(shown, audience), ensure_ascii=False, indent=1))
    else:
        _print(shown, audience, args.rows)
    if args.out is None:
        return EXIT_DONE
    return _write(_wanted(shown, args.unit, here.office if here else ""), args.out, quiet=args.json)


def _wanted(due: DueList, unit: str | None, office: str) -> Sequence[Reminder]:
    from fangkong_lab.report.reminder import reminders

    made = reminders(due, office)
    return [r for r in made if r.audience is Audience.UNIT] if unit else made


def _write(wanted: Sequence[Reminder], folder: Path, *, quiet: bool) -> int:
    from fangkong_lab.report.reminder import write_reminder

    failed, channel = 0, sys.stderr if quiet else sys.stdout
    for reminder in wanted:
        try:
            write_reminder(reminder, folder)
        except ReportFailed as error:
            failed += 1
            print(f"失败\t{reminder.addressee}\t{error}", file=sys.stderr)
    print(f"已写出 {len(wanted) - failed} 份（每份 xlsx 和 docx）到 {folder}" + (f"，失败 {failed} 份" if failed else ""), file=channel)
    return EXIT_SOME_FAILED if failed else EXIT_DONE


def _print(due: DueList, audience: Audience, rows: int) -> None:
    from fangkong_lab.cli.grade import grid

    print(due.sentence())
    print(grid(due.counts()))
    table = due.table(audience)
    if len(table):
        print("\n" + grid(table.head(rows)))
    if len(table) > rows:
        print(f"（共 {len(table)} 行，只显示前 {rows} 行；用 --rows 看更多，或用 --out 写成文件）")
    print(due.basis_line() + "。")
    for line in due.calendar.basis(due.as_of):
        print(f"  {line}")


def as_json(due: DueList, audience: Audience) -> dict[str, object]:
    """Return the list as plain values; what only the discipline side may read is null in other copies."""
    due.table(audience)  # refuses the public
    inner = audience is Audience.INTERNAL
    return {
        "schema_version": SCHEMA_VERSION, "as_of": due.as_of.isoformat(), "simulated": due.simulated,
        "settings": {"within": due.within, "audience": audience.label, "calendar": due.calendar.name,
                     "calendar_caveat": due.calendar.caveat, "basis": list(due.calendar.basis(due.as_of))},
        "basis_line": due.basis_line(), "overdue": len(due.overdue), "coming": len(due.coming), "superseded": due.superseded, "gaps": due.gaps,
        "counts": {str(row[0]): {"overdue": int(row[1]), "coming": int(row[2])} for row in due.counts().itertuples(index=False)},
        "items": [{"matter": i.matter.value, "unit": i.unit_id or None, "due_on": i.due_on.isoformat(), "late": i.late(due.as_of),
                   "table": i.table, "key": list(i.key) if inner else None, "what": i.what, "known": i.known.value,
                   "inner": i.inner if inner else None, "for_office": i.for_office} for i in due.items]}
