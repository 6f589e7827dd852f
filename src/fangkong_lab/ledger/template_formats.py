"""How the cells of the empty workbook look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

_INK, _PAPER, _REQUIRED, _OPTIONAL, _FAINT = "#1F2A33", "#FFFFFF", "#1F4E5F", "#DCE6E9", "#7A868C"


@dataclass(frozen=True)
class Formats:
    """The cell formats of the workbook."""

    required: Format
    optional: Format
    mark: Format
    example: Format
    text: Format
    day: Format
    moment: Format
    number: Format
    title: Format
    heading: Format
    body: Format
    entry: Format
    link: Format
    cell: Format


def formats_of(book: Workbook) -> Formats:
    """Return the cell formats, made for *book*."""

    def made(**more: Any) -> Format:
        return book.add_format({"font_name": "宋体", "font_size": 11, "valign": "vcenter", "font_color": _INK, **more})

    head = {"bold": True, "align": "center", "text_wrap": True, "border": 1, "border_color": "#B8C4C8"}
    return Formats(
        required=made(**head | {"bg_color": _REQUIRED, "font_color": _PAPER}),
        optional=made(**head, bg_color=_OPTIONAL),
        mark=made(**head | {"bg_color": _PAPER, "font_color": _FAINT, "bold": False}),
        example=made(italic=True, font_color=_FAINT, bg_color="#F6F8F8"),
        text=made(num_format="@"),
        day=made(num_format="yyyy-mm-dd"),
        moment=made(num_format="yyyy-mm-dd hh:mm"),
        number=made(),
        title=made(bold=True, font_size=18),
        heading=made(bold=True, font_size=12, font_color=_REQUIRED, bottom=1, bottom_color="#B8C4C8"),
        body=made(text_wrap=True, valign="top"),
        entry=made(num_format="@", border=1, border_color=_REQUIRED, bg_color="#FFFBE6"),
        link=made(font_color="#1F4E5F", underline=1),
        cell=made(text_wrap=True),
    )
