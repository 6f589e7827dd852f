"""Accepted findings: which item, which test, why, by whom, until when. An append-only file in the workspace.

An accepted finding leaves the list and stays in the totals. When its day has passed, or the flow it was accepted for has
changed, it comes back and says so. The last row of an item and test that had been made by the day decides.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Kind
from fangkong_lab.network.find_tests import FindingTest
from fangkong_lab.network.thresholds import ItemThresholds

FILE = Path("data") / "接受清单.csv"
COLUMNS = ("事项编码", "检验", "动作", "理由", "接受人", "接受日期", "有效期至", "流程特征")
_MARK = re.compile(r"[0-9a-f]{12}")
_BOM = "\ufeff"


class Act(Kind):
    """What a row of the file does."""

    ACCEPT = "accept", "接受"
    WITHDRAW = "withdraw", "撤回"


class Standing(Kind):
    """Where an acceptance stands on a day."""

    IN_FORCE = "in_force", "有效"
    LAPSED = "lapsed", "已到期"
    CHANGED = "changed", "流程已变"
    WITHDRAWN = "withdrawn", "已撤回"


@dataclass(frozen=True)
class Acceptance:
    """One row: *by* accepted the finding of *test* about *item_id* on the day *on*, until the day *until* (inclusive).

    *mark* is the fingerprint of the flow it was accepted for (empty: whatever the flow is); *line* its line in the file.
    """

    item_id: str
    test: FindingTest
    act: Act
    reason: str
    by: str
    on: date
    until: date
    mark: str = ""
    line: int = 0

    def sentence(self) -> str:
        """Return who accepted it, until when and why."""
        return f"{self.by}于{self.on}{self.act.label}，有效期至{self.until}，理由：{self.reason}"


def flow_mark(each: ItemThresholds) -> str:
    """Return twelve characters that change when the flow, its sign-offs or the least number of persons change."""
    flow = each.structure.flow
    design = (flow.steps, flow.sign_offs, flow.incompatible, each.item.min_persons)
    return hashlib.sha256(repr(design).encode()).hexdigest()[:12]


def standing(rows: Sequence[Acceptance], test: FindingTest, as_of: date, mark: str) -> tuple[Standing, Acceptance] | None:
    """Return how the acceptances of one item stand for *test* on *as_of*; None where there is none.

    Accepting 单人可办结 accepts 单人可令办结 with it, which follows from it; not the other way round.
    """
    covering = (test, FindingTest.ALONE) if test is FindingTest.ORDERED else (test,)
    found = [s for wanted in covering if (s := _last(rows, wanted, as_of, mark)) is not None]
    return next((s for s in found if s[0] is Standing.IN_FORCE), found[0] if found else None)


def _last(rows: Sequence[Acceptance], test: FindingTest, as_of: date, mark: str) -> tuple[Standing, Acceptance] | None:
    made = [r for r in rows if r.test is test and r.on <= as_of]
    if not made:
        return None
    row = max(made, key=lambda r: r.line)
    if row.act is Act.WITHDRAW:
        return Standing.WITHDRAWN, row
    if row.until < as_of:
        return Standing.LAPSED, row
    return (Standing.CHANGED if row.mark and row.mark != mark else Standing.IN_FORCE), row


def read_acceptances(path: Path) -> tuple[Acceptance, ...]:
    """Return the rows of the file in its order; none where there is no file.

    Strict: `BadInput` with file and line for a wrong header, an unknown test or act, an empty or personal cell, a date that
    is none, an end before the beginning, a last line that was cut off.
    """
    if not path.is_file():
        return ()
    try:
        text = path.read_text(encoding="utf-8").removeprefix(_BOM)
    except UnicodeDecodeError as error:
        raise BadInput("编码不是UTF-8", where=str(path), mend="另存为「CSV UTF-8」") from error
    if not text.endswith("\n"):
        raise BadInput("最后一行不完整", where=f"{path} 第{text.count(chr(10)) + 1}行", mend="补全或删去这一行，行末留换行")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found = []
    try:
        for cells in reader:
            place = f"{path} 第{reader.line_num}行"
            if reader.line_num == 1:
                _check_header(cells, place)
            elif any(cell.strip() for cell in cells):
                found.append(_row(cells, place, reader.line_num))
    except csv.Error as error:
        raise BadInput(f"不是合格的CSV（{error}）", where=f"{path} 第{reader.line_num}行", mend="检查引号和逗号") from error
    return tuple(found)


def _check_header(cells: list[str], place: str) -> None:
    if tuple(cells) != COLUMNS:
        raise BadInput("表头不对", where=place, mend="表头应为：" + ",".join(COLUMNS))


def _row(cells: list[str], place: str, line: int) -> Acceptance:
    if len(cells) != len(COLUMNS):
        raise BadInput(f"有{len(cells)}格，应有{len(COLUMNS)}格", where=place, mend="补齐各格；格内有逗号的整格加英文双引号")
    row = dict(zip(COLUMNS, (c.strip() for c in cells), strict=True))
    for name in COLUMNS[:-1]:
        if not row[name]:
            raise BadInput("必填项为空", where=f"{place} › {name}", mend="补填后重试")
    try:
        made = Acceptance(row["事项编码"], FindingTest.read(row["检验"]), Act.read(row["动作"]), row["理由"], row["接受人"],
                          parse_day(row["接受日期"]), parse_day(row["有效期至"]), row["流程特征"], line)
        check(made)
    except BadInput as error:
        raise BadInput(error.what, where=f"{place}{' › ' + error.where if error.where else ''}", mend=error.mend) from error
    return made


def check(row: Acceptance) -> None:
    """Raise `BadInput` where a row could not stand in the file: empty or personal text, an end before the beginning."""
    from fangkong_lab.ledger.privacy import personal_faults
    from fangkong_lab.ledger.tables import TABLES

    free = next(c for c in TABLES["risk_points"].columns if c.name == "description")
    for name, text in (("事项编码", row.item_id), ("理由", row.reason), ("接受人", row.by)):
        if not text.strip() or "\n" in text or "\r" in text:
            raise BadInput("为空或含有换行", where=name, mend="写成一行文字")
        if fault := personal_faults(free, [text]).get(text):
            raise BadInput(fault.why, where=name, mend=fault.mend)
    if row.act is Act.ACCEPT and row.until < row.on:
        raise BadInput(f"有效期至{row.until}，早于接受日期{row.on}", where="有效期至", mend="核对日期")
    if row.mark and not _MARK.fullmatch(row.mark):
        raise BadInput(f"「{row.mark}」不是流程特征", where="流程特征", mend="留空，或用 fangkong accept 写入")


def append(path: Path, row: Acceptance) -> None:
    """Add *row* at the end of the file, the header first where there is no file yet; on the disk when this returns.

    One write of whole lines: a reader sees all of the row or nothing of it. Raises `BadInput` for a row or a file that
    `read_acceptances` would refuse; nothing is written then.
    """
    check(row)
    read_acceptances(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = _line((row.item_id, row.test.label, row.act.label, row.reason, row.by, row.on.isoformat(), row.until.isoformat(), row.mark))
    try:
        handle, head = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | _BINARY, 0o644), _BOM + _line(COLUMNS)
    except FileExistsError:
        handle, head = os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY), ""
    try:
        _write(handle, (head + line).encode("utf-8"), path)
    finally:
        os.close(handle)


def _write(handle: int, data: bytes, path: Path) -> None:
    """Write *data* at the end and wait for the disk; where there is no room for all of it, leave nothing of it."""
    before = os.fstat(handle).st_size
    if os.write(handle, data) != len(data):
        os.ftruncate(handle, before)
        raise BadInput("没有写完，已撤回", where=str(path), mend="检查磁盘空间后重试")
    os.fsync(handle)


_BINARY = getattr(os, "O_BINARY", 0)


def _line(cells: Sequence[str]) -> str:
    sink = io.StringIO()
    csv.writer(sink, lineterminator="\r\n").writerow(cells)
    return sink.getvalue()
