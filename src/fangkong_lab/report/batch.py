"""Many reports: in parallel, one failure apart from the rest, all of them listed."""

from __future__ import annotations

import multiprocessing
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED
from fangkong_lab.report import index, status
from fangkong_lab.report.engine import PARTIAL, Job, run_job
from fangkong_lab.report.naming import distinct_names
from fangkong_lab.report.request import ReportRequest
from fangkong_lab.report.status import Attempt, State
from fangkong_lab.workspace import Workspace


@dataclass(frozen=True)
class BatchResult:
    """How a batch ended: one `Attempt` per request, in the order of the requests."""

    attempts: tuple[Attempt, ...]

    @property
    def failed(self) -> tuple[Attempt, ...]:
        """The attempts that failed."""
        return tuple(a for a in self.attempts if a.state == State.FAILED.value)

    @property
    def exit_code(self) -> int:
        """0 where all were made, 1 otherwise."""
        return EXIT_SOME_FAILED if self.failed else EXIT_DONE

    def sentence(self) -> str:
        """Return the closing lines for the screen: counts, then every failure with its reason."""
        done = len(self.attempts) - len(self.failed)
        lines = [f"报告 {len(self.attempts)} 份：完成 {done} 份，失败 {len(self.failed)} 份"]
        return "\n".join(lines + [f"  失败：{a.title}：{a.error}" for a in self.failed])


def run_batch(requests: Sequence[ReportRequest], workspace: Workspace, workers: int = 2, progress: bool = True) -> BatchResult:
    """Make all *requests* under the workspace's reports folder with *workers* processes; the results do not depend on them.

    Every finished attempt is written to the status ledger at once; ``reports/index.html`` is rewritten at the end.
    """
    folder = workspace.reports_dir
    shutil.rmtree(folder / PARTIAL, ignore_errors=True)
    names = distinct_names([r.title for r in requests])
    jobs = [Job(r, workspace, folder, n) for r, n in zip(requests, names, strict=True)]
    finished: dict[str, Attempt] = {}
    for attempt in _with_bar(_run(jobs, workers), len(jobs), progress):
        status.append(folder, attempt)
        finished[attempt.key] = attempt
    shutil.rmtree(folder / PARTIAL, ignore_errors=True)
    index.write(folder, workspace.office)
    return BatchResult(tuple(finished[r.key()] for r in requests))


def _run(jobs: list[Job], workers: int) -> Iterator[Attempt]:
    # "spawn" everywhere: the same behaviour on Windows and Linux, and no locked library survives a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=max(1, min(workers, len(jobs) or 1)), mp_context=context) as pool:
        running = {pool.submit(run_job, job): job for job in jobs}
        for future in as_completed(running):
            failure = future.exception()
            yield future.result() if failure is None else _died(running[future], failure)


def _died(job: Job, failure: BaseException) -> Attempt:
    if isinstance(failure, BrokenProcessPool):
        error = "生成进程中途退出（可能内存不足）。请重新运行同一命令"
    else:
        error = f"{type(failure).__name__}：{failure}。请检查笔记本模板 {job.request.template.notebook}"
    return Attempt(key=job.request.key(), title=job.request.title, group=job.request.group, name=job.name,
                   state=State.FAILED.value, seconds=0.0, error=error)


def _with_bar(attempts: Iterator[Attempt], total: int, progress: bool) -> Iterator[Attempt]:
    from tqdm import tqdm

    with tqdm(total=total, desc="生成报告", unit="份", disable=not progress, ncols=90) as bar:
        for attempt in attempts:
            bar.set_postfix_str(attempt.title[:16])
            bar.update()
            yield attempt


def report_path(workspace: Workspace, attempt: Attempt, ending: str) -> Path:
    """Return where the file of a finished *attempt* lies."""
    return workspace.reports_dir / attempt.group / f"{attempt.name}.{ending}"
