"""`fangkong import FILE…`: take units' books into the ledger, and write what goes back to them."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_BAD_INPUT, EXIT_DONE, EXIT_SOME_FAILED
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from fangkong_lab.ledger.outcome import Outcome
    from fangkong_lab.ledger.problem import Problem

ON_SCREEN = 20
ALIKE = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("files", metavar="文件", nargs="+", help="xlsx、xlsm、xls、csv（UTF-8 或 GB18030）、parquet，可多个")
    parser.add_argument("--unit", metavar="单位编码", default="", help="送交单位；不写则取表中最上级的单位")
    parser.add_argument("--good-rows", action="store_true", help="只入库没有问题的行，其余留置（默认整本要么全入，要么全不入）")


def run(args: argparse.Namespace) -> int:
    """Import the files and say what became of each."""
    from fangkong_lab.ledger.deliver import Request, import_books

    workspace = find_workspace()
    request = Request(tuple(Path(f) for f in args.files), unit=args.unit, good_rows=args.good_rows)
    outcomes = import_books(workspace, request)
    for outcome in outcomes:
        print("\n".join(_lines(workspace, outcome, offer_good_rows=not args.good_rows)))
    if len(outcomes) > 1:
        taken = sum(o.counts.accepted for o in outcomes)
        print(f"共 {len(outcomes)} 个文件，{sum(o.counts.read for o in outcomes)} 行，台账中 {taken} 行")
    return _exit_code(outcomes)


def _exit_code(outcomes: list[Outcome]) -> int:
    from fangkong_lab.ledger.deliver import failed

    if failed(outcomes):
        return EXIT_BAD_INPUT
    return EXIT_SOME_FAILED if any(o.counts.accepted < o.counts.read for o in outcomes) else EXIT_DONE


def _lines(workspace: Workspace, outcome: Outcome, *, offer_good_rows: bool) -> list[str]:
    from fangkong_lab.ledger.journal import Result

    if outcome.result is Result.UNREADABLE:
        return [f"✗ {outcome.path.name}：{outcome.result}", f"  {outcome.sentence}"]
    good = outcome.counts.accepted == outcome.counts.read and outcome.result is not Result.REFUSED
    lines = [f"{'✓' if good else '✗'} {outcome.path.name}（{outcome.sender}）：{outcome.result}。{outcome.counts.sentence()}"]
    if outcome.result is Result.UNCHANGED:
        lines[0] = f"{'✓' if good else '✗'} {outcome.path.name}（{outcome.sender}）：已导入过，无变化。{outcome.counts.sentence()}"
    listed = [(p.gravity.label, p) for p in sorted(outcome.problems, key=lambda p: p.gravity.value != "refused")]
    listed += [("留置", p) for p in outcome.held]
    shown = _varied(listed)
    lines += [f"  {line}" for line in shown[:ON_SCREEN]]
    if len(shown) > ON_SCREEN:
        lines.append(f"  ……共 {len(listed)} 条，以上列出 {ON_SCREEN} 条（同类的先列 {ALIKE} 条）")
    if outcome.returned:
        lines.append(f"  退回核对：{outcome.returned.relative_to(workspace.root)}")
    if outcome.result is Result.REFUSED and offer_good_rows:
        lines.append("  整本未入库。改正后再送；或加 --good-rows 先入库没有问题的行")
    return lines


def _varied(listed: list[tuple[str, Problem]]) -> list[str]:
    """Return all lines, three of each kind first: one spoiled column must not push all else off the screen."""
    seen: dict[tuple[str, str, str, str], int] = {}
    ranked = []
    for place, (label, problem) in enumerate(listed):
        kind = (label, problem.sheet, problem.column, problem.code)
        seen[kind] = seen.get(kind, 0) + 1
        ranked.append((seen[kind] > ALIKE, place, f"[{label}] {problem.sentence()}"))
    return [line for _, _, line in sorted(ranked)]
