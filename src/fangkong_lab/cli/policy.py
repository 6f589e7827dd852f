"""`fangkong policy …`: list, show, check, test and compare rules."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.cli.book_tables import tables_of, workspace_here
from fangkong_lab.cli.grade import SCHEMA_VERSION, day_given, grid, policy_named, settings_of
from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED, FangkongError, WrongCall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fangkong_lab.policy.catalogue import Shelf
    from fangkong_lab.policy.change import Reform
    from fangkong_lab.policy.record import Policy
    from fangkong_lab.policy.shapley import Effect


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the subcommands and their arguments."""
    verbs = parser.add_subparsers(title="子命令", dest="verb", metavar="子命令", required=True)
    listed = verbs.add_parser("list", help="现有的规则，每条一行")
    listed.add_argument("--json", action="store_true", help="输出 JSON")
    listed.add_argument("--checked-since", metavar="日期", help="另列出处核对早于此日的值")
    listed.set_defaults(act=_list)
    show = verbs.add_parser("show", help="一条规则的数值、出处和假定")
    show.add_argument("policy", metavar="规则", help="规则编号、名称或文件")
    show.add_argument("--json", action="store_true", help="输出 JSON")
    show.set_defaults(act=_show)
    check = verbs.add_parser("check", help="检查规则文件能否使用，不能用的说明哪一行、怎么改")
    check.add_argument("files", metavar="文件", nargs="*", type=Path, help="规则或改革方案文件；不写则检查全部")
    check.add_argument("--checked-since", metavar="日期", help="出处核对早于此日的值也列为未通过")
    check.set_defaults(act=_check)
    test = verbs.add_parser("test", help="运行规则旁边的用例")
    test.add_argument("policy", metavar="规则", nargs="*", help="规则编号；不写则运行全部")
    test.set_defaults(act=_test)
    _add_diff(verbs.add_parser("diff", help="比较两条规则，或一份改革方案与它的基准"))
    _add_rank(verbs.add_parser("rank", help="逐个去掉规则的各部分，看哪一部分影响最大"))


def _add_diff(diff: argparse.ArgumentParser) -> None:
    diff.add_argument("before", metavar="甲", help="规则，或改革方案文件（….reform.yaml）")
    diff.add_argument("after", metavar="乙", nargs="?", help="另一条规则（甲是改革方案时不写）")
    _add_ledger(diff)
    diff.add_argument("--effect", metavar="量", help="按哪个量分解各条款的贡献，如 top、changed、reached、points")
    diff.add_argument("--json", action="store_true", help="输出 JSON")
    diff.set_defaults(act=_diff)


def _add_rank(rank: argparse.ArgumentParser) -> None:
    rank.add_argument("policy", metavar="规则")
    _add_ledger(rank)
    rank.set_defaults(act=_rank)


def _add_ledger(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--book", metavar="台账文件", type=Path, help="在这本台账上比较")
    parser.add_argument("--ledger", action="store_true", help="在工作目录的台账库上比较")
    parser.add_argument("--as-of", metavar="日期", help="评估日期（默认取 fangkong.toml 的 as_of）")


def run(args: argparse.Namespace) -> int:
    """Carry out the subcommand."""
    return int(args.act(args))


def _shelf() -> Shelf:
    from fangkong_lab.policy.catalogue import shelf

    here = workspace_here()
    return shelf(here.root if here else None)


def _list(args: argparse.Namespace) -> int:
    from fangkong_lab.policy.load import load_policy

    policies, failed = [], 0
    for path in _shelf().paths():
        try:
            policies.append(load_policy(path))
        except FangkongError as error:
            failed += 1
            print(f"不可用\t{error}", file=sys.stderr)
    if args.json:
        rows = [{"id": p.id, "domain": p.domain, "kind": p.kind.value, "place": p.place, "table": p.table,
                 **settings_of(p)} for p in policies]
        print(json.dumps({"schema_version": SCHEMA_VERSION, "as_of": None, "settings": {}, "policies": rows}, ensure_ascii=False))
    else:
        for policy in policies:
            print(f"{policy.id}\t{policy.kind.label}\t{policy.place}\t{policy.title()}")
        _print_stale(policies, args.checked_since)
    return EXIT_SOME_FAILED if failed else EXIT_DONE


def _print_stale(policies: Sequence[Policy], since: str | None) -> int:
    """Print the values whose source was last checked before *since*, and return how many there are."""
    from fangkong_lab.dates import parse_day
    from fangkong_lab.policy.freshness import stale_values

    if since is None:
        return 0
    found = [s for p in policies for s in stale_values(p, parse_day(since))]
    print(f"出处核对早于 {parse_day(since)} 的值：{len(found)} 个")
    for stale in found:
        print(f"  {stale.sentence()}")
    return len(found)


def _show(args: argparse.Namespace) -> int:
    policy = policy_named(args.policy)
    if args.json:
        made = {"schema_version": SCHEMA_VERSION, "as_of": None, "settings": settings_of(policy),
                "document": policy.document.plain(), "parts": list(policy.parts())}
        print(json.dumps(made, ensure_ascii=False, default=str))
        return EXIT_DONE
    print(policy.title())
    print(f"{policy.about}\n地方：{policy.place}；判定：{policy.table}；{policy.in_force.trace()}")
    for note in policy.notes:
        print(f"说明：{note}")
    for value in policy.values():
        for entry in value.entries:
            shown = "、".join(entry.value) if isinstance(entry.value, tuple) else entry.value
            shown = f"{shown:g}" if isinstance(shown, float) else shown
            guess = f"；起日为假定：{entry.start_assumed}" if entry.start_assumed else ""
            print(f"  {value.path}\t{entry.start} 起\t{shown}{value.unit}\t{entry.evidence.sentence()}{guess}")
    for at, why in policy.assumptions():
        print(f"  假定\t{at}\t{why}")
    for _, citation in policy.sources:
        print(f"  出处\t{citation.sentence()}\t核对于 {citation.checked_on}")
    return EXIT_DONE


def _check(args: argparse.Namespace) -> int:
    from fangkong_lab.policy.catalogue import REFORM
    from fangkong_lab.policy.change import Reform, load_reform
    from fangkong_lab.policy.load import load_policy

    failed, policies = 0, []
    for path in args.files or _shelf().paths():
        try:
            made = load_reform(path) if path.name.endswith(REFORM) else load_policy(path)
            print(f"可用\t{made.name if isinstance(made, Reform) else made.title()}")
            policies += [] if isinstance(made, Reform) else [made]
        except FangkongError as error:
            failed += 1
            print(f"不可用\t{error}")
    failed += _print_stale(policies, args.checked_since)
    return EXIT_SOME_FAILED if failed else EXIT_DONE


def _test(args: argparse.Namespace) -> int:
    from fangkong_lab.policy.cases import run_cases
    from fangkong_lab.policy.catalogue import CASES
    from fangkong_lab.policy.load import load_policy

    paths = {p.stem: p for p in _shelf().paths()}
    unknown = [n for n in args.policy if n not in paths]
    if unknown:
        raise WrongCall(f"没有编号为「{unknown[0]}」的规则", mend="用 fangkong policy list 查看编号")
    failed = passed = 0
    for name in args.policy or sorted(paths):
        cases = paths[name].with_name(name + CASES)
        if not cases.is_file():
            print(f"{name}：没有用例文件 {cases.name}")
            failed += 1
            continue
        results = run_cases(load_policy(paths[name]), cases)
        wrong = [r for r in results if r.wrong]
        passed, failed = passed + len(results) - len(wrong), failed + len(wrong)
        print(f"{name}：{len(results) - len(wrong)}/{len(results)} 通过")
        for result in wrong:
            print(f"  {result.sentence()}")
    print(f"合计：通过 {passed}，不符 {failed}")
    return EXIT_SOME_FAILED if failed else EXIT_DONE


def _diff(args: argparse.Namespace) -> int:
    from fangkong_lab.policy.compare import document_changes

    before, after, reform = _pair(args)
    changes = document_changes(before, after)
    made: dict[str, object] = {"changes": [c.__dict__ for c in changes]}
    lines = [f"「{before.title()}」→「{after.title()}」"] + [c.sentence() for c in changes]
    if args.book or args.ledger:
        lines += _effects(args, (before, after, reform), made)
    if args.json:
        day = day_given(args.as_of).isoformat() if args.book or args.ledger else None
        head = {"schema_version": SCHEMA_VERSION, "as_of": day,
                "settings": {"before": settings_of(before), "after": settings_of(after)}}
        print(json.dumps(head | made, ensure_ascii=False, default=str))
    else:
        print("\n".join(lines))
    return EXIT_DONE


def _pair(args: argparse.Namespace) -> tuple[Policy, Policy, Reform | None]:
    from fangkong_lab.policy.catalogue import REFORM
    from fangkong_lab.policy.change import apply, load_reform

    if not args.before.endswith(REFORM):
        if args.after is None:
            raise WrongCall("缺少要比较的第二条规则", mend="写 fangkong policy diff 甲 乙，或给一份改革方案（….reform.yaml）")
        return policy_named(args.before), policy_named(args.after), None
    reform = load_reform(Path(args.before))
    baseline = policy_named(reform.baseline)
    return baseline, apply(reform, baseline), reform


def _effects(args: argparse.Namespace, rules: tuple[Policy, Policy, Reform | None], made: dict[str, object]) -> list[str]:
    from fangkong_lab.policy.difference import difference
    from fangkong_lab.policy.shapley import contributions

    before, after, reform = rules
    tables, day = tables_of(args.book), day_given(args.as_of)
    found = difference(before, after, tables, day)
    made["difference"] = {"sentence": found.sentence(), "cells": _records(found.cells())}
    lines = ["", found.sentence(), grid(found.table())]
    if reform is not None:
        effect = _effect(args.effect)
        shares = contributions(reform, before, tables, day, effect)
        made["contributions"] = {"effect": effect.value, "sentence": shares.sentence(), "rows": _records(shares.table())}
        lines += ["", shares.sentence(), grid(shares.table())]
    return lines


def _effect(word: str | None) -> Effect:
    from fangkong_lab.policy.shapley import Effect

    for effect in Effect:
        if word in (None, effect.value, effect.label) and (word or effect is Effect.CHANGED):
            return effect
    raise WrongCall(f"没有「{word}」这个量", mend="改用：" + "、".join(f"{e.value}（{e.label}）" for e in Effect))


def _records(frame: object) -> object:
    import pandas as pd

    assert isinstance(frame, pd.DataFrame)
    return json.loads(frame.to_json(orient="records", force_ascii=False))


def _rank(args: argparse.Namespace) -> int:
    from fangkong_lab.policy.rank import rank_parts

    if not (args.book or args.ledger):
        raise WrongCall("没有指定台账", mend="加上 --book 台账文件，或 --ledger")
    ranking = rank_parts(policy_named(args.policy), tables_of(args.book), day_given(args.as_of))
    print(ranking.sentence())
    print(grid(ranking.table()))
    return EXIT_DONE
