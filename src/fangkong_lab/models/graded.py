"""The county's risk points graded by each model's own rule, where its document states one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, NotInForce
from fangkong_lab.models.card import Card
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

NO_RULE = "文件没有写明可执行的分级规则"
NO_TABLE = "台账没有风险点"


@dataclass(frozen=True)
class Graded:
    """Per model: the counts by grade, highest first, or why there are none; *assumed* says that the rule has assumed values."""

    rows: tuple[tuple[str, tuple[tuple[str, int], ...], str], ...]

    def table(self) -> pd.DataFrame:
        """Return 模式, 各等级风险点, 说明."""
        import pandas as pd

        found = [(name, "、".join(f"{grade}{n:,}" for grade, n in counts) or "—", why) for name, counts, why in self.rows]
        return pd.DataFrame(found, columns=["模式", "各等级风险点（个）", "说明"])

    def sentence(self) -> str:
        """Return how many models could be carried out, and that counts by different rules do not compare."""
        able = sum(bool(counts) for _, counts, _ in self.rows)
        return f"{len(self.rows)}个模式中{able}个的分级规则可以套用；各规则的等级含义不同，同名等级的多少不能直接相比。"

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def graded(cards: Sequence[Card], tables: Mapping[str, pd.DataFrame], as_of: date) -> Graded:
    """Grade the risk points of *tables* on *as_of* by the rule of each of *cards*; the ledger's own grades are not touched."""
    return Graded(tuple((card.name, *_of(card, tables, as_of)) for card in cards))


def _of(card: Card, tables: Mapping[str, pd.DataFrame], as_of: date) -> tuple[tuple[tuple[str, int], ...], str]:
    from fangkong_lab.policy.catalogue import shelf
    from fangkong_lab.policy.grade import grade

    if not card.grading:
        return (), NO_RULE
    if "risk_points" not in tables or not len(tables["risk_points"]):
        return (), NO_TABLE
    policy = shelf().find(card.grading)
    try:
        made = grade(policy, tables, as_of)
    except (BadInput, NotInForce) as gap:
        return (), str(gap)
    counts = tuple((str(name), int(n)) for name, n in made.counts().items() if n)
    return counts, f"规则「{policy.name}」"
