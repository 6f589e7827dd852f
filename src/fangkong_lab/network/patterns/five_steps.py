"""五步法: a risk point was found in all the steps of the chosen place."""

from __future__ import annotations

from collections.abc import Iterator

from fangkong_lab.network.patterns.parameter import Settings
from fangkong_lab.network.patterns.pattern import Recipe
from fangkong_lab.network.patterns.study import Study
from fangkong_lab.network.patterns.verdict import BAD, GOOD, OPEN, Instance, Subject, Witness
from fangkong_lab.network.rows import split_list


def examine(study: Study, settings: Settings) -> Iterator[Instance]:
    """Judge every risk point by 排查步骤: all steps of the list are there, some are missing, or the cell is empty."""
    steps = settings.words("steps")
    for row in study.own("risk_points", "risk_id", "unit_id", "item_id", "step_no", "post_id", "found_steps"):
        unit_id, code = str(row["unit_id"]), str(row["risk_id"])
        witness = Witness(() if row["step_no"] is None else (int(row["step_no"]),), (str(row["post_id"]),) if row["post_id"] else ())
        done = split_list(row["found_steps"])
        lacking = [s for s in steps if s not in done]
        if not done:
            yield Instance(code, unit_id, OPEN, "排查步骤未载", witness, (f"风险点 › {code} › 排查步骤",))
        elif lacking:
            yield Instance(code, unit_id, BAD, f"缺「{'、'.join(lacking)}」", witness)
        else:
            yield Instance(code, unit_id, GOOD, f"{len(steps)}步齐全", witness)


RECIPE = Recipe("five_steps", Subject.RISK, examine, ("risk_points",))
