"""`fangkong score`: points of warning events, and where units and persons stand."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.cli.book_tables import add_book, tables_of
from fangkong_lab.cli.grade import SCHEMA_VERSION, day_given, grid, policy_named, settings_of
from fangkong_lab.dates import parse_day
from fangkong_lab.errors import EXIT_DONE, BadInput, WrongCall
from fangkong_lab.kinds import Audience
from fangkong_lab.whole import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from fangkong_lab.policy.score import Scores
    from fangkong_lab.policy.trace import Trace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_book(parser)
    parser.add_argument("--policy", metavar="规则", required=True, help="规则编号、名称或文件，见 fangkong policy list")
    parser.add_argument("--audience", metavar="读者", default=Audience.INTERNAL.label,
                        help="纪委内部（默认）、被评估单位、公开；后两种没有个人和岗位层面的行")
    parser.add_argument("--unit", metavar="单位编码", help="给被评估单位的必须写：只含该单位自己的内容")
    parser.add_argument("--since", metavar="日期", help="只算这一天起发生的事件（规则施行前的旧事件用它筛去）")
    parser.add_argument("--explain", metavar="对象", help="说明怎样得出：event:事件编码、unit:单位编码、person:人员代号")
    parser.add_argument("--near", action="store_true", help="列出再有一件就升级的对象")
    parser.add_argument("--notice", metavar="事件编码", help="出具预警通知书（稿）；台账须有决定人代号")
    parser.add_argument("--out", metavar="文件", type=Path, help="通知书写到哪里（默认显示在屏幕上）")
    parser.add_argument("--json", action="store_true", help="输出 JSON")
    parser.add_argument("--rows", metavar="N", type=int, default=20, help="屏幕上最多显示几行（默认 20）")


def run(args: argparse.Namespace) -> int:
    """Score, and print what was asked for."""
    from fangkong_lab.policy.score import score

    audience = Audience.read(args.audience)
    policy, day = policy_named(args.policy), day_given(args.as_of)
    scores = score(policy, _since(tables_of(args.book), args.since), day)
    if audience is not Audience.INTERNAL:
        _refuse_personal(args, audience)
        scores = _unit_only(scores, args.unit)
    if args.notice:
        return _notice(scores, args)
    if args.explain:
        tree = _explained(scores, args.explain)
        print(json.dumps(tree.as_json(), ensure_ascii=False, indent=1) if args.json else tree.text())
    elif args.json:
        print(json.dumps(_json(scores, audience, args), ensure_ascii=False))
    else:
        _print(scores, args)
    return EXIT_DONE


def _since(tables: Mapping[str, pd.DataFrame], since: str | None) -> Mapping[str, pd.DataFrame]:
    if since is None or "warning_events" not in tables:
        return tables
    import pandas as pd

    events = tables["warning_events"]
    return {**tables, "warning_events": events[~(events["occurred_on"] < pd.Timestamp(parse_day(since)))]}


def _refuse_personal(args: argparse.Namespace, audience: Audience) -> None:
    if audience is Audience.UNIT and not args.unit:
        raise WrongCall("给被评估单位的须指明是哪个单位", mend="加上 --unit 单位编码")
    if args.notice or (args.explain and not args.explain.startswith("unit:")):
        raise WrongCall("个人和事件层面的内容只供纪委内部使用", mend="去掉 --audience，或只看 unit:单位编码")


def _unit_only(scores: Scores, unit: str | None) -> Scores:
    """Units are scored apart, so leaving the others out before scoring changes nothing for *unit*."""
    from fangkong_lab.policy.score import score
    from fangkong_lab.policy.words import LedgerKind

    if unit is not None:
        frame = scores.events.frame
        of = frame["unit_id"] if "warned_unit" not in frame.columns else frame["warned_unit"].astype(object).fillna(frame["unit_id"])
        own = of == unit if scores.rule.charge.unit.value == "warned" else frame["unit_id"] == unit
        scores = score(scores.policy, {"warning_events": frame[own]}, scores.as_of)
    kept = tuple(ledger for ledger in scores.ledgers if ledger.charges.kind is LedgerKind.UNIT)
    if not kept:
        raise BadInput(f"「{scores.policy.name}」只记个人的分，没有可给单位或公众看的内容", mend="改用 --audience 纪委内部")
    return replace(scores, ledgers=kept)


def _notice(scores: Scores, args: argparse.Namespace) -> int:
    from fangkong_lab.policy.notice import notice

    made = notice(scores, args.notice)
    if args.out is None:
        print(made.text(), end="")
    else:
        write_whole(args.out, made.text())
        print(f"已写入 {args.out}")
    return EXIT_DONE


def _explained(scores: Scores, asked: str) -> Trace:
    from fangkong_lab.policy.explain import explain_event, explain_state
    from fangkong_lab.policy.words import LedgerKind

    kind, _, name = asked.partition(":")
    if kind == "event" and name:
        return explain_event(scores, name)
    if kind in tuple(k.value for k in LedgerKind) and name:
        return explain_state(scores, LedgerKind.read(kind), name)
    raise WrongCall(f"看不懂「{asked}」", mend="写成 event:事件编码、unit:单位编码 或 person:人员代号")


def _print(scores: Scores, args: argparse.Namespace) -> None:
    from fangkong_lab.policy.near import one_event_away

    shown = one_event_away(scores) if args.near else scores
    table = shown.table()
    print(shown.sentence())
    print(grid(table.head(args.rows)))
    if len(table) > args.rows:
        print(f"(共 {len(table)} 行，只显示前 {args.rows} 行；用 --rows 看更多)")


def _json(scores: Scores, audience: Audience, args: argparse.Namespace) -> dict[str, object]:
    from fangkong_lab.policy.near import one_event_away

    settings = settings_of(scores.policy) | {"audience": audience.label, "since": args.since}
    made: dict[str, object] = {"schema_version": SCHEMA_VERSION, "as_of": scores.as_of.isoformat(), "settings": settings,
                               "events": _events(scores, audience), "states": _states(scores, past=False),
                               "past_states": _states(scores, past=True)}
    if args.near:
        near = one_event_away(scores).frame
        made["near"] = [{k: list(v) if isinstance(v, tuple) else v for k, v in row.items()} for row in near.to_dict("records")]
    return made


def _events(scores: Scores, audience: Audience) -> list[dict[str, object]]:
    from fangkong_lab.policy.points import MICRO
    from fangkong_lab.policy.why import whys

    frame, points, counted = scores.events.frame, scores.event_points(), scores.counted()
    named = [c for c in ("person_id", "actor_post", "warned_post") if c in frame.columns]
    hidden = frame[named].notna().any(axis=1).to_numpy() if audience is not Audience.INTERNAL else None
    rows: list[dict[str, object]] = []
    for place, (event, why) in enumerate(zip(frame["event_id"].astype(str), whys(scores), strict=True)):
        if hidden is None or not hidden[place]:
            known = not scores.points.unknown[place]
            rows.append({"event_id": event, "points": float(points[place]) if points[place] == points[place] else None,
                         "points_by_rule": float(scores.points.micro[place]) / MICRO if known else None,
                         "counted": bool(counted[place]), "why": why})
    return sorted(rows, key=lambda r: str(r["event_id"]))


def _states(scores: Scores, past: bool) -> list[dict[str, object]]:
    import pandas as pd

    rows = []
    for row in scores.states(past).to_dict("records"):
        days = {k: None if pd.isna(row[k]) else row[k].date().isoformat() for k in ("cycle_start", "cycle_end", "frozen_on")}
        rows.append({"subject": row["subject"], "kind": row["kind"], **days, "score": float(row["score"]),
                     "colour": row["colour"] or None, "level": row["level"] or None, "warnings": int(row["warnings"]),
                     "undetermined": int(row["undetermined"]), "consequences": list(row["consequences"]), "assumed": row["assumed"],
                     **({"mark": row["mark"]} if row["mark"] else {})})
    return rows
