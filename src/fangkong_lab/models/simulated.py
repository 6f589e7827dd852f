"""The same warning rule on the county under each model: what changes because fewer can act alone. A what-if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.models.apply import apply
from fangkong_lab.models.card import Card, ModelKind, Stated
from fangkong_lab.models.practice import Reading
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from fangkong_lab.simulate.model import Model
    from fangkong_lab.simulate.scenario import Scenario

# 99 %: beyond it a difference is not the chance of the simulation.
SURE = 2.576
HOURS = 60.0


@dataclass(frozen=True)
class Paired:
    """One figure of one model under one reading: its mean over replications, and the paired difference from as is."""

    model: str
    reading: Reading
    figure: str
    unit: str
    mean: float
    difference: float
    error: float

    @property
    def told(self) -> bool:
        """Say whether the difference is more than the chance of the simulation."""
        return abs(self.difference) > SURE * self.error


@dataclass(frozen=True)
class Simulated:
    """The county under the models, simulated with one *rule* on common random numbers.

    *sole* counts the persons who can act alone, as is first; *silent* are models whose documents state no score.
    """

    scenario: str
    rule: str
    replications: int
    sole: tuple[tuple[str, int], ...]
    rows: tuple[Paired, ...]
    silent: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """Return 模式, 读法, 指标, 平均, 与现状之差, 95%模拟误差区间, 可分辨."""
        import pandas as pd

        found = [(r.model, r.reading.label, f"{r.figure}（{r.unit}）", f"{r.mean:,.2f}", f"{r.difference:+,.2f}",
                  f"{r.difference - 1.96 * r.error:+,.2f}至{r.difference + 1.96 * r.error:+,.2f}", "是" if r.told else "否")
                 for r in self.rows]
        return pd.DataFrame(found, columns=["模式", "读法", "指标", "平均", "与现状之差", "95%模拟误差区间", "可分辨"])

    def sentence(self) -> str:
        """Return what the simulation shows, and that it is one."""
        sole = "、".join(f"{name}{n}人" for name, n in self.sole)
        told = sorted({f"{r.model}（{r.reading.label}）" for r in self.rows if r.told})
        silent = f"{'、'.join(self.silent)}的文件没有写明记分办法，不推演它们自己的预警；" if self.silent else ""
        return (f"推演，不是预测。按同一条规则「{self.rule}」、同一组随机数重复{self.replications}次，只改变谁可单人办结（{sole}）；"
                f"{silent}与现状的差超出模拟误差的有：{'、'.join(told) or '无'}。发生率、发现率都是假定，差额是假定的结果。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), f"情景 {self.scenario}")


def simulate_models(cards: Sequence[Card], tables: Mapping[str, pd.DataFrame], scenario: Scenario,
                    replications: int = 200) -> Simulated:
    """Simulate the county of *tables* as is and under each control model of *cards*, both readings, paired.

    The first arm of *scenario* is the rule; its world must be the ledger. Persons, grades and random numbers are the same
    throughout: only who can act alone (κ = 1 without influence, on the scenario's first day) follows the changed flows.
    Differences are taken replication by replication; their error is that of the mean.
    """
    study = Study.of(tables, scenario.start)
    base = _model(scenario, tables, study)
    now = _rows(base, replications)
    sole, rows = [("现状", _sole(base))], []
    control = [card for card in cards if card.kind is ModelKind.CONTROL]
    for card in control:
        for reading in Reading:
            changed = Study(apply(card, study, reading).network, tables)
            model = _model(scenario, tables, changed)
            sole.append((f"{card.name}（{reading.label}）", _sole(model)))
            rows += _paired(card.name, reading, now, _rows(model, replications))
    silent = tuple(c.name for c in control if c.line("warning_score").stated is Stated.NOT_SAID)
    return Simulated(scenario.id, scenario.arms[0].name, replications, tuple(sole), tuple(rows), silent)


def _model(scenario: Scenario, tables: Mapping[str, pd.DataFrame], study: Study) -> Model:
    from fangkong_lab.simulate.ledger_world import ledger_world
    from fangkong_lab.simulate.model import model_of

    made = model_of(scenario, ledger_world(scenario, tables, study.network))
    return made.with_arms(scenario.arms[:1])


def _rows(model: Model, replications: int) -> np.ndarray:
    """Return replications × figures of the first arm."""
    import numpy as np

    from fangkong_lab.simulate.model import run_rows

    return np.concatenate([run_rows(model, block)[0] for block in model.blocks(replications)])


def _sole(model: Model) -> int:
    """Persons who can act alone: the middle bit of a person's kind (`world.code_of`)."""
    return int(((model.world.kind >> 1) & 1).sum())


def _paired(name: str, reading: Reading, now: np.ndarray, then: np.ndarray) -> list[Paired]:
    import numpy as np

    from fangkong_lab.simulate.figures import PLACE, Figure

    wanted = ((Figure.CONDUCT, "件", 1.0), (Figure.UNANSWERED, "件", 1.0), (Figure.PERSON_WARNINGS, "次", 1.0),
              (Figure.UNIT_WARNINGS, "次", 1.0), (Figure.PERSON_UNFOUNDED, "次", 1.0), (Figure.MINUTES, "小时", HOURS))
    made = []
    for figure, unit, scale in wanted:
        gap = (then[:, PLACE[figure]] - now[:, PLACE[figure]]) / scale
        label = "工时" if figure is Figure.MINUTES else figure.label
        made.append(Paired(name, reading, label, unit, float(then[:, PLACE[figure]].mean() / scale), float(gap.mean()),
                           float(gap.std(ddof=1) / np.sqrt(len(gap)))))
    return made
