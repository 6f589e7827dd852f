"""`fangkong compare 沙洋 五小`: models as rules, and carried out on the same county; report, workbook and JSON."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED, WrongCall
from fangkong_lab.whole import whole, write_whole
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNTHETIC, SYNTHETIC_DAY = "synthetic", "2016-12-31"
NAME = "模式比较"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("models", metavar="模式", nargs="+", help="两个以上：沙洋、五小、扬中、宁国、瑞安，或其他卡片的名称；all 为前五个")
    parser.add_argument("--county", metavar="台账", help="套用在哪个县：一本台账，或 synthetic（软件生成的县）；不写则用工作目录的台账库")
    parser.add_argument("--as-of", metavar="日期", help="评估日期；synthetic 不写则取 2016-12-31，其余不写则取 fangkong.toml 的 as_of")
    parser.add_argument("--out", metavar="目录", type=Path, required=True, help="写到哪里：模式比较.html、.xlsx，加 --json 时还有 .json")
    parser.add_argument("--json", action="store_true", help="另写 JSON（docs/schema/comparison.schema.json）")


def run(args: argparse.Namespace) -> int:
    """Compare, write the files, and print the five sentences."""
    from fangkong_lab.models.document import text
    from fangkong_lab.models.first_page import five_sentences
    from fangkong_lab.report.model_book import write_model_book

    args.out.mkdir(parents=True, exist_ok=True)
    with _county(args) as (workspace, county, day):
        pages = _pages(workspace, args.models, day, county)
        made = pages.comparison
        write_model_book(made, args.out / f"{NAME}.xlsx")
        if args.json:
            write_whole(args.out / f"{NAME}.json", text(made, _said(args.county)))
        failed = _report(workspace, pages.cards, day, county, args.out)
    for number, line in enumerate(five_sentences(made), start=1):
        print(f"{number}．{line}")
    if failed:
        print(f"报告未能生成：{failed}")
        return EXIT_SOME_FAILED
    print(f"已写入 {args.out.resolve()}")
    return EXIT_DONE


def _said(county: str | None) -> str:
    return {None: "工作目录台账库", SYNTHETIC: "软件生成的模拟县"}.get(county, Path(county or "").name)


@contextmanager
def _county(args: argparse.Namespace) -> Iterator[tuple[Workspace, str, str]]:
    """Give the workspace to work in, the workbook to carry the models out on (empty: the store), and the day."""
    if args.county is None:
        here = find_workspace()
        yield here, "", here.day(args.as_of).isoformat()
        return
    with tempfile.TemporaryDirectory() as folder:
        workspace = _temporary(Path(folder))
        if args.county == SYNTHETIC:
            from fangkong_lab.examples.county import synthetic_county
            from fangkong_lab.examples.write import write_county

            book = write_county(synthetic_county(), Path(folder) / "demo", one_book=True)[0]
            yield workspace, str(book), workspace.day(args.as_of or SYNTHETIC_DAY).isoformat()
            return
        if not Path(args.county).is_file():
            raise WrongCall(f"没有文件「{args.county}」", where="--county", mend="写一本台账的路径，或 synthetic")
        if not args.as_of:
            raise WrongCall("未指定评估日期", where="--as-of", mend="加上 --as-of 2016-12-31")
        yield workspace, str(Path(args.county).resolve()), workspace.day(args.as_of).isoformat()


def _temporary(folder: Path) -> Workspace:
    """Make a workspace only for this comparison: the ledger of the office is not touched."""
    from fangkong_lab.workspace import SETTINGS_FILE, read_workspace

    (folder / SETTINGS_FILE).write_text("", encoding="utf-8")
    return read_workspace(folder)


def _pages(workspace: Workspace, models: list[str], day: str, county: str):  # type: ignore[no-untyped-def]
    from fangkong_lab.dates import parse_day
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.models.shelf import FIVE, shelf
    from fangkong_lab.network.book import book_tables
    from fangkong_lab.network.rows import NEEDED_TABLES
    from fangkong_lab.show.model_pages import ALSO, ModelPages

    cards = shelf(workspace.root)
    names = list(FIVE) if models == ["all"] else models
    held = book_tables(Path(county), ALSO) if county else tables(workspace, (*NEEDED_TABLES, *sorted(ALSO)))
    return ModelPages(tuple(cards.find(name) for name in names), held, parse_day(day))


def _report(workspace: Workspace, cards, day: str, county: str, out: Path) -> str:  # type: ignore[no-untyped-def]
    """Run the report through papermill and put its page into *out*; the reason where it failed."""
    from fangkong_lab.report.batch import Plan, run_batch
    from fangkong_lab.report.templates import compare_requests

    requests = compare_requests(workspace, [card.name for card in cards], day, county)
    if not requests:
        return "台账库里没有权力事项"
    result = run_batch(requests, workspace, Plan(workers=1, progress=False))
    if result.failed:
        return result.failed[0].error
    page = max((workspace.reports_dir / requests[0].group).glob("*.html"), key=lambda p: p.stat().st_mtime_ns)
    with whole(out / f"{NAME}.html") as part:
        shutil.copyfile(page, part)
    return ""

