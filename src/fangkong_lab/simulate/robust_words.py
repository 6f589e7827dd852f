"""Parameters called by Chinese names: addresses are for files, names for sentences."""

from __future__ import annotations

_WHOLE = {
    "world.people.sole_share": "可单人办结者占比", "world.people.leader_share": "领导干部占比", "world.people.mean_tenure": "平均任职月数",
    "conduct.sole_rate": "可单人办结者的发生倍数", "conduct.sole_found": "可单人办结者的发现倍数", "conduct.leader_rate": "领导干部的发生倍数",
    "conduct.leader_unfounded": "领导干部被不实反映的倍数", "conduct.long_tenure": "算久任的月数", "conduct.tenure_rate": "久任的发生倍数",
    "conduct.half_life": "遏制作用的半衰期", "after.concealed": "隐瞒的概率", "after.exempted": "容错认定的概率", "after.appealed": "申诉的概率",
    "after.appeal_days": "提出申诉的日数", "after.closing_days": "申诉办结的日数", "after.revoked": "属实者申诉后被撤销的概率",
    "after.revoked_untrue": "误认者申诉后被撤销的概率", "after.changed": "申诉后变更的概率", "after.changed_to": "变更后为原分值的几成",
    "after.cleared": "误认者被澄清的概率", "after.clearing_days": "澄清的日数", "office.standing": "每单位每月固定工时",
    "office.appeal": "办一件申诉的工时", "office.accountability": "一次追责的工时"}
_LAST = {
    ("conduct", "kinds", "rate"): "「{}」的发生率", ("conduct", "kinds", "harm"): "「{}」的损害", ("conduct", "grades", "weight"): "「{}」等级的占比",
    ("conduct", "grades", "rate"): "「{}」等级的发生倍数"}
_CHANNEL = {"finds": "{}发现的概率", "days": "{}发现所需日数", "verify_days": "{}线索的核实日数", "upheld": "{}线索查实的概率",
            "unfounded": "{}的不实反映率", "wrongly": "{}不实反映被误认的概率", "hours": "{}线索的核实工时"}
_RESPONSE = {"deters": "「{}」的遏制作用", "colleagues": "「{}」对同事的作用", "hours": "「{}」的工时"}


def said(address: str) -> str:
    """Return the Chinese name of the parameter at *address*; the address itself where it has none."""
    if address in _WHOLE:
        return _WHOLE[address]
    head, *middle, last = address.split(".")
    if head == "detection" and last in _CHANNEL:
        return _CHANNEL[last].format(".".join(middle))
    if head == "responses" and last in _RESPONSE:
        return _RESPONSE[last].format(".".join(middle))
    if middle and (head, middle[0], last) in _LAST:
        return _LAST[(head, middle[0], last)].format(".".join(middle[1:]))
    return address
