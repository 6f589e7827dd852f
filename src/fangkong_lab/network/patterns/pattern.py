"""A pattern of the library, and its test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.network.patterns.card import read_card
from fangkong_lab.network.patterns.parameter import NO_CHOICE, Choice, Parameter, Settings, settle
from fangkong_lab.network.patterns.result import PatternResult
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import Instance, Subject
from fangkong_lab.sources import Citation

if TYPE_CHECKING:
    from fangkong_lab.network.patterns.action import Action

Examine = Callable[[Study, Settings], Iterator[Instance]]


@dataclass(frozen=True)
class Recipe:
    """How a pattern is tested: what it is about, the ledger *tables* it cannot do without, and its *actions*.

    *inner*: its instances point at persons (the head, who holds a post since when, a supplier); copies that leave the
    discipline side give the counts only.
    """

    code: str
    applies_to: Subject
    examine: Examine
    tables: tuple[str, ...] = ()
    actions: tuple[type[Action], ...] = ()
    inner: bool = False


@dataclass(frozen=True)
class Pattern:
    """A named, cited check of a county. *figures* are ids of data/sources/figures.csv; *caveat* says what it does not tell."""

    code: str
    label: str
    about: str
    caveat: str
    applies_to: Subject
    citations: tuple[tuple[str, Citation], ...]
    figures: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    own_place: str
    recipe: Recipe

    @property
    def actions(self) -> tuple[type[Action], ...]:
        """The actions that put this pattern into a network."""
        return self.recipe.actions

    def sources(self) -> tuple[str, ...]:
        """Return one line per source."""
        return tuple(c.sentence() for _, c in self.citations)

    def settle(self, choice: Choice = NO_CHOICE) -> Settings:
        """Return the parameter values a test would use; `WrongCall` where the caller must choose."""
        return settle(self.code, self.parameters, choice, self.own_place)


def pattern_of(recipe: Recipe) -> Pattern:
    """Return the pattern of a recipe with what its card says."""
    card = read_card(recipe.code)
    return Pattern(card.code, card.label, card.about, card.caveat, recipe.applies_to, card.citations, card.figures,
                   card.parameters, card.own_place, recipe)


def test(pattern: Pattern, study: Study, choice: Choice = NO_CHOICE) -> PatternResult:  # noqa: PT028
    """Test *pattern* on *study* with the values of *choice*.

    Counts are always applicable = 达标 + 不达标 + 不能判定, and 不适用 beside. A table that the pattern cannot do without and
    that nobody sent gives a result without instances that says 未报. Raises `WrongCall` where a parameter must be chosen.
    """
    settings = pattern.settle(choice)
    missing = tuple(t for t in pattern.recipe.tables if not study.has(t))
    found = () if missing else tuple(sorted(pattern.recipe.examine(study, settings), key=lambda i: (i.unit_id, i.subject)))
    return PatternResult(pattern, study.as_of, settings, found, missing, _names(study))


test.__test__ = False  # type: ignore[attr-defined]  # pytest must not take it for one of its own


def _names(study: Study) -> Mapping[str, str]:
    names = {u.unit_id: u.name for u in study.network.units.values()}
    return names | {i.item_id: i.name for i in study.items()}
