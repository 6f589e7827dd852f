"""A finished report that can be asked about its numbers: found by title, file, unit, or a word its title begins with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, WrongCall, did_you_mean
from fangkong_lab.kinds import Audience, Kind
from fangkong_lab.report import status
from fangkong_lab.report.status import Attempt, State
from fangkong_lab.report.templates import ANNUAL, COMPARE, SCENARIO, SOURCE, UNIT
from fangkong_lab.workspace import Workspace


class Traced(Kind):
    """The kinds of report whose numbers have keys."""

    UNIT = UNIT.name, UNIT.label
    ANNUAL = ANNUAL.name, ANNUAL.label
    COMPARE = COMPARE.name, COMPARE.label


# Reports without keys, and where their numbers are followed instead.
ELSEWHERE: Mapping[str, str] = {
    SOURCE.name: "来源文献报告的数字不由台账得出，报告里逐个印有编号（如 003-034）和原文；编号即 data/sources/figures.csv 的 figure_id",
    SCENARIO.name: "规则推演报告的数字由模拟得出，不由台账的行得出；用 fangkong simulate 查假定、参数和误差",
}


@dataclass(frozen=True)
class Asked:
    """A finished report: its *title*, its page, its *kind*, and the settings it was made with (*values* as it was asked for).

    *unit_id* is empty where the report is about no single unit.
    """

    title: str
    page: Path
    kind: Traced
    unit_id: str
    as_of: date
    audience: Audience
    values: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str:
        """Return one of the settings; empty where the report has none of that name."""
        return dict(self.values).get(name, "")


def find_report(workspace: Workspace, word: str) -> Asked:
    """Return the finished report that *word* names: its title, file (html, ipynb) or file name, a unit's code or name.

    `WrongCall` where none or several fit (the error lists them), and for reports whose numbers have no keys (it says
    where they are followed).
    """
    done = [a for a in status.latest(workspace.reports_dir) if a.state != State.FAILED.value]
    stem = Path(word).name.removesuffix(".html").removesuffix(".ipynb")
    exact = [a for a in done if stem in (a.name, a.title)]
    for attempt in exact:
        template, _ = _request(attempt)
        if template in ELSEWHERE:
            raise WrongCall(f"「{attempt.title}」没有可以追到台账行的编号", mend=ELSEWHERE[template])
    asked = [(a, made) for a in done if (made := _asked(workspace, a)) is not None]
    fits = [made for a, made in asked if a in exact] or [made for a, made in asked if word == made.unit_id or a.title.startswith(word)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise WrongCall(f"「{word}」对得上{len(fits)}份报告", mend="写全名称：" + "、".join(m.title for m in fits))
    if not asked:
        raise WrongCall("还没有生成过可以问数的报告（单位、年度、模式比较）", mend="先运行 fangkong report --unit 单位编码")
    raise WrongCall(f"没有报告「{word}」", mend=did_you_mean(stem, tuple(m.title for _, m in asked)))


def _request(attempt: Attempt) -> tuple[str, dict[str, object]]:
    try:
        template, values = json.loads(attempt.key)
    except (json.JSONDecodeError, ValueError) as error:
        raise BadInput("状态台账的记录看不懂", where=attempt.title, mend="重新生成这份报告") from error
    return str(template), dict(values)


def _asked(workspace: Workspace, attempt: Attempt) -> Asked | None:
    """Return the settings of an attempt, None for reports whose numbers have no keys."""
    template, values = _request(attempt)
    if template not in {kind.value for kind in Traced}:
        return None
    page = workspace.reports_dir / attempt.group / f"{attempt.name}.html"
    audience = Audience.read(str(values.get("audience", Audience.INTERNAL.value)))
    return Asked(attempt.title, page, Traced.read(template), str(values.get("unit_id", "")), parse_day(values["as_of"]), audience,
                 tuple((name, str(value)) for name, value in sorted(values.items())))
