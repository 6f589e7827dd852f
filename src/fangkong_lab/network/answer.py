"""The JSON document of `fangkong network`: every quantity of every item, unit figures and test counts.

Its schema is docs/schema/network.schema.json. For audiences outside the discipline side controllers, coalitions and
posts are null: the document says that and where, not who with whom.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.concentration import Inequality, OnOne, UnitFigures, concentration
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE, Influence
from fangkong_lab.network.reasons import reasons, signing_posts
from fangkong_lab.network.routes import after_effect, unsigned_steps
from fangkong_lab.network.structure import Profile, Structure
from fangkong_lab.network.thresholds import DEFAULT_TARGET, ItemThresholds, measure

SCHEMA_VERSION = 1
Json = dict[str, Any]
_HEADLINE_TESTS = ((NONE, "单人可办结"), (DIRECT, "单人可令办结"))


@dataclass(frozen=True)
class Question:
    """What is asked: the *influence* under which controllers and status are told, the *target*, who reads it, one unit."""

    influence: Influence = DIRECT
    target: int = DEFAULT_TARGET
    audience: Audience = Audience.INTERNAL
    unit: str | None = None


@dataclass(frozen=True)
class Answer:
    """The thresholds of the items asked for, and the figures of their units."""

    network: PowerNetwork
    question: Question
    items: tuple[ItemThresholds, ...]
    units: tuple[UnitFigures, ...]

    def document(self) -> Json:
        """Return the JSON document."""
        question = self.question
        return {
            "schema_version": SCHEMA_VERSION,
            "as_of": self.network.as_of.isoformat(),
            "influence": question.influence.name,
            "target": question.target,
            "audience": question.audience.value,
            "items": [_item(self.network, each, question.audience) for each in self.items],
            "units": [_unit(self.network, u, question.audience) for u in self.units],
            "tests": test_counts(self.items, question.influence),
        }

    def text(self) -> str:
        """Return the document as JSON text, ending with a newline; the same for the same network and question."""
        return json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n"


def answer(network: PowerNetwork, question: Question | None = None) -> Answer:
    """Work out the answer to *question* (default: direct influence, target 2, discipline side, all units)."""
    question = question or Question()
    if question not in network.kept:
        network.kept[question] = _answered(network, question)
    found: Answer = network.kept[question]
    return found


def _answered(network: PowerNetwork, question: Question) -> Answer:
    if question.unit is not None and question.unit not in network.units:
        raise WrongCall(f"没有单位「{question.unit}」", where="--unit", mend=did_you_mean(question.unit, tuple(network.units)))
    items = tuple(measure(network, question.influence, network.items_of(question.unit), question.target))
    return Answer(network, question, items, tuple(concentration(network, items)))


def test_counts(items: Sequence[ItemThresholds], influence: Influence) -> list[Json]:
    """Return per test how many items it applies to and how they fare.

    applicable = violated + satisfied + cannot_tell + cannot_be_done; the tests of the headline apply to every item,
    so that excluded is 0 until a policy excludes some.
    """
    asked = list(_HEADLINE_TESTS)
    if influence not in (NONE, DIRECT):
        asked.append((influence, f"最少独立经手人数（{influence.label}）"))
    return [_counted(items, mode, name) for mode, name in asked]


def _counted(items: Sequence[ItemThresholds], mode: Influence, name: str) -> Json:
    found = [each.under(mode) for each in items]
    return {"test": name, "influence": mode.name, "applicable": len(found),
            **{v.value: found.count(v) for v in (Verdict.VIOLATED, Verdict.SATISFIED, Verdict.CANNOT_TELL,
                                                 Verdict.CANNOT_BE_DONE)}, "excluded": 0}


def _profile(profile: Profile | None) -> Mapping[str, list[int]] | None:
    return None if profile is None else {name: interval.as_list() for name, interval in profile.items()}


def _item(network: PowerNetwork, each: ItemThresholds, audience: Audience) -> Json:
    structure = each.structure
    return {
        "item_id": each.item.item_id, "unit_id": each.item.unit_id,
        "kappa": _profile(structure.kappa), "kappa_whole": _profile(structure.whole),
        "eta": None if structure.eta is None else structure.eta.as_list(),
        "exact": structure.exact, "may_be_impossible": structure.may_be_impossible,
        **_people(structure, audience),
        "idle_checks": [list(key) for key in structure.idle],
        "after_effect": [] if structure.flow.faults else [list(s.key) for s in after_effect(structure.flow)],
        "unsigned_steps": list(unsigned_steps(structure.flow)),
        "unknown_posts": None if audience is Audience.PUBLIC else list(signing_posts(structure.flow, network.unknown)),
        "status": each.status.value,
        "reasons": [{"code": r.code.value, "step_no": r.step_no, "sign_no": r.sign_no, "text": r.text}
                    for r in reasons(network, each, audience)],
    }


def _people(structure: Structure, audience: Audience) -> Json:
    if audience is not Audience.INTERNAL:
        return {"sole_controllers": None, "possible_sole_controllers": None, "smallest_coalitions": None,
                "truncated": False}
    return {"sole_controllers": list(structure.sole), "possible_sole_controllers": list(structure.possible_sole),
            "smallest_coalitions": [list(c) for c in structure.coalitions.sets],
            "truncated": structure.coalitions.truncated}


def _unit(network: PowerNetwork, figures: UnitFigures, audience: Audience) -> Json:
    inner = audience is Audience.INTERNAL
    return {
        "unit_id": figures.unit_id, "items": figures.items,
        "alone": _on_one(figures.alone), "ordered": _on_one(figures.ordered),
        "shares": _inequality(figures.equal) if inner else None,
        "shares_by_amount": _inequality(figures.by_amount) if inner else None,
        "domains": [{"domain": d.label, "items": n, "alone": _on_one(a), "ordered": _on_one(o)}
                    for d, (n, a, o) in figures.domains.items()],
        "classic": _classic(network, figures.unit_id) if inner else None,
    }


def _on_one(found: OnOne) -> Json:
    return {"count": list(found.count), "yearly_amount": list(found.amount), "amount_unstated": list(found.unstated)}


def _inequality(found: Inequality) -> Json:
    return {"hhi": _rounded(found.hhi), "gini": _rounded(found.gini), "outside": _rounded(found.outside),
            "items": found.items, "people": found.people}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 9)


def _classic(network: PowerNetwork, unit_id: str) -> Json:
    from fangkong_lab.network.classic import LABEL, shapes_of_unit

    return {"label": LABEL, "posts": [
        {"post_id": s.post_id, "betweenness": _rounded(s.betweenness), "constraint": _rounded(s.constraint),
         "articulation": s.articulation, "dominates": s.dominates} for s in shapes_of_unit(network, unit_id)]}
