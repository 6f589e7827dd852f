"""The mark of made-up data on pictures and pages of a network."""

from __future__ import annotations

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import Audience
from fangkong_lab.network.graph import PowerNetwork

SIMULATED = "模拟数据"


def is_simulated(network: PowerNetwork) -> bool:
    """Say whether the network is made-up data: a unit's name says 模拟."""
    return any("模拟" in unit.name for unit in network.units.values())


def marked(network: PowerNetwork, text: str) -> str:
    """Return *text*, behind the mark where the network is made-up data."""
    return f"【{SIMULATED}】{text}" if is_simulated(network) else text


def require_unit(network: PowerNetwork, unit_id: str) -> None:
    """Raise `WrongCall` with the near match where the network has no such unit."""
    if unit_id not in network.units:
        raise WrongCall(f"没有单位「{unit_id}」", mend=did_you_mean(unit_id, tuple(network.units)))


def refuse_public(audience: Audience, what: str) -> None:
    """Raise `WrongCall` for the public copy: posts of a small unit tell who is meant."""
    if audience is Audience.PUBLIC:
        raise WrongCall(f"{what}含岗位信息，不能用于公开", mend="改用「纪委内部」或「被评估单位」")
