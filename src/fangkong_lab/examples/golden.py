"""The golden county: ten items and eight persons, small enough to work out every threshold on paper.

The paper is docs/golden_county.md; `GOLDEN` repeats its results. Nothing here is computed. 模拟数据.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from fangkong_lab.examples.archetypes import ANY, MAJORITY, Known, known
from fangkong_lab.examples.county import County
from fangkong_lab.examples.frames import frame_of
from fangkong_lab.kinds import StepKind, Verdict

GOLDEN_DAY = date(2016, 12, 31)
_UNIT, _SINCE = "M01", date(2010, 1, 1)

# post, title, reports to, external, persons on GOLDEN_DAY (空缺: known to be empty; nothing: unknown)
_POSTS = (
    ("G1", "局长", "", False, "P1"), ("G2", "分管业务副局长", "G1", False, "P2"), ("G3", "分管财务副局长", "G1", False, "P3"),
    ("G4", "业务股股长", "G2", False, "P4"), ("G5", "业务股经办人", "G4", False, "P5、P6"),
    ("G6", "综合复核岗", "G3", False, "P3"), ("G7", "群众代表", "", True, "P7"), ("G8", "出纳", "G3", False, "P8"),
    ("G9", "评审组成员", "", False, "P2、P3、P4、P7、P8"), ("G10", "专项审核岗", "", False, ""),
    ("G11", "法制审核岗", "", False, "空缺"),
)
# item, name, category, fewest persons; then its steps: name, kind, post, route, rule, independent
_ITEMS: tuple[tuple[str, str, str, int, tuple[tuple[str, StepKind, str, str, str, bool], ...]], ...] = (
    ("S01", "居住证明出具", "行政确认", 1, (
        ("窗口办结", StepKind.DECIDE, "G4", "窗口办理", ANY, False), ("网上受理", StepKind.ACCEPT, "G5", "网上办理", ANY, False),
        ("网上决定", StepKind.DECIDE, "G2", "网上办理", ANY, False))),
    ("S02", "现场勘验登记", "行政确认", 1, (
        ("勘验", StepKind.ACCEPT, "G5", "", ANY, False), ("复勘", StepKind.REVIEW, "G5", "", ANY, False))),
    ("S03", "补助资格确认", "行政确认", 1, (
        ("复核", StepKind.REVIEW, "G6", "", ANY, False), ("决定", StepKind.DECIDE, "G3", "", ANY, False))),
    ("S04", "经营许可", "行政许可", 1, (
        ("审核", StepKind.REVIEW, "G4", "", ANY, False), ("决定", StepKind.DECIDE, "G2", "", ANY, False))),
    ("S05", "建设许可", "行政许可", 2, (
        ("受理", StepKind.ACCEPT, "G5", "", ANY, False), ("审核", StepKind.REVIEW, "G4", "", ANY, False),
        ("决定", StepKind.DECIDE, "G2", "", ANY, False))),
    ("S06", "先进评定", "行政奖励", 1, (("评审组票决", StepKind.DECIDE, "G9", "", MAJORITY, False),)),
    ("S07", "救灾物资发放", "行政给付", 1, (
        ("受理", StepKind.ACCEPT, "G5", "", ANY, False), ("群众代表会签", StepKind.COSIGN, "G7", "", ANY, True),
        ("决定", StepKind.DECIDE, "G4", "", ANY, False))),
    ("S08", "专项资金拨付", "专项资金", 1, (
        ("受理", StepKind.ACCEPT, "G5", "", ANY, False), ("决定", StepKind.DECIDE, "G4", "", ANY, False),
        ("支付", StepKind.PAY, "G8", "", ANY, False), ("事后监督", StepKind.SUPERVISE, "G3", "", ANY, False))),
    ("S09", "资产处置", "资产物资", 1, (
        ("审核", StepKind.REVIEW, "G10", "", ANY, False), ("决定", StepKind.DECIDE, "G2", "", ANY, False))),
    ("S10", "行政强制执行", "行政强制", 1, (
        ("受理", StepKind.ACCEPT, "G5", "", ANY, False), ("法制审核", StepKind.REVIEW, "G11", "", ANY, False),
        ("决定", StepKind.DECIDE, "G2", "", ANY, False))),
)


@dataclass(frozen=True)
class Worked:
    """What the paper gives for one item.

    *thresholds* κ without, with direct and with full influence (None: cannot be done), *whole* the same with the
    sign-offs after effect counted, *eta* η (None: cannot be done), *smallest* the smallest coalitions without influence
    (empty where κ is not certain), *smallest_direct* those with direct influence, *idle* the idle checks (step,
    sign-off), *verdict* and *verdict_direct* against the target 2, *teaches* the one thing the item shows.
    """

    thresholds: Known | None
    whole: Known | None
    eta: int | None
    smallest: tuple[str, ...]
    smallest_direct: tuple[str, ...]
    idle: tuple[tuple[int, int], ...]
    verdict: Verdict
    verdict_direct: Verdict
    teaches: str


_BAD, _GOOD, _OPEN, _STUCK = Verdict.VIOLATED, Verdict.SATISFIED, Verdict.CANNOT_TELL, Verdict.CANNOT_BE_DONE
_BALLOT = tuple(sorted(f"{a}、{b}、{c}" for a, b, c in (
    ("P2", "P3", "P4"), ("P2", "P3", "P7"), ("P2", "P3", "P8"), ("P2", "P4", "P7"), ("P2", "P4", "P8"),
    ("P2", "P7", "P8"), ("P3", "P4", "P7"), ("P3", "P4", "P8"), ("P3", "P7", "P8"), ("P4", "P7", "P8"))))
_UNSURE = Known((1, 2), (1, 2), (1, 2))
GOLDEN: dict[str, Worked] = {
    "S01": Worked(known(1, 1, 1), known(1, 1, 1), 2, ("P4",), ("P2", "P4"), (), _BAD, _BAD, "两条路径，弱的一条一人签批"),
    "S02": Worked(known(2, 1, 1), known(2, 1, 1), 1, ("P5、P6",), ("P4",), (), _GOOD, _BAD, "两把钥匙：不相容环节"),
    "S03": Worked(known(1, 1, 1), known(1, 1, 1), 1, ("P3",), ("P1", "P3"), ((1, 1),), _BAD, _BAD, "同一人在两个岗位"),
    "S04": Worked(known(2, 1, 1), known(2, 1, 1), 1, ("P2、P4",), ("P2",), (), _GOOD, _BAD, "决定者是审核者的直接上级"),
    "S05": Worked(known(3, 2, 1), known(3, 2, 1), 1, ("P2、P4、P5", "P2、P4、P6"),
                  ("P1、P4", "P2、P4", "P2、P5", "P2、P6"), (), _GOOD, _GOOD, "三级链，只有逐级传导才降到一人"),
    "S06": Worked(known(3, 2, 1), known(3, 2, 1), 3, _BALLOT,
                  ("P1、P2", "P1、P3", "P1、P4", "P1、P7", "P1、P8", "P2、P3", "P2、P7", "P2、P8", "P3、P4", "P3、P7"), (),
                  _GOOD, _GOOD, "过半票决"),
    "S07": Worked(known(3, 2, 2), known(3, 2, 2), 1, ("P4、P5、P7", "P4、P6、P7"), ("P4、P7",), (), _GOOD, _GOOD, "独立的外部人员"),
    "S08": Worked(known(3, 2, 1), known(4, 2, 1), 1, ("P4、P5、P8", "P4、P6、P8"), ("P3、P4", "P4、P8"), (), _GOOD, _GOOD,
                  "支付之后的监督不拦事"),
    "S09": Worked(_UNSURE, _UNSURE, 1, (), (), (), _OPEN, _OPEN, "任职未报，不能判定"),
    "S10": Worked(None, None, None, (), (), (), _STUCK, _STUCK, "岗位空缺，无法办结"),
}


def golden_county() -> County:
    """Return the golden county; its truth is `GOLDEN` as plain values, by item."""
    tables: dict[str, Any] = {
        "units": [{"unit_id": _UNIT, "name": "模拟示例局", "kind": "党政机关", "level": "县", "admin_rank": "正科级",
                   "headcount": 8, "own_personnel": True, "own_finance": True}],
        "posts": [(p, _UNIT, title, None, boss, None, external) for p, title, boss, external, _ in _POSTS],
        "power_items": [{"item_id": i, "unit_id": _UNIT, "name": name, "category": category, "min_persons": fewest,
                         "flow_id": _flow(i)} for i, name, category, fewest, _ in _ITEMS],
        "persons": [(f"P{k}",) for k in range(1, 9)],
        "occupancies": [(person, p, _SINCE, None) for p, *_, people in _POSTS for person in people.split("、") if person],
        "flows": [(_flow(i), _UNIT, f"{name}流程图（模拟）") for i, name, *_ in _ITEMS],
        "steps": [(_flow(i), n, s[0], s[1].label, None, s[3], None, False)
                  for i, *_, steps in _ITEMS for n, s in enumerate(steps, 1)],
        "sign_offs": [(_flow(i), n, 1, s[2], s[4], None, s[5]) for i, *_, steps in _ITEMS for n, s in enumerate(steps, 1)],
        "incompatible_steps": [(_flow("S02"), 1, 2)],
    }
    truth = {"模拟数据": True, "as_of": GOLDEN_DAY.isoformat(), "items": {i: _plain(w) for i, w in GOLDEN.items()},
             **{f"kappa_{name}_1": [i for i, w in GOLDEN.items() if w.thresholds and getattr(w.thresholds, name) == (1, 1)]
                for name in ("none", "direct")}}
    return County({name: frame_of(name, rows) for name, rows in tables.items()}, truth)


def _flow(item_id: str) -> str:
    return item_id.replace("S", "L")


def _plain(worked: Worked) -> dict[str, object]:
    return asdict(worked) | {"verdict": worked.verdict.value, "verdict_direct": worked.verdict_direct.value}
