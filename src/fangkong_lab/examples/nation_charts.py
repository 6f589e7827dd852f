"""The charts of the synthetic nation: a few templates, put together from features, as small arrays to be gathered from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np

from fangkong_lab.kinds import SignRule, StepKind

SECTIONS = 6
DEPUTIES = 3
# Posts of a unit by their place in it.
HEAD, FIRST_DEPUTY, BALLOT, UNKNOWN, EMPTY, OUTSIDER, FIRST_CHIEF = 0, 1, 4, 5, 6, 7, 8
FIRST_CLERK = FIRST_CHIEF + SECTIONS
POSTS = FIRST_CLERK + SECTIONS
# Roles in a chart: those from SECTION_ROLES on depend on the section that the flow belongs to.
_FIXED = (HEAD, BALLOT, UNKNOWN, EMPTY, OUTSIDER)
SECTION_ROLES = len(_FIXED)
R_HEAD, R_BALLOT, R_UNKNOWN, R_EMPTY, R_OUTSIDER = range(SECTION_ROLES)
R_CLERK, R_CHIEF, R_DEPUTY, R_CHIEF_NEXT, R_CHIEF_THIRD, NOBODY = range(SECTION_ROLES, SECTION_ROLES + 6)

KINDS = tuple(StepKind)
RULES = (SignRule.ANY, SignRule.MAJORITY)
NAMES = ("受理", "初审", "会签", "复审", "集体审议", "决定", "执行", "支付", "归档", "当场受理", "当场决定")
ROUTES = (None, "一般程序", "简易程序")
SHORT, LONG, PAID = range(3)
BASES = (SHORT, LONG, PAID)
BASE_SHARES = (0.40, 0.45, 0.15)
FEATURES = ("two_routes", "ballot", "incompatible", "unknown_post", "empty_post")


@dataclass(frozen=True)
class Row:
    """One sign-off row, or a step that nobody signs (role NOBODY). *same_step*: another sign-off of the step before."""

    name: str
    kind: StepKind
    role: int
    rule: SignRule = SignRule.ANY
    independent: bool = False
    route: int = 0
    same_step: bool = False


@dataclass(frozen=True)
class Templates:
    """All templates laid end to end. *steps* and *signs* map column → array; *step_start* and *sign_start*, one longer
    than the number of templates, say where each begins."""

    steps: dict[str, np.ndarray]
    signs: dict[str, np.ndarray]
    step_start: np.ndarray
    sign_start: np.ndarray


def template_number(base: np.ndarray, features: dict[str, np.ndarray]) -> np.ndarray:
    """Return the template of each flow from its *base* and its *features* (0 or 1 each)."""
    number = base.astype(np.int32)
    for name in FEATURES:
        number = number * 2 + features[name]
    return number


@cache
def templates() -> Templates:
    """Return the templates in the order of `template_number`."""
    charts = [_chart(base, dict(zip(FEATURES, on, strict=True)))
              for base, *on in product(BASES, *[(0, 1)] * len(FEATURES))]
    steps: dict[str, list[int]] = {c: [] for c in ("step_no", "name", "kind", "route", "statutory")}
    signs: dict[str, list[int]] = {c: [] for c in ("step_no", "sign_no", "role", "rule", "independent")}
    starts: tuple[list[int], list[int]] = ([0], [0])
    for chart in charts:
        _lay(chart, steps, signs)
        starts[0].append(len(steps["step_no"]))
        starts[1].append(len(signs["step_no"]))
    return Templates(_arrays(steps), _arrays(signs), np.array(starts[0]), np.array(starts[1]))


def _arrays(columns: dict[str, list[int]]) -> dict[str, np.ndarray]:
    return {name: np.array(values, dtype=np.int16) for name, values in columns.items()}


def _lay(chart: list[Row], steps: dict[str, list[int]], signs: dict[str, list[int]]) -> None:
    step = sign = 0
    for row in chart:
        step, sign = (step, sign + 1) if row.same_step else (step + 1, 1)
        if not row.same_step:
            for column, value in (("step_no", step), ("name", NAMES.index(row.name)), ("kind", KINDS.index(row.kind)),
                                  ("route", row.route), ("statutory", int(row.kind is StepKind.DECIDE))):
                steps[column].append(value)
        if row.role != NOBODY:
            for column, value in (("step_no", step), ("sign_no", sign), ("role", row.role),
                                  ("rule", RULES.index(row.rule)), ("independent", int(row.independent))):
                signs[column].append(value)


def _chart(base: int, on: dict[str, int]) -> list[Row]:
    normal, simple = (1, 2) if on["two_routes"] else (0, 0)
    middle = R_UNKNOWN if on["unknown_post"] else R_CHIEF_NEXT
    second = R_EMPTY if on["empty_post"] else R_CHIEF_THIRD
    rows = [Row("受理", StepKind.ACCEPT, R_CLERK, route=normal), Row("初审", StepKind.REVIEW, R_CHIEF, route=normal),
            Row("会签", StepKind.COSIGN, middle, route=normal)]
    if base != SHORT or on["empty_post"]:
        rows.append(Row("会签", StepKind.COSIGN, second, route=normal, same_step=True))
    # The incompatible pair is step 1 and this step: a second clerk looks at what the first has taken in.
    rows.append(Row("复审", StepKind.REVIEW, R_CLERK if on["incompatible"] else R_DEPUTY, route=normal))
    if on["ballot"]:
        rows.append(Row("集体审议", StepKind.DECIDE, R_BALLOT, SignRule.MAJORITY, base == LONG, normal))
    else:
        rows.append(Row("决定", StepKind.DECIDE, R_HEAD if base == LONG else R_DEPUTY, route=normal))
    if base == PAID:
        rows.append(Row("支付", StepKind.PAY, R_CHIEF_THIRD, route=normal))
    if on["two_routes"]:
        rows += [Row("当场受理", StepKind.ACCEPT, R_CLERK, route=simple), Row("当场决定", StepKind.DECIDE, R_DEPUTY, route=simple)]
    return [*rows, Row("归档", StepKind.ARCHIVE, NOBODY)]


@cache
def post_of_role() -> np.ndarray:
    """Return the place of the post in its unit by [section, role]."""
    table = np.zeros((SECTIONS, NOBODY), dtype=np.int32)
    for section in range(SECTIONS):
        table[section, :SECTION_ROLES] = _FIXED
        table[section, R_CLERK] = FIRST_CLERK + section
        table[section, R_CHIEF] = FIRST_CHIEF + section
        table[section, R_DEPUTY] = FIRST_DEPUTY + section % DEPUTIES
        table[section, R_CHIEF_NEXT] = FIRST_CHIEF + (section + 1) % SECTIONS
        table[section, R_CHIEF_THIRD] = FIRST_CHIEF + (section + 2) % SECTIONS
    return table


INCOMPATIBLE_STEPS = (1, 4)
