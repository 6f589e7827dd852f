"""Models side by side: what each document states on each row, where, and how far it may be compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from fangkong_lab.models.card import Card, Stated
from fangkong_lab.models.row import Comparable, Row, rows
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Features:
    """The feature table of *cards*: one row per row of the comparison that at least one card states."""

    cards: tuple[Card, ...]

    def rows(self) -> tuple[Row, ...]:
        """Return the rows on which at least one of the cards says something, in order."""
        said = frozenset[str]().union(*(card.stated() for card in self.cards))
        return tuple(row for row in rows() if row.id in said)

    def table(self) -> pd.DataFrame:
        """Return 方面, 项目, one column per model (value and where it stands, or 未载), 可比性."""
        import pandas as pd

        head = {"方面": [r.section for r in self.rows()], "项目": [r.label for r in self.rows()]}
        cells = {c.name: [c.line(r.id).cell() for r in self.rows()] for c in self.cards}
        return pd.DataFrame({**head, **cells, "可比性": [r.comparability for r in self.rows()]})

    def long(self) -> pd.DataFrame:
        """Return one row per cell: 方面, 项目, 模式, 内容, 原文所在, 原文, 有无, 可比性, 数字编号."""
        import pandas as pd

        found = []
        for row in self.rows():
            for card in self.cards:
                line = card.line(row.id)
                found.append((row.section, row.label, card.name, line.value, _place(card, line.article), line.phrase,
                              line.stated.label, row.comparability, "、".join(line.figure_ids)))
        heads = ["方面", "项目", "模式", "内容", "原文所在", "原文", "有无", "可比性", "数字编号"]
        return pd.DataFrame(found, columns=heads)

    def counts(self) -> pd.DataFrame:
        """Return per model how many rows are 有, 无, 未载: a longer document states more, which is no merit."""
        import pandas as pd

        found = []
        for card in self.cards:
            stated = [card.line(row.id).stated for row in self.rows()]
            found.append((card.name, *(stated.count(kind) for kind in Stated)))
        return pd.DataFrame(found, columns=["模式", *(kind.label for kind in Stated)])

    def similarity(self) -> pd.DataFrame:
        """Return per pair: 模式甲, 模式乙, 都写明的项目, 可比做法的项目, 相似度 (see `similarity`)."""
        import pandas as pd

        found = [(a.name, b.name, *similarity(a, b)) for a, b in combinations(self.cards, 2)]
        return pd.DataFrame(found, columns=["模式甲", "模式乙", "都写明的项目", "可比做法的项目", "相似度"])

    def sentence(self) -> str:
        """Return what may and may not be read off the table."""
        compare = [r for r in self.rows() if r.compare is Comparable.COMPARABLE]
        every = [r for r in compare if all(c.line(r.id).stated is not Stated.NOT_SAID for c in self.cards)]
        return (f"{len(self.cards)}个模式对照{len(self.rows())}项，其中规则类可比{len(compare)}项，各文件都写明的{len(every)}项；"
                "「未载」不等于「无」，写得多不等于做得好。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), "各模式来源文件，见卡片 data/models")


def _place(card: Card, article: str) -> str:
    return f"{card.document} {card.part} {article}" if article else ""


def similarity(one: Card, other: Card) -> tuple[int, int, float]:
    """Return (rows both documents state, rows on which both name standard terms, likeness in [0, 1]).

    Likeness is the mean over the second set of rows of Jaccard's index of the two sets of terms (Jaccard 1912). Rows
    that either document leaves unsaid count neither for nor against; with no row to compare it is nan.
    """
    comparable = {row.id for row in rows() if row.compare is Comparable.COMPARABLE}
    both = one.stated() & other.stated() & comparable
    named = sorted(row for row in both if one.line(row).marks and other.line(row).marks)
    scores = [_jaccard(set(one.line(row).marks), set(other.line(row).marks)) for row in named]
    return len(both), len(named), sum(scores) / len(scores) if scores else float("nan")


def _jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def side_by_side(*cards: Card) -> Features:
    """Return the feature table of two or more *cards*."""
    return Features(tuple(cards))
