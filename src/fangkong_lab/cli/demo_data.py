"""`fangkong demo-data`: write a made-up county with known truth and take it into the ledger; or a made-up nation."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED, WrongCall
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from fangkong_lab.examples.county import County
    from fangkong_lab.ledger.holdings import Holding

_YEARS = re.compile(r"^(\d{4})(?:\s*[-—~至]\s*(\d{4}))?$")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--seed", metavar="数", type=int, default=1, help="随机种子，同一种子生成同样的数据（默认 1）")
    parser.add_argument("--units", metavar="数", type=int, default=11, help="单位数：前 11 个是试点，其余是对照（默认 11）")
    parser.add_argument("--years", metavar="年-年", default="2009-2016", help="起止年份（默认 2009-2016）")
    parser.add_argument("--out", metavar="目录", type=Path, help="写到哪里（默认工作目录下 data/demo）")
    parser.add_argument("--force", action="store_true", help="覆盖已有的模拟数据")
    parser.add_argument("--one-book", action="store_true", help="全县写成一本工作簿（默认每个送交单位一本）")
    parser.add_argument("--golden", action="store_true", help="改为黄金县：十个事项、八个人，答案在纸上算过")
    parser.add_argument("--if-empty", action="store_true", help="台账里已有数据时什么也不做")
    parser.add_argument("--no-import", action="store_true", help="只写文件，不导入台账")
    parser.add_argument("--nation", metavar="目录", type=Path, help="改为生成全国规模的 Parquet 数据，写到该目录（不导入）")
    parser.add_argument("--items", metavar="数", type=int, default=12_000_000, help="全国数据的事项数（默认 12000000）")


def run(args: argparse.Namespace) -> int:
    """Write what is asked for and say where it lies."""
    if args.nation is not None:
        return _nation(args)
    years = _years(args.years)
    workspace = find_workspace() if args.out is None or not args.no_import else None
    if args.if_empty and _held(find_workspace()):
        print("台账里已有数据，未生成模拟数据")
        return EXIT_DONE
    from fangkong_lab.examples.county import synthetic_county
    from fangkong_lab.examples.golden import golden_county
    from fangkong_lab.examples.write import book_names, write_county

    county = golden_county() if args.golden else synthetic_county(args.seed, args.units, years)
    if workspace is not None and not args.no_import:
        _make_room(workspace, set(book_names(county, one_book=args.one_book)), force=args.force)
    folder = args.out if workspace is None or args.out is not None else workspace.root / "data" / "demo"
    books = write_county(county, folder, one_book=args.one_book, force=args.force or args.if_empty)
    print(_summary(county, folder, len(books)))
    if workspace is None or args.no_import:
        print("未导入台账。要导入：fangkong import " + str(folder / "*.xlsx"))
        return EXIT_DONE
    return _import(workspace, books)


def _years(text: str) -> tuple[int, int]:
    hit = _YEARS.match(text.strip())
    if hit is None:
        raise WrongCall(f"年份「{text}」看不懂", mend="写成 --years 2009-2016")
    return int(hit[1]), int(hit[2] or hit[1])


def _summary(county: County, folder: Path, books: int) -> str:
    tables, truth = county.tables, county.truth
    rows = sum(len(f) for f in tables.values())
    items, alone = len(tables["power_items"]), len(truth["kappa_none_1"])  # type: ignore[arg-type]
    return (f"模拟数据（全部由程序生成，与真实单位和个人无关）\n已写出 {books} 本工作簿、{rows:,} 行，答案在 truth.json:{folder}\n"
            f"{len(tables['units'])} 个单位，{items} 项权力事项，{len(tables['flows'])} 张流程图；"
            f"其中单人可办结 {alone} 项（不计影响），评估日期用 {truth['as_of']}")


def _held(workspace: Workspace) -> list[Holding]:
    """Return the deliveries in the workspace's store, none where there is no store yet."""
    from fangkong_lab.ledger.holdings import holdings
    from fangkong_lab.ledger.layout import layout_of
    from fangkong_lab.ledger.store import open_store
    from fangkong_lab.ledger.tables import TABLES

    if not workspace.store_path.exists():
        return []
    with open_store(workspace.store_path, layout_of(TABLES), write=False) as store:
        return holdings(store)


def _make_room(workspace: Workspace, coming: set[str], *, force: bool) -> None:
    """Refuse a ledger with real books; take out made-up books that the *coming* ones would not replace, if *force*."""
    from fangkong_lab.examples.write import MARK
    from fangkong_lab.ledger.holdings import drop
    from fangkong_lab.ledger.layout import layout_of
    from fangkong_lab.ledger.store import open_store
    from fangkong_lab.ledger.tables import TABLES

    held, layout = _held(workspace), layout_of(TABLES)
    real, stale = [h.book for h in held if not h.book.startswith(MARK)], [h for h in held if h.book not in coming]
    if real:
        raise WrongCall(f"台账里已有真实数据（{real[0]} 等 {len(real)} 本），不混入模拟数据", where=str(workspace.root),
                        mend="另建工作目录：fangkong init 演示 && cd 演示 && fangkong demo-data，或加 --no-import 只写文件")
    if stale and not force:
        raise WrongCall(f"台账里有另一份模拟数据({stale[0].book} 等 {len(stale)} 本)", where=str(workspace.root),
                        mend="加上 --force 换成新的，或另建工作目录")
    if stale:
        with open_store(workspace.store_path, layout, write=True) as store, store.transaction():
            for holding in stale:
                drop(store, layout, holding.id)


def _import(workspace: Workspace, books: tuple[Path, ...]) -> int:
    from fangkong_lab.ledger.deliver import Request, import_books

    outcomes = import_books(workspace, Request(books))
    read, taken = sum(o.counts.read for o in outcomes), sum(o.counts.accepted for o in outcomes)
    for outcome in (o for o in outcomes if o.counts.accepted < o.counts.read or o.sentence):
        print(f"✗ {outcome.path.name}：{outcome.result} {outcome.sentence}")
    print(f"已导入台账：{len(outcomes)} 本，{read:,} 行，入库 {taken:,} 行")
    return EXIT_DONE if taken == read else EXIT_SOME_FAILED


def _nation(args: argparse.Namespace) -> int:
    from fangkong_lab.examples.nation import NATION_TABLES, write_nation

    there = [n for n in NATION_TABLES if (args.nation / f"{n}.parquet").exists()]
    if there and not args.force:
        raise WrongCall(f"已有 {there[0]}.parquet 等 {len(there)} 个文件", where=str(args.nation), mend="加上 --force 覆盖，或换一个目录")
    nation = write_nation(args.nation, args.items, args.seed)
    rows = nation.rows
    print(f"模拟数据：{rows['power_items']:,} 个事项，{rows['sign_offs']:,} 行签批，{rows['risk_points']:,} 个风险点，"
          f"{rows['warning_events']:,} 个预警事件，已写到 {args.nation}")
    return EXIT_DONE
