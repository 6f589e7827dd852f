"""Small scenarios for the tests of the simulation: the shipped one, changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.change import Reform, apply, load_reform
from fangkong_lab.simulate.parameter import Parameter
from fangkong_lab.simulate.read_scenario import load_scenario
from fangkong_lab.simulate.scenario import Arm, Crowd, RuleUse, Scenario

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "scenarios" / "twelve_points.yaml"
BUSY = {"conduct.kinds.作风问题.rate": 0.06, "conduct.kinds.违规采购.rate": 0.03, "conduct.kinds.重大案件.rate": 0.01,
        "detection.信访.unfounded": 0.03, "detection.信息员.finds": 0.5, "detection.信息员.upheld": 0.9,
        "after.appealed": 0.5, "after.exempted": 0.1, "after.cleared": 0.7, "after.concealed": 0.3,
        "after.changed": 0.3, "after.revoked": 0.2, "detection.信访.wrongly": 0.6}

ROLLING = """
schema_version: 1
id: test_rolling
name: 滚动六个月
baseline: shayang_warning
about: 测试
provisions:
  - name: 滚动
    assumed: 测试
    set:
      - {at: rule.cycle.kind, value: rolling}
      - {at: rule.cycle.months, from: 2009-08-01, value: 6}
    remove: [rule.cycle.anchor]
"""
TURNING = """
schema_version: 1
id: test_turning
name: 中途改规则
baseline: shayang_warning
about: 测试
provisions:
  - name: 周期
    assumed: 测试
    set:
      - {at: rule.cycle.months, from: 2013-03-10, value: 9}
  - name: 门槛
    assumed: 测试
    set:
      - {at: rule.levels.黄色预警.at_least, from: 2012-11-20, value: 3}
      - {at: rule.caps.cycle, from: 2012-07-01, value: 12}
  - name: 分值
    assumed: 测试
    set:
      - {at: rule.behaviours.违规采购.points, from: 2013-02-15, value: 9}
"""


@cache
def shipped() -> Scenario:
    """The scenario that comes with the product."""
    return load_scenario(SHIPPED)


def reform(text: str, folder: Path) -> Reform:
    """A reform from its text."""
    path = folder / "x.reform.yaml"
    path.write_text(text, encoding="utf-8")
    return load_reform(path)


def reformed(scenario: Scenario, text: str, folder: Path) -> Arm:
    """The first arm with its policy reformed."""
    arm = scenario.arms[0]
    made = reform(text, folder)
    return replace(arm, name=made.name, policy=apply(made, arm.policy))


def duty(scenario: Scenario) -> Arm:
    """An arm with 百步's rule: multipliers for leaders, concealment and self-reports, only units."""
    policy = shelf().find("baibu_duty")
    use = RuleUse(policy, {"作风问题": "通报", "违规采购": "组织处理", "重大案件": "职务犯罪被追究刑事责任"},
                  {"有扣分": "提醒", "扣完20分": "问责处置"})
    return Arm("百步追责", policy, use)


def set_to(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """The scenario with values that its ranges need not allow."""
    made: dict[str, Parameter] = dict(scenario.parameters)
    for address, value in values.items():
        made[address] = replace(made[address], value=value, low=min(value, made[address].low), high=max(value, made[address].high))
    return replace(scenario, parameters=made)


def small(values: Mapping[str, float] | None = None, months: int = 24, crowds: tuple[tuple[int, int], ...] = ((1, 3), (4, 3), (13, 2))) -> Scenario:
    """A scenario of few persons in which much happens."""
    scenario = set_to(shipped(), {**BUSY, **(values or {})})
    world = replace(scenario.world, crowds=tuple(Crowd(p, u) for p, u in crowds))
    return replace(scenario, months=months, world=world)
