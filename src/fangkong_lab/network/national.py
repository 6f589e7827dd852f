"""κ, η, controllers and idle checks of a whole nation, streamed from Parquet files to a Parquet file.

The files are the ledger tables of tables.md. A *cut* is the k-th row group of every table; where each cut holds
whole units with their flows and items, only a few cuts are in memory at a time. Files cut otherwise are read whole.
Offices that no person and no link connects are judged as networks of their own, as if each had sent its own book: an
unknown post may be held by a person of its own block only (docs/kernel.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.network.arrays_tables import Coded, code_tables
from fangkong_lab.network.influence import DIRECT, PROFILE, Influence
from fangkong_lab.network.kernel import Tasks, solve
from fangkong_lab.network.kernel_answer import ASK_ALL
from fangkong_lab.network.national_rest import settle_rest
from fangkong_lab.network.national_rows import LEVELS, answer_rows
from fangkong_lab.network.thresholds import DEFAULT_TARGET

CUT_COLUMNS = {
    "posts": ("post_id", "unit_id", "title", "reports_to", "external"),
    "occupancies": ("person_id", "post_id", "start", "end"),
    "flows": ("flow_id",),
    "steps": ("flow_id", "step_no", "kind", "route", "statutory"),
    "sign_offs": ("flow_id", "step_no", "sign_no", "post_id", "rule", "need", "independent"),
    "incompatible_steps": ("flow_id", "step_a", "step_b"),
    "power_items": ("item_id", "unit_id", "flow_id", "simple_flow", "min_persons"),
    "influences": ("from_post", "to_post", "works"),
}
MUST_HAVE = {
    "posts": ("post_id", "unit_id"),
    "occupancies": ("person_id", "post_id", "start"),
    "flows": ("flow_id",),
    "steps": ("flow_id", "step_no", "kind"),
    "sign_offs": ("flow_id", "step_no", "sign_no", "post_id"),
    "incompatible_steps": ("flow_id", "step_a", "step_b"),
    "power_items": ("item_id", "unit_id"),
    "influences": ("from_post", "to_post", "works"),
}
KEYS = (("posts", "post_id"), ("flows", "flow_id"))
NEEDED = ("posts", "occupancies", "steps", "sign_offs", "power_items")
SIMULATED = "模拟数据".encode()
Progress = Callable[[int, int, int], None]
WORDS = ("unit_id", "reports_to", "title", "person_id", "post_id", "flow_id", "kind", "route", "rule", "simple_flow")


@dataclass(frozen=True)
class National:
    """How to judge: *as_of*, *influence* for controllers and status (one of the profile's three), *target*, *threads*."""

    as_of: date
    influence: Influence = DIRECT
    target: int = DEFAULT_TARGET
    threads: int = 2

    def __post_init__(self) -> None:
        if self.influence not in PROFILE:
            raise WrongCall(f"全国计算不支持影响关系「{self.influence.name}」", mend="改用 none、direct 或 full")

    @property
    def level(self) -> int:
        """The place of the influence in the profile."""
        return PROFILE.index(self.influence)


@dataclass
class Tally:
    """What was found: *items*, distinct *flows* × min_persons, items by *status* and by highest κ per level.

    *simulated* says that a file of the tables is marked 模拟数据; the result file then is, too.
    """

    simulated: bool = False
    items: int = 0
    flows: int = 0
    status: dict[str, int] = field(default_factory=dict)
    kappa: dict[str, dict[int, int]] = field(default_factory=dict)

    def add(self, rows: pa.Table, flows: int) -> None:
        """Count the *rows* of one cut, which came to *flows* distinct tasks."""
        self.items += rows.num_rows
        self.flows += flows
        for word, count in _counts(rows["status"]):
            self.status[str(word)] = self.status.get(str(word), 0) + count
        for level in LEVELS:
            found = self.kappa.setdefault(level, {})
            for value, count in _counts(rows[f"kappa_{level}_high"]):
                if value is not None:
                    found[int(str(value))] = found.get(int(str(value)), 0) + count


def _counts(column: pa.ChunkedArray) -> list[tuple[object, int]]:
    pairs = pc.value_counts(column.combine_chunks()).to_pylist()
    return sorted(((p["values"], p["counts"]) for p in pairs), key=str)


@dataclass(frozen=True)
class Source:
    """One table's file with its footer, the columns that are needed and those of them that are read as dictionaries."""

    path: Path
    footer: pq.FileMetaData
    columns: list[str]
    words: list[str]

    def read(self, cut: int | None) -> pa.Table:
        """Return row group *cut*, or the whole table for None."""
        with pq.ParquetFile(self.path, metadata=self.footer, read_dictionary=self.words) as file:
            if cut is None:
                return file.read(columns=self.columns, use_threads=False)
            return file.read_row_group(cut, columns=self.columns, use_threads=False)


def sources_of(folder: Path) -> dict[str, Source]:
    """Return the tables' files; `BadInput` where one that is needed is missing, is no Parquet file or lacks a column."""
    if not folder.is_dir():
        raise BadInput("没有这个文件夹", where=str(folder), mend="核对路径；模拟数据可用 fangkong demo-data --nation 目录 生成")
    missing = [name for name in NEEDED if not (folder / f"{name}.parquet").is_file()]
    if missing:
        raise BadInput(f"缺少文件 {'、'.join(f'{m}.parquet' for m in missing)}", where=str(folder),
                       mend="把各表的 Parquet 文件放进同一文件夹")
    return {name: _source(path, name) for name in CUT_COLUMNS if (path := folder / f"{name}.parquet").is_file()}


def _source(path: Path, name: str) -> Source:
    try:
        footer = pq.read_metadata(path)
    except (pa.ArrowException, OSError) as error:
        raise BadInput("不是完好的 Parquet 文件", where=str(path), mend="重新导出") from error
    held = footer.schema.to_arrow_schema().names
    lacking = [c for c in MUST_HAVE[name] if c not in held]
    if lacking:
        raise BadInput(f"缺少列 {'、'.join(lacking)}", where=str(path), mend="列名用台账数据字典的英文名")
    present = [c for c in CUT_COLUMNS[name] if c in held]
    words = [c for c in present if c in WORDS and (name, c) not in KEYS]
    return Source(path, footer, present, words)


def cuts_of(sources: Mapping[str, Source]) -> list[int | None]:
    """Return the numbers of the cuts, or [None] where the tables are not cut alike and must be read whole."""
    groups = {source.footer.num_row_groups for source in sources.values()}
    return list(range(groups.pop())) if len(groups) == 1 else [None]


def read_cut(sources: Mapping[str, Source], cut: int | None, as_of: date) -> Coded:
    """Return one cut in numbers. `BadInput` where it names posts or flows that are not in it."""
    folder = sources["posts"].path.parent
    try:
        coded = code_tables({name: source.read(cut) for name, source in sources.items()}, as_of, whole=False)
    except (pa.ArrowException, OSError) as error:
        raise BadInput("有的列读不出来，或类型不对", where=f"{folder} 第{(cut or 0) + 1}批",
                       mend="序号、人数存成整数，日期存成日期，编码存成文本，重新导出") from error
    if coded.astray:
        raise BadInput(f"有 {coded.astray} 处岗位或流程编码不在同一批行内",
                       where=f"{folder} 第{(cut or 0) + 1}批",
                       mend="按单位排序后重新导出，或把各表存成单个行组")
    return coded


def judge_cut(coded: Coded, how: National) -> tuple[pa.Table, int]:
    """Return the result rows of one cut and the number of distinct tasks in it."""
    least = np.maximum(coded.least, 1)
    keys, task = np.unique(coded.flow * (int(least.max(initial=1)) + 1) + least, return_inverse=True)
    flow, persons = np.divmod(keys, int(least.max(initial=1)) + 1)
    answers, people = solve(coded.net, coded.offices.openings, Tasks(flow, persons, how.level, ASK_ALL))
    people = settle_rest(coded, task, answers, people, (how.as_of, how.level))
    return answer_rows(coded, task, flow, answers, people, how.level, how.target), len(keys)


def _results(sources: Mapping[str, Source], how: National) -> Iterator[tuple[pa.Table, int]]:
    """Yield the results cut by cut, in order, a few cuts ahead on *threads* threads."""
    def one(cut: int | None) -> tuple[pa.Table, int]:
        return judge_cut(read_cut(sources, cut, how.as_of), how)

    waiting: list[Future[tuple[pa.Table, int]]] = []
    with ThreadPoolExecutor(how.threads) as pool:
        for cut in cuts_of(sources):
            waiting.append(pool.submit(one, cut))
            if len(waiting) > how.threads + 1:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


def judge_nation(folder: Path, target_file: Path | None, how: National, progress: Progress | None = None) -> Tally:
    """Judge every item of the Parquet tables in *folder*; write one row per item to *target_file*, if one is given.

    The file appears under its name when it is complete; rows stand in the order of the item table. *progress* is told after
    every cut how many of how many are done, and how many items. Returns the counts. Raises `BadInput` where a table is
    missing or a cut is not closed.
    """
    sources = sources_of(folder)
    if not sources["power_items"].footer.num_rows:
        raise BadInput("没有权力事项", where=str(sources["power_items"].path), mend="核对导出的内容")
    if target_file is None:
        return _judge(sources, None, how, progress)
    if target_file.resolve() in {source.path.resolve() for source in sources.values()}:
        raise WrongCall("结果不能写到数据文件上", where=str(target_file), mend="换一个文件名")
    part = target_file.with_name(target_file.name + ".part")
    try:
        tally = _judge(sources, part, how, progress)
        part.replace(target_file)
    finally:
        part.unlink(missing_ok=True)
    return tally


def _judge(sources: Mapping[str, Source], part: Path | None, how: National, progress: Progress | None) -> Tally:
    tally = Tally(any(SIMULATED in (source.footer.metadata or {}) for source in sources.values()))
    mark = {SIMULATED: "是".encode()} if tally.simulated else None
    total = len(cuts_of(sources))
    writer: pq.ParquetWriter | None = None
    try:
        for done, (rows, flows) in enumerate(_results(sources, how), start=1):
            if part is not None:
                writer = writer or pq.ParquetWriter(part, rows.schema.with_metadata(mark), compression="zstd", compression_level=1,
                                                    use_dictionary=["status", "unit_id"], write_statistics=False)
                writer.write_table(rows.replace_schema_metadata(mark))
            tally.add(rows, flows)
            if progress is not None:
                progress(done, total, tally.items)
    finally:
        if writer is not None:
            writer.close()
    return tally
