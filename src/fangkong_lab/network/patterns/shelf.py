"""The shelf of patterns (制约模式库): all of them in the order of docs/patterns.md, and one by its code or label."""

from __future__ import annotations

from functools import cache

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.memory import remembered
from fangkong_lab.network.patterns import (
    area_concentration,
    ballot,
    duties_kept,
    five_steps,
    four_levels,
    four_seals,
    incompatible_posts,
    incompatible_steps,
    joint_review,
    last_to_speak,
    not_in_charge,
    one_plus_two,
    one_plus_x,
    rotation,
    split_posts,
    split_tender,
    stationed,
    three_rounds,
)
from fangkong_lab.network.patterns.parameter import Choice
from fangkong_lab.network.patterns.pattern import Pattern, pattern_of
from fangkong_lab.network.patterns.pattern import test as run_test
from fangkong_lab.network.patterns.result import PatternResult
from fangkong_lab.network.patterns.study import Study

_RECIPES = tuple(m.RECIPE for m in (
    one_plus_x, one_plus_two, four_seals, not_in_charge, area_concentration, joint_review, four_levels, ballot, last_to_speak,
    split_posts, incompatible_steps, incompatible_posts, rotation, stationed, duties_kept, five_steps, three_rounds, split_tender))


@cache
@remembered
def shelf() -> tuple[Pattern, ...]:
    """Return all patterns with their cards."""
    return tuple(pattern_of(r) for r in _RECIPES)


def find(name: str) -> Pattern:
    """Return the pattern whose code or label is *name*; `WrongCall` with the near match otherwise."""
    for pattern in shelf():
        if name in (pattern.code, pattern.label):
            return pattern
    raise WrongCall(f"没有制约模式「{name}」", mend=did_you_mean(name, tuple(w for p in shelf() for w in (p.code, p.label))))


def run_shelf(study: Study, choices: dict[str, Choice] | None = None) -> tuple[tuple[PatternResult, ...], tuple[tuple[Pattern, str], ...]]:
    """Test every pattern; return the results, and the patterns whose parameters the caller must choose with what to do.

    *choices* maps codes to choices. A choice that was given and is wrong raises `WrongCall`.
    """
    given = choices or {}
    results, left = [], []
    for pattern in shelf():
        choice = given.get(pattern.code, Choice())
        try:
            pattern.settle(choice)
        except WrongCall as error:
            if pattern.code in given:
                raise
            left.append((pattern, str(error)))
            continue
        results.append(run_test(pattern, study, choice))
    return tuple(results), tuple(left)
