"""Whether a report is what its manifest says, and whether it would come out the same today."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from fangkong_lab.errors import BadInput, ReportFailed
from fangkong_lab.report import manifest, snapshot
from fangkong_lab.report.crew import CrewKind, drive, make_crew
from fangkong_lab.report.hashes import content_hash
from fangkong_lab.report.inputs import Inputs, shared_inputs
from fangkong_lab.report.manifest import Manifest, manifest_path
from fangkong_lab.report.office_file import find_template
from fangkong_lab.report.order import Format, Limits, Order, PdfMaker, Style
from fangkong_lab.report.templates import template_named
from fangkong_lab.workspace import Workspace

_SHOWN = 12
TEMPLATE_INPUT = "公文模板"
_UNUSED = "这份报告生成时没有用公文模板，--template 未用"
_WITH_TEMPLATE = "用 --template 指明它，或把它放回工作目录"


@dataclass(frozen=True)
class Verification:
    """What was found for the report *title*: *files* that are not as made, *inputs* that are not as they were, *remade* differences.

    Empty tuples are agreement. *remade* is None where the report was not made again. *resaved* names files whose bytes
    differ but which say the same; *note* is what the reader should know of the call.
    """

    title: str
    files: tuple[str, ...]
    inputs: tuple[str, ...]
    resaved: tuple[str, ...] = ()
    remade: tuple[str, ...] | None = None
    note: str = ""

    @property
    def verified(self) -> bool:
        """Say whether files and inputs are as the manifest says, and the report made again, where it was, says the same."""
        return not self.files and not self.inputs and not self.remade

    def sentence(self) -> str:
        """Return the finding as lines for the screen."""
        lines = [f"{'已核验' if self.verified else '不一致'}：{self.title}"]
        lines += [f"  文件：{line}" for line in self.files] or ["  文件：与清单一致"]
        lines += [f"  注意：{name} 被重新保存过，内容未变" for name in self.resaved]
        lines += [f"  注意：{self.note}"] if self.note else []
        lines += [f"  来源：{line}" for line in self.inputs[:_SHOWN]] or ["  来源：数据、规则、笔记本、程序、版本、设置均与生成时一致"]
        if len(self.inputs) > _SHOWN:
            lines.append(f"  来源：另有 {len(self.inputs) - _SHOWN} 项不同")
        if self.remade is not None:
            lines += [f"  重做：{line}" for line in self.remade] or ["  重做：重新生成的内容与现有文件一致"]
        return "\n".join(lines)


def manifest_of(report: Path) -> tuple[Manifest, Path]:
    """Return the manifest of *report* (any of its files, or the manifest) and its folder.

    Raises `BadInput` where there is no such file, unless the manifest says that it was made, and where there is no manifest.
    """
    name = report.name.removesuffix(f".{manifest.ENDING}") if report.name.endswith(manifest.ENDING) else report.stem
    found = manifest.read(manifest_path(report.parent, name))
    made = {record.name for record in found.files.values()} if found else set()
    if not report.is_file() and report.name not in made:
        raise BadInput("没有这个文件", where=str(report), mend="写报告的任一文件（html、docx、pdf、ipynb）")
    if found is None:
        raise BadInput("没有找到报告的清单，不能核验", where=str(manifest_path(report.parent, name)), mend="把清单文件与报告放在同一文件夹")
    return found, report.parent


def verify(workspace: Workspace, report: Path, remake: bool = False, template: Path | None = None) -> Verification:
    """Compare *report* with its manifest, and the manifest's inputs with the present ones; *remake* also makes it again.

    A report made in an office's own *template* (None: looked for in the workspace by its hash) is compared and made
    again with it. Nothing in the reports folder is touched. Raises `BadInput` where there is no manifest, or where the
    template is not found and the report is to be made again; `StoreBusy` where the store is locked.
    """
    known, folder = manifest_of(report)
    frozen = snapshot.take(workspace)
    style = _style(known, workspace, template)
    if remake and _template_hash(known) and not style.template:
        raise BadInput("没有找到生成这份报告时所用的公文模板，不能重新生成", where=known.title, mend=_WITH_TEMPLATE)
    made_by = template_named(str(known.request["template"]))
    notebook = made_by.path(workspace)
    asked = {"template": made_by.name, **known.request["parameters"]}
    now = shared_inputs(workspace, frozen, style).of(notebook, asked)
    remade = tuple(_remade(workspace, known, notebook, style)) if remake else None
    files, resaved = _files(known, folder)
    note = _UNUSED if template and not _template_hash(known) else ""
    return Verification(known.title, files, tuple(differences(known.inputs, now)), resaved, remade, note)


def _style(known: Manifest, workspace: Workspace, template: Path | None) -> Style:
    # The template's path is not in the manifest (it is a machine's own); its hash is.
    wanted = _template_hash(known)
    if wanted and template and not template.is_file():
        raise BadInput("没有这个公文模板", where=str(template), mend="检查 --template 后面的文件名")
    found = template or (find_template(workspace.root, wanted) if wanted else None)
    return Style(template=str(found) if wanted and found else "", pdf=known.inputs["设置"].get("PDF", PdfMaker.TYPST.value))


def _template_hash(known: Manifest) -> str:
    """Return the hash of the office's template the report was made in; empty where it was made in our own page style."""
    return known.inputs["设置"].get(TEMPLATE_INPUT, "")


def _files(known: Manifest, folder: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    wrong: list[str] = []
    resaved: list[str] = []
    for record in known.files.values():
        path = folder / record.name
        if not path.exists():
            wrong.append(f"{record.name} 不见了")
        elif manifest.file_sha256(path) != record.sha256:
            same = _content(path) == record.content
            (resaved if same else wrong).append(record.name if same else f"{record.name} 生成后被改动")
    return tuple(wrong), tuple(resaved)


def _content(path: Path) -> str:
    """Return the content hash; an empty text for a file that cannot be read any more as what its ending says."""
    from nbformat import ValidationError
    from nbformat.reader import NotJSONError

    try:
        return content_hash(path)
    except (ValueError, OSError, KeyError, AttributeError, BadZipFile, NotJSONError, ValidationError):
        return ""


def differences(before: Inputs, now: Inputs) -> Iterator[str]:
    """Give one line per input that is not as it was: changed, gone, or new."""
    for group in sorted({*before, *now}):
        old, new = before.get(group, {}), now.get(group, {})
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                yield f"{group} › {name}：{_change(old, new, name)}"


def _change(old: Mapping[str, str], new: Mapping[str, str], name: str) -> str:
    if name not in new:
        return f"没有找到生成时所用的那一份（{old[name][:12]}），{_WITH_TEMPLATE}" if name == TEMPLATE_INPUT else "生成时有，现在没有"
    if name not in old:
        return "生成后新增"
    return f"生成时 {old[name][:12]}，现在 {new[name][:12]}"


def _remade(workspace: Workspace, known: Manifest, notebook: Path, style: Style) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        order = Order(key=known.key, title=known.title, notebook=str(notebook), parameters=known.request["parameters"],
                      cwd=str(workspace.root), folder=folder, stem="again", office=workspace.office, marks=known.marks, day=known.as_of,
                      formats=tuple(f.value for f in Format if f.value in known.files), style=style)
        _, outcome = next(iter(drive(make_crew(CrewKind.usual(), 1, Limits()), [order])))
    if not outcome.done:
        raise ReportFailed(f"重新生成失败：{outcome.error}", where=known.title)
    for ending, record in known.files.items():
        if outcome.hashes.get(ending) != record.content:
            yield f"{record.name} 重新生成后内容不同"
