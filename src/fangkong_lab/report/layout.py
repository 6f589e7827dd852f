"""Measures of the GB/T 9704-2012 page and of what stands on it, shared by DOCX and PDF."""

from __future__ import annotations

import math
import re
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fangkong_lab.report.content import Picture, Table

PAGE_MM = (210.0, 297.0)
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37.0, 35.0, 28.0, 26.0
WIDTH_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM
LINE_PT = 28.95
BODY_PT, CHAR_PT = 16.0, 15.75
TALLEST_MM = 180.0
DRAWN_DPI = 160
TITLE_PT = 22.0
TWIPS_PER_MM = 1440 / 25.4
_NARROWEST_COLUMN, _AIR = 2.0, 1.2
_MOST_FOR_CODES = 0.6
_BROAD, _NARROW = frozenset("%@&MWmw"), 0.62
# A code, a day, an amount: letters and figures, and the full-width strokes that join two of them (F07000／2).
_CODE = re.compile(r"[!-~–−]+(?:[／～：][!-~–−]+)*")


@dataclass(frozen=True)
class Room:
    """What a page has room for: *width_mm* of the type area, *tallest_mm* of a picture with its caption under it."""

    width_mm: float = WIDTH_MM
    tallest_mm: float = TALLEST_MM


OUR_PAGE = Room()


def em_width(text: str) -> float:
    """Return the width of *text* in full-width characters; Latin letters and digits count a little over half.

    Half is what the fonts of official documents give them; those that stand in for them on other machines are wider, and
    a number that does not fit its column breaks in two.
    """
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" or c in _BROAD else _NARROW for c in text)


def column_widths(table: Table, page: Room = OUR_PAGE) -> tuple[float, ...]:
    """Return the columns' shares of the width of *page*; they add up to 1.

    A column wants its longest cell (its head may break in two) and a little air. Where all fit, the rest of the page is
    shared out evenly. Where not, columns of codes and numbers, which read badly in two lines, come first as long as they
    leave most of the page to the text; of the others, those that want little get it whole and the wide ones share what
    is left, none so little that a code inside its text would break (where the page has room for that).
    """
    wanted = [_wanted(table, position) for position in range(len(table.columns))]
    room = page.width_mm / 25.4 * 72 / table_points(table)
    if sum(wanted) <= room:
        spare = (room - sum(wanted)) / len(wanted)
        return tuple((w + spare) / room for w in wanted)
    whole = [p for p in range(len(wanted)) if _in_one_piece(table, p)]
    if sum(wanted[p] for p in whole) > room * _MOST_FOR_CODES:
        whole = []
    given = {p: wanted[p] for p in whole}
    text = {p: w for p, w in enumerate(wanted) if p not in given}
    given |= _with_codes_whole(text, {p: _longest_code(table, p) for p in text}, room - sum(given.values()))
    return tuple(given[p] / room for p in range(len(wanted)))


def _with_codes_whole(wanted: Mapping[int, float], least: Mapping[int, float], left: float) -> dict[int, float]:
    """Return what each column gets of *left*: at least *least* where all can have that; columns that need more than their share go first."""
    if sum(least.values()) > left:
        return _shared_out(wanted, left)
    given: dict[int, float] = {}
    while True:
        shares = _shared_out({p: w for p, w in wanted.items() if p not in given}, left - sum(given.values()))
        short = {p: least[p] for p, share in shares.items() if share < least[p]}
        if not short:
            return given | shares
        given |= short


def _longest_code(table: Table, position: int) -> float:
    """Return the width that the longest code in a column's cells needs, with a little air."""
    return max((em_width(code) for row in table.rows for code in _CODE.findall(row[position])), default=0.0) + _AIR


def _shared_out(wanted: Mapping[int, float], left: float) -> dict[int, float]:
    """Return what each column gets of *left*: all it wants where that is less than an equal share, else an equal share."""
    given: dict[int, float] = {}
    for count, position in enumerate(sorted(wanted, key=lambda p: (wanted[p], p))):
        given[position] = min(wanted[position], left / (len(wanted) - count))
        left -= given[position]
    return given


def _in_one_piece(table: Table, position: int) -> bool:
    """Say whether no cell of a column has a full-width character: a word processor breaks such cells in odd places."""
    return bool(table.rows) and not any(unicodedata.east_asian_width(c) in "WF" for row in table.rows for c in row[position])


def _wanted(table: Table, position: int) -> float:
    longest = max([em_width(row[position]) for row in table.rows] + [math.ceil(em_width(table.columns[position]) / 2)])
    return max(longest, _NARROWEST_COLUMN) + _AIR


def title_lines(title: str) -> tuple[str, ...]:
    """Return *title* broken as a reader would: before its bracket where it is too long for one line of 22 pt, else in halves."""
    most = WIDTH_MM / 25.4 * 72 / TITLE_PT
    if em_width(title) <= most:
        return (title,)
    at = title.rfind("（")
    if at > 0 and em_width(title[:at]) <= most:
        return (title[:at], title[at:])
    middle = -(-len(title) // math.ceil(em_width(title) / most))
    return tuple(title[k:k + middle] for k in range(0, len(title), middle))


def table_points(table: Table) -> float:
    """Return the size of type of a table: 五号 (10.5 pt), smaller where many columns must share the page."""
    count = len(table.columns)
    return 10.5 if count <= 7 else 9.0 if count <= 10 else 7.5


def picture_mm(picture: Picture, page: Room = OUR_PAGE) -> tuple[float, float]:
    """Return width and height of *picture* on *page* in mm: as drawn, never wider than the type area or taller than it has room."""
    width, height = png_size(picture.png)
    wide, high = width / DRAWN_DPI * 25.4, height / DRAWN_DPI * 25.4
    scale = min(1.0, page.width_mm / wide, page.tallest_mm / high)
    return wide * scale, high * scale


def png_size(png: bytes) -> tuple[int, int]:
    """Return width and height of a PNG in pixels; `ValueError` where it is none."""
    if png[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("not a PNG")
    width, height = struct.unpack(">II", png[16:24])
    return int(width), int(height)


def printed_rows(table: Table) -> Sequence[Sequence[str]]:
    """Return the rows as they are printed; an empty table has one row that says so."""
    return table.rows or (("无", *("",) * (len(table.columns) - 1)),)
