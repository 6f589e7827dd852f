"""`evaluate(ledger, question)`: the best design that the data bear, why not the others, and how sure one may be.

Nothing is estimated that the data cannot bear: 「不能由此判断，至少需要N」 is an answer, with N from the power module for the change worth seeing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from fangkong_lab.errors import CannotTell
from fangkong_lab.evaluate.assumption import Assumption, Refusal, State
from fangkong_lab.evaluate.bearing import preferred, ranking_refused, refusal_of
from fangkong_lab.evaluate.designs import run_design
from fangkong_lab.evaluate.effect import Design, Effect, Scale
from fangkong_lab.evaluate.evaluation import Evaluation, Verdict
from fangkong_lab.evaluate.evalue import e_value_of
from fangkong_lab.evaluate.evidence import grade
from fangkong_lab.evaluate.extreme import NAME as EXTREME
from fangkong_lab.evaluate.extreme import chosen_at_extreme, start_at_extreme
from fangkong_lab.evaluate.facts import Facts, facts_of
from fangkong_lab.evaluate.panel_of_ledger import LedgerPanel, ledger_panel
from fangkong_lab.evaluate.pilot_power import (
    Direction,
    MinimumEffect,
    SampleSize,
    minimum_effect,
    power,
    sample_size,
)
from fangkong_lab.evaluate.question import Chosen, Question
from fangkong_lab.evaluate.readings import readings
from fangkong_lab.evaluate.sensitivity import NONE as NOTHING_RUN
from fangkong_lab.evaluate.sensitivity import Sensitivity, sensitivity_of
from fangkong_lab.evaluate.trap import Trap

if TYPE_CHECKING:
    import pandas as pd

MOST_OTHERS = 3
ENOUGH = 0.8
POWER_DRAWS = 500
ALONE = frozenset({Design.BEFORE_AFTER, Design.ITS})
RANKED_FROM = 2
ONE_MEASURE = "只问了一个指标；同时看几个指标，须按 Benjamini–Hochberg 校正"


@dataclass(frozen=True)
class Foresight:
    """What could have been seen: *visible*, *enough*; None where no plan can be made. *power* for the worthwhile change."""

    visible: MinimumEffect | None
    enough: SampleSize | None
    power: float


def evaluate(tables: Mapping[str, pd.DataFrame], question: Question) -> Evaluation:
    """Answer *question* from ledger *tables* (English names).

    Raises `BadInput`, `WrongCall` for a question that the ledger has no words for (unknown measure, unit, kind), `CannotTell` where the measure is kept in
    several 口径. Everything else is answered, if need be by a `Refusal`.
    """
    ledger = ledger_panel(tables, question)
    facts = facts_of(ledger)
    seen = _foresight(facts, question)
    refusals = [r for d in preferred(facts) if (r := refusal_of(d, facts, question.level)) is not None]
    effects, late = _effects(ledger, facts, question)
    if facts.treated >= RANKED_FROM:
        late.append(ranking_refused(facts))
    if not effects:
        return _refused(ledger, question, (*refusals, *late), (facts, seen))
    answer, found = _with_sensitivity(effects[0], ledger, facts, question)
    verdict = _verdict(answer, question, facts, seen)
    needed = needed_for(answer, facts, question, seen.enough) if verdict is Verdict.CANNOT_TELL else ""
    return Evaluation(question, ledger, answer, tuple(effects[1:]), (*refusals, *late), seen.visible, seen.enough, found, e_value_of(answer),
                      answer.assumptions, _caveats(answer, ledger, question), verdict, needed, facts.baseline)


def _effects(ledger: LedgerPanel, facts: Facts, question: Question) -> tuple[list[Effect], list[Refusal]]:
    """Run the design asked for, or the preferred ones in turn; refusals are those that only the run could see."""
    wanted = preferred(facts) if question.design is None else (question.design,)
    effects: list[Effect] = []
    refused: list[Refusal] = []
    for design in wanted:
        if refusal_of(design, facts, question.level) is not None or len(effects) > MOST_OTHERS:
            continue
        try:
            made = run_design(design, ledger, facts, question)
        except CannotTell as gap:
            made = Refusal(design.label, gap.what, gap.mend, sources=ledger.sources()[:1])
        if isinstance(made, Effect):
            effects.append(replace(made, sources=ledger.sources()))
        else:
            refused.append(made)
    return effects, refused


def _foresight(facts: Facts, question: Question) -> Foresight:
    plan = facts.plan(question.level)
    if plan is None:
        return Foresight(None, None, 0.0)
    way = Direction.DOWN if question.worthwhile < 1 else Direction.UP
    asked = power(plan, question.worthwhile, draws=POWER_DRAWS, seed=question.seed).power
    return Foresight(minimum_effect(plan, direction=way, draws=POWER_DRAWS, seed=question.seed),
                     sample_size(plan, question.worthwhile, draws=POWER_DRAWS, seed=question.seed), asked)


def _refused(ledger: LedgerPanel, question: Question, refusals: tuple[Refusal, ...], known: tuple[Facts, Foresight]) -> Evaluation:
    """Nothing can be estimated: the answer is the refusal of the design asked for, or of the best, with the number of pilots that would do."""
    facts, seen = known
    wanted = question.design
    first = next((r for r in refusals if wanted is None or r.asked == wanted.label), refusals[0])
    enough = seen.enough
    more = f"；{enough.sentence()[:-1]}" if enough is not None else ""
    answer = replace(first, asked=f"「{question.measure}」的试点效果" + (f"（{first.asked}）" if wanted else ""), needed=first.needed + more, sources=ledger.sources())
    caveats = (*readings(question.settings(""), question.measure), *ledger.notes)
    return Evaluation(question, ledger, answer, (), refusals, seen.visible, enough, NOTHING_RUN, None, (), caveats, Verdict.CANNOT_TELL, more, facts.baseline)


def needed_for(effect: Effect, facts: Facts, question: Question, enough: SampleSize | None) -> str:
    """Return 「，至少需要N…」: pilots (others in proportion) for the worthwhile change, the larger of the plan's number and of today's error scaled by root N."""
    planned = enough.needed if enough is not None and enough.needed is not None else 0
    scaled = _scaled(effect, facts, question)
    count = max(planned, scaled or 0)
    if not count:
        return f"，{enough.sentence()[:-1]}" if enough is not None else ""
    others = round(count * effect.size.control / effect.size.treated) if effect.size.control else 0
    with_ = f"（对照{others}个）" if others else ""
    return f"，要以{ENOUGH:.0%}的把握看出{question.worthwhile - 1:+.0%}的变化，至少需要{count}个试点单位{with_}"


def _scaled(effect: Effect, facts: Facts, question: Question) -> int | None:
    """Return pilots · (today's error ÷ the error wanted)²; None where the interval is not finite."""
    from scipy.stats import norm

    if not np.isfinite([effect.low, effect.high]).all():
        return None
    ratio = effect.scale is Scale.RATIO
    ends = np.log([max(effect.low, 1e-12), effect.high]) if ratio else np.array([effect.low, effect.high])
    tail = float(norm.ppf((1 + question.level) / 2))
    worth = abs(np.log(question.worthwhile)) if ratio or effect.scale is Scale.LOG else abs(facts.baseline * (question.worthwhile - 1))
    if not worth > 0:
        return None
    wanted = worth / (tail + float(norm.ppf(ENOUGH)))
    return int(np.ceil(effect.size.treated * (float(ends[1] - ends[0]) / 2 / tail / wanted) ** 2))


def _verdict(effect: Effect, question: Question, facts: Facts, seen: Foresight) -> Verdict:
    """Not separate from none: "not seen" only where the interval leaves out the worthwhile change; without an interval, by power."""
    if effect.separate:
        return Verdict.SEEN
    if np.isfinite([effect.low, effect.high]).all():
        worth = {Scale.RATIO: question.worthwhile, Scale.LOG: float(np.log(question.worthwhile))}.get(effect.scale, facts.baseline * (question.worthwhile - 1))
        return Verdict.CANNOT_TELL if effect.low <= worth <= effect.high else Verdict.NOT_SEEN
    return Verdict.NOT_SEEN if seen.power >= ENOUGH else Verdict.CANNOT_TELL


def _with_sensitivity(effect: Effect, ledger: LedgerPanel, facts: Facts, question: Question) -> tuple[Effect, Sensitivity]:
    """Add false dates, breakdown, units left out and the start at an extreme to the preconditions, and grade anew."""
    more: list[Assumption] = [] if any(a.name == EXTREME for a in effect.assumptions) else [_extreme(facts)]
    if question.chosen is Chosen.EXTREME:
        more = [Assumption(EXTREME, State.FAILED, "试点单位因数量偏高（或偏低）而选，此后即使没有试点也会回落（回升）", Trap.CHOSEN_AT_EXTREME.reference)]
    found = sensitivity_of(effect, ledger, facts, question)
    more += found.assumptions(effect)
    kept = tuple(a for a in effect.assumptions if a.name not in {m.name for m in more})
    checks = (*kept, *more)
    best = 2 if effect.design in ALONE else 3
    evidence = grade(best, checks, question.assignment, treated=effect.size.treated, control=effect.size.control)
    return replace(effect, assumptions=checks, evidence=evidence), found


def _extreme(facts: Facts) -> Assumption:
    rates, first = facts.panel.rates(), facts.before
    treated = facts.panel.treated
    if treated.all():  # nobody to be held against but the pilots' own earlier periods
        size = facts.panel.exposure
        return start_at_extreme(facts.panel.outcome[:, :first].sum(0), None if size is None else size[:, :first].sum(0))
    return chosen_at_extreme(rates[treated][:, :first], rates[~treated][:, :first])


def _caveats(effect: Effect, ledger: LedgerPanel, question: Question) -> tuple[str, ...]:
    """Both readings first, then those of the design, then those of the ledger; each once."""
    first = readings(question.settings(""), question.measure)
    rest = (c for c in (*effect.caveats, *ledger.notes, ONE_MEASURE) if "发现能力" not in c and "举报意愿" not in c)
    return tuple(dict.fromkeys((*first, *rest)))
