"""The report templates that ship: which notebook, which parameters, which values are allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import Audience
from fangkong_lab.ledger import figures
from fangkong_lab.report.request import Parameter, ReportRequest, Scalar, Template, make_request
from fangkong_lab.workspace import Workspace


def _models(workspace: Workspace) -> Mapping[str, str]:
    return {model: model for model in figures.models()}


def _audiences(workspace: Workspace) -> Mapping[str, str]:
    return {a.value: a.label for a in Audience}


def _units(workspace: Workspace) -> Mapping[str, str]:
    path = workspace.store_path
    return _units_at(workspace, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=4)
def _units_at(workspace: Workspace, changed: int) -> Mapping[str, str]:
    """Return the units that listed power items, by code; read once as long as the store does not change."""
    if not changed:
        return {}
    from fangkong_lab.ledger.frames import tables

    frames = tables(workspace, ("units", "power_items"))
    listed = set(frames["power_items"]["unit_id"])
    pairs = zip(frames["units"]["unit_id"], frames["units"]["name"], strict=True)
    return {code: name for code, name in sorted(pairs) if code in listed}


def _county_marks(workspace: Workspace, values: Mapping[str, Scalar]) -> tuple[str, ...]:
    simulated = any("模拟" in name for name in _units(workspace).values())
    internal = values.get("audience") == Audience.INTERNAL.value
    return (("模拟数据",) if simulated else ()) + (("内部",) if internal else ())


SOURCE = Template(
    name="source", label="来源文献报告", notebook="source_report.ipynb", title="{model}来源文献数字核对报告",
    parameters=(Parameter("model", "模式", str, choices=_models),),
)
UNIT = Template(
    name="unit", label="单位评估报告", notebook="unit_report.ipynb", title="{unit_id}廉政风险防控评估报告（{audience}）",
    parameters=(Parameter("unit_id", "单位", str, choices=_units), Parameter("as_of", "评估日期", date),
                Parameter("audience", "读者", str, choices=_audiences, default=Audience.INTERNAL.value)),
    marks=_county_marks,
)
ANNUAL = Template(
    name="annual", label="年度评估报告", notebook="annual_report.ipynb", title="年度廉政风险防控评估报告（{audience}）",
    parameters=(Parameter("as_of", "评估日期", date),
                Parameter("audience", "读者", str, choices=_audiences, default=Audience.INTERNAL.value)),
    marks=_county_marks,
)
COMPARE = Template(
    name="compare", label="模式比较报告", notebook="compare_report.ipynb", title="{models}模式比较报告",
    parameters=(Parameter("models", "模式", str), Parameter("as_of", "评估日期", date),
                Parameter("county", "台账文件", str, default="")),
    marks=_county_marks,
)
SCENARIO = Template(
    name="scenario", label="规则推演报告", notebook="scenario_report.ipynb", title="{scenario}规则推演报告",
    parameters=(Parameter("scenario", "情景", str), Parameter("replications", "重复次数（0 为情景所写）", int, default=0),
                Parameter("trajectories", "参数筛选的轨迹数", int, default=6),
                Parameter("counts", "实际计数的文件（空：不校准）", str, default=""),
                Parameter("in_force", "计数时施行的方案（空：第一个）", str, default=""),
                Parameter("design", "参数扫描的设计（morris、sobol）", str, default="morris")),
    marks=lambda workspace, values: ("推演，不是预测", "模拟数据"),
)
TEMPLATES = {t.name: t for t in (SOURCE, UNIT, ANNUAL, COMPARE, SCENARIO)}


def template_named(word: str) -> Template:
    """Return the template whose code or label is *word*; `WrongCall` names the near match."""
    for template in TEMPLATES.values():
        if word in (template.name, template.label):
            return template
    words = tuple(TEMPLATES) + tuple(t.label for t in TEMPLATES.values())
    raise WrongCall(f"没有报告模板「{word}」", mend=did_you_mean(word, words))


def source_requests(workspace: Workspace, models: list[str]) -> list[ReportRequest]:
    """Return a source report request for each of *models*."""
    return [make_request(SOURCE, {"model": model}, workspace) for model in models]


def unit_requests(workspace: Workspace, units: list[str], as_of: str | None, audience: Audience) -> list[ReportRequest]:
    """Return a unit report request for each of *units* (codes or names; empty: every unit with power items)."""
    chosen = units or list(_units(workspace))
    day = workspace.day(as_of).isoformat() if chosen else ""
    return [make_request(UNIT, {"unit_id": u, "as_of": day, "audience": audience.value}, workspace) for u in chosen]


def annual_requests(workspace: Workspace, as_of: str | None, audience: Audience) -> list[ReportRequest]:
    """Return the annual report request; none where the store holds no power items."""
    if not _units(workspace):
        return []
    return [make_request(ANNUAL, {"as_of": workspace.day(as_of).isoformat(), "audience": audience.value}, workspace)]


def compare_requests(workspace: Workspace, models: list[str], as_of: str | None, county: str = "") -> list[ReportRequest]:
    """Return the request to compare *models* on the workspace's county, or on the workbook *county*.

    None where the store holds no power items and no workbook is given; `WrongCall` for an unknown or ambiguous name.
    """
    from fangkong_lab.models.shelf import shelf

    cards = shelf(workspace.root)
    names = "、".join(cards.find(model).name for model in models)
    if not county and not _units(workspace):
        return []
    return [make_request(COMPARE, {"models": names, "as_of": workspace.day(as_of).isoformat(), "county": county}, workspace)]


def scenario_requests(workspace: Workspace, scenario: str, replications: int = 0, trajectories: int = 6, counts: str = "",
                      in_force: str = "", design: str = "morris") -> list[ReportRequest]:
    """Return the request to report on *scenario* (a file, or the id of one that ships), its ranges swept by *design* (see
    `simulate.robust.Design`), calibrated to the file *counts* (if any) under the policy *in_force*; errors of the scenario
    and of the counts are raised here.

    Not among `all_requests`: a simulation is asked for, not due.
    """
    from pathlib import Path

    from fangkong_lab.policy.catalogue import shelf
    from fangkong_lab.simulate.calibrate_counts import fits_scenario, read_counts
    from fangkong_lab.simulate.catalogue import scenario_path
    from fangkong_lab.simulate.read_scenario import load_scenario
    from fangkong_lab.simulate.robust import Design

    path = scenario_path(scenario)
    made = load_scenario(path, shelf(workspace.root))
    if counts:
        fits_scenario(read_counts(Path(counts)), made)
    named = str(path.resolve()) if Path(scenario).is_file() else scenario
    given = {"scenario": named, "replications": replications, "trajectories": trajectories,
             "counts": str(Path(counts).resolve()) if counts else "", "in_force": made.arm(in_force).name if in_force else "",
             "design": Design.read(design).value}
    request = make_request(SCENARIO, given, workspace)
    return [replace(request, title=f"{made.name}：规则推演报告")]


def all_requests(workspace: Workspace, as_of: str | None = None, audience: Audience = Audience.INTERNAL) -> list[ReportRequest]:
    """Return a request for every report that the shipped data and the workspace's store can bear."""
    return [*source_requests(workspace, list(figures.models())), *unit_requests(workspace, [], as_of, audience),
            *annual_requests(workspace, as_of, audience), *compare_requests(workspace, list(figures.models()), as_of)]
