"""What is said after the sweep: first the conclusions that hold, then those that turn round and where."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from fangkong_lab.kinds import Kind
from fangkong_lab.result import html_of
from fangkong_lab.simulate.model import Model
from fangkong_lab.simulate.robust_conclusion import UNIT, Question, not_asked
from fangkong_lab.simulate.robust_flip import Flip
from fangkong_lab.simulate.robust_words import said
from fangkong_lab.simulate.scenario import SIMULATED, WHAT_IF

MOST_SAID = 3
"""Flips named in a sentence; the table has all."""
NEVER_TURNED = "没有经得起复核的反向、但不是处处成立的"


class Standing(Kind):
    """How a conclusion stands over the ranges."""

    HOLDS = "holds", "范围内处处成立"
    NEVER_TURNED = "never_turned", "无确证反向"
    FLIPS = "flips", "会翻转"
    OPEN = "open", "基准值处就分不出"


@dataclass(frozen=True)
class Verdict:
    """One conclusion: *sign*, *mean* ± *error* as assumed, its *standing*; *untold* and *turned*: shares of the places.

    *flips*: by one parameter alone, the strongest first; or, where none does it alone, by a smallest set together.
    """

    question: Question
    sign: int
    mean: float
    error: float
    standing: Standing
    untold: float
    turned: float
    flips: tuple[Flip, ...]

    def words(self) -> str:
        """Return the conclusion."""
        return self.question.words(self.sign)

    def where(self) -> str:
        """Return where it turns, the parameters that are not named as assumed; empty where it does not."""
        if not self.flips:
            return ""
        if self.flips[0].crossing is None:
            return f"单个参数翻不了，同时动 {len(self.flips[0].moves)} 个才翻：{self.flips[0].words()}"
        named = "；".join(f.words() for f in self.flips[:MOST_SAID])
        return "单独一个参数就能翻：" + named + (f"；另有 {len(self.flips) - MOST_SAID} 个，见「翻转处」表" if len(self.flips) > MOST_SAID else "")


@dataclass(frozen=True)
class Robustness:
    """The sweep of *model*: *verdicts* by question, *effects* per question (its number) and parameter, *places* run.

    *effects*: see `robust_space.morris_effects` and, where Sobol was run, `robust_space.sobol_shares` (NaN for parameters
    that were screened out and kept as assumed there).
    """

    model: Model = field(repr=False)
    verdicts: tuple[Verdict, ...]
    effects: pd.DataFrame = field(repr=False)
    places: int
    replications: int
    confirm: int

    def standing(self, standing: Standing) -> tuple[Verdict, ...]:
        """Return the verdicts of that standing."""
        return tuple(v for v in self.verdicts if v.standing is standing)

    def number(self, share: float) -> int:
        """Return how many places *share* of them is: in percent, one place of some hundreds would read as none."""
        return round(share * self.places)

    def mark(self) -> str:
        """Return the words that every page of this result carries."""
        return f"{WHAT_IF}；{SIMULATED}" if self.model.world.simulated else f"{WHAT_IF}；行为和事件均为模拟"

    def table(self) -> pd.DataFrame:
        """Return one row per conclusion: those that hold first, then never turned, turning, open."""
        order = {s: i for i, s in enumerate((Standing.HOLDS, Standing.NEVER_TURNED, Standing.FLIPS, Standing.OPEN))}
        rows = [{"结论": v.words(), "稳不稳": v.standing.label, "基准值处的差": f"{v.mean:+,.1f} ± {v.error:,.1f} {UNIT[v.question.claim]}",
                 "试了几处": self.places, "分不出的处所": self.number(v.untold), "反向的处所": self.number(v.turned), "在哪里翻": v.where() or "—"}
                for v in sorted(self.verdicts, key=lambda v: order[v.standing])]
        return pd.DataFrame(rows)

    def flips(self) -> pd.DataFrame:
        """Return one row per move of every flip found; moves together were not followed to where it turns, and have no 精度 (NaN)."""
        rows = [{"结论": v.words(), "第几处": n, "参数": said(m.address), "地址": m.address, "基准值": m.base, "方向": "升" if m.value > m.base else "降",
                 "翻转处": f.crossing if f.crossing is not None else m.value, "精度": f.within if f.crossing is not None else float("nan"), "须同时动几个": len(f.moves)}
                for v in self.verdicts for n, f in enumerate(v.flips, start=1) for m in f.moves]
        return pd.DataFrame(rows, columns=["结论", "第几处", "参数", "地址", "基准值", "方向", "翻转处", "精度", "须同时动几个"])

    def influence(self, most: int = 10) -> pd.DataFrame:
        """Return the *most* influential parameters of each conclusion: the strength of their whole range on the difference."""
        frame = self.effects.sort_values(["question", "strength", "address"], ascending=[True, False, True], kind="stable")
        top = frame.groupby("question", sort=True).head(most)
        named = {"strength": "全程影响", "margin": "其误差", "mean": "平均方向", "spread": "离散", "first": "单独解释",
                 "first_margin": "单独解释的误差", "total": "连同交互", "total_margin": "连同交互的误差"}
        made = pd.DataFrame({"结论": [self.verdicts[q].words() for q in top["question"]], "参数": [said(a) for a in top["address"]], "地址": top["address"].to_numpy()})
        for column, label in named.items():
            if column in top:
                made[label] = top[column].to_numpy()
        return made

    def sentence(self) -> str:
        """Return what holds, then what was never seen reversed, then what turns and where, then what is open."""
        return "\n".join(self.lines())

    def lines(self) -> tuple[str, ...]:
        """Return the sentences one by one: those that hold, those never seen reversed, those that turn (seldom first) and where,
        those that are open, and what is not compared.
        """
        return (*self.held(), *self.turning(), *self.rest())

    def held(self) -> tuple[str, ...]:
        """Return what was tried, the conclusions that hold, and those never seen reversed."""
        ranged = self.effects["address"].nunique()
        head = (f"【{self.mark()}】把 {ranged} 个假定参数取遍各自范围，试了 {self.places:,} 处（每处重复 {self.replications} 次；"
                f"说会翻转的，另用 {self.confirm} 次新的重复复核）。与「{self.model.scenario.arms[0].name}」相比的 {len(self.verdicts)} 条结论：")
        parts = [head]
        for standing, word in ((Standing.HOLDS, "处处成立的"), (Standing.NEVER_TURNED, NEVER_TURNED)):
            found = self.standing(standing)
            named = "；".join(v.words() + (self._unsure(v) if standing is Standing.NEVER_TURNED else "") for v in found)
            parts.append(f"{word} {len(found)} 条：{named}。" if found else f"{word}：没有。")
        return tuple(parts)

    def _unsure(self, verdict: Verdict) -> str:
        """In how many places *verdict* is not seen to stand, and why; what no place shows is left out."""
        told = ((self.number(verdict.untold), "处分不出"), (self.number(verdict.turned), "处看似反向而复核不成立"))
        return f"（{self.places:,} 处中，" + "、".join(f"{n:,} {words}" for n, words in told if n) + "）"

    def turning(self) -> tuple[str, ...]:
        """Return how many conclusions turn, then one sentence for each: how often, and where."""
        turned = sorted(self.standing(Standing.FLIPS), key=lambda v: v.turned)
        head = f"会翻转的 {len(turned)} 条，按反向的处所从少到多（没有写到的参数取基准值）：" if turned else "会翻转的：没有。"
        return (head, *(f"{v.words()}。{self.places:,} 处中 {self.number(v.turned):,} 处反向；{v.where()}。" for v in turned))

    def rest(self) -> tuple[str, ...]:
        """Return what is open, what the places tried are not, and what is not compared."""
        unsure = self.standing(Standing.OPEN)
        named = ("基准值处就分不出、谈不上结论的 " + f"{len(unsure)} 条：" + "；".join(v.words() for v in unsure) + "。",) if unsure else ()
        return (*named, "处所是按设计试过的参数组合，多在范围的两端，占比不是概率；试过的都成立，不等于没有试过的也成立，更不等于范围本身取得对。",
                *not_asked(self.model.scenario))

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence(), self.mark())
