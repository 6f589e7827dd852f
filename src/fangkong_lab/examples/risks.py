"""Risk points at the documents' density, the measures against them, what was published, discretion, regulations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from fangkong_lab.examples.office import Office
from fangkong_lab.examples.period import Period
from fangkong_lab.examples.places import FIRST_WAVE, PILOT_UNITS
from fangkong_lab.examples.powers import Item
from fangkong_lab.examples.scene import Scene
from fangkong_lab.streams import stream

FIRST_WAVE_RISKS = 1945
REVISED, NEW = 126, 39
_KINDS = ("岗位职责", "思想道德", "制度机制", "业务流程")
_FINANCE_KINDS = ("业务管理", "政务", "思想道德")
_SHOWS = {
    "岗位职责": ("超越权限办理{item}", "对{item}审核把关不严", "拖延办理{item}", "在{item}中优亲厚友"),
    "思想道德": ("自律不严，接受服务对象宴请", "宗旨意识淡薄，办事推诿", "讲人情、讲关系，放松原则"),
    "制度机制": ("{item}缺少操作细则", "{item}制度不落实", "{item}缺少交接与复核规定"),
    "业务流程": ("{item}流程缺少复核", "{item}不按流程图办理", "{item}资料不全即办结"),
    "业务管理": ("{item}资金拨付不及时", "{item}台账不实", "{item}票据管理不严"), "政务": ("文件印章管理不严", "公车公务管理不严"),
}
_STEPS = ("自己找", "群众帮", "领导提", "集中评", "组织审")
_MEASURES = ("自律", "纪律", "他律")
_CASES = ("情节轻微", "情节一般", "情节较重", "情节严重")
_RULES = ("岗位责任制", "会审会签制度", "财务审核制度", "重大事项议事规则", "责任追究办法", "政务公开办法", "廉政谈话制度", "专项资金管理办法",
          "工程变更管理办法", "印章管理规定", "档案管理规定", "督查督办办法", "限时办结制度", "首问负责制度", "述职述廉制度", "轮岗交流办法")


def risk_counts(offices: tuple[Office, ...]) -> list[int]:
    """Return the number of risk points per unit: 1,945 over the first six units, the same per item elsewhere."""
    first = sum(o.place.items for o in offices[:FIRST_WAVE])
    density = FIRST_WAVE_RISKS / first if len(offices) >= FIRST_WAVE else FIRST_WAVE_RISKS / 415
    ends = np.floor(np.cumsum([0] + [o.place.items for o in offices]) * density + 1e-9).astype(int)
    return [int(n) for n in np.diff(ends)]


def risk_rows(scene: Scene) -> list[dict[str, object]]:
    """Return the rows of the table of risk points, all units."""
    return [row for office, n in zip(scene.offices, risk_counts(scene.offices), strict=True)
            for row in _unit_risks(scene, office, n)]


def _unit_risks(scene: Scene, office: Office, number: int) -> Iterator[dict[str, object]]:
    items = scene.items_of(office)
    posts = [p.post_id for p in office.posts if p.holders and p.post_id != office.ballot]
    for k in range(number):
        draw = stream(scene.seed, "risk", office.unit_id, k)
        item = items[int(draw.integers(len(items)))]
        yield _risk(scene.period, office, k, item, posts[int(draw.integers(len(posts)))], draw)


def _risk(period: Period, office: Office, k: int, item: Item, post: str, draw: np.random.Generator) -> dict[str, object]:
    finance = office.place.name == "财政局"
    kinds, shares = (_FINANCE_KINDS, (0.88, 0.07, 0.05)) if finance else (_KINDS, (0.4, 0.3, 0.2, 0.1))
    kind = kinds[int(draw.choice(len(kinds), p=shares))]
    shows = _SHOWS[kind]
    tied = kind not in ("思想道德", "政务")
    score = _scores(draw)
    flags = draw.random(5) < (0.25, 0.3, 0.2, 0.15, 0.2)
    return {"risk_id": f"F{office.number + 1:02d}{k + 1:04d}", "unit_id": office.unit_id,
            "item_id": item.item_id if tied else "", "post_id": post, "kind": kind,
            "step_no": 1 + int(draw.integers(len(item.chart.stages))) if tied and item.chart else None,
            "description": shows[int(draw.integers(len(shows)))].format(item=item.row["name"]), **score,
            "discretion": item.row["discretion"] if tied else 0, "petitions": int(draw.poisson(0.4)),
            **dict(zip(("fund_flow", "frequency", "hot_spot", "rule_unkept", "hard_to_balance"), map(bool, flags), strict=True)),
            **_graded(score, finance), **_risk_days(period, office, draw),
            "found_steps": "、".join(_STEPS[:3 + int(draw.integers(3))])}


def _scores(draw: np.random.Generator) -> dict[str, int]:
    level = float(draw.beta(2, 3)) * 4
    names = ("likelihood", "harm", "social_harm", "loss", "private_gain", "urgency")
    noise = draw.normal(0, 0.7, len(names))
    return {name: int(np.clip(round(1 + level + e), 1, 5)) for name, e in zip(names, noise, strict=True)}


def _graded(score: dict[str, int], finance: bool) -> dict[str, str]:
    total = sum(score.values())
    rung = 0 if total >= 21 else 1 if total >= 14 else 2
    words = ("一级", "二级", "三级") if finance else ("高", "一般", "低")
    return {"grade": words[rung], "managed_by": ("主要领导", "分管领导", "科室负责人")[rung]}


def _risk_days(period: Period, office: Office, draw: np.random.Generator) -> dict[str, date | None]:
    begun = period.adopted(office.number) or date(max(period.first, period.last - 1), 1, 1)
    found = min(begun + timedelta(days=int(draw.integers(10, 120))), period.as_of)
    confirmed = period.clip(found + timedelta(days=int(draw.integers(10, 60))))
    disclosed = period.clip(confirmed + timedelta(days=int(draw.integers(7, 40)))) if confirmed else None
    return {"found_on": found, "confirmed_on": confirmed, "disclosed_on": disclosed if draw.random() < 0.85 else None}


def measure_rows(scene: Scene, risks: list[dict[str, object]]) -> list[tuple[object, ...]]:
    """Return the rows of the table of measures: 84 for every 82 risk points, some late, some not done.

    One item in sixteen has risk points and no measure yet: the coverage funnel has something to show.
    """
    rows: list[tuple[object, ...]] = []
    for risk in risks:
        if stream(scene.seed, "unmeasured", str(risk["item_id"])).random() < 1 / 16:
            continue
        draw = stream(scene.seed, "measure", str(risk["risk_id"]))
        for k in range(1 + int(draw.random() < 2 / 82)):
            found = risk["found_on"]
            assert isinstance(found, date)
            due = min(found + timedelta(days=int(draw.integers(60, 200))), scene.period.as_of)
            done = scene.period.clip(due + timedelta(days=int(draw.normal(-12, 12)))) if draw.random() < 0.93 else None
            done = max(done, found) if done else None
            rows.append((f"C{str(risk['risk_id'])[1:]}{k + 1}", risk["risk_id"], _MEASURES[int(draw.integers(3))],
                         risk["post_id"], due, done, "已落实" if done and draw.random() < 0.6 else None))
    return rows


def disclosure_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Return the rows of the table of disclosures: list and chart of pilot units, results of some, nothing of one in ten."""
    rows: list[tuple[object, ...]] = []
    for item in scene.items:
        begun = scene.period.adopted(scene.office_of(str(item.row["unit_id"])).number)
        if begun is None:
            continue
        draw = stream(scene.seed, "disclosure", item.item_id)
        if draw.random() < 0.1:
            continue
        wanted = ("清单", *(("流程",) if item.drawn else ()), *(("结果",) if draw.random() < 0.4 else ()))
        for content in wanted:
            start = scene.period.clip(begun + timedelta(days=int(draw.integers(30, 200))))
            if start and draw.random() < 0.94:
                rows.append((item.item_id, content, ("政务公开栏", "门户网站", "服务大厅")[int(draw.integers(3))], start, None))
    return rows


def discretion_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Return the rows of the table of discretion standards: four tiers for every item with discretion (239 → 956)."""
    rows: list[tuple[object, ...]] = []
    for item in scene.items:
        if not item.row["discretion"]:
            continue
        draw = stream(scene.seed, "standard", item.item_id)
        edges = np.cumsum(draw.integers(1, 10, 5)) * 100
        shown = scene.period.day(draw, scene.period.pilot_start)
        rows += [(item.item_id, case, f"第{'一二三四'[k]}档", float(edges[k]), float(edges[k + 1]),
                  f"《模拟县行政裁量基准》第{k + 1}条", shown) for k, case in enumerate(_CASES)]
    return rows


def regulation_rows(scene: Scene) -> list[tuple[object, ...]]:
    """Return the rows of the table of regulations: 126 revised and 39 new ones over eleven pilot units."""
    rows: list[tuple[object, ...]] = []
    for office in scene.offices:
        for action, total in (("修订", REVISED), ("新建", NEW)):
            k = office.number % PILOT_UNITS
            number = total * (k + 1) // PILOT_UNITS - total * k // PILOT_UNITS
            for n in range(number):
                draw = stream(scene.seed, "regulation", office.unit_id, action, n)
                on = scene.period.day(draw, scene.period.adopted(office.number))
                name = f"{_RULES[(n + (8 if action == '新建' else 0)) % len(_RULES)]}（{'试行' if action == '新建' else '修订稿'}）"
                rows.append((name, office.unit_id, action, f"模拟〔{on.year}〕{n + 1}号", on, None))
    return rows
