"""The unit report's chapter 预警运行: warnings by colour, time to lift (chart ⑤), and the score by a named rule."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, NotInForce
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.ledgerdays import day_column, text_column
from fangkong_lab.measure.lifting import LEVELS, Lifting, lifting, struck
from fangkong_lab.policy.near import one_event_away
from fangkong_lab.policy.score import Scores, score
from fangkong_lab.policy.words import LEAD_MARK, LedgerKind
from fangkong_lab.show.canvas import AMBER, BLUE, INK, MUTED, RED, canvas, png
from fangkong_lab.show.chart import Chart
from fangkong_lab.show.prose import Listing, Prose
from fangkong_lab.show.unit_policies import ChosenRule

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from fangkong_lab.show.unit import UnitPages

NOT_SENT = "预警事件台账未报，本章不能判断；未报不等于没有。"
KEPT_IN = "预警事件多与岗位和个人相连，件数少时可推知是谁，本册不列；见纪委内部册。"
PROMPT = "预警用于提醒和核查，不是违纪的证据。"
UNSTATED = "等级未载"
TICKS = (1, 3, 7, 15, 30, 60, 90, 180, 365, 730, 1825, 3650)
_COLOURS = {"蓝": BLUE, "黄": AMBER, "红": RED, UNSTATED: MUTED}


@dataclass(frozen=True)
class WarningPages:
    """The chapter on warnings of *pages*' unit, scored by *rule*; the discipline side's copy only."""

    pages: UnitPages
    rule: ChosenRule

    @property
    def why_not(self) -> str:
        """Why nothing is shown: the copy leaves the office, or nothing was delivered; empty where it is shown."""
        if self.pages.audience is not Audience.INTERNAL:
            return KEPT_IN
        return "" if len(self.events) else NOT_SENT

    @cached_property
    def events(self) -> pd.DataFrame:
        """The unit's events that had occurred by the day."""
        own = self.pages.own("warning_events")
        return own[day_column(own, "occurred_on", self.pages.as_of).notna()]

    @cached_property
    def lifting(self) -> Lifting:
        """Time from decision to lifting, by colour."""
        return lifting(self.events, self.pages.as_of)

    def findings(self) -> Prose:
        """Return what was warned, lifted, overdue, and what stands apart."""
        if self.why_not:
            return Prose((self.why_not,))
        made = self.lifting
        late = dict(made.overdue)
        said = [f"{_shade(level)}{c.total}件（已解除{c.done}件，逾期未解除{late[level]}件）" for level, c in made.curves]
        gone = int(struck(self.events, self.pages.as_of).sum())
        return Prose((f"共有预警事件{len(self.events)}件；已决定预警的：{'、'.join(said) or '无'}。",
                      f"没有决定日期的{made.undecided}件、不实或已澄清或经申诉撤销的{gone}件另列，不计入；申诉未结{made.frozen}件。",
                      made.basis_line() + "。" + PROMPT))

    def fates(self) -> Listing | Prose:
        """Return events by channel and by 核查结论."""
        if self.why_not:
            return Prose((self.why_not,))
        import pandas as pd

        made = pd.crosstab(text_column(self.events, "channel").astype(str), text_column(self.events, "clue_status").astype(str))
        made["合计"] = made.sum(axis=1)
        return Listing(made.rename_axis("来源渠道").rename_axis(None, axis=1).reset_index(), caption="预警事件按来源和核查结论（件）",
                       note="未查实不等于不实；不实和已澄清的不计分，也不影响评价。")

    def lifting_chart(self) -> Chart | Prose:
        """Return chart ⑤: days from decision to lifting of every warning, by colour; open ones are hollow."""
        if self.why_not:
            return Prose((self.why_not,))
        days = warning_days(self.events, self.pages)
        if not len(days):
            return Prose(("没有已决定的预警，不画办理时长图。",))
        levels = [level for level in (*LEVELS, UNSTATED) if (days["等级"] == level).any()]
        medians = {level: c.quantile() for level, c in self.lifting.curves}
        with canvas(34 + 16 * len(levels)) as (figure, axes):
            for at, level in enumerate(reversed(levels)):
                _strip(axes[0], at, days[days["等级"] == level], _COLOURS[level])
                _mark_median(axes[0], at, medians[level])
            _finish(axes[0], [_shade(level) for level in reversed(levels)], int(days["天数"].max()))
            picture = png(figure)
        said = "；".join(f"{_shade(level)}中位{_median(medians[level])}" for level in levels)
        return Chart(title="预警办理时长（自决定至解除）", png=picture, alt=f"散点图：{said}。", frame=days,
                     note=f"{said}（计入未解除的，Kaplan–Meier）。未解除的画在至今已历天数处，实际更长；横轴为对数刻度，不足一天画在一天处。", source="预警事件台账")

    @cached_property
    def scores(self) -> Scores:
        """The scores of the county's events that the rule's days cover; units and persons are separate ledgers."""
        import pandas as pd

        events = self.pages.tables["warning_events"]
        covered = events[~(day_column(events, "occurred_on") < pd.Timestamp(self.rule.policy.in_force.start))]
        return score(self.rule.policy, {**self.pages.tables, "warning_events": covered.reset_index(drop=True)}, self.pages.as_of)

    def by_rule(self) -> Prose:
        """Return the unit's score and level by the rule, how many of its persons reach a level, and the rule's caveat."""
        if self.why_not:
            return Prose((self.why_not,))
        try:
            scores = self.scores
        except (NotInForce, BadInput) as gap:
            return Prose((self.rule.line(), f"本规则在此不能使用：{gap}。"))
        kinds = [ledger.charges.kind for ledger in scores.ledgers]
        lines = [self._unit_line(scores)] if LedgerKind.UNIT in kinds else ["本规则只记个人的分，单位没有分数。"]
        lines += [self._person_line(scores)] if LedgerKind.PERSON in kinds else []
        left = int((day_column(self.events, "occurred_on") < str(self.rule.policy.in_force.start)).sum())
        lines += [f"规则施行前发生的{left}件不按本规则记分。"] if left else []
        return Prose((self.rule.line(), *lines))

    def _unit_line(self, scores: Scores) -> str:
        states = scores.states()
        own = states[(states["kind"] == LedgerKind.UNIT.value) & (states["subject"] == self.pages.unit_id)]
        if not len(own):
            return "单位台账：当前周期没有记分。"
        row = own.iloc[0]
        after = "；".join(row["consequences"])
        return f"单位台账：计{row['score']:g}分，{row['level'] or '未达到任何等级'}" + (f"，按规则应：{after}" if after else "") + _assumed(row["assumed"])

    def _person_line(self, scores: Scores) -> str:
        """Count the unit's own persons by level; nobody is named here."""
        states = scores.states()
        own = states[(states["kind"] == LedgerKind.PERSON.value) & states["subject"].isin(self._persons())]
        known = own[own["level"] != ""]["level"].value_counts()
        said = "、".join(f"{name}{known[name]}人" for name in sorted(known.index)) or "均未达到任何等级"
        near = one_event_away(scores).frame
        close = int(near["subject"].isin(set(own["subject"])).sum()) if len(near) else 0
        return f"个人台账：记分{len(own)}人，{said}；再有一件就升级的{close}人。{LEAD_MARK}，是否处置由有权限的人决定" + _assumed(self.rule.policy.assumed_kinds())

    def _persons(self) -> set[str]:
        return set(self.pages.own("persons")["person_id"].astype(str))


def warning_days(events: pd.DataFrame, pages: UnitPages) -> pd.DataFrame:
    """Return one row per decided warning that was not struck: 等级, 天数, 状态 (已解除, 未解除, 逾期未解除); no code, no person."""
    import pandas as pd

    day = pd.Timestamp(pages.as_of)
    rows = events[~struck(events, pages.as_of)]
    decided, lifted = day_column(rows, "decided_on", pages.as_of), day_column(rows, "lifted_on", pages.as_of)
    use = decided.notna() & ~(lifted < decided)
    late = lifted.isna() & (day_column(rows, "due_on") < day)
    made = pd.DataFrame({"等级": text_column(rows, "level", UNSTATED), "天数": (lifted.fillna(day) - decided).dt.days,
                         "状态": lifted.notna().map({True: "已解除", False: "未解除"}).where(~late, "逾期未解除")})[use]
    return made.astype({"天数": "Int64"}).sort_values(["等级", "天数", "状态"], kind="stable").reset_index(drop=True)


def _strip(axis: Axes, at: int, rows: pd.DataFrame, colour: str) -> None:
    """Draw one colour's warnings on one line, spread up and down in turn so that equal days stay visible."""
    for number, (days, state) in enumerate(zip(rows["天数"].astype(float), rows["状态"], strict=True)):
        height = at + (0, 0.16, -0.16, 0.28, -0.28)[number % 5]
        filled = state == "已解除"
        axis.plot([max(1.0, days)], [height], marker="x" if state == "逾期未解除" else "o", markersize=5.5, linestyle="none",
                  color=colour, markerfacecolor=colour if filled else "none", markeredgewidth=1.1)


def _mark_median(axis: Axes, at: int, days: float) -> None:
    if days == days and days != float("inf"):
        axis.plot([max(1.0, days)] * 2, [at - 0.4, at + 0.4], color=INK, linewidth=1.2)


def _finish(axis: Axes, names: list[str], longest: int) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.ticker import NullLocator

    marks = [Line2D([], [], marker=m, color=INK, markerfacecolor=f, linestyle="none", markersize=5.5, label=label)
             for m, f, label in (("o", INK, "已解除"), ("o", "none", "未解除（未逾期或期限未载）"), ("x", INK, "逾期未解除"))]
    axis.legend(handles=[*marks, Line2D([], [], color=INK, linewidth=1.2, label="中位数")], loc="lower left", bbox_to_anchor=(0, 1.0), ncols=4)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(-0.6, len(names) - 0.4)
    ticks = [t for t in TICKS if t < longest] + [next((t for t in TICKS if t >= longest), longest)]
    axis.set_xscale("log")
    axis.set_xlim(0.9, ticks[-1] * 1.15)
    axis.set_xticks(ticks, [str(t) for t in ticks])
    axis.xaxis.set_minor_locator(NullLocator())
    axis.set_xlabel("天数（天，对数刻度）")
    axis.grid(axis="x")


def _shade(level: str) -> str:
    return f"{level}色预警" if level in LEVELS else level


def _median(days: float) -> str:
    return f"{days:g}天" if days == days and days != float("inf") else "尚不能估计（解除的不足一半）"


def _assumed(kinds: str) -> str:
    return f"（其中{kinds}为假定）。" if kinds else "。"
