"""What every result has in common: a frozen value that shows itself as a table and as a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class Result(Protocol):
    """A value that can be shown: `table` (Chinese headers), `sentence` (one or more Chinese sentences)."""

    def table(self) -> pd.DataFrame:
        """Return the result as a frame with Chinese headers, sorted."""
        ...

    def sentence(self) -> str:
        """Return the result as text for a report."""
        ...


@dataclass(frozen=True)
class Shown:
    """A finished table with its sentence, caveat and source: the plainest `Result`.

    *frame* is not copied: do not edit it. *caveat* says what the number does not mean, *source* where it is from.
    """

    frame: pd.DataFrame
    text: str
    caveat: str = ""
    source: str = ""

    def table(self) -> pd.DataFrame:
        """Return a copy of the frame."""
        return self.frame.copy()

    def sentence(self) -> str:
        """Return the text, and the caveat after it."""
        return self.text + (f"({self.caveat})" if self.caveat else "")

    def _repr_html_(self) -> str:
        return html_of(self.frame, self.sentence(), self.source)


def html_of(frame: pd.DataFrame, text: str, source: str = "") -> str:
    """Return sentence, table and source line as HTML with everything escaped."""
    note = f'<p class="fk-source">来源：{escape(source)}</p>' if source else ""
    table = frame.to_html(index=False, border=0, classes="fk-table", escape=True, na_rep="未载")
    return f'<p class="fk-sentence">{escape(text)}</p>{table}{note}'
