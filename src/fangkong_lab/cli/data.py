"""`fangkong data …`: look into the ledger, follow a row to its cell, back the store up."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_BAD_INPUT, EXIT_DONE
from fangkong_lab.workspace import find_workspace

if TYPE_CHECKING:
    import pandas as pd


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands and their arguments."""
    verbs = parser.add_subparsers(title="子命令", dest="verb", metavar="子命令", required=True)
    verbs.add_parser("list", help="各表行数和各层填报情况").set_defaults(act=_list)
    show = verbs.add_parser("show", help="看一张表")
    show.add_argument("table", metavar="表名", help="中文或英文表名，如 岗位")
    show.add_argument("--where", metavar="条件", action="append", default=[], help="列=值、列>=值、列!=值、列~词；可写多个，须同时成立")
    show.add_argument("--unit", metavar="单位编码", help="只看该单位的行")
    show.add_argument("--rows", metavar="N", type=int, default=20, help="屏幕上最多显示几行（默认 20）")
    show.add_argument("--csv", metavar="文件", type=Path, help="全部写入 CSV(UTF-8 带 BOM,Excel 可直接打开)")
    show.set_defaults(act=_show)
    trace = verbs.add_parser("trace", help="一行数据来自哪次送交、哪张表、哪个单元格")
    trace.add_argument("table", metavar="表名")
    trace.add_argument("key", metavar="主键", nargs="+", help="主键的值；由几列组成时依次写出")
    trace.set_defaults(act=_trace)
    verbs.add_parser("journal", help="导入日志").set_defaults(act=_journal)
    backup = verbs.add_parser("backup", help="备份台账库")
    backup.add_argument("target", metavar="文件", nargs="?", type=Path, help="备份文件（默认放在 data/store/backup）")
    backup.set_defaults(act=_backup)
    code = verbs.add_parser("code", help="把名单（每行一人）换成人员代号")
    code.add_argument("names", metavar="名单", type=Path, help="文本文件，每行一人；同名的加上工号")
    code.set_defaults(act=_code)


def run(args: argparse.Namespace) -> int:
    """Carry out the subcommand."""
    return int(args.act(args))


def _list(_: argparse.Namespace) -> int:
    from fangkong_lab.kinds import Tier
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.ledger.tables import TABLES

    frames = tables(find_workspace())
    for tier in Tier:
        declared = [t for t in TABLES.values() if t.tier is tier]
        filled = sum(len(frames[t.name]) > 0 for t in declared)
        print(f"{tier} 层：{len(declared)} 张表，{filled} 张有数据")
        rows = [[t.label, t.name, len(frames[t.name]), _units(frames[t.name])] for t in declared]
        print(_grid(["表", "英文名", "行数", "单位数"], rows))
    return EXIT_DONE


def _units(frame: pd.DataFrame) -> str:
    return str(frame["unit_id"].nunique()) if "unit_id" in frame.columns else ""


def _show(args: argparse.Namespace) -> int:
    from fangkong_lab.errors import WrongCall
    from fangkong_lab.ledger.changes import shown
    from fangkong_lab.ledger.condition import read_conditions
    from fangkong_lab.ledger.frames import chosen
    from fangkong_lab.ledger.tables import table_named

    table = table_named(args.table)
    if args.unit and "unit_id" not in table.by_name:
        raise WrongCall(f"「{table.label}」没有单位编码一列，不能按单位筛选", where="--unit", mend="改用 --where")
    texts = [*args.where, *([f"unit_id={args.unit}"] if args.unit else [])]
    frame = chosen(find_workspace(), table.name, read_conditions(table, texts))
    if args.csv:
        _write_csv(args.csv, [c.label for c in table.columns], [[shown(v) for v in row] for row in frame.itertuples(index=False)])
        print(f"已写入 {args.csv}({len(frame)} 行)")
        return EXIT_DONE
    # On the screen only the columns somebody filled: most ledgers leave half of them empty.
    columns = [c for c in table.columns if c.required or frame[c.name].notna().any()]
    rows = [[shown(v) for v in row] for row in frame[[c.name for c in columns]].head(args.rows).itertuples(index=False)]
    print(_grid([c.label for c in columns], rows))
    print(f"{table.label}（{table.name}）：{len(frame)} 行" + (f"，显示前 {args.rows} 行" if len(frame) > args.rows else ""))
    return EXIT_DONE


def _write_csv(path: Path, head: list[str], rows: list[list[str]]) -> None:
    import csv

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([[_harmless(cell) for cell in row] for row in rows])


def _harmless(cell: str) -> str:
    """Keep spreadsheet programs from running text as a formula; negative numbers are left alone."""
    if cell[:1] in ("=", "+", "-", "@") and not cell.lstrip("-").replace(".", "", 1).isdigit():
        return "'" + cell
    return cell


def _trace(args: argparse.Namespace) -> int:
    from fangkong_lab.ledger.frames import traces

    for origin in traces(find_workspace(), args.table, args.key):
        print(origin.sentence())
        print(f"  入库 {origin.at:%Y-%m-%d %H:%M}(UTC) 经手 {origin.who}  SHA-256 {origin.sha256[:16]}…")
        rows = [[header, cell, value] for header, (cell, value) in origin.cells.items() if cell or value]
        print(_grid(["列", "单元格", "值"], rows))
    return EXIT_DONE


def _journal(_: argparse.Namespace) -> int:
    from fangkong_lab.ledger.journal import broken_entry, entries
    from fangkong_lab.ledger.layout import layout_of
    from fangkong_lab.ledger.store import open_store
    from fangkong_lab.ledger.tables import TABLES

    with open_store(find_workspace().store_path, layout_of(TABLES), write=False) as store:
        found = entries(store)
    rows = [[e.no, f"{e.at:%Y-%m-%d %H:%M}", e.who, e.sender, e.file, str(e.outcome), e.counts.read, e.counts.accepted,
             e.counts.refused, e.counts.held_back, e.problems] for e in found]
    print(_grid(["次", "时间（UTC）", "经手", "单位", "文件", "结果", "读入", "入库", "拒收", "留置", "问题"], rows))
    if broken := broken_entry(found):
        print(f"第 {broken} 条记录与前一条对不上：日志被改动过，请与备份核对", file=sys.stderr)
        return EXIT_BAD_INPUT
    return EXIT_DONE


def _backup(args: argparse.Namespace) -> int:
    from fangkong_lab.errors import BadInput
    from fangkong_lab.ledger.layout import layout_of
    from fangkong_lab.ledger.migrate import back_up
    from fangkong_lab.ledger.store import open_store
    from fangkong_lab.ledger.tables import TABLES

    path = find_workspace().store_path
    if not path.exists():
        raise BadInput("还没有导入过任何台账，没有可备份的", where=str(path), mend="先运行 fangkong import 台账.xlsx")
    if args.target and args.target.exists():
        raise BadInput("备份文件已存在，不覆盖", where=str(args.target), mend="换一个文件名")
    with open_store(path, layout_of(TABLES), write=True) as store:
        made = back_up(store.connection, store.path, label="manual", target=args.target)
    print(f"已备份到 {made}")
    return EXIT_DONE


def _code(args: argparse.Namespace) -> int:
    from fangkong_lab.errors import BadInput
    from fangkong_lab.ledger.personcode import person_code, read_key

    key = read_key(find_workspace())
    try:
        lines = args.names.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"名单无法读取（{error}）", where=str(args.names), mend="另存为 UTF-8 文本，每行一人") from error
    for line in lines:
        if line.strip():
            print(f"{line.strip()}\t{person_code(key, line)}")
    print("以上对照只供本办公室自用，不要与台账放在一起", file=sys.stderr)
    return EXIT_DONE


def _grid(head: list[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table for a terminal; Chinese characters are two columns wide."""
    cells = [[str(c).replace("\n", " ") for c in row] for row in (head, *rows)]
    widths = [min(40, max(_width(row[k]) for row in cells)) for k in range(len(head))]
    lines = ["  " + "  ".join(_padded(c, w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    lines.insert(1, "  " + "  ".join("-" * w for w in widths))
    return "\n".join(lines)


def _width(text: str) -> int:
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    while _width(text) > width:
        text = text[:-2] + "…"
    return text + " " * (width - _width(text))
