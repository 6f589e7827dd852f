"""Thresholds for reading numbers (data/policies/outcomes/reading.yaml): dated, each with its source or its assumption."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from fangkong_lab.policy.dated import Dated, read_dated, read_sources
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.node import read_yaml
from fangkong_lab.shipped import shipped


@dataclass(frozen=True)
class Thresholds:
    """*minimum_count*: fewest events for which a rate is printed."""

    minimum_count: Dated

    def minimum(self, day: date) -> int:
        """Return the fewest events in force on *day*; `NotInForce` before the first date."""
        return int(self.minimum_count.number(day))

    def sentence(self, day: date) -> str:
        """Return the rule in force on *day* with its evidence."""
        entry = self.minimum_count.at(day)
        return f"数量少于{self.minimum(day)}不计算率({entry.evidence.sentence()})。"


@cache
def reading_rules() -> Thresholds:
    """Return the shipped thresholds."""
    return load_thresholds(shipped("data", "policies", "outcomes", "reading.yaml"))


def load_thresholds(path: Path) -> Thresholds:
    """Load thresholds; `BadInput` names file, line and field for anything uncited or unknown."""
    top = Field(read_yaml(path))
    top.keys(("schema_version", "id", "name", "about", "caveat", "minimum_count"), ("sources",))
    sources_field = top.maybe("sources")
    sources = read_sources(sources_field) if sources_field else {}
    return Thresholds(read_dated(top.at("minimum_count"), sources, Field.number, "件"))
