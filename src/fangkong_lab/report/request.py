"""What a report is asked for: a template and its typed parameters, checked before anything runs.

papermill only logs an unknown parameter and accepts any type; a misspelt unit would give a plausible report.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, WrongCall, did_you_mean
from fangkong_lab.shipped import shipped
from fangkong_lab.workspace import Workspace

Scalar = str | int | float | bool
Choices = Callable[[Workspace], Mapping[str, str]]
Marks = Callable[[Workspace, Mapping[str, Scalar]], tuple[str, ...]]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a template: *name* as in the notebook's parameters cell, *kind* (str, int, float, bool or date).

    *choices* gives, for a workspace, the allowed values and what each is called (None: any value of the type).
    *default* None means required.
    """

    name: str
    label: str
    kind: type
    choices: Choices | None = None
    default: Scalar | None = None


@dataclass(frozen=True)
class Template:
    """A report notebook: *name* (code), *label* (screen), *notebook* file in notebooks/reports, *parameters*.

    *title* is a format string over the parameters' labels; *marks* gives the words that stand on every page (模拟数据, 内部).
    """

    name: str
    label: str
    notebook: str
    title: str
    parameters: tuple[Parameter, ...]
    marks: Marks | None = None

    def path(self, workspace: Workspace) -> Path:
        """Return the notebook: the workspace's own copy if it has one, else the shipped one."""
        own = workspace.notebooks_dir / "reports" / self.notebook
        return own if own.is_file() else shipped("notebooks", "reports", self.notebook)


@dataclass(frozen=True)
class ReportRequest:
    """A checked request: *template* with *values* (JSON-safe, in the template's order) and its *title*.

    Two requests with the same values are equal. *group* is the folder under reports/ the files go to,
    *marks* are the words on every page.
    """

    template: Template = field(repr=False)
    values: tuple[tuple[str, Scalar], ...]
    title: str
    group: str
    marks: tuple[str, ...] = ()

    def parameters(self) -> dict[str, Scalar]:
        """Return the parameters as papermill wants them (a fresh dictionary)."""
        return dict(self.values)

    @property
    def day(self) -> str:
        """The day the report speaks of (``2016-12-31``); empty for a template without one."""
        return str(self.parameters().get("as_of", ""))

    @property
    def stem(self) -> str:
        """What the files are called: the title, and the day where there is one, so that two years are two files."""
        return f"{self.title}{self.day}" if self.day else self.title

    def key(self) -> str:
        """Return the request as one line of JSON: what the status ledger knows it by."""
        return json.dumps([self.template.name, dict(self.values)], ensure_ascii=False, sort_keys=True)


def make_request(template: Template, given: Mapping[str, object], workspace: Workspace) -> ReportRequest:
    """Check *given* against *template* and return the request.

    Raises `WrongCall` for an unknown, missing or wrongly typed parameter and `BadInput` for a value that is not among
    the choices; both name the near match.
    """
    names = tuple(p.name for p in template.parameters)
    for name in given:
        if name not in names:
            raise WrongCall(f"没有参数「{name}」", where=template.label, mend=did_you_mean(name, names))
    values = tuple((p.name, _checked(template, p, given, workspace)) for p in template.parameters)
    labels = {p.name: _label(p, dict(values)[p.name], workspace) for p in template.parameters}
    title = template.title.format(**labels)
    marks = template.marks(workspace, dict(values)) if template.marks else ()
    return ReportRequest(template=template, values=values, title=title, group=template.label, marks=marks)


def _checked(template: Template, parameter: Parameter, given: Mapping[str, object], workspace: Workspace) -> Scalar:
    value = given.get(parameter.name, parameter.default)
    where = f"{template.label} › {parameter.label}（{parameter.name}）"
    if value is None:
        raise WrongCall("缺少必填参数", where=where, mend=f"给出「{parameter.label}」")
    typed = _typed(parameter.kind, value, where)
    if parameter.choices is not None:
        known = parameter.choices(workspace)
        if typed not in known:
            by_label = {label: code for code, label in known.items()}
            if typed in by_label:
                return by_label[str(typed)]
            words = tuple(known) + tuple(known.values())
            raise BadInput(f"没有「{typed}」", where=where, mend=did_you_mean(str(typed), words))
    return typed


def _typed(kind: type, value: object, where: str) -> Scalar:
    if kind is date:
        return parse_day(value).isoformat()
    fits = isinstance(value, kind) and not (isinstance(value, bool) and kind is not bool)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not fits:
        names = {str: "文字", int: "整数", float: "数", bool: "是/否"}
        raise WrongCall(f"「{value}」不是{names[kind]}", where=where, mend=f"改为{names[kind]}")
    return value  # type: ignore[return-value]


def _label(parameter: Parameter, value: Scalar, workspace: Workspace) -> str:
    if parameter.choices is None:
        return str(value)
    return parameter.choices(workspace)[str(value)]
