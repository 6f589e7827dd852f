"""The report templates that ship: which notebook, which parameters, which values are allowed."""

from __future__ import annotations

from collections.abc import Mapping

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.ledger import figures
from fangkong_lab.report.request import Parameter, ReportRequest, Template, make_request
from fangkong_lab.workspace import Workspace


def _models(workspace: Workspace) -> Mapping[str, str]:
    return {model: model for model in figures.models()}


SOURCE = Template(
    name="source", label="来源文献报告", notebook="source_report.ipynb", title="{model}来源文献数字核对报告",
    parameters=(Parameter("model", "模式", str, choices=_models),),
)
TEMPLATES = {t.name: t for t in (SOURCE,)}


def template_named(word: str) -> Template:
    """Return the template whose code or label is *word*; `WrongCall` names the near match."""
    for template in TEMPLATES.values():
        if word in (template.name, template.label):
            return template
    words = tuple(TEMPLATES) + tuple(t.label for t in TEMPLATES.values())
    raise WrongCall(f"没有报告模板「{word}」", mend=did_you_mean(word, words))


def all_requests(workspace: Workspace) -> list[ReportRequest]:
    """Return a request for every report that the shipped data and the workspace's store can bear."""
    return [make_request(SOURCE, {"model": model}, workspace) for model in figures.models()]
