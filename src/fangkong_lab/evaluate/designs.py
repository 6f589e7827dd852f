"""One call per design on a ledger panel: the same columns, the same settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from fangkong_lab.errors import WrongCall
from fangkong_lab.evaluate.assumption import Refusal
from fangkong_lab.evaluate.before_and_after import before_after
from fangkong_lab.evaluate.cohorts import imputation, staggered, staggered_counts, sun_abraham
from fangkong_lab.evaluate.comparison import poisson, two_by_two
from fangkong_lab.evaluate.effect import Design, Effect, Inference, Size
from fangkong_lab.evaluate.facts import Facts
from fangkong_lab.evaluate.fixed_effects import two_way
from fangkong_lab.evaluate.interrupted import ItsOptions, its
from fangkong_lab.evaluate.panel import Panel
from fangkong_lab.evaluate.panel_of_ledger import COUNT, SIZE, START, TIME, UNIT, LedgerPanel
from fangkong_lab.evaluate.question import Question
from fangkong_lab.evaluate.readings import nature_of
from fangkong_lab.evaluate.sdid import synthetic_did
from fangkong_lab.evaluate.settings import Controls, Nature, Settings
from fangkong_lab.evaluate.synthetic_control import synthetic

if TYPE_CHECKING:
    import pandas as pd

ROUNDS = 1999
ASKED = frozenset({Inference.CLUSTER, Inference.PERMUTATION})  # what the designs of panels can be told to use


def run_design(design: Design, ledger: LedgerPanel, facts: Facts, question: Question, *, inference: Inference | None = None,
               draws: int = ROUNDS) -> Effect | Refusal:
    """Return what *design* says of *ledger*; the outcome goes by the measure's name. *inference* None leaves it to the number of units.

    Raises `WrongCall` for an *inference* that is not among `ASKED`.
    """
    if inference is not None and inference not in ASKED:
        raise WrongCall(f"「{inference.label}」不能指定", where=f"{design.label} › 推断",
                        mend=f"从{'、'.join(sorted(f'「{one.label}」' for one in ASKED))}中选，或不指定")
    settings = replace(settings_of(ledger, facts, question), inference=inference, draws=draws)
    frame = ledger.frame.rename(columns={COUNT: question.measure})
    if design is Design.ITS:
        return _series(frame, ledger, facts, settings)
    if design in _FRAMES:
        return _FRAMES[design](frame, outcome=question.measure, unit=UNIT, time=TIME, treated_from=START, exposure=ledger.exposure, settings=settings)
    panel = ledger.panel()
    if design is Design.POISSON and facts.batches > 1:
        return staggered_counts(panel, settings)
    return _PANELS[design](panel, settings)


def settings_of(ledger: LedgerPanel, facts: Facts, question: Question) -> Settings:
    """Return the designs' settings: nature by the measure's name where the question does not say, later batches as controls where there are no others."""
    given = question.settings(ledger.unit_word)
    nature = nature_of(question.measure) if given.nature is Nature.UNKNOWN else given.nature
    controls = Controls.NEVER if facts.controls >= 2 else Controls.NOT_YET
    return replace(given, nature=nature, controls=controls, draws=ROUNDS)


def _series(frame: pd.DataFrame, ledger: LedgerPanel, facts: Facts, settings: Settings) -> Effect | Refusal:
    """Sum the pilots to one series; the first periods of pilots that began at once are the same for all."""
    measure = next(c for c in frame.columns if c not in (UNIT, TIME, SIZE, START))
    own = frame[frame[START].notna()]
    size = {SIZE: "sum"} if ledger.exposure else {}
    total = own.groupby(TIME, as_index=False).agg({measure: "sum", **size})
    made = its(total, outcome=measure, time=TIME, start=own[START].min(), exposure=ledger.exposure, options=ItsOptions(), settings=settings)
    if isinstance(made, Refusal):
        return made
    return replace(made, size=Size(facts.treated, 0, made.size.periods, made.size.before))


_FRAMES: dict[Design, Callable[..., Effect | Refusal]] = {
    Design.BEFORE_AFTER: before_after, Design.SYNTHETIC: synthetic, Design.SYNTHETIC_DID: synthetic_did}
_PANELS: dict[Design, Callable[[Panel, Settings], Effect | Refusal]] = {
    Design.DID: two_by_two, Design.POISSON: poisson, Design.TWO_WAY: two_way, Design.STAGGERED: staggered, Design.SUN_ABRAHAM: sun_abraham,
    Design.IMPUTATION: imputation}
