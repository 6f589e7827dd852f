"""Which parts of a rule move the most: each is left out once, and what changes is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.policy.columns import Tables
from fangkong_lab.policy.difference import Move, difference
from fangkong_lab.policy.record import Policy
from fangkong_lab.result import html_of


@dataclass(frozen=True)
class Ranking:
    """Parts of *policy* by how many rows change when the part is left out."""

    policy: Policy
    as_of: date
    frame: pd.DataFrame

    def table(self) -> pd.DataFrame:
        """Return the parts with Chinese headers, the one that moves most first."""
        names = {"part": "规则的部分", "moved": "去掉后有变的数量", "up": "升级", "down": "降级", "lost": "变为不能判定", "found": "变为可判定"}
        return self.frame.rename(columns=names)

    def sentence(self) -> str:
        """Return the part that moves most."""
        if self.frame.empty:
            return f"「{self.policy.title()}」没有可以单独去掉的部分。"
        top = self.frame.iloc[0]
        return (f"「{self.policy.title()}」共 {len(self.frame)} 个部分，逐个去掉再算一遍：影响最大的是「{top['part']}」，"
                f"去掉后 {top['moved']} 个有变。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def rank_parts(policy: Policy, tables: Tables, as_of: date) -> Ranking:
    """Rank the clauses, criteria, terms, behaviours, multipliers or levels of *policy* by what leaving one out moves.

    Ties are sorted by name. A rule whose only part would be left out is `WrongCall`.
    """
    if len(policy.parts()) == 1:
        raise WrongCall(f"「{policy.name}」只有一个部分，去掉就没有规则了", mend="换一条规则")
    rows = []
    for part in policy.parts():
        found = difference(policy, policy.without(part), tables, as_of).rows["move"].value_counts()
        counts = {m.value: int(found.get(m.value, 0)) for m in Move}
        rows.append({"part": part, "moved": int(found.sum()) - counts["same"], "up": counts["up"], "down": counts["down"],
                     "lost": counts["lost"], "found": counts["found"]})
    made = pd.DataFrame(rows, columns=["part", "moved", "up", "down", "lost", "found"])
    made = made.sort_values(["moved", "part"], ascending=[False, True], kind="stable").reset_index(drop=True)
    return Ranking(policy, as_of, made)
