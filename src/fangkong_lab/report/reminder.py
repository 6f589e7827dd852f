"""催办单: what one unit must do, as a workbook and as a document; files appear whole or not at all.

The copy goes to the unit: it says what is due and when, no person code, no warned post. What the discipline side must do
itself (appeals) is on its own list only.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import ReportFailed
from fangkong_lab.kinds import Audience
from fangkong_lab.measure.due import DueList
from fangkong_lab.measure.due_item import DueItem, Known, Matter
from fangkong_lab.report.naming import safe_name
from fangkong_lab.report.reminder_book import write_book
from fangkong_lab.report.reminder_letter import Letter, write_letter

if TYPE_CHECKING:
    import pandas as pd

SIMULATED = "模拟数据"


@dataclass(frozen=True)
class Reminder:
    """One 催办单: *office* asks *addressee* (the name of the unit *code*; the office itself for the whole list) to do *due*."""

    office: str
    addressee: str
    due: DueList
    audience: Audience
    code: str = ""

    @property
    def title(self) -> str:
        """The title of the document."""
        return "催办单" if self.audience is Audience.UNIT else "本周到期清单（纪委内部）"

    @property
    def marks(self) -> tuple[str, ...]:
        """The words that stand on every page."""
        inner = ("内部",) if self.audience is Audience.INTERNAL else ()
        return ((SIMULATED,) if self.due.simulated else ()) + inner

    def opening(self) -> str:
        """Return the first paragraph: overdue and coming counted apart."""
        late, soon = len(self.due.overdue), len(self.due.coming)
        asked = "请按下列期限办理，办结后在台账填写实际日期并报送。" if self.audience is Audience.UNIT else ""
        day = self.due.as_of
        return f"截至{day.year}年{day.month}月{day.day}日，逾期未办{late}件，{self.due.within}日内到期{soon}件。{asked}"

    def notes(self) -> tuple[str, ...]:
        """Return the notes: 口径, what rests on assumptions, what the list does not say."""
        reckoned = self._reckoned()
        lines = [self.due.basis_line() + "。"]
        if reckoned:
            lines.append("按规则推算的期限依据：" + "；".join(reckoned) + "。")
        return (*lines, "列入本单只说明台账上期限已到而没有办理记录，不代表存在违规行为，不作为评价个人的依据。")

    def _reckoned(self) -> list[str]:
        """Return the evidence of the rules that items of this very list rest on."""
        needed = {word for i in self.due.items if i.known is Known.RULE for word in _RULES.get(i.matter.value, ())}
        return [line for line in self.due.calendar.basis(self.due.as_of) if any(w in line.split("：")[0] for w in needed)]


_RULES = {"report": ("报送日",), "appeal": ("申诉",), "rotation": ("轮换",)}


def reminders(due: DueList, office: str) -> tuple[Reminder, ...]:
    """Return one reminder per unit that must do something, by code, and the office's own whole list last."""
    units = tuple(Reminder(office, due.units[u], due.of_unit(u), Audience.UNIT, u) for u in due.addressees())
    return (*units, Reminder(office, office or "本办公室", due, Audience.INTERNAL)) if due.items else units


def write_reminder(reminder: Reminder, folder: Path) -> tuple[Path, Path]:
    """Write the workbook and the document of *reminder* into *folder* and return both paths.

    Existing files of the same name are replaced in one step each. Raises `ReportFailed` where a file cannot be written
    (open in another program, no space, no rights); the other files are not touched.
    """
    kind = "催办单" if reminder.audience is Audience.UNIT else "到期清单_纪委内部"
    stem = safe_name("_".join(p for p in (kind, reminder.code, reminder.addressee, str(reminder.due.as_of)) if p))
    book, letter = folder / f"{stem}.xlsx", folder / f"{stem}.docx"
    _whole(book, lambda path: write_book(path, reminder.title, reminder.marks, _tables(reminder), (reminder.opening(), *reminder.notes())))
    _whole(letter, lambda path: write_letter(path, _letter(reminder)))
    return book, letter


def _letter(reminder: Reminder) -> Letter:
    due, unit = reminder.due, reminder.audience is Audience.UNIT
    heads = ((f"一、逾期未办（{len(due.overdue)}件）", due.overdue), (f"二、{due.within}日内到期（{len(due.coming)}件）", due.coming))
    parts = tuple((head, _brief(due, items, unit)) for head, items in heads if items)
    return Letter(reminder.title, reminder.marks, reminder.addressee if unit else "", reminder.opening(), parts, reminder.notes(), reminder.office, due.as_of)


def _brief(due: DueList, items: tuple[DueItem, ...], unit: bool) -> pd.DataFrame:
    """Return the columns of a document: reports of one unit due on one day stand on one line, so that it stays short."""
    import pandas as pd

    lines: dict[tuple[object, ...], list[DueItem]] = {}
    for item in items:
        same = item.key if item.matter is not Matter.REPORT else ()
        lines.setdefault((item.due_on, item.matter, item.unit_id, item.for_office, same), []).append(item)
    rows = []
    for group in lines.values():
        first = group[0]
        what = first.what if len(group) == 1 else f"{first.due_on.month}月信息报送{len(group)}件：" + "、 ".join(i.key[0] for i in group)
        row = {"到期日": first.due_on.isoformat(), "逾期天数": first.late(due.as_of), "事由": first.matter.label,
               "单位": due.name_of(first), "事项": what, "依据": first.known.label}
        rows.append(row)
    left_out = (["单位"] if unit else []) + ([] if items[0].due_on < due.as_of else ["逾期天数"])
    return pd.DataFrame(rows).drop(columns=left_out)


def _tables(reminder: Reminder) -> Iterator[tuple[str, object]]:
    yield "到期事项", reminder.due.table(reminder.audience)
    yield "件数", reminder.due.counts()


def _whole(target: Path, write: Callable[[Path], None]) -> None:
    with _partial(target) as path:
        write(path)


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """Give a hidden path beside *target*; it takes the name of *target* only when it is complete."""
    path = target.with_name(f".{target.stem}.{os.getpid()}{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield path
        os.replace(path, target)
    except OSError as error:
        raise ReportFailed(f"写不出来（{error.strerror or error}）", where=str(target), mend="关闭正在打开它的程序，检查磁盘空间和写入权限") from error
    finally:
        path.unlink(missing_ok=True)
