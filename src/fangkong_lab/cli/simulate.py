"""`fangkong simulate SCENARIO.yaml`: what would these policies have done, in a world of stated assumptions."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.cli.book_tables import tables_of, workspace_here
from fangkong_lab.cli.robust import (
    Trust,
    add_robust_arguments,
    check_scenario,
    check_trust,
    crew_of,
    interrupted,
    report,
    trust,
)
from fangkong_lab.errors import EXIT_DONE, EXIT_INTERRUPTED, WrongCall

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from fangkong_lab.simulate.calibrate_counts import Counts
    from fangkong_lab.simulate.compare import Frontier, Provisions
    from fangkong_lab.simulate.crew import Crew
    from fangkong_lab.simulate.fold import Totals
    from fangkong_lab.simulate.model import Model
    from fangkong_lab.simulate.outcome import Outcome
    from fangkong_lab.simulate.scenario import Scenario
    from fangkong_lab.simulate.world import World

MOST_WORKERS = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("scenario", metavar="情景.yaml", help="情景文件，或随软件提供的情景编号（如 twelve_points）")
    parser.add_argument("--workers", metavar="N", type=int, default=1, help="几个线程同时算（默认 1）；不影响结果")
    parser.add_argument("--seed", metavar="S", type=int, help="换一个随机种子（默认用情景里的）")
    parser.add_argument("--replications", metavar="N", type=int, help="重复次数（默认用情景里的）")
    parser.add_argument("--book", metavar="台账文件", type=Path, help="情景写 kind: ledger 时用这本台账（默认用工作目录的台账库）")
    parser.add_argument("--frontier", action="store_true", help="另按情景里的 grid 搜索门槛：漏、无据、工时的前沿")
    parser.add_argument("--reform", metavar="方案.reform.yaml", type=Path, help="另算改革方案各条款对第一个方案的贡献（沙普利值）")
    parser.add_argument("--check", action="store_true", help="只检查情景文件，列出全部假定，不推演")
    parser.add_argument("--json", metavar="文件", help="写入 JSON（docs/schema/simulation.schema.json）；写 - 为屏幕")
    parser.add_argument("--out", metavar="文件夹", type=Path,
                        help="各表写成 CSV；算完的区块也存在这里，中断后用同一命令接着算")
    add_robust_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Check, run, print and write; after Ctrl-C say what is kept and what to type next."""
    _check_call(args)
    check_trust(args)
    scenario = _scenario(args)
    if args.check:
        _say_checked(scenario)
        return EXIT_DONE
    counts = check_scenario(args, scenario)
    try:
        return _run(args, scenario, counts)
    except KeyboardInterrupt:
        print(interrupted(args), file=sys.stderr)
        return EXIT_INTERRUPTED


def _run(args: argparse.Namespace, scenario: Scenario, counts: Counts | None) -> int:
    from fangkong_lab.simulate.compare import frontier
    from fangkong_lab.simulate.model import model_of
    from fangkong_lab.simulate.outcome import Outcome

    with crew_of(args) as crew:
        print("准备情景和内核（第一次运行要编译，约半分钟）……", file=sys.stderr, flush=True)
        model = model_of(scenario, _world(scenario, args.book))
        go = _runner(args.replications or scenario.replications, crew)
        outcome = Outcome(model, go(model))
        front = frontier(model, go) if args.frontier else None
        shares, trusted = _provisions(model, args, go), trust(model, args, crew, counts)
    _show(args, outcome, (front, shares, trusted))
    return report(args) if args.report else EXIT_DONE


def _show(args: argparse.Namespace, outcome: Outcome, beside: tuple[Frontier | None, tuple[Provisions, ...], Trust]) -> None:
    front, shares, trusted = beside
    if args.json == "-":
        print(_json(outcome, beside))
    else:
        trusted.first()
        _print(outcome, front)
        for each in shares:
            print(each.sentence())
        trusted.last()
        if args.json:
            _write(Path(args.json), _json(outcome, beside) + "\n")
            print(f"JSON 已写入 {args.json}")
    if args.out:
        _write_tables(args.out, outcome, front, trusted)
        print(f"各表已写入 {args.out}", file=sys.stderr if args.json == "-" else sys.stdout)


def _check_call(args: argparse.Namespace) -> None:
    if not 1 <= args.workers <= MOST_WORKERS:
        raise WrongCall(f"线程数 {args.workers} 超出范围", where="--workers", mend=f"取 1 到 {MOST_WORKERS}")
    if args.replications is not None and args.replications < 2:
        raise WrongCall("重复次数至少为 2，否则没有模拟误差", where="--replications", mend="取 2 或更多")
    if args.seed is not None and not 0 <= args.seed <= 2**53:
        raise WrongCall(f"随机种子 {args.seed} 超出范围", where="--seed", mend="取 0 到 2^53 的整数")
    if args.json and args.json != "-" and not Path(args.json).absolute().parent.is_dir():
        raise WrongCall("文件夹不存在", where=str(Path(args.json).parent), mend="先建文件夹，或改写到别处")


def _scenario(args: argparse.Namespace) -> Scenario:
    from fangkong_lab.policy.catalogue import shelf
    from fangkong_lab.simulate.catalogue import scenario_path
    from fangkong_lab.simulate.read_scenario import load_scenario

    here = workspace_here()
    made = load_scenario(scenario_path(args.scenario), shelf(here.root if here else None))
    return made if args.seed is None else replace(made, seed=args.seed)


def _world(scenario: Scenario, book: Path | None) -> World | None:
    from fangkong_lab.simulate.scenario import WorldKind

    if scenario.world.kind is WorldKind.SYNTHETIC:
        if book is not None:
            raise WrongCall("这个情景用模拟单位，不读台账", where="--book", mend="去掉 --book，或在情景里写 world.kind: ledger")
        return None
    from fangkong_lab.simulate.ledger_world import ledger_world

    return ledger_world(scenario, tables_of(book))


def _runner(count: int, crew: Crew) -> Callable[[Model], Totals]:
    from fangkong_lab.simulate.runner import RUNNING
    from fangkong_lab.simulate.runner import run as run_model

    def go(model: Model) -> Totals:
        return run_model(model, count, crew.workers, crew.store(model), crew.watch(RUNNING), crew.executor)
    return go


def _provisions(model: Model, args: argparse.Namespace, go: Callable[[Model], Totals]) -> tuple[Provisions, ...]:
    if args.reform is None:
        return ()
    from fangkong_lab.policy.change import load_reform
    from fangkong_lab.simulate.compare import provisions
    from fangkong_lab.simulate.figures import Figure

    wanted = (Figure.UNANSWERED, Figure.PERSON_WARNINGS, Figure.UNIT_WARNINGS, Figure.PERSON_UNFOUNDED, Figure.MINUTES)
    return provisions(model, model.scenario.arms[0].name, load_reform(args.reform), wanted, go)


def _say_checked(scenario: Scenario) -> None:
    print(f"情景「{scenario.name}」可以使用：{len(scenario.arms)} 个方案，{len(scenario.parameters)} 个假定参数。推演，不是预测。")
    for line in scenario.assumptions():
        print(f"  {line}")


def _print(outcome: Outcome, front: Frontier | None) -> None:
    from fangkong_lab.cli.grade import grid
    from fangkong_lab.simulate.compare import Differences

    print(outcome.sentence())
    for title, frame in _screens(outcome, front):
        print(f"\n{title}〔{outcome.mark()}〕")
        print(grid(frame))
    print(f"\n{outcome.size_sentence()}")
    if len(outcome.arms) > 1:
        print(Differences(outcome).sentence())
    if front is not None:
        print(front.sentence())
    for note in outcome.model.world.notes:
        print(f"台账读法：{note}。")
    for arm in outcome.arms:
        print(f"「{arm.name}」用规则：{arm.policy.title()}" + (f"；{arm.why}" if arm.why else ""))


def _screens(outcome: Outcome, front: Frontier | None) -> list[tuple[str, pd.DataFrame]]:
    from fangkong_lab.simulate.outcome import rounded

    made = [("各项结果（平均 ± 模拟误差）", outcome.table()), ("各等级预警", rounded(outcome.warnings())),
            ("按单位大小", rounded(outcome.by_size())), ("到首次预警的月数", rounded(outcome.waits()))]
    return [*made, ("门槛的前沿", rounded(front.table()))] if front is not None else made


def _json(outcome: Outcome, beside: tuple[Frontier | None, tuple[Provisions, ...], Trust]) -> str:
    import json

    from fangkong_lab.simulate.outcome_json import as_json

    front, shares, trusted = beside
    return json.dumps({**as_json(outcome, front, shares), **trusted.json()}, ensure_ascii=False, indent=1, allow_nan=False)


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _write_tables(folder: Path, outcome: Outcome, front: Frontier | None, trusted: Trust) -> None:
    from fangkong_lab.simulate.compare import Differences

    folder.mkdir(parents=True, exist_ok=True)
    frames = {"结果": outcome.figures(), "各等级预警": outcome.warnings(), "按单位大小": outcome.by_size(), "按月": outcome.by_month(),
              "首次预警": outcome.waits(), "两两之差": Differences(outcome).table()}
    if front is not None:
        frames["门槛前沿"] = front.table()
    frames |= trusted.tables()
    for name, frame in frames.items():
        part = folder / f"{name}.csv.part"
        frame.assign(性质=outcome.mark()).to_csv(part, index=False, encoding="utf-8-sig")
        part.replace(folder / f"{name}.csv")
