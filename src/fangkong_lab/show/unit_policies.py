"""The unit report's chapter 风险排查与分级: what was found, the grades as stated, and the grades by a named rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from fangkong_lab.errors import BadInput, NotInForce
from fangkong_lab.measure.ledgerdays import day_column, text_column
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.freshness import oldest_check, stale_table, stale_values
from fangkong_lab.policy.grade import Grades, grade
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.words import CANNOT_TELL
from fangkong_lab.show.prose import Listing, Prose
from fangkong_lab.workspace import find_workspace

if TYPE_CHECKING:
    import pandas as pd

    from fangkong_lab.show.unit import UnitPages

NOT_SENT = "风险点台账未报，本章不能判断；未报不等于没有。"
STEPS = ("自己找", "群众帮", "领导提", "集中评", "组织审")


@dataclass(frozen=True)
class ChosenRule:
    """A rule and *why* it is used here; *checked_since*: sources last checked before this day are listed (None: not asked)."""

    policy: Policy
    why: str
    checked_since: date | None = None

    def line(self) -> str:
        """Return the rule as cited: name with its caveat, code, content hash, who chose it, when its sources were checked."""
        checked = oldest_check(self.policy)
        when = f"，出处最早核对于{checked}" if checked else "，没有出处"
        return f"规则：{self.policy.title()}（{self.policy.id}，校验值{self.policy.content_hash[:12]}{when}）；{self.why}。"

    def assumptions(self) -> Listing | Prose:
        """Return every value and reading of the rule that no source supports; each report that uses the rule says so."""
        import pandas as pd

        found = self.policy.assumptions()
        if not found:
            return Prose((f"「{self.policy.name}」没有假定值。",))
        frame = pd.DataFrame(found, columns=["在规则中的位置", "假定的理由"])
        return Listing(frame, caption=f"「{self.policy.name}」中的假定（{len(found)}处）", note="没有出处的值和读法逐条列出；换一个值，结论可能不同。")

    def stale(self) -> Listing | Prose:
        """Return the values whose source was last checked before the day that fangkong.toml sets (checked_since)."""
        if self.checked_since is None:
            return Prose(("没有设定出处须在哪一天之后核对过；在 fangkong.toml 写 checked_since = 日期，即列出核对早于该日的值。",))
        frame = stale_table(stale_values(self.policy, self.checked_since))
        if not len(frame):
            return Prose((f"规则的出处都在{self.checked_since}之后核对过。",))
        return Listing(frame, caption=f"出处核对早于{self.checked_since}的值（{len(frame)}个）", note="引用前请再与出处核对一次。")


def chosen_rule(setting: str, template: str) -> ChosenRule:
    """Return the rule that fangkong.toml names under *setting* (grading_policy, warning_policy), else the one that the
    report template names; the report says which. `WrongCall` where there is no such rule.
    """
    workspace = find_workspace()
    own = {"grading_policy": workspace.grading_policy, "warning_policy": workspace.warning_policy}[setting]
    why = f"由 fangkong.toml 的 {setting} 指定" if own else f"由报告模板指定，可在 fangkong.toml 写 {setting} 改用别的规则"
    return ChosenRule(shelf(workspace.root).find(own or template), why, workspace.checked_since)


@dataclass(frozen=True)
class RiskPages:
    """The chapter on risks of *pages*' unit, graded by *rule*. Rows are counted, never a post or a person named."""

    pages: UnitPages
    rule: ChosenRule

    @cached_property
    def risks(self) -> pd.DataFrame:
        """The unit's risk points confirmed by the day; points not confirmed yet stay in (the cell may be empty)."""
        import pandas as pd

        own = self.pages.own("risk_points")
        return own[~(day_column(own, "confirmed_on") > pd.Timestamp(self.pages.as_of))]

    @cached_property
    def grades(self) -> Grades:
        """The grades of these points by the rule in force on the day."""
        return grade(self.rule.policy, {**self.pages.tables, "risk_points": self.risks.reset_index(drop=True)}, self.pages.as_of)

    def findings(self) -> Prose:
        """Return what was found: points, items they touch, steps gone through, made public."""
        risks = self.risks
        if not len(risks):
            return Prose((NOT_SENT,))
        items = risks["item_id"].dropna().nunique() if "item_id" in risks.columns else 0
        steps = text_column(risks, "found_steps", "").map(lambda t: {p.strip() for p in str(t).split("、") if p.strip()})
        shown = int(day_column(risks, "disclosed_on", self.pages.as_of).notna().sum())
        five, none = int(steps.map(lambda s: set(STEPS) <= s).sum()), int((steps.map(len) == 0).sum())
        return Prose((
            f"查有风险点{len(risks)}个，涉及权力事项{items}项；已公示{shown}个。",
            f"「自己找、群众帮、领导提、集中评、组织审」五步齐全的{five}个" + (f"，排查步骤未载的{none}个" if none else "") + "。"))

    def stated(self) -> Listing | Prose:
        """Return risk points by kind and by the grade that the unit states (现定等级)."""
        if not len(self.risks):
            return Prose((NOT_SENT,))
        kind, level = text_column(self.risks, "kind"), text_column(self.risks, "grade")
        table = _cross(kind, level, "风险类别")
        return Listing(table, caption="风险点按类别和现定等级", note="现定等级为单位自报；不同单位所用的等级名称可能不同，不直接比较。")

    def by_rule(self) -> Prose:
        """Return the counts by the rule's grades, the rule with its caveat, and what could not be told."""
        if not len(self.risks):
            return Prose((NOT_SENT,))
        if (why := self._cannot()) is not None:
            return Prose((self.rule.line(), why))
        counts = "、".join(f"{name}{count}个" for name, count in self.grades.counts().items())
        return Prose((self.rule.line(), f"按本规则，{len(self.risks)}个风险点：{counts}。", *self._open(),
                      "分级反映事项和岗位的风险，不代表存在违规行为，不作为评价个人的依据。"))

    def _open(self) -> list[str]:
        """Return the most frequent reasons for 不能判定."""
        reasons = self.grades.reasons()
        said = reasons[reasons != ""].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        return [f"不能判定的{int(said.sum())}个，主要因为{said.index[0]}。"] if len(said) else []

    def compared(self) -> Listing | Prose:
        """Return the grades as stated against the grades by the rule: who would change colour under it."""
        if not len(self.risks):
            return Prose((NOT_SENT,))
        if (why := self._cannot()) is not None:
            return Prose((why,))
        ruled = self.grades.frame()["grade"].astype(str)
        stated = text_column(self.risks, "grade").reset_index(drop=True)
        return Listing(_cross(stated, ruled, "现定等级"), caption="现定等级与按规则定级的对照（个）",
                       note=f"行为单位现定，列为按「{self.rule.policy.name}」{'（含假定，见下表）' if self.rule.policy.assumptions() else ''}；两套等级的名称和标准不同，差别是需要说明的问题，不是差错。")

    def _cannot(self) -> str | None:
        """Return why the rule gives no grades here, None where it does."""
        try:
            self.grades  # noqa: B018
        except (NotInForce, BadInput) as gap:
            return f"本规则在此不能使用：{gap}。"
        return None


def _cross(rows: pd.Series, columns: pd.Series, head: str) -> pd.DataFrame:
    """Count pairs; grades from high to low, other words by themselves; with the sum of each row."""
    import pandas as pd

    made = pd.crosstab(rows.astype(str), columns.astype(str))
    made = made.loc[sorted(made.index, key=_rank), sorted(made.columns, key=_rank)]
    made["合计"] = made.sum(axis=1)
    return made.rename_axis(head).rename_axis(None, axis=1).reset_index()


def _rank(word: str) -> tuple[int, str]:
    places = {name: at for at, names in enumerate((("高", "一级"), ("一般", "中", "二级"), ("低", "三级"), ("未载",), (CANNOT_TELL,))) for name in names}
    return places.get(word, -1), word
