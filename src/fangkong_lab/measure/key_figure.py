"""A key figure of a unit's report: one number with its name, 口径 and the ledger rows it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fangkong_lab.errors import WrongCall, near_match
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


MOST_NEAR = 8


def fitting(figures: Sequence[KeyFigure], word: str) -> tuple[KeyFigure, ...]:
    """Return the figures that *word* names: the one whose key it is, else all whose keys contain each of its parts.

    The parts are what stands between "-" or blanks; a word without any names nothing.
    """
    exact = tuple(f for f in figures if f.key == word)
    parts = _parts(word)
    return exact or tuple(f for f in figures if parts and all(p in f.key for p in parts))


def find_figure(figures: Sequence[KeyFigure], word: str) -> KeyFigure:
    """Return the only figure that *word* names (see `fitting`); else `WrongCall`, with the first keys that fit or the nearest ones."""
    if not _parts(word):
        raise WrongCall("没有写编号", mend="写「指标表」里的编号，或能认出一个数的几段")
    fits = fitting(figures, word)
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise WrongCall(f"「{word}」对得上{len(fits)}个数", mend="写全编号：" + named([f.key for f in fits]))
    raise WrongCall(f"报告里没有「{word}」这个数", mend=_near(word, figures))


def named(words: Sequence[str]) -> str:
    """Return the first *words* as a list to choose from; how many more there are is said, not listed."""
    return "、".join(words[:MOST_NEAR]) + (f"等{len(words)}个" if len(words) > MOST_NEAR else "")


def _parts(word: str) -> list[str]:
    return [p for p in word.replace("-", " ").split() if p]


def _near(word: str, figures: Sequence[KeyFigure]) -> str:
    """Return the mend: keys with the most of the parts in them, else the nearest key by spelling, else where all are listed."""
    parts = _parts(word)
    scored = sorted(((sum(p in f.key for p in parts), f.key) for f in figures), key=lambda s: (-s[0], s[1]))
    best = [key for score, key in scored if score and score == scored[0][0]]
    if best:
        return "改用：" + named(best)
    near = near_match(word, [f.key for f in figures])
    return f"检查写法，是否为「{near}」" if near else "不写编号，列出这份报告的全部编号"
