"""Text results in notebooks and pages: paragraphs, lists and tables with everything escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Prose:
    """Paragraphs of finished text, shown one under the other; *ordered* shows them as a numbered list."""

    lines: tuple[str, ...]
    ordered: bool = False

    def sentence(self) -> str:
        """Return all lines as one text."""
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        if self.ordered:
            return "<ol>" + "".join(f"<li>{escape(t)}</li>" for t in self.lines) + "</ol>"
        return "".join(f"<p>{escape(t)}</p>" for t in self.lines)

    def __repr__(self) -> str:
        return self.sentence()


@dataclass(frozen=True)
class Listing:
    """A table ready to be shown: *frame* with Chinese headers, *caption* above it, *note* below it."""

    frame: pd.DataFrame
    caption: str = ""
    note: str = ""

    def table(self) -> pd.DataFrame:
        """Return a copy of the frame."""
        return self.frame.copy()

    def _repr_html_(self) -> str:
        body = self.frame.to_html(index=False, border=0, classes="fk-table", escape=True, na_rep="未载")
        head = f'<p class="fk-caption">{escape(self.caption)}</p>' if self.caption else ""
        foot = f'<p class="fk-source">{escape(self.note)}</p>' if self.note else ""
        return f'<div class="fk-listing">{head}{body}{foot}</div>'

    def __repr__(self) -> str:
        rows = [tuple(self.frame.columns), *self.frame.itertuples(index=False, name=None)]
        return "\n".join([self.caption, *("\t".join(str(cell) for cell in row) for row in rows), self.note]).strip()


class Shown(Protocol):
    """Anything that shows itself in a notebook."""

    def _repr_html_(self) -> str: ...


@dataclass(frozen=True)
class Stack:
    """Several results shown one under the other; *empty* is said where there are none."""

    items: tuple[Shown, ...]
    empty: str = "无"

    def __len__(self) -> int:
        return len(self.items)

    def _repr_html_(self) -> str:
        return "".join(item._repr_html_() for item in self.items) or f"<p>{escape(self.empty)}</p>"

    def __repr__(self) -> str:
        return "\n\n".join(repr(item) for item in self.items) or self.empty
