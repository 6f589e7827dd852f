"""Reads which policies a scenario tries: names of conduct and responses in each, thresholds, reforms, the grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from fangkong_lab.errors import FangkongError, did_you_mean
from fangkong_lab.policy.change import apply, load_reform
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score_rule import ScoreRule
from fangkong_lab.simulate.scenario import Arm, Grid, RuleUse

MOST_LEVELS = 4


def read_uses(field: Field, kinds: tuple[str, ...], responses: tuple[str, ...],
              find: Callable[[Field], object]) -> dict[str, RuleUse]:
    """Read ``policies``: for each its file, what it calls each kind of conduct, what is done at each level."""
    made: dict[str, RuleUse] = {}
    for item in field.items():
        item.keys(("name", "policy", "behaviours", "responses"))
        policy = find(item.at("policy"))
        assert isinstance(policy, Policy)
        rule = _rule(item.at("policy"), policy)
        labels = tuple(name for name, b in rule.listed().items() if not b.bonus)
        behaviours = _mapped(item.at("behaviours"), kinds, labels, "行为")
        levels = tuple(t.name for t in rule.thresholds)
        if len(levels) > MOST_LEVELS:
            raise item.at("policy").fail(f"规则有 {len(levels)} 级，推演至多 {MOST_LEVELS} 级", "换一条规则")
        name = item.at("name").text()
        if name in made:
            raise item.fail(f"规则的叫法「{name}」写了两次", "改成不同的名字")
        made[name] = RuleUse(policy, behaviours, _mapped(item.at("responses"), levels, responses, "等级"))
    return made


def _rule(field: Field, policy: Policy) -> ScoreRule:
    if policy.scoring is None:
        raise field.fail(f"「{policy.name}」是分级规则，不能推演记分预警", "换成记分规则（fangkong policy list）")
    return policy.scoring


def _mapped(field: Field, wanted: tuple[str, ...], allowed: tuple[str, ...], what: str) -> dict[str, str]:
    """A mapping that names every one of *wanted*, and nothing else, with values out of *allowed*."""
    made = {}
    for key, item in field.pairs():
        if key not in wanted:
            raise item.fail(f"没有名为「{key}」的{what}", did_you_mean(key, wanted))
        word = item.text()
        if word not in allowed:
            raise item.fail(f"「{word}」不在可选范围内", did_you_mean(word, allowed))
        made[key] = word
    lacking = [w for w in wanted if w not in made]
    if lacking:
        raise field.fail(f"缺少{what}「{'、'.join(lacking)}」", "逐个写明，每个都要有对应")
    return made


def read_arms(field: Field, uses: Mapping[str, RuleUse], folder: Path) -> tuple[Arm, ...]:
    """Read ``arms``: the policies to try; the first is what the others are compared with."""
    made: list[Arm] = []
    for item in field.items():
        item.keys(("name", "policy"), ("thresholds", "reform", "only", "assumed"))
        name, asked = item.at("name").text(), item.at("policy")
        if asked.text() not in uses:
            raise asked.fail(f"policies 里没有「{asked.text()}」", did_you_mean(asked.text(), tuple(uses)))
        if name in (a.name for a in made):
            raise item.fail(f"方案「{name}」写了两次", "改成不同的名字")
        made.append(_arm(item, name, uses[asked.text()], folder))
    return tuple(made)


def _arm(item: Field, name: str, use: RuleUse, folder: Path) -> Arm:
    policy, why = _reformed(item, use.policy, folder), item.maybe("assumed")
    limits = item.maybe("thresholds")
    if (limits is not None or item.maybe("reform") is not None) and why is None:
        raise item.fail("改了门槛或规则的方案没有写理由", "补上 assumed: 为什么试这一种")
    assert policy.scoring is not None
    levels = tuple(t.name for t in policy.scoring.thresholds)
    thresholds = _limits(limits, levels) if limits is not None else {}
    if limits is not None:
        _check_limits(limits, policy.scoring, thresholds)
    return Arm(name, policy, use, thresholds, why.text() if why else "")


def _reformed(item: Field, policy: Policy, folder: Path) -> Policy:
    named, only = item.maybe("reform"), item.maybe("only")
    if named is None:
        if only is not None:
            raise only.fail("only 只在写了 reform 时有用", "删去 only，或写上 reform")
        return policy
    try:
        return apply(load_reform(folder / named.text()), policy, only.texts() if only else None)
    except FangkongError as error:
        raise named.fail(f"{error.where}：{error.what}", error.mend) from error


def _limits(field: Field, levels: tuple[str, ...]) -> dict[str, float]:
    made = {}
    for level, item in field.pairs():
        if level not in levels:
            raise item.fail(f"规则没有等级「{level}」", did_you_mean(level, levels))
        made[level] = item.number()
    return made


def with_thresholds(rule: ScoreRule, thresholds: Mapping[str, float]) -> ScoreRule:
    """Return *rule* with other points for some levels, on all days."""
    made = []
    for threshold in rule.thresholds:
        if threshold.name in thresholds:
            entries = tuple(replace(e, value=float(thresholds[threshold.name])) for e in threshold.at_least.entries)
            threshold = replace(threshold, at_least=replace(threshold.at_least, entries=entries))
        made.append(threshold)
    return replace(rule, thresholds=tuple(made))


def fault_of(rule: ScoreRule) -> str:
    """Return what is wrong with the thresholds of *rule* on some day (empty: nothing)."""
    days = {e.start for t in rule.thresholds for e in t.at_least.entries}
    days |= {e.start for v in rule.caps.values() for e in v.entries}
    known = max(v.first for v in (*(t.at_least for t in rule.thresholds), *rule.caps.values()))
    for day in sorted(d for d in days if d >= known):
        limits = [t.at_least.number(day) for t in rule.thresholds]
        if min(limits) <= 0:
            return "门槛应大于 0"
        if limits != sorted(set(limits), reverse=True):
            return "门槛应从高到低逐级降低"
        if rule.caps.cycle is not None and limits[0] > rule.caps.cycle.number(day):
            return f"门槛 {limits[0]:g} 分高于周期封顶，永远达不到"
    return ""


def _check_limits(field: Field, rule: ScoreRule, thresholds: Mapping[str, float]) -> None:
    fault = fault_of(with_thresholds(rule, thresholds))
    if fault:
        raise field.fail(fault, "核对 thresholds")


def read_grid(field: Field | None, arms: tuple[Arm, ...]) -> Grid | None:
    """Read ``grid``: which thresholds of which arm are searched."""
    if field is None:
        return None
    field.keys(("arm", "thresholds"))
    asked = field.at("arm")
    found = next((a for a in arms if a.name == asked.text()), None)
    if found is None:
        raise asked.fail(f"没有名为「{asked.text()}」的方案", did_you_mean(asked.text(), tuple(a.name for a in arms)))
    assert found.policy.scoring is not None
    levels = tuple(t.name for t in found.policy.scoring.thresholds)
    values = {}
    for level, item in field.at("thresholds").pairs():
        if level not in levels:
            raise item.fail(f"规则没有等级「{level}」", did_you_mean(level, levels))
        values[level] = tuple(sorted({each.number() for each in item.items()}))
    return Grid(found.name, values)
