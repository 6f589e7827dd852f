"""Findings: what fails a test, in order of weight, with its story; what waits for data; what was accepted; all counts.

A finding is one item and the gravest test that it fails: 单人可办结 goes before 单人可令办结, which follows from it. Idle
checks are findings of their own, because they ask the unit a question. Items that cannot be told or cannot be done are
not findings: they stand in the counts and in their own lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.acceptance import Acceptance, Standing, flow_mark, standing
from fangkong_lab.network.find_settle import Settles, settling
from fangkong_lab.network.find_tests import FindingTest, TestCounts, counted, verdict_of
from fangkong_lab.network.finding_words import Telling, story, telling, where
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT
from fangkong_lab.network.nodes import ReasonCode
from fangkong_lab.network.ranking import Grading, Place, Weight, in_order, weight_of
from fangkong_lab.network.reasons import reasons
from fangkong_lab.network.structure import Structure
from fangkong_lab.network.summary import CAVEAT
from fangkong_lab.network.thresholds import ItemThresholds, measure
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

QUESTION = "去掉这一签批，谁能办成这件事没有变化，请单位说明其作用"


@dataclass(frozen=True)
class Sought:
    """What is sought: the grades that weigh, who reads it, one unit (None: all), the accepted findings."""

    grading: Grading = field(default_factory=Grading)
    audience: Audience = Audience.INTERNAL
    unit: str | None = None
    acceptances: tuple[Acceptance, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One item that fails *test*, with its *weight* and *place*; *past*: an acceptance that no longer holds.

    *told* is None for idle checks, whose (step, sign-off) keys are in the structure.
    """

    each: ItemThresholds
    test: FindingTest
    weight: Weight
    place: Place
    told: Telling | None
    past: tuple[Standing, Acceptance] | None = None

    def told_to(self, network: PowerNetwork, audience: Audience) -> tuple[tuple[str, str], ...]:
        """Return (what it is about, sentence): the whole story for 纪委内部, that it is so and where for others."""
        return (*self._story(network, audience), *self._past(audience))

    def lines(self, network: PowerNetwork, audience: Audience) -> tuple[str, ...]:
        """Return the sentences of `told_to` alone."""
        return tuple(sentence for _, sentence in self.told_to(network, audience))

    def _story(self, network: PowerNetwork, audience: Audience) -> Iterable[tuple[str, str]]:
        if self.test is FindingTest.IDLE:
            return [("请单位说明", f"环节{step}签批{sign}：{QUESTION}。") for step, sign in self.each.structure.idle]
        if self.told is None:
            return [("谁可办结", "任职情形过多，只能确定一人可办结，不能举出办法。")]
        return story(network, self.told) if audience is Audience.INTERNAL else where(self.told, audience)

    def _past(self, audience: Audience) -> list[tuple[str, str]]:
        if self.past is None:
            return []
        state, row = self.past
        end = {Standing.LAPSED: f"接受已于{row.until}到期，重新列出", Standing.CHANGED: "接受之后流程已变，重新列出",
               Standing.WITHDRAWN: f"接受已于{row.on}撤回，重新列出"}[state]
        return [("曾经接受", f"{end}（{row.sentence()}）。" if audience is Audience.INTERNAL else f"{end}。")]


@dataclass(frozen=True)
class Findings:
    """All findings of *sought*: the ranked *listed* ones, *questions* (idle checks), *accepted* ones with their row.

    *waiting* are the items that cannot be told, with the cells that would settle them; *stuck* those that cannot be done;
    *strays* are acceptances of items that are not in the ledger.
    """

    network: PowerNetwork
    sought: Sought
    counts: tuple[TestCounts, ...]
    listed: tuple[Finding, ...]
    questions: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Acceptance], ...]
    waiting: tuple[ItemThresholds, ...]
    settles: tuple[Settles, ...]
    stuck: tuple[ItemThresholds, ...]
    strays: tuple[Acceptance, ...]

    def sentences(self) -> Iterator[str]:
        """Give the sentences on how many findings there are, what is not listed and why, and what is open in the order."""
        yield (f"权力事项{self.counts[0].items}项，列出待核实事项{len(self.listed)}项，待说明的制约环节{len(self.questions)}项；"
               f"不能判定{len(self.waiting)}项，无法办结{len(self.stuck)}项。")
        if self.accepted:
            yield f"另有{len(self.accepted)}项已接受，不在列表内，仍计入各检验的不达标数。"
        back = sum(f.past is not None for f in (*self.listed, *self.questions))
        if back:
            yield f"{back}项曾经接受，现已到期、撤回或流程已变，重新列出。"
        open_amounts = sum(not f.weight.amount.known for f in self.listed)
        if open_amounts:
            yield f"列出的事项中{open_amounts}项年涉及金额未载，次序只能给出区间。"
        if self.strays:
            yield f"接受清单中{len(self.strays)}行的事项不在台账里（第{'、'.join(str(r.line) for r in self.strays)}行），请核对。"

    def sentence(self) -> str:
        """Return `sentences` with the caveat, as one text."""
        return "".join(self.sentences()) + CAVEAT

    def table(self) -> pd.DataFrame:
        """Return one row per listed finding in order: place, item, test, the three factors, the product, the sentences told."""
        import pandas as pd

        rows = [{"次序": str(f.place), "事项编码": f.each.item.item_id, "名称": f.each.item.name, "单位": f.each.item.unit_id, "检验": f.test.label,
                 "权重": f.weight.sentence(), "说明": "".join(f.lines(self.network, self.sought.audience))} for f in self.listed]
        return pd.DataFrame(rows, columns=["次序", "事项编码", "名称", "单位", "检验", "权重", "说明"])

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def findings(network: PowerNetwork, sought: Sought | None = None, items: Sequence[ItemThresholds] | None = None) -> Findings:
    """Return the findings of *network*; *items* are its thresholds under direct influence where they are known already.

    Raises `WrongCall` for an unknown unit, and where the copy for a unit names none: it would show others' items.
    """
    sought = sought or Sought()
    measured = _measured(network, sought) if items is None else list(items)
    verdicts = {test: [verdict_of(e, test) for e in measured] for test in FindingTest}
    found = _Found(network, sought, _by_item(sought.acceptances))
    for test, of_test in verdicts.items():
        for each, verdict, alone in zip(measured, of_test, verdicts[FindingTest.ALONE], strict=True):
            if verdict is Verdict.VIOLATED:
                found.take(each, test, implied=test is FindingTest.ORDERED and alone is Verdict.VIOLATED)
    waiting = tuple(e for e, v in zip(measured, verdicts[FindingTest.ORDERED], strict=True) if v is Verdict.CANNOT_TELL)
    stuck = tuple(e for e, v in zip(measured, verdicts[FindingTest.ORDERED], strict=True) if v is Verdict.CANNOT_BE_DONE)
    ordered = found.ordered()
    return Findings(
        network, sought, tuple(counted(t, verdicts[t], found.accepted_in[t], found.returned_in[t]) for t in FindingTest),
        tuple(f for f, row in ordered if row is None and f.test is not FindingTest.IDLE),
        tuple(f for f, row in ordered if row is None and f.test is FindingTest.IDLE),
        tuple((f, row) for f, row in ordered if row is not None), waiting, settling(network, waiting), stuck,
        tuple(r for r in sought.acceptances if r.item_id not in network.items))


def _measured(network: PowerNetwork, sought: Sought) -> list[ItemThresholds]:
    if sought.unit is None:
        if sought.audience is Audience.UNIT:
            raise WrongCall("给被评估单位的本子要写明单位", where="--unit", mend="加上 --unit 单位编码，免得把别的单位的事项给它看")
        return measure(network, DIRECT)
    if sought.unit not in network.units:
        raise WrongCall(f"没有单位「{sought.unit}」", where="--unit", mend=did_you_mean(sought.unit, tuple(network.units)))
    return measure(network, DIRECT, network.items_of(sought.unit))


def _by_item(rows: Sequence[Acceptance]) -> Mapping[str, tuple[Acceptance, ...]]:
    found: dict[str, list[Acceptance]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(row)
    return {item: tuple(each) for item, each in found.items()}


@dataclass
class _Found:
    """Findings as they are found: what they are, whether an acceptance holds, and the two tallies of acceptances."""

    network: PowerNetwork
    sought: Sought
    rows: Mapping[str, tuple[Acceptance, ...]]
    kept: list[tuple[ItemThresholds, FindingTest, tuple[Standing, Acceptance] | None]] = field(default_factory=list)
    accepted_in: dict[FindingTest, int] = field(default_factory=lambda: dict.fromkeys(FindingTest, 0))
    returned_in: dict[FindingTest, int] = field(default_factory=lambda: dict.fromkeys(FindingTest, 0))

    def take(self, each: ItemThresholds, test: FindingTest, *, implied: bool) -> None:
        """Count a failed test; keep it as a finding unless a graver test of the item says it already (*implied*)."""
        rows = self.rows.get(each.item.item_id, ())
        stands = standing(rows, test, self.network.as_of, flow_mark(each)) if rows else None
        if stands is not None:
            tally = self.accepted_in if stands[0] is Standing.IN_FORCE else self.returned_in
            tally[test] += 1
        if not implied:
            self.kept.append((each, test, stands))

    def ordered(self) -> list[tuple[Finding, Acceptance | None]]:
        """Return the findings in order, with the acceptance that holds; listed ones, questions, accepted ones apart."""
        groups: dict[object, list[tuple[ItemThresholds, FindingTest, tuple[Standing, Acceptance] | None]]] = {}
        for kept in self.kept:
            held = kept[2] is not None and kept[2][0] is Standing.IN_FORCE
            groups.setdefault((held, not held and kept[1] is FindingTest.IDLE), []).append(kept)
        stories: dict[tuple[int, FindingTest], Telling | None] = {}
        return [pair for group in groups.values() for pair in self._placed(group, stories)]

    def _placed(self, group: Sequence[tuple[ItemThresholds, FindingTest, tuple[Standing, Acceptance] | None]],
                stories: dict[tuple[int, FindingTest], Telling | None]) -> Iterable[tuple[Finding, Acceptance | None]]:
        weights = [(f"{e.item.item_id} {t.value}", weight_of(e.item, self.sought.grading)) for e, t, _ in group]
        for i, place in in_order(weights):
            each, test, stands = group[i]
            key = (id(each.structure), test)
            if key not in stories:
                stories[key] = self._told(each.structure, test)
            holds = stands is not None and stands[0] is Standing.IN_FORCE
            yield (Finding(each, test, weights[i][1], place, stories[key], None if holds else stands),
                   stands[1] if stands is not None and holds else None)

    def _told(self, structure: Structure, test: FindingTest) -> Telling | None:
        return None if test is FindingTest.IDLE else telling(self.network, structure, test.influence)


def open_reasons(found: Findings, each: ItemThresholds) -> tuple[str, ...]:
    """Return why an item cannot be told or done, in the words that the reader of *found* may read."""
    return tuple(r.text for r in reasons(found.network, each, found.sought.audience))


def impossible_reasons(found: Findings, each: ItemThresholds) -> tuple[str, ...]:
    """Return only why an item cannot be done: what is short, impossible or empty, in the words the reader may read."""
    codes = (ReasonCode.TOO_FEW, ReasonCode.IMPOSSIBLE, ReasonCode.EMPTY_POST)
    return tuple(r.text for r in reasons(found.network, each, found.sought.audience) if r.code in codes)
