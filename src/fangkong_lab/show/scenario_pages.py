"""The scenario report: what survives the ranges first, then the comparison, the burden, the thresholds, every assumption."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose, Shown, Stack
from fangkong_lab.show.simulation_charts import (
    calibration_chart,
    difference_chart,
    frontier_chart,
    hours_chart,
    influence_chart,
    robust_chart,
    size_chart,
)
from fangkong_lab.simulate.calibrate import Calibration, Search, calibrate
from fangkong_lab.simulate.calibrate_counts import Counts
from fangkong_lab.simulate.compare import Differences, Frontier, frontier
from fangkong_lab.simulate.crew import Crew
from fangkong_lab.simulate.figures import Figure
from fangkong_lab.simulate.fold import Totals
from fangkong_lab.simulate.model import Model
from fangkong_lab.simulate.outcome import Outcome, rounded
from fangkong_lab.simulate.parameter import Parameter, plain
from fangkong_lab.simulate.robust import Design, Effort, robustness
from fangkong_lab.simulate.robust_conclusion import Claim
from fangkong_lab.simulate.robust_verdict import NEVER_TURNED, Robustness, Standing
from fangkong_lab.simulate.robust_words import said
from fangkong_lab.simulate.runner import run
from fangkong_lab.workspace import Workspace

NO_TURN = "没有会翻转的结论。"
NO_COUNTS = "未提供实际计数，未作校准：以上各参数的基准值都是假定，没有用实际的数核对过。"


@dataclass(frozen=True)
class Actual:
    """*counts* that an office made while the policy *arm* was in force; *search*: how much is run to hold them against the model."""

    counts: Counts
    arm: str
    search: Search = field(default_factory=Search)


@dataclass(frozen=True)
class ScenarioPages:
    """What the report on *model* is shown from: *replications* of the main run, the *effort* of the sweep, the *actual*
    counts (None: none were given), and the *crew* that does the work.
    """

    model: Model
    replications: int
    effort: Effort
    actual: Actual | None = None
    crew: Crew = field(default_factory=Crew)

    def _run(self, model: Model) -> Totals:
        return run(model, self.replications, self.crew.workers, self.crew.store(model), executor=self.crew.executor)

    @cached_property
    def outcome(self) -> Outcome:
        """The main run."""
        return Outcome(self.model, self._run(self.model))

    @cached_property
    def sweep(self) -> Robustness:
        """Every assumed parameter over its range."""
        return robustness(self.model, self.effort, crew=self.crew)

    @cached_property
    def fit(self) -> Calibration | None:
        """What the actual counts tell; None where none were given."""
        if self.actual is None:
            return None
        return calibrate(self.model, self.actual.counts, self.actual.arm, self.actual.search, crew=self.crew)

    @cached_property
    def front(self) -> Frontier | None:
        """The thresholds searched; None where the scenario has no grid."""
        return frontier(self.model, self._run) if self.model.scenario.grid is not None else None

    def heading(self) -> Prose:
        """Return what this is, in which world, and which policies."""
        scenario, world = self.model.scenario, self.model.world
        return Prose((f"【{self.outcome.mark()}】情景「{scenario.name}」。{scenario.about}",
                      f"{world.persons:,} 人、{world.units:,} 个单位，{scenario.start} 起 {scenario.months} 个月，重复 {self.replications} 次，"
                      f"随机种子 {scenario.seed}。", *self._arms(), *(f"台账读法：{n}。" for n in world.notes)))

    def _arms(self) -> tuple[str, ...]:
        """One line per policy; the rule's own caveats once."""
        seen: dict[str, str] = {}
        lines = []
        for arm in self.model.scenario.arms:
            title = arm.policy.title()
            used = f"用的规则同「{seen[title]}」" if title in seen else f"用{title}"
            seen.setdefault(title, arm.name)
            changed = "、".join(f"{level} {plain(points)} 分" for level, points in arm.thresholds.items())
            lines.append(f"方案「{arm.name}」{used}" + (f"，门槛改为{changed}" if changed else "") + (f"（{arm.why}）" if arm.why else "") + "。")
        return tuple(lines)

    def answer(self) -> Prose:
        """Return page one: what holds whatever is assumed, what does not and on which assumption it hangs most, the
        differences as assumed, and whether the assumptions were held against actual counts.
        """
        held, unturned, turned = (self.sweep.standing(s) for s in (Standing.HOLDS, Standing.NEVER_TURNED, Standing.FLIPS))
        lines = [f"【{self.outcome.mark()}】假定取遍各自范围，处处成立的结论：" + ("；".join(v.words() for v in held) or "没有") + "。"]
        if unturned:
            lines.append(f"{NEVER_TURNED}：" + "；".join(v.words() for v in unturned) + "。")
        if turned:
            lines.append(f"会翻转的 {len(turned)} 条，写材料时不能当结论写，要连同在哪里翻一起写" + self._hangs_on() + "。")
        lines += [self._as_assumed(arm.name) for arm in self.outcome.arms[1:]]
        return Prose((*lines, NO_COUNTS if self.fit is None else self.fit.summary()), ordered=True)

    def _hangs_on(self) -> str:
        """The assumption that turns most conclusions alone; empty where none does."""
        alone = [f.moves[0].address for v in self.sweep.verdicts for f in v.flips if len(f.moves) == 1]
        if not alone:
            return "；没有哪个假定单独就能翻"
        most = max(sorted(set(alone)), key=alone.count)
        return f"；最要紧的假定是{said(most)}，它单独就能翻 {alone.count(most)} 条"

    def _as_assumed(self, arm: str) -> str:
        base, how = self.outcome.arms[0].name, {(v.question.arm, v.question.claim): v.standing for v in self.sweep.verdicts}
        parts = []
        for figure, claim, unit in ((Figure.UNANSWERED, Claim.MISSED, "件"), (Figure.MINUTES, Claim.HOURS, "小时")):
            made, standing = self.outcome.estimate(arm, figure, difference=True), how[(arm, claim)]
            told = f"比「{base}」{'多' if made.mean > 0 else '少'} {abs(made.mean):,.0f} {unit}（{standing.label}）"
            parts.append(claim.label + (f"与「{base}」分不出多少" if standing is Standing.OPEN else told))
        return f"都取基准值时，{self.model.scenario.months} 个月里「{arm}」的" + "，".join(parts) + "。"

    def standing(self) -> Prose:
        """Return the conclusions that hold, how many turn (`turns` says where), and what is not said."""
        count = len(self.sweep.standing(Standing.FLIPS))
        return Prose((*self.sweep.held(), f"会翻转的 {count} 条，在哪里翻转另列在后。" if count else NO_TURN, *self.sweep.rest()))

    def standing_chart(self) -> Chart:
        """Return the picture of it."""
        return robust_chart(self.sweep)

    def verdicts(self) -> Listing:
        """Return every conclusion with its standing."""
        frame = self._shortened(self.sweep.table().drop(columns=["试了几处", "在哪里翻"]))
        return Listing(frame, caption=f"与「{self.model.scenario.arms[0].name}」相比的各条结论", note=f"共试了 {self.sweep.places:,} 处。{self.sweep.mark()}")

    def _shortened(self, frame: pd.DataFrame) -> pd.DataFrame:
        short = {v.words(): v.question.short(v.sign) for v in self.sweep.verdicts}
        return frame.assign(结论=frame["结论"].map(short))

    def turns(self) -> Stack:
        """Return for each conclusion that turns how often it does, and at which values of which parameters; then every flip."""
        head, *each = self.sweep.turning()
        if not each:
            return Stack((Prose((head,)),))
        flips = self._shortened(rounded(self.sweep.flips().drop(columns=["地址"]), "—"))
        return Stack((Prose((head,)), Prose(tuple(each), ordered=True), Listing(flips, caption="翻转处", note=self.sweep.mark())))

    def influences(self) -> Stack:
        """Return for each conclusion that turns what moves it most; where Sobol was run, also the shares of the variance."""
        shown: list[Shown] = [influence_chart(self.sweep, v, 8) for v in self.sweep.standing(Standing.FLIPS)[:3]]
        if shown and self.effort.design is Design.SOBOL:
            shown.append(self._shares())
        return Stack(tuple(shown), NO_TURN)

    def _shares(self) -> Listing:
        """What Sobol's design tells of the conclusions that turn: parameters screened out have no share and no row."""
        turned = [v.words() for v in self.sweep.standing(Standing.FLIPS)]
        frame = self.sweep.influence(len(self.model.scenario.parameters)).drop(columns=["地址", "全程影响", "其误差", "平均方向", "离散"])
        told = frame[frame["结论"].isin(turned) & frame["连同交互"].notna()]
        most = pd.concat([own.nlargest(3, "连同交互") for _, own in told.groupby("结论", sort=False)])
        return Listing(self._shortened(rounded(most)), caption="会翻转的结论：方差的份额（Sobol，每条列最大的三个）",
                       note="只在 Morris 筛出的参数之间分，其余停在基准值；连同交互的份额加起来可以超过 1。" + self.sweep.mark())

    def comparison(self) -> Prose:
        """Return the paired differences as sentences."""
        return Prose((Differences(self.outcome).sentence(),))

    def comparison_chart(self) -> Chart:
        """Return their picture."""
        return difference_chart(self.outcome)

    def figures(self) -> Listing:
        """Return the figures of each policy with Monte Carlo errors."""
        return Listing(self.outcome.table(), caption="各方案的结果（平均 ± 模拟误差）", note=self.outcome.mark())

    def levels(self) -> Listing:
        """Return warnings by level."""
        return Listing(rounded(self.outcome.warnings()), caption="各等级预警", note=self.outcome.mark())

    def waits(self) -> Listing:
        """Return months to the first warning."""
        return Listing(rounded(self.outcome.waits()), caption="到首次预警的月数", note=self.outcome.mark())

    def sizes(self) -> Chart:
        """Return whether the rule only strikes large units."""
        return size_chart(self.outcome)

    def hours(self) -> Chart:
        """Return the office's hours by month."""
        return hours_chart(self.outcome)

    def thresholds(self) -> Shown:
        """Return the frontier over thresholds."""
        return frontier_chart(self.front) if self.front is not None else Prose(("情景没有写要搜索的门槛。",))

    def calibration(self) -> Shown:
        """Return what the counts tell: what must be said before use, their days and period beside what the ranges can give,
        and the set of values that agrees with them.
        """
        fit = self.fit
        if fit is None:
            return Prose((NO_COUNTS,))
        agreeing = fit.table().drop(columns=["地址", "剩余宽度"])
        return Stack((Prose((*fit.warnings(), fit.sentence(warned=False))),
                      Listing(rounded(fit.reached()), caption=f"实际计数与推演（{fit.counts.span()}）", note=fit.mark()),
                      calibration_chart(fit), Listing(rounded(agreeing, "—"), caption="与计数相容的取值", note=fit.mark())))

    def assumptions(self) -> Listing:
        """Return every assumed number with its range and why."""
        rows = [{"参数": said(p.address), "值": plain(p.value), "范围": _ranged(p), "依据": p.evidence.sentence()}
                for p in self.model.scenario.parameters.values()]
        return Listing(pd.DataFrame(rows), caption="全部假定", note="改任何一个，结果都会变；范围内变了会怎样，见各条结论站不站得住。")


def _ranged(parameter: Parameter) -> str:
    return f"{plain(parameter.low)}–{plain(parameter.high)}" if parameter.high > parameter.low else "不变动"


def parts_folder(workspace: Workspace) -> Path:
    """Return where *workspace* keeps finished parts of simulations: a command that was interrupted and the report go on there."""
    return workspace.root / ".fangkong" / "推演区块"


def open_scenario(scenario: str, replications: int = 0, trajectories: int = 6, counts: str = "", in_force: str = "",
                  design: str = "morris") -> ScenarioPages:
    """Return the pages of *scenario* (a file, or the id of one that ships); *replications* 0: as the scenario says.

    *counts*: file of actual counts (empty: none), made while the policy *in_force* (empty: the first) was in force. *design*:
    how the ranges are swept (`simulate.robust.Design`). A scenario of the ledger's world uses the current workspace's ledger.
    Raises `BadInput` where the counts are of different days or periods, or not of the scenario's.
    """
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.policy.catalogue import shelf
    from fangkong_lab.simulate.calibrate_counts import fits_scenario, read_counts
    from fangkong_lab.simulate.catalogue import scenario_path
    from fangkong_lab.simulate.ledger_world import ledger_world
    from fangkong_lab.simulate.model import model_of
    from fangkong_lab.simulate.read_scenario import load_scenario
    from fangkong_lab.simulate.scenario import WorldKind
    from fangkong_lab.workspace import find_workspace

    here = find_workspace()
    made = load_scenario(scenario_path(scenario), shelf(here.root))
    actual = None
    if counts:
        actual = Actual(read_counts(Path(counts)), made.arm(in_force).name if in_force else made.arms[0].name)
        fits_scenario(actual.counts, made)
    world = ledger_world(made, tables(here)) if made.world.kind is WorldKind.LEDGER else None
    crew, effort = Crew(workers=2, root=parts_folder(here)), Effort(Design.read(design), trajectories=trajectories)
    return ScenarioPages(model_of(made, world), replications or made.replications, effort, actual, crew)
