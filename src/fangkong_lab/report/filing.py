"""Where a report's files go, whether they are there already, and how they get there in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.report import manifest
from fangkong_lab.report.manifest import FileRecord, Manifest, manifest_path
from fangkong_lab.report.naming import distinct_names, marked_name
from fangkong_lab.report.order import Format, Order, Outcome
from fangkong_lab.report.request import ReportRequest
from fangkong_lab.report.wreck import last_cell, wreck
from fangkong_lab.workspace import Workspace

FAILED, EARLIER = "失败", "旧稿"


@dataclass(frozen=True)
class Job:
    """A request with the *inputs* it is to be made from and the place its files go to: ``<folder>/<group>/<name>.*``."""

    request: ReportRequest
    workspace: Workspace
    name: str
    inputs: Mapping[str, Mapping[str, str]]
    fingerprint: str

    @property
    def folder(self) -> Path:
        """The folder of the finished files."""
        return self.workspace.reports_dir / self.request.group

    def target(self, ending: str) -> Path:
        """Return the final path of the file with *ending*."""
        return self.folder / f"{self.name}.{ending}"

    def standing(self, formats: Sequence[str]) -> Manifest | None:
        """Return the manifest of the same report made from the same inputs, in all *formats* and as written; else None."""
        found = manifest.read(manifest_path(self.folder, self.name))
        if found is None or found.key != self.request.key() or found.fingerprint != self.fingerprint:
            return None
        return found if set(formats) <= set(found.files) and manifest.intact(found, self.folder) else None


def names_of(requests: Sequence[ReportRequest], reports_dir: Path) -> list[str]:
    """Return a file name for each request: different from all others of the batch, and from the files of other requests.

    Names that differ only in case count as the same. A name already used in the folder by another request gets a mark
    made from its request, so that no report overwrites another.
    """
    taken = {(r.group, name.casefold()): key for r in {q.group: q for q in requests}.values()
             for name, key in _names_in(reports_dir / r.group).items()}
    names = []
    for request, name in zip(requests, distinct_names([r.stem for r in requests]), strict=True):
        holder = taken.get((request.group, name.casefold()))
        free = holder is None or holder == request.key()
        names.append(name if free else marked_name(name, request.key()))
        taken[(request.group, names[-1].casefold())] = request.key()
    return names


def _names_in(folder: Path) -> dict[str, str]:
    """Return name → request key of the reports in *folder*."""
    found = {}
    for path in sorted(folder.glob(f"*.{manifest.ENDING}")):
        known = manifest.read(path)
        if known is not None:
            found[path.name.removesuffix(f".{manifest.ENDING}")] = known.key
    return found


def publish(job: Job, order: Order, outcome: Outcome) -> None:
    """Give the partial files of *order* their final names, each in one step, the manifest last.

    A file somebody changed by hand since it was made is moved to ``旧稿/``; one that is not made any more goes.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    _put_aside(job, outcome)
    files = {}
    for ending, content in outcome.hashes.items():
        partial = Path(order.path(ending))
        files[ending] = FileRecord(job.target(ending).name, manifest.file_sha256(partial), content)
    # Until the new manifest stands, the old one no longer fits the files: a kill in between is seen as not made.
    for ending in outcome.hashes:
        os.replace(order.path(ending), job.target(ending))
    seed = job.request.parameters().get("seed")
    # Written among the partial files too: a kill before the last rename leaves nothing beside the reports.
    written = Path(order.path(manifest.ENDING))
    manifest.write(Manifest(
        key=job.request.key(), title=job.request.title, request={"template": job.request.template.name, "parameters": job.request.parameters()},
        inputs={group: dict(values) for group, values in job.inputs.items()}, fingerprint=job.fingerprint, files=files,
        marks=job.request.marks, as_of=job.request.day, seed=seed if isinstance(seed, int) else None, missing=outcome.missing,
    ), written)
    os.replace(written, manifest_path(job.folder, job.name))


def _put_aside(job: Job, outcome: Outcome) -> None:
    before = manifest.read(manifest_path(job.folder, job.name))
    known = {record.name: record.sha256 for record in before.files.values()} if before else {}
    for ending in ("ipynb", *(f.value for f in Format)):
        path = job.target(ending)
        now = manifest.file_sha256(path)
        if now and known.get(path.name) != now:
            earlier = job.workspace.reports_dir / EARLIER / f"{marked_name(job.name, now)}.{ending}"
            earlier.parent.mkdir(parents=True, exist_ok=True)
            os.replace(path, earlier)
        elif now and ending not in outcome.hashes:
            path.unlink()


def keep_failed(job: Job, order: Order, outcome: Outcome) -> str:
    """Keep the notebook of a failed report under ``失败/`` and return the error with the place and the last cell."""
    kept = job.workspace.reports_dir / FAILED / f"{job.name}.ipynb"
    cell = last_cell(order)
    where = f"（最后一个单元格：{cell}）" if cell else ""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(order.path("ipynb"))
        if not partial.exists():
            _write_wreck(order, outcome.error)
        os.replace(partial, kept)
    except (OSError, ValueError, KeyError):
        return f"{outcome.error}{where}"
    return f"{outcome.error}{where}。请打开 {kept.relative_to(job.workspace.reports_dir).as_posix()} 查看出错的单元格"


def _write_wreck(order: Order, error: str) -> None:
    import nbformat

    with open(order.path("ipynb"), "w", encoding="utf-8") as file:
        nbformat.write(wreck(order, error), file)


def clear(order: Order) -> None:
    """Remove what is left of *order* in the partial folder."""
    for path in Path(order.folder).glob(f"{order.stem}.*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
