"""A key figure of a unit's report: one number with its name, 口径 and the ledger rows it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.measure.interval import plain


@dataclass(frozen=True)
class Row:
    """One ledger row behind a figure: *table* (English name), *key* as `fangkong_lab.ledger.trace` takes it.

    *low* and *high* are what the row adds to the figure (equal but for 约数): 1 where rows are counted, the amount where
    amounts are added, 0 where the row is only in the denominator.
    """

    table: str
    key: tuple[str, ...]
    low: float = 1.0
    high: float = 1.0


@dataclass(frozen=True)
class KeyFigure:
    """One figure: *key* names it in every report (监督执纪-立案-件-2016年下半年), *value* is the text printed, *unit* its 计量单位.

    The rows' *low* and *high* sum to the figure's own, whatever it is a count of. *before* is the key of last year's like
    figure where it differs. *not_additive*: the value is a share; its rows add up to its numerator.
    """

    key: str
    value: str
    unit: str
    basis: str
    rows: tuple[Row, ...]
    before: str = ""
    share: bool = False

    @property
    def bounds(self) -> tuple[float, float]:
        """The sum over the rows: (least, greatest); of a share, its numerator."""
        return round(sum(r.low for r in self.rows), 6), round(sum(r.high for r in self.rows), 6)

    @property
    def last_key(self) -> str:
        """The key of the figure to compare with, one year earlier."""
        return self.before or self.key

    def sentence(self, whose: str) -> str:
        """Return the figure in one sentence."""
        return f"{whose}{self.key}：{self.value}{'' if self.share else self.unit}，由台账{len(self.rows)}行得出。"


def counted(key: str, unit: str, basis: str, table: str, keys: Sequence[tuple[str, ...]]) -> KeyFigure:
    """Return a figure that counts rows."""
    return KeyFigure(key, str(len(keys)), unit, basis, tuple(Row(table, k) for k in sorted(keys)))


def summed(key: str, unit: str, basis: str, table: str, amounts: Sequence[tuple[tuple[str, ...], float]]) -> KeyFigure:
    """Return a figure that adds amounts; its value is printed as the reports print amounts."""
    total = round(sum(amount for _, amount in amounts), 6)
    return KeyFigure(key, plain(total), unit, basis, tuple(Row(table, k, a, a) for k, a in sorted(amounts)))


def find_figure(figures: tuple[KeyFigure, ...], word: str) -> KeyFigure:
    """Return the figure whose key is *word*, or the only one whose key contains all its parts; else `WrongCall`.

    The parts are what stands between "-" or blanks. The error lists the keys that fit, or the near match.
    """
    for figure in figures:
        if figure.key == word:
            return figure
    parts = [p for p in word.replace("-", " ").split() if p]
    fits = [f for f in figures if parts and all(p in f.key for p in parts)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise WrongCall(f"「{word}」对得上{len(fits)}个数", mend="写全编号：" + "、".join(f.key for f in fits[:MOST_NEAR]) + ("等" if len(fits) > MOST_NEAR else ""))
    raise WrongCall(f"报告里没有「{word}」这个数", mend=_near(word, parts, figures))


MOST_NEAR = 8


def _near(word: str, parts: list[str], figures: tuple[KeyFigure, ...]) -> str:
    """Return the mend: keys with the most of the parts in them, else the nearest key by spelling."""
    scored = sorted(((sum(p in f.key for p in parts), f.key) for f in figures), key=lambda s: (-s[0], s[1]))
    best = [key for score, key in scored if score and score == scored[0][0]][:MOST_NEAR]
    return "改用：" + "、".join(best) if best else did_you_mean(word, tuple(f.key for f in figures))
