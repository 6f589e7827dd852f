"""Models carried out on the same county: ranges from the stated to the most generous reading, and what each leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

from fangkong_lab.errors import WrongCall
from fangkong_lab.models.apply import Applied, apply, mixed
from fangkong_lab.models.card import Card, ModelKind
from fangkong_lab.models.features import Features, side_by_side
from fangkong_lab.models.measured import Figure, Measured, measured
from fangkong_lab.models.practice import Reading
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

NO_KAPPA = "巡察模式，不计算"


@dataclass(frozen=True)
class Run:
    """One model on the county, by reading: what was changed and what the county then comes to."""

    card: Card
    applied: Mapping[Reading, Applied]
    county: Mapping[Reading, Measured]

    def range(self, name: str) -> Figure:
        """Return a figure from its least to its greatest value over both readings."""
        both = [self.county[r].figures[name] for r in Reading]
        return Figure(name, min(f.low for f in both), max(f.high for f in both), both[0].unit)


@dataclass(frozen=True)
class Comparison:
    """Models side by side as rules (*features*) and carried out on one county (*runs*); *as_is* is the county without any.

    Inspection models are in *features* and have no run. *mixtures* are pairs in the order in which they were carried out.
    """

    features: Features
    as_is: Measured
    runs: tuple[Run, ...]
    mixtures: tuple[tuple[Card, Card, Measured], ...]

    def table(self) -> pd.DataFrame:
        """Return 指标, 现状 and one column per model: the range from the stated to the most generous reading."""
        import pandas as pd

        rows = []
        for name, now in self.as_is.figures.items():
            cells = {card.name: NO_KAPPA for card in self.features.cards if card.kind is ModelKind.INSPECTION}
            cells |= {run.card.name: run.range(name).text() for run in self.runs}
            ordered = {card.name: cells[card.name] for card in self.features.cards if card.name in cells}
            rows.append({"指标": name, "现状": now.text(), **ordered})
        return pd.DataFrame(rows)

    def readings(self) -> pd.DataFrame:
        """Return every figure of every model under each reading: 模式, 读法, 指标, 下端, 上端, 计量单位."""
        import pandas as pd

        rows = [("现状", "", f.name, f.low, f.high, f.unit) for f in self.as_is.figures.values()]
        rows += [(run.card.name, reading.label, f.name, f.low, f.high, f.unit)
                 for run in self.runs for reading in Reading for f in run.county[reading].figures.values()]
        return pd.DataFrame(rows, columns=["模式", "读法", "指标", "下端", "上端", "计量单位"])

    def changes(self) -> pd.DataFrame:
        """Return what each practice of each model changed, under each reading."""
        import pandas as pd

        parts = [run.applied[r].table().assign(模式=run.card.name, 读法=r.label) for run in self.runs for r in Reading]
        columns = ["模式", "读法", "做法", "理由", "改动事项", "未改动及原因"]
        return pd.concat(parts)[columns].reset_index(drop=True) if parts else pd.DataFrame(columns=columns)

    def left_open(self) -> pd.DataFrame:
        """Return per pair how many items the first leaves to one person's order that the second closes (generous reading)."""
        import pandas as pd

        open_ = {run.card.name: run.county[Reading.GENEROUS].open_items() for run in self.runs}
        rows = [(a, b, len(open_[a]), len(open_[a] - open_[b])) for a, b in permutations(open_, 2)]
        return pd.DataFrame(rows, columns=["模式", "对照模式", "仍可由单人令办结", "其中对照模式已管住"])

    def mixture_table(self) -> pd.DataFrame:
        """Return the county under each pair of models, the first carried out first (generous reading)."""
        import pandas as pd

        rows = [{"先": a.name, "后": b.name, **{n: f.text() for n, f in m.figures.items()}} for a, b, m in self.mixtures]
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """Return what the run shows of each model, with its caveat."""
        name = "单人可令办结"
        said = "；".join(f"{run.card.name}{run.range(name).text()}" for run in self.runs)
        return (f"同一个县现状{name}{self.as_is.figures[name].text()}，分别套用后：{said}。"
                "区间从只按写明的做法到最宽的读法，含任职不明造成的范围；反映制度设计，不代表实际效果。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def compare(cards: Sequence[Card], study: Study, *, mixtures: bool = True) -> Comparison:
    """Carry each of *cards* out on the county of *study*, once as stated, once most generously.

    With *mixtures* every ordered pair of control models is carried out one after the other. Raises `WrongCall` for
    fewer than two models or one given twice.
    """
    names = [card.id for card in cards]
    if len(set(names)) < max(2, len(names)):
        raise WrongCall("比较至少要两个不同的模式", mend="写明两个以上，如 fangkong compare 沙洋 五小")
    control = [card for card in cards if card.kind is ModelKind.CONTROL]
    runs = tuple(_run(card, study) for card in control)
    pairs = permutations(control, 2) if mixtures else ()
    made = tuple((a, b, measured(mixed((a, b), study, Reading.GENEROUS))) for a, b in pairs)
    return Comparison(side_by_side(*cards), measured(study.network), runs, made)


def _run(card: Card, study: Study) -> Run:
    applied = {reading: apply(card, study, reading) for reading in Reading}
    return Run(card, applied, {reading: measured(each.network) for reading, each in applied.items()})
