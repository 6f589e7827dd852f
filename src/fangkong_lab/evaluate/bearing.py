"""Which designs the data can bear, and why each other one is refused, with the number that would be enough."""

from __future__ import annotations

import math
from collections.abc import Callable

from fangkong_lab.evaluate.assumption import Refusal, refused
from fangkong_lab.evaluate.choice import controls_needed
from fangkong_lab.evaluate.effect import Design
from fangkong_lab.evaluate.facts import Facts
from fangkong_lab.evaluate.interrupted import FEWEST
from fangkong_lab.evaluate.sdid import FEWEST_BEFORE as SDID_BEFORE
from fangkong_lab.evaluate.synthetic_control import FEWEST_BEFORE as SYNTHETIC_BEFORE
from fangkong_lab.evaluate.trap import Trap

LEAST_EVENTS = 20
SPARSE = 5.0
CONLEY = "Conley & Taber 2011"
STAGGERED = "分批双重差分（Callaway–Sant'Anna）"


def refusal_of(design: Design, facts: Facts, level: float) -> Refusal | None:
    """Return why *facts* do not bear *design*, None where they do; *level* is that of the interval (0.95)."""
    if facts.treated == 0:
        return Refusal(design.label, "没有一个单位在观察期内、且有试点前的数", "1个试点单位及其试点前的数", "")
    if sum(facts.events) == 0:
        return Refusal(design.label, "试点单位前后一件也没有", "前后都有发生数的指标", "")
    return _RULES[design](facts, 1 - level)


def _before_after(facts: Facts, alpha: float) -> Refusal | None:
    if min(facts.events) <= 0:
        return Refusal(Design.BEFORE_AFTER.label, f"试点前{facts.events[0]:g}件、试点后{facts.events[1]:g}件", "前后都有发生数", "Przyborowski & Wilenski 1940")
    return None


def _series(facts: Facts, alpha: float) -> Refusal | None:
    least = max(FEWEST, facts.per_year)
    if facts.batches > 1:
        return refused(Design.ITS.label, Trap.NAIVE_ITS, "全部试点同时开始（或逐批分开做）", seen=f"试点分{facts.batches}批开始，合计序列没有一个断点", instead=STAGGERED)
    if min(facts.before, facts.after) < least:
        return Refusal(Design.ITS.label, f"试点前{facts.before}期、试点后{facts.after}期，水平、趋势和季节分不开", f"前后各{least}期", "Penfold & Zhang 2013", trap=Trap.NAIVE_ITS)
    return None


def _compared(design: Design, facts: Facts, alpha: float) -> Refusal | None:
    """What every comparison needs: other units, enough of them for permutation to reject at all."""
    need = controls_needed(facts.treated, alpha)
    if facts.controls < need:
        seen = f"试点单位{facts.treated}个、对照单位{facts.controls}个"
        floor = f"，置换检验的p值最小为{_floor(facts):.2g}" if facts.controls else ""
        return Refusal(design.label, f"{seen}{floor}", f"{need}个对照单位", CONLEY, trap=Trap.FEW_TREATED_CLUSTERS)
    return None


def _floor(facts: Facts) -> float:
    return (2 if facts.treated == facts.controls else 1) / math.comb(facts.treated + facts.controls, facts.treated)


def _did(facts: Facts, alpha: float) -> Refusal | None:
    if facts.batches > 1:
        return refused(Design.DID.label, Trap.STAGGERED_TWO_WAY, "全部试点同时开始", seen=f"试点分{facts.batches}批开始", instead=STAGGERED)
    return _compared(Design.DID, facts, alpha)


def _two_way(facts: Facts, alpha: float) -> Refusal | None:
    if facts.batches > 1:
        return refused(Design.TWO_WAY.label, Trap.STAGGERED_TWO_WAY, "全部试点同时开始", seen=f"试点分{facts.batches}批开始", instead=STAGGERED)
    return _compared(Design.TWO_WAY, facts, alpha)


def _poisson(facts: Facts, alpha: float) -> Refusal | None:
    if sum(facts.events) < LEAST_EVENTS:
        return Refusal(Design.POISSON.label, f"试点单位前后共{sum(facts.events):g}件", f"{LEAST_EVENTS}件", "McCullagh & Nelder 1989")
    return _compared(Design.POISSON, facts, alpha)


def _batches(design: Design) -> Callable[[Facts, float], Refusal | None]:
    """Batches are compared with units that have not begun: permuting the starts must be able to reject at all."""

    def rule(facts: Facts, alpha: float) -> Refusal | None:
        if facts.batches > 1 and facts.arrangements * alpha >= 1 - 1e-9:
            return None
        return _compared(design, facts, alpha)

    return rule


def _mixture(design: Design, before: int) -> Callable[[Facts, float], Refusal | None]:
    def rule(facts: Facts, alpha: float) -> Refusal | None:
        if facts.batches > 1:
            return Refusal(design.label, f"试点分{facts.batches}批开始", "全部试点同时开始，或逐批分开估计", "Arkhangelsky et al. 2021", STAGGERED)
        if facts.before < before:
            return Refusal(design.label, f"试点前只有{facts.before}期，合成的走势不可靠", f"试点前{before}期", "Abadie 2021")
        # Placebo sets are of the others alone, so the pilots are not among the choices: C(others, pilots) sets and the true one.
        others = facts.treated + 2
        while math.comb(others, facts.treated) + 1 < 1 / alpha - 1e-9:
            others += 1
        if facts.controls < others:
            return Refusal(design.label, f"对照单位只有{facts.controls}个，安慰剂太少，p值到不了{alpha:.2g}", f"{others}个对照单位", "Abadie, Diamond & Hainmueller 2010")
        return None

    return rule


def _ratio(facts: Facts, alpha: float) -> Refusal | None:
    return Refusal(Design.RATE_RATIO.label, "只比较一个时点的试点与非试点，原有差别会当成效果", "试点前的数", "Sherman et al. 1997", "前后对比或双重差分")


def ranking_refused(facts: Facts) -> Refusal:
    """Return the refusal to rank pilots by their estimates."""
    return refused(f"给{facts.treated}个试点单位排名", Trap.LEAGUE_TABLE, "每个单位的区间互不重叠", instead="漏斗图和收缩后的名次区间")


_RULES: dict[Design, Callable[[Facts, float], Refusal | None]] = {
    Design.BEFORE_AFTER: _before_after, Design.ITS: _series, Design.DID: _did, Design.TWO_WAY: _two_way,
    Design.STAGGERED: _batches(Design.STAGGERED), Design.SUN_ABRAHAM: _batches(Design.SUN_ABRAHAM), Design.IMPUTATION: _batches(Design.IMPUTATION),
    Design.POISSON: _poisson, Design.SYNTHETIC: _mixture(Design.SYNTHETIC, SYNTHETIC_BEFORE),
    Design.SYNTHETIC_DID: _mixture(Design.SYNTHETIC_DID, SDID_BEFORE), Design.RATE_RATIO: _ratio}


def preferred(facts: Facts) -> tuple[Design, ...]:
    """Return the designs from the most to the least wanted, for `Question.design` None.

    Batches: expected counts by imputation, then group-time effects. One start: counts with few zeros by Poisson, one or two pilots by mixtures first. Without others: the series, then before and after.
    """
    together = (Design.POISSON, Design.DID) if facts.mean >= SPARSE / 5 else (Design.DID, Design.POISSON)
    mixtures = (Design.SYNTHETIC_DID, Design.SYNTHETIC)
    first = (*mixtures, *together) if facts.treated <= 2 else (*together, *mixtures)
    if facts.batches > 1:
        batches = (Design.STAGGERED, Design.IMPUTATION, Design.SUN_ABRAHAM)
        counted = (Design.POISSON,) if facts.mean >= SPARSE / 5 else ()
        return tuple(dict.fromkeys((*counted, *batches, *first, Design.TWO_WAY, Design.ITS, Design.BEFORE_AFTER)))
    return (*first, Design.TWO_WAY, Design.ITS, Design.BEFORE_AFTER)
