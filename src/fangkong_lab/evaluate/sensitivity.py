"""Does the answer bear its doubts: false dates, trends that part, one unit less; each run where the design bears it, and said where it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput
from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.designs import ASKED, run_design, settings_of
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Scale
from fangkong_lab.evaluate.facts import Facts, facts_of
from fangkong_lab.evaluate.false_dates import PlaceboDates, placebo_dates
from fangkong_lab.evaluate.leave_out import LeaveOneOut, leave_out
from fangkong_lab.evaluate.panel_of_ledger import START, TIME, UNIT, LedgerPanel
from fangkong_lab.evaluate.parallel import Breakdown, breakdown
from fangkong_lab.evaluate.question import Question
from fangkong_lab.evaluate.trap import Trap

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.evaluate.panel import Panel

DATED = frozenset({Design.BEFORE_AFTER, Design.ITS, Design.DID, Design.POISSON, Design.STAGGERED})
COMPARED = frozenset({Design.DID, Design.TWO_WAY, Design.STAGGERED, Design.SUN_ABRAHAM, Design.IMPUTATION, Design.POISSON})
MIXTURES = frozenset({Design.SYNTHETIC, Design.SYNTHETIC_DID})
ALL_UNITS = 120  # more than that: only the pilots are left out in turn; more pilots: none (one of so many cannot turn a mean)
FEWEST_PILOTS = 3  # of pilots alone
DRAWS = 99  # leaving out asks for the estimate only
TRENDS, ALONE = "平行趋势的余地", "逐一去掉单位"
WITHOUT_UNITS = "MacKinnon, Nielsen & Webb 2023"
WITHOUT_DONORS = "Abadie, Diamond & Hainmueller 2015"


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """*dates* false starts, *trends* the breakdown value, *without* each unit; None where the design does not bear the question."""

    dates: PlaceboDates | None = None
    trends: Breakdown | None = None
    without: LeaveOneOut | None = None

    def assumptions(self, effect: Effect) -> tuple[Assumption, ...]:
        """Return them as preconditions of *effect*."""
        found = [] if self.dates is None else [self.dates.assumption()]
        if effect.design in COMPARED:
            found.append(_trends(self.trends, effect))
        if self.without is not None:
            found.append(_without(self.without, effect))
        return tuple(found)


NONE = Sensitivity()


def sensitivity_of(effect: Effect, ledger: LedgerPanel, facts: Facts, question: Question) -> Sensitivity:
    """Return what *effect* bears.

    False dates for before/after, series and differences; the breakdown of parallel trends for comparisons whose units bear clustered errors (few units have
    none); leaving units out for all but one series, and for pilots alone from three units on.
    """
    return Sensitivity(_dates(effect.design, ledger, question) if effect.design in DATED else None,
                       _broken(effect, facts, (ledger, question)), _left_out(effect, ledger, facts, question))


def _dates(design: Design, ledger: LedgerPanel, question: Question) -> PlaceboDates:
    """Run the same design on false starts, on the rows before the first true one."""

    def again(frame: pd.DataFrame, false: object) -> Effect | Refusal:
        made = replace(ledger, frame=frame)
        return run_design(design, made, facts_of(made), question)

    try:
        return placebo_dates(ledger.frame, again, time=TIME, treated_from=START)
    except BadInput as gap:
        return PlaceboDates((), ((None, gap.what),))


def _broken(effect: Effect, facts: Facts, asked: tuple[LedgerPanel, Question]) -> Breakdown | None:
    """Return the breakdown value, of rates where there is an exposure; None for designs without parallel trends or few units."""
    if effect.design not in COMPARED or effect.inference in (Inference.PERMUTATION, Inference.PLACEBO):
        return None
    return breakdown(facts.panel, settings_of(asked[0], facts, asked[1]))


def _left_out(effect: Effect, ledger: LedgerPanel, facts: Facts, question: Question) -> LeaveOneOut | None:
    if effect.design is Design.ITS or (not effect.size.control and facts.treated < FEWEST_PILOTS):
        return None
    compared = effect.size.control > 0
    everyone = compared and facts.panel.n_units <= ALL_UNITS
    if facts.treated > ALL_UNITS or (effect.design in MIXTURES and not everyone):
        return None
    panel = facts.panel if compared else facts.panel.kept(facts.panel.treated)
    # One pilot left out of one leaves nothing: that says nothing of the others.
    chosen = [i for i in range(panel.n_units) if (panel.treated[i] and facts.treated > 1) or (everyone and not panel.treated[i])]
    return leave_out(panel, chosen, effect, _again(effect, ledger, facts, question)) if chosen else None


def _again(effect: Effect, ledger: LedgerPanel, facts: Facts, question: Question) -> Callable[[Panel, str], float | None]:
    """Return a function of the panel left and the unit left out that gives the estimate; None where there is none on the same scale."""
    if effect.design in MIXTURES:
        from fangkong_lab.evaluate.sdid import PLAIN, published
        from fangkong_lab.evaluate.synthetic_control import mean_gap

        return lambda panel, _: mean_gap(panel) if effect.design is Design.SYNTHETIC else published(panel, PLAIN)[0]

    asked = effect.inference if effect.inference in ASKED else None

    def again(_: Panel, unit: str) -> float | None:
        left = replace(ledger, frame=ledger.frame[ledger.frame[UNIT].astype(str) != unit])
        answer = run_design(effect.design, left, facts, question, inference=asked, draws=DRAWS)
        return answer.estimate if isinstance(answer, Effect) and answer.scale is effect.scale else None

    return again


def _trends(found: Breakdown | None, effect: Effect) -> Assumption:
    """PASSED where the effect bears departures as large as the largest seen before the start (M̄ = 1, Rambachan & Roth's own yardstick); the paper
    gives no value at which it fails.
    """
    if found is None:
        return Assumption(TRENDS, State.INFORMATIONAL, "单位太少、试点前不足两期或各单位变化完全相同，无法计算结论能承受多大的趋势偏离", Trap.FLAT_PRE_TREND.reference)
    on_rates = "（按率之差算）" if effect.scale is Scale.RATIO else ""
    state = State.PASSED if effect.separate and found.value >= 1 else State.INFORMATIONAL
    return Assumption(TRENDS, state, found.said() + on_rates, Trap.FLAT_PRE_TREND.reference, found.table())


def _without(found: LeaveOneOut, effect: Effect) -> Assumption:
    """FAILED where an effect that is told from none turns with one unit; nothing to turn where it is not told from none."""
    if effect.separate and found.turned:
        state = State.FAILED
    else:
        state = State.PASSED if effect.separate and not found.lost else State.INFORMATIONAL
    return Assumption(ALONE, state, found.sentence().rstrip("。"), WITHOUT_DONORS if effect.design in MIXTURES else WITHOUT_UNITS, found.table())
