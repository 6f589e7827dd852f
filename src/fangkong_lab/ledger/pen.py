"""Writing cells of our own into a returned workbook: never a formula, quick for hundreds of thousands."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import PatternFill
    from openpyxl.worksheet.worksheet import Worksheet

RED, YELLOW, BLUE, TEAL, WHITE = "FFFFC7CE", "FFFFEB9C", "FFDDEBF7", "FF1F4E5F", "FFFFFFFF"
_FORMULA_SIGNS = ("=", "+", "-", "@")
_LONGEST_TEXT = 32_000


def fill(colour: str) -> PatternFill:
    """Return a solid fill of *colour* (ARGB)."""
    from openpyxl.styles import PatternFill

    return PatternFill("solid", start_color=colour, end_color=colour)


@dataclass(frozen=True)
class Look:
    """How a cell looks: background *colour* (ARGB, "" none), *bold*, *wrap*, *centred*, *literal* (never a formula)."""

    colour: str = ""
    bold: bool = False
    wrap: bool = True
    centred: bool = False
    literal: bool = False


PLAIN = Look()


@dataclass
class Pen:
    """Makes the cells of one *sheet*. Each look is set up once and copied, which is what makes it quick."""

    sheet: Worksheet
    _models: dict[Look, WriteOnlyCell] = field(default_factory=dict)

    def cell(self, value: object, look: Look = PLAIN) -> WriteOnlyCell:
        """Return a cell that shows *value* as it is.

        Text beginning with = + - @ stays text, control characters go, text longer than Excel takes is cut; whole numbers
        are centred.
        """
        from openpyxl.cell import WriteOnlyCell

        shown = _clean(value)
        literal = isinstance(shown, str) and shown.startswith(_FORMULA_SIGNS)
        wanted = Look(look.colour, look.bold, look.wrap, isinstance(shown, int), literal)
        cell = WriteOnlyCell(self.sheet, value=shown)
        if isinstance(shown, str):
            cell.data_type = "s"
        cell._style = copy(self._model(wanted)._style)
        return cell

    def value(self, value: object) -> object:
        """Return what to append for *value* where no look is wanted: the value itself, or a cell where it needs one."""
        shown = _clean(value)
        return self.cell(shown) if isinstance(shown, str) and shown.startswith(_FORMULA_SIGNS) else shown

    def _model(self, look: Look) -> WriteOnlyCell:
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.styles import Alignment, Font

        if look not in self._models:
            cell = WriteOnlyCell(self.sheet)
            cell.alignment = Alignment(wrap_text=look.wrap, vertical="top", horizontal="center" if look.centred else None)
            cell.quotePrefix = look.literal
            if look.colour:
                cell.fill = fill(look.colour)
            if look.bold:
                cell.font = Font(bold=True, color=WHITE if look.colour == TEAL else None)
            self._models[look] = cell
        return self._models[look]


def _clean(value: object) -> object:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST_TEXT] if isinstance(value, str) else value
