"""Measures of the GB/T 9704-2012 page and of what stands on it, shared by DOCX and PDF."""

from __future__ import annotations

import math
import struct
import unicodedata
from collections.abc import Sequence

from fangkong_lab.report.content import Picture, Table

PAGE_MM = (210.0, 297.0)
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37.0, 35.0, 28.0, 26.0
WIDTH_MM = PAGE_MM[0] - LEFT_MM - RIGHT_MM
LINE_PT = 28.95
BODY_PT, CHAR_PT = 16.0, 15.75
TALLEST_MM = 180.0
DRAWN_DPI = 160
TITLE_PT = 22.0
_NARROWEST_COLUMN, _AIR = 2.0, 1.2


def em_width(text: str) -> float:
    """Return the width of *text* in full-width characters; Latin letters and digits count half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in text)


def column_widths(table: Table) -> tuple[float, ...]:
    """Return the columns' shares of the page width; they add up to 1.

    A column wants its longest cell (its head may break in two) and a little air. Where all fit, the rest of the page is
    shared out evenly; where not, columns that want little get it whole and the wide ones share what is left.
    """
    wanted = [_wanted(table, position) for position in range(len(table.columns))]
    room = WIDTH_MM / 25.4 * 72 / table_points(table)
    if sum(wanted) <= room:
        spare = (room - sum(wanted)) / len(wanted)
        return tuple((w + spare) / room for w in wanted)
    given = dict.fromkeys(range(len(wanted)), 0.0)
    left = room
    for count, position in enumerate(sorted(given, key=lambda p: wanted[p])):
        given[position] = min(wanted[position], left / (len(wanted) - count))
        left -= given[position]
    return tuple(given[p] / room for p in range(len(wanted)))


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


def picture_mm(picture: Picture) -> tuple[float, float]:
    """Return width and height of *picture* on the page: as drawn, never wider than the type area or taller than 180 mm."""
    width, height = png_size(picture.png)
    wide, high = width / DRAWN_DPI * 25.4, height / DRAWN_DPI * 25.4
    scale = min(1.0, WIDTH_MM / wide, TALLEST_MM / high)
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
