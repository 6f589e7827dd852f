"""A finished report that can be asked about its numbers: found by title, file, unit, or a word its title begins with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import WrongCall, near_match
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.key_figure import named
from fangkong_lab.report import status
from fangkong_lab.report.elsewhere import REPORTS, Traced
from fangkong_lab.report.status import Attempt, State
from fangkong_lab.workspace import Workspace


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

    @property
    def notebook(self) -> Path:
        """The executed notebook, which every report has and all its pages are written from."""
        return self.page.with_name(f"{self.stem}.ipynb")

    @property
    def stem(self) -> str:
        """What its files are called: the title and the day, so that two days of one title are told apart."""
        return self.page.name.removesuffix(".html")

    def value(self, name: str) -> str:
        """Return one of the settings; empty where the report has none of that name."""
        return dict(self.values).get(name, "")


def find_report(workspace: Workspace, word: str) -> Asked:
    """Return the finished report that *word* names: its title, one of its files or the file's name, a unit's code or name.

    `WrongCall` where none or several fit (the error lists them), and for reports whose numbers have no keys (it says
    where they are followed).
    """
    if not word.strip():
        raise WrongCall("没有写报告的名称", mend="写报告的名称、开头几个字、文件或单位编码")
    done = [(a, _request(a)) for a in status.latest(workspace.reports_dir) if a.state != State.FAILED.value]
    name = Path(word).name
    stem = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
    for attempt, request in done:
        if stem in (attempt.name, attempt.title) and request and request[0] in REPORTS:
            reason = REPORTS[request[0]]
            raise WrongCall(f"「{attempt.title}」没有可以追到台账行的编号：{reason.why}", mend=reason.mend)
    asked = [_asked(workspace, a, *request) for a, request in done if request and request[0] in _KEYED]
    exact = [made for made in asked if stem in (made.stem, made.title)]
    fits = exact or [made for made in asked if word == made.unit_id or made.title.startswith(word)]
    if len(fits) == 1:
        return fits[0]
    if fits:
        raise WrongCall(f"「{word}」对得上{len(fits)}份报告", mend="写全文件名：" + named([m.stem for m in fits]))
    if not asked:
        raise WrongCall("还没有生成过可以问数的报告（单位、年度、模式比较）", mend="先运行 fangkong report --unit 单位编码")
    near = near_match(stem, tuple(m.title for m in asked))
    raise WrongCall(f"没有报告「{word}」", mend=f"检查写法，是否为「{near}」" if near else "改用：" + named([m.title for m in asked]))


_ENDINGS = (".html", ".ipynb", ".docx", ".pdf")
_KEYED = frozenset(kind.value for kind in Traced)


def _request(attempt: Attempt) -> tuple[str, dict[str, object]] | None:
    """Return the template and the settings of an attempt; None where its line in the status ledger is not one of ours."""
    try:
        template, values = json.loads(attempt.key)
        return str(template), dict(values)
    except (ValueError, TypeError):
        return None


def _asked(workspace: Workspace, attempt: Attempt, template: str, values: dict[str, object]) -> Asked:
    page = workspace.reports_dir / attempt.group / f"{attempt.name}.html"
    audience = Audience.read(str(values.get("audience", Audience.INTERNAL.value)))
    return Asked(attempt.title, page, Traced.read(template), str(values.get("unit_id", "")), parse_day(values["as_of"]), audience,
                 tuple((name, str(value)) for name, value in sorted(values.items())))
