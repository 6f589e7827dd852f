"""What a change of rules does to a ledger: who and what moves, by unit and category, in number and amount."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Kind
from fangkong_lab.policy.columns import Columns, Tables
from fangkong_lab.policy.grade import Grades, grade
from fangkong_lab.policy.inputs import Input
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score import score
from fangkong_lab.policy.words import CANNOT_TELL, LEAD_MARK, InputType, PolicyKind
from fangkong_lab.result import html_of


class Move(Kind):
    """What happens to a row between two rules."""

    SAME = "same", "不变"
    UP = "up", "升级"
    DOWN = "down", "降级"
    LOST = "lost", "变为不能判定"
    FOUND = "found", "变为可判定"
    OTHER = "other", "等级个数不同，不比高低"


_HEADERS = {"unit_id": "单位编码", "category": "类别", "before": "原等级", "after": "新等级", "move": "变化", "count": "数量",
            "amount": "涉及金额（万元）"}
_AMOUNTS = {"risk_points": "power_items.yearly_amount", "power_items": "yearly_amount", "contracts": "price"}
_CATEGORIES = {"risk_points": "power_items.category", "power_items": "category"}


@dataclass(frozen=True)
class Difference:
    """*rows*: one row per judged row: key, unit_id, category, amount_of, amount, before, after, move (a code)."""

    before: Policy
    after: Policy
    as_of: date
    rows: pd.DataFrame
    mark: str = ""

    def moved(self) -> pd.DataFrame:
        """Return the rows whose grade or level differs, sorted by key."""
        hit = self.rows[self.rows["move"] != Move.SAME.value]
        return hit.sort_values("key", kind="stable").reset_index(drop=True)

    def cells(self) -> pd.DataFrame:
        """Return count and amount by unit, category and pair of grades.

        The amount of something that several rows share (one power item with several risk points) is counted once in a
        cell; it is NaN where no row of the cell has an amount.
        """
        keys = ["unit_id", "category", "before", "after", "move"]
        frame = self.rows.fillna({"unit_id": "", "category": ""})
        count = frame.groupby(keys, observed=True).size().rename("count")
        once = frame.drop_duplicates([*keys, "amount_of"])
        amount = once.groupby(keys, observed=True)["amount"].sum(min_count=1)
        return pd.concat([count, amount], axis=1).reset_index().sort_values(keys, kind="stable").reset_index(drop=True)

    def table(self) -> pd.DataFrame:
        """Return the cells that moved with Chinese headers."""
        made = self.cells()
        made = made[made["move"] != Move.SAME.value].reset_index(drop=True)
        made["move"] = made["move"].map({m.value: m.label for m in Move})
        return made.rename(columns=_HEADERS)

    def sentence(self) -> str:
        """Return how many rows move which way."""
        found = self.rows["move"].value_counts()
        parts = [f"{m.label} {found[m.value]}" for m in Move if m.value in found.index]
        mark = f"（个人部分为{self.mark}）" if self.mark else ""
        return (f"由「{self.before.title()}」改为「{self.after.title()}」，{self.as_of}，共 {len(self.rows)} 个："
                + "、".join(parts) + f"{mark}。")

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def difference(before: Policy, after: Policy, tables: Tables, as_of: date) -> Difference:
    """Return what changes on *tables* when *after* takes the place of *before*, both as on *as_of*.

    Two grading policies of the same table, or two score policies (in the ledgers that both keep; a subject that one side
    does not charge has reached nothing there). Grades are compared by their place from the top
    where both scales have the same number of levels; otherwise a change has no direction. Raises `WrongCall` for a pair that cannot be compared.
    """
    if before.kind is not after.kind or before.table != after.table:
        raise WrongCall(f"「{before.name}」与「{after.name}」判定的不是同一种对象，不能比较", mend="换成同一张表上的两条规则")
    if before.kind is PolicyKind.SCORE:
        return _score_difference(before, after, tables, as_of)
    old, new = grade(before, tables, as_of), grade(after, tables, as_of)
    rows = _about(old, tables, as_of)
    rows["before"], rows["after"] = _words(old), _words(new)
    rows["move"] = _moves(old, new)
    return Difference(before, after, as_of, rows)


def _words(grades: Grades) -> np.ndarray:
    assert grades.policy.scale is not None
    return np.array([*grades.policy.scale.names, CANNOT_TELL], dtype=object)[grades.codes]


def _moves(old: Grades, new: Grades) -> np.ndarray:
    assert old.policy.scale is not None
    assert new.policy.scale is not None
    return moves(old.codes, new.codes, len(old.policy.scale.levels) == len(new.policy.scale.levels))


def moves(old: np.ndarray, new: np.ndarray, comparable: bool) -> np.ndarray:
    """Return the code of the move of every row; places count from the highest grade, -1 cannot be told."""
    told = np.where(new < old, Move.UP.value, Move.DOWN.value) if comparable else np.full(len(old), Move.OTHER.value)
    found = np.where((old == new) & (comparable | (old < 0)), Move.SAME.value, told)
    found = np.where((old < 0) & (new >= 0), Move.FOUND.value, found)
    return np.where((old >= 0) & (new < 0), Move.LOST.value, found).astype(object)


def _about(grades: Grades, tables: Tables, as_of: date) -> pd.DataFrame:
    table = grades.policy.table
    frame = tables[table].reset_index(drop=True)
    wanted = (Input("unit_id", "单位编码", InputType.LABEL, "unit_id"),
              Input("category", "类别", InputType.LABEL, _CATEGORIES.get(table, "kind")),
              Input("amount", "金额", InputType.NUMBER, _AMOUNTS.get(table, "amount")))
    columns = Columns(frame, tables, wanted, as_of)
    made = pd.DataFrame({"key": frame[grades.policy.key].astype(str)})
    for one in wanted:
        cells = columns.series(one, slice(0, len(frame)))
        made[one.name] = np.nan if cells is None else cells.to_numpy(dtype=object)
    made["amount"] = made["amount"].astype("float64")
    shared = frame["item_id"].astype(object) if "item_id" in frame.columns else made["key"]
    made["amount_of"] = shared.where(shared.notna(), made["key"])
    return made


def _score_difference(before: Policy, after: Policy, tables: Tables, as_of: date) -> Difference:
    old, new = score(before, tables, as_of), score(after, tables, as_of)
    keys = ["kind", "subject"]
    shared = {lg.charges.kind.value for lg in old.ledgers} & {lg.charges.kind.value for lg in new.ledgers}
    if not shared:
        raise WrongCall(f"「{before.name}」与「{after.name}」记的不是同一种台账，不能比较", mend="换成都记单位或都记个人的两条规则")
    sides = [states[states["kind"].isin(shared)] for states in (old.states(), new.states())]
    both = sides[0].merge(sides[1], on=keys, how="outer", suffixes=("_old", "_new"))
    made = pd.DataFrame({
        "key": both["kind"] + ":" + both["subject"], "unit_id": both["subject"].where(both["kind"] == "unit", ""),
        "category": both["kind"].map({"unit": "单位", "person": "个人"}), "amount_of": both["subject"], "amount": np.nan,
        "before": both["level_old"].fillna("").replace("", "未达到"), "after": both["level_new"].fillna("").replace("", "未达到")})
    orders = _shared([[*(t.name for t in p.scoring.thresholds), "未达到"] for p in (before, after) if p.scoring])
    codes = [_places(made[c], names) for c, names in zip(("before", "after"), orders, strict=True)]
    made["move"] = moves(codes[0], codes[1], len(orders[0]) == len(orders[1]))
    return Difference(before, after, as_of, made, LEAD_MARK if (both["kind"] == "person").any() else "")


def _shared(orders: list[list[str]]) -> list[list[str]]:
    """Where the levels of one rule are among those of the other, both are placed on the longer list."""
    longer = max(orders, key=len)
    return [longer, longer] if all(set(order) <= set(longer) for order in orders) else orders


def _places(words: pd.Series, names: list[str]) -> np.ndarray:
    return words.map({n: i for i, n in enumerate(names)}).fillna(-1).to_numpy(dtype=np.int64)
