"""Many reports: in parallel, one failure apart from the rest, finished work never done twice, all of them listed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED, BadInput
from fangkong_lab.fonts import SANS, SERIF, font_file
from fangkong_lab.report import index, snapshot, status
from fangkong_lab.report.crew import Crew, CrewKind, drive, make_crew
from fangkong_lab.report.filing import Job, clear, keep_failed, names_of, publish
from fangkong_lab.report.inputs import fingerprint, shared_inputs
from fangkong_lab.report.lock import only_batch
from fangkong_lab.report.making import DISK, disk_words
from fangkong_lab.report.order import Engine, Format, Limits, Order, Outcome, Style
from fangkong_lab.report.request import ReportRequest
from fangkong_lab.report.status import Attempt, State
from fangkong_lab.workspace import Workspace

PARTIAL = ".partial"


@dataclass(frozen=True)
class Plan:
    """How a batch is made.

    *formats* beside ipynb, *workers* at a time, *force* also what is unchanged, *limits* per report, *crew* (None: what
    fits the system), *cluster* address of a dask scheduler (empty: this machine), *style* of the paper formats,
    *engine*, *progress* whether a bar is shown.
    """

    formats: tuple[Format, ...] = (Format.HTML,)
    workers: int = 2
    force: bool = False
    limits: Limits = field(default_factory=Limits)
    crew: CrewKind | None = None
    cluster: str = ""
    style: Style = field(default_factory=Style)
    engine: Engine = Engine.OURS
    progress: bool = True

    @property
    def endings(self) -> tuple[str, ...]:
        """The formats' endings, in their fixed order."""
        return tuple(f.value for f in Format if f in self.formats)


@dataclass(frozen=True)
class BatchResult:
    """How a batch ended: one `Attempt` per request, in the order of the requests; *faults* of the batch itself."""

    attempts: tuple[Attempt, ...]
    faults: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Attempt, ...]:
        """The attempts that failed."""
        return tuple(a for a in self.attempts if a.failed)

    @property
    def unchanged(self) -> tuple[Attempt, ...]:
        """The reports that stood already, made from the same inputs."""
        return tuple(a for a in self.attempts if a.state == State.UNCHANGED.value)

    @property
    def exit_code(self) -> int:
        """0 where all are there, 1 otherwise."""
        return EXIT_SOME_FAILED if self.failed or self.faults else EXIT_DONE

    def sentence(self) -> str:
        """Return the closing lines for the screen: counts, then every failure with its reason."""
        made = len(self.attempts) - len(self.failed) - len(self.unchanged)
        same = f"，未变 {len(self.unchanged)} 份（加 --force 重新生成）" if self.unchanged else ""
        lines = [f"报告 {len(self.attempts)} 份：完成 {made} 份{same}，失败 {len(self.failed)} 份"]
        lines += [f"  失败：{a.title}：{a.error}" for a in self.failed]
        lines += [f"  注意：{a.title}：{a.note}" for a in self.attempts if a.note]
        return "\n".join(lines + [f"  注意：{fault}" for fault in self.faults])


def run_batch(requests: Sequence[ReportRequest], workspace: Workspace, plan: Plan | None = None) -> BatchResult:
    """Make all *requests* under the workspace's reports folder as *plan* says; the results do not depend on the workers.

    A report that stands already, made from the same inputs and untouched, is not made again unless forced: a batch that
    was killed goes on where it was. Every report that ends is written to the status ledger at once;
    ``reports/index.html`` is rewritten at the end. Raises `StoreBusy` where another batch runs here or the store is
    locked, `BadInput` where nothing can be written or a font is missing.
    """
    plan = plan or Plan()
    folder = _writable(workspace.reports_dir)
    _fonts_there()
    with only_batch(folder):
        shutil.rmtree(folder / PARTIAL, ignore_errors=True)
        batch = _Batch(workspace, plan, folder / PARTIAL / str(os.getpid()))
        try:
            return batch.run(requests)
        except OSError as error:
            if error.errno not in DISK:
                raise  # a broken pipe or a lost scheduler is not the disk's fault
            raise BadInput(disk_words(error), where=str(folder)) from error
        finally:
            shutil.rmtree(folder / PARTIAL, ignore_errors=True)


def _writable(folder: Path) -> Path:
    probe = folder / ".probe"  # one name: what a kill leaves behind is overwritten
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as error:
        raise BadInput(disk_words(error), where=str(folder)) from error
    return folder


def _fonts_there() -> None:
    for name in (SANS, SERIF):
        if not font_file(name).is_file():
            raise BadInput("缺少随软件的字体文件，图和 PDF 会显示方框", where=str(font_file(name)), mend="重新安装软件")


@dataclass
class _Batch:
    workspace: Workspace
    plan: Plan
    partial: Path
    faults: list[str] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)

    def run(self, requests: Sequence[ReportRequest]) -> BatchResult:
        self.partial.mkdir(parents=True)
        self.listed = {a.key for a in status.latest(self.workspace.reports_dir) if not a.failed}
        jobs = self._jobs(requests)
        finished: dict[str, Attempt] = {}
        for attempt in _with_bar(self._attempts(jobs), len(jobs), self.plan.progress):
            self._note(attempt)
            finished[attempt.key] = attempt
        try:
            index.write(self.workspace.reports_dir, self.workspace.office)
        except OSError as error:
            self.faults.append(f"报告目录 index.html 未能写出：{disk_words(error)}")
        return BatchResult(tuple(finished[r.key()] for r in requests), tuple(dict.fromkeys(self.faults)))

    def _jobs(self, requests: Sequence[ReportRequest]) -> list[Job]:
        frozen = snapshot.take(self.workspace)
        if frozen is not None:
            snapshot.write(frozen, self.partial / "snapshot")
        shared = shared_inputs(self.workspace, frozen, self.plan.style)
        jobs = {}
        for request, name in zip(requests, names_of(requests, self.workspace.reports_dir), strict=True):
            inputs = shared.of(request.template.path(self.workspace), {"template": request.template.name, **request.parameters()})
            jobs[request.key()] = Job(request, self.workspace, name, inputs, fingerprint(inputs))
        return list(jobs.values())

    def _attempts(self, jobs: list[Job]) -> Iterator[Attempt]:
        to_do: dict[str, Job] = {}
        for job in jobs:
            standing = None if self.plan.force else job.standing(self.plan.endings)
            if standing is None:
                to_do[job.request.key()] = job
            else:
                yield self._attempt(job, State.UNCHANGED, Outcome(job.request.key(), missing=standing.missing,
                                                                  hashes={e: r.content for e, r in standing.files.items()}))
        if not to_do:
            return
        orders = [self._order(job, number) for number, job in enumerate(to_do.values())]
        with closing(drive(self._crew(len(orders)), orders)) as results:
            for order, outcome in results:
                yield self._finish(to_do[order.key], order, outcome)

    def _crew(self, count: int) -> Crew:
        workers = max(1, min(self.plan.workers, count))
        if self.plan.cluster:
            from fangkong_lab.report.cluster import ClusterCrew

            return ClusterCrew(self.plan.cluster, self.plan.limits)
        crew: Crew = make_crew(self.plan.crew or CrewKind.usual(), workers, self.plan.limits)
        return crew

    def _order(self, job: Job, number: int) -> Order:
        frozen = self.partial / "snapshot"
        return Order(
            key=job.request.key(), title=job.request.title, notebook=str(job.request.template.path(self.workspace)),
            parameters=job.request.parameters(), cwd=str(self.workspace.root), folder=str(self.partial), stem=f"r{number:05d}",
            office=self.workspace.office, marks=job.request.marks, day=job.request.day, formats=self.plan.endings,
            snapshot=str(frozen) if frozen.exists() else "", engine=self.plan.engine.value, style=self.plan.style)

    def _finish(self, job: Job, order: Order, outcome: Outcome) -> Attempt:
        """Publish a report that was made, keep the notebook of one that failed; a full disk here fails this report only."""
        try:
            if outcome.done:
                publish(job, order, outcome)
                return self._attempt(job, State.DONE, outcome)
        except OSError as error:
            outcome = Outcome(outcome.key, error=disk_words(error), seconds=outcome.seconds)
        finally:
            error_text = "" if outcome.done else keep_failed(job, order, outcome)
            clear(order)
        return self._attempt(job, State.FAILED, outcome, error_text)

    def _attempt(self, job: Job, state: State, outcome: Outcome, error: str = "") -> Attempt:
        note = f"字库缺字「{outcome.missing}」，PDF 中显示为空框" if outcome.missing else ""
        return Attempt(key=job.request.key(), title=job.request.title, group=job.request.group, name=job.name, state=state.value,
                       seconds=round(outcome.seconds, 2), content_hash=outcome.hashes.get("ipynb", ""), error=error, note=note,
                       formats=tuple(f.value for f in Format if f.value in outcome.hashes), megabytes=outcome.megabytes)

    def _note(self, attempt: Attempt) -> None:
        """Write *attempt* to the ledger unless it says nothing new; a ledger that cannot be written loses no report."""
        if attempt.state == State.UNCHANGED.value and attempt.key in self.listed:
            return
        try:
            status.append(self.workspace.reports_dir, attempt)
        except OSError as error:
            self.faults.append(f"状态台账未能写入：{disk_words(error)}")


def _with_bar(attempts: Iterator[Attempt], total: int, progress: bool) -> Iterator[Attempt]:
    from tqdm import tqdm

    layout = "{desc} {n_fmt}/{total_fmt} 份 |{bar}| 已用 {elapsed} 剩余 {remaining} {postfix}"
    with tqdm(total=total, desc="生成报告", disable=not progress, ncols=100, bar_format=layout, mininterval=0.2) as bar:
        failed = 0
        for attempt in attempts:
            failed += attempt.failed
            bar.set_postfix_str((f"失败 {failed} " if failed else "") + attempt.title[:16], refresh=False)
            bar.update()
            yield attempt


def report_path(workspace: Workspace, attempt: Attempt, ending: str) -> Path:
    """Return where the file of a finished *attempt* lies."""
    return workspace.reports_dir / attempt.group / f"{attempt.name}.{ending}"
