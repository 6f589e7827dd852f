"""`fangkong grade`: grade the rows of a ledger by a policy."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.cli.book_tables import add_book, tables_of, workspace_here
from fangkong_lab.dates import parse_day
from fangkong_lab.errors import EXIT_DONE, WrongCall
from fangkong_lab.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import pandas as pd

    from fangkong_lab.policy.grade import Grades
    from fangkong_lab.policy.record import Policy

SCHEMA_VERSION = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_book(parser)
    parser.add_argument("--policy", metavar="规则", required=True, help="规则编号、名称或文件，见 fangkong policy list")
    parser.add_argument("--since", metavar="日期", help="按每行自己的日期用规则时，只判这一天起的行（规则施行前的旧行用它筛去）")
    parser.add_argument("--explain", metavar="编码", help="说明一行的等级怎样得出，直到数值和出处")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--csv", metavar="文件", type=Path, help="全部结果写入 CSV(UTF-8 带 BOM)")
    parser.add_argument("--rows", metavar="N", type=int, default=20, help="屏幕上最多显示几行（默认 20）")


def run(args: argparse.Namespace) -> int:
    """Grade, and print a sentence with a table, a tree, or JSON."""
    from fangkong_lab.policy.grade import grade

    policy = policy_named(args.policy)
    day = day_given(args.as_of)
    grades = grade(policy, _since(policy, tables_of(args.book), args.since), day)
    if args.explain:
        tree = grades.explain(args.explain)
        print(json.dumps(tree.as_json(), ensure_ascii=False, indent=1) if args.json else tree.text())
    elif args.json:
        print(json.dumps(_json(grades, args.since), ensure_ascii=False))
    else:
        print(grades.sentence())
        print(grid(grades.table().head(args.rows)))
        _print_rest(len(grades.keys), args.rows)
    if args.csv:
        grades.table().to_csv(args.csv, index=False, encoding="utf-8-sig")
    return EXIT_DONE


def _since(policy: Policy, tables: Mapping[str, pd.DataFrame], since: str | None) -> Mapping[str, pd.DataFrame]:
    if since is None:
        return tables
    if not policy.day_input:
        raise WrongCall(f"「{policy.name}」不按每行的日期判定", mend="去掉 --since")
    import pandas as pd

    column = next(made.column for made in policy.inputs if made.name == policy.day_input)
    frame = tables[policy.table]
    return {**tables, policy.table: frame[~(frame[column] < pd.Timestamp(parse_day(since)))]}


def policy_named(name: str) -> Policy:
    """Return the policy *name* of the workspace or of the product."""
    from fangkong_lab.policy.catalogue import shelf

    here = workspace_here()
    return shelf(here.root if here else None).find(name)


def day_given(text: str | None) -> date:
    """Return --as-of, or the day of the workspace; never today."""
    if text:
        return parse_day(text)
    here = workspace_here()
    if here is None:
        raise WrongCall("未指定评估日期", mend="加上 --as-of 2016-12-31，或在工作目录里运行")
    return Workspace.day(here, None)


def settings_of(policy: Policy) -> dict[str, object]:
    """Return what a JSON answer says about the policy it used."""
    return {"policy": policy.id, "policy_name": policy.name, "title": policy.title(), "policy_sha256": policy.content_hash,
            "in_force_from": policy.in_force.start.isoformat(), "caveat": policy.caveat,
            "assumed": [{"at": at, "why": why} for at, why in policy.assumptions()],
            "sources": [c.sentence() for _, c in policy.sources]}


def _json(grades: Grades, since: str | None) -> dict[str, object]:
    frame = grades.frame().rename(columns={grades.policy.key: "key"}).astype({"key": str, "grade": str})
    rows = frame.sort_values("key", kind="stable").to_dict("records")
    return {"schema_version": SCHEMA_VERSION, "as_of": grades.as_of.isoformat(), "settings": settings_of(grades.policy) | {"since": since},
            "table": grades.policy.table, "key": grades.policy.key,
            "counts": {str(k): int(v) for k, v in grades.counts().items()}, "grades": rows}


def grid(frame: object) -> str:
    """Return a frame as lines of cells parted by tabs, wide characters left to the terminal."""
    import pandas as pd

    assert isinstance(frame, pd.DataFrame)
    lines = ["\t".join(str(c) for c in frame.columns)]
    for row in frame.itertuples(index=False):
        lines.append("\t".join(_cell(v) for v in row))
    return "\n".join(lines)


def _cell(value: object) -> str:
    import pandas as pd

    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:g}"
    return "" if value is pd.NaT or value is None else str(value)


def _print_rest(count: int, shown: int) -> None:
    if count > shown:
        print(f"(共 {count} 行，只显示前 {shown} 行；用 --rows 或 --csv 看全部)")
