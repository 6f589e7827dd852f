"""The scenario report: what survives the ranges first, then the comparison, the burden, the thresholds, every assumption."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose, Shown, Stack
from fangkong_lab.show.simulation_charts import (
    difference_chart,
    frontier_chart,
    hours_chart,
    influence_chart,
    robust_chart,
    size_chart,
)
from fangkong_lab.simulate.compare import Differences, Frontier, frontier
from fangkong_lab.simulate.fold import Totals
from fangkong_lab.simulate.model import Model
from fangkong_lab.simulate.outcome import Outcome, rounded
from fangkong_lab.simulate.robust import Effort, robustness
from fangkong_lab.simulate.robust_verdict import Robustness, Standing
from fangkong_lab.simulate.robust_words import said
from fangkong_lab.simulate.runner import run

NO_TURN = "没有会翻转的结论。"


@dataclass(frozen=True)
class ScenarioPages:
    """What the report on *model* is shown from: *replications* of the main run, and the *effort* of the sweep."""

    model: Model
    replications: int
    effort: Effort

    def _run(self, model: Model) -> Totals:
        return run(model, self.replications, workers=2)

    @cached_property
    def outcome(self) -> Outcome:
        """The main run."""
        return Outcome(self.model, self._run(self.model))

    @cached_property
    def sweep(self) -> Robustness:
        """Every assumed parameter over its range."""
        return robustness(self.model, self.effort)

    @cached_property
    def front(self) -> Frontier | None:
        """The thresholds searched; None where the scenario has no grid."""
        return frontier(self.model, self._run) if self.model.scenario.grid is not None else None

    def heading(self) -> Prose:
        """Return what this is, in which world, and which policies."""
        scenario, world = self.model.scenario, self.model.world
        arms = "；".join(f"「{a.name}」用{a.policy.title()}" + (f"（{a.why}）" if a.why else "") for a in scenario.arms)
        return Prose((f"【{self.outcome.mark()}】情景「{scenario.name}」。{scenario.about}",
                      f"{world.persons:,} 人、{world.units:,} 个单位，{scenario.start} 起 {scenario.months} 个月，重复 {self.replications} 次，"
                      f"随机种子 {scenario.seed}。", f"方案：{arms}。", *(f"台账读法：{n}。" for n in world.notes)))

    def standing(self) -> Prose:
        """Return the conclusions that hold, then those that turn and where."""
        return Prose(self.sweep.lines())

    def standing_chart(self) -> Chart:
        """Return the picture of it."""
        return robust_chart(self.sweep)

    def verdicts(self) -> Listing:
        """Return every conclusion with its standing."""
        frame = self._shortened(self.sweep.table().drop(columns=["在哪里翻"]))
        return Listing(frame, caption=f"与「{self.model.scenario.arms[0].name}」相比的各条结论", note=self.sweep.mark())

    def _shortened(self, frame: pd.DataFrame) -> pd.DataFrame:
        short = {v.words(): v.question.short(v.sign) for v in self.sweep.verdicts}
        return frame.assign(结论=frame["结论"].map(short))

    def turns(self) -> Shown:
        """Return every flip found: parameter, direction, value."""
        made = self._shortened(self.sweep.flips()).drop(columns=["地址", "精度"])
        return Listing(rounded(made), caption="在哪里翻转", note=self.sweep.mark()) if len(made) else Prose((NO_TURN,))

    def influences(self) -> Stack:
        """Return for each conclusion that turns what moves it most."""
        return Stack(tuple(influence_chart(self.sweep, v, 8) for v in self.sweep.standing(Standing.FLIPS)[:3]), NO_TURN)

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

    def assumptions(self) -> Listing:
        """Return every assumed number with its range and why."""
        rows = [{"参数": said(p.address), "值": f"{p.value:g}", "范围": f"{p.low:g}–{p.high:g}", "依据": p.evidence.sentence()}
                for p in self.model.scenario.parameters.values()]
        return Listing(pd.DataFrame(rows), caption="全部假定", note="改任何一个，结果都会变；范围内变了会怎样，见第一章。")


def open_scenario(scenario: str, replications: int = 0, trajectories: int = 4) -> ScenarioPages:
    """Return the pages of *scenario* (a file, or the id of one that ships); *replications* 0: as the scenario says.

    A scenario of the ledger's world uses the current workspace's ledger.
    """
    from fangkong_lab.ledger.frames import tables
    from fangkong_lab.policy.catalogue import shelf
    from fangkong_lab.simulate.catalogue import scenario_path
    from fangkong_lab.simulate.ledger_world import ledger_world
    from fangkong_lab.simulate.model import model_of
    from fangkong_lab.simulate.read_scenario import load_scenario
    from fangkong_lab.simulate.scenario import WorldKind
    from fangkong_lab.workspace import find_workspace

    here = find_workspace()
    made = load_scenario(scenario_path(scenario), shelf(here.root))
    world = ledger_world(made, tables(here)) if made.world.kind is WorldKind.LEDGER else None
    return ScenarioPages(model_of(made, world), replications or made.replications, Effort(trajectories=trajectories))
