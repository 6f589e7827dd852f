"""A finished chart: picture, words for those who cannot see it, and the data it was drawn from."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Chart:
    """*png* bytes with *title*, *alt* (one sentence that says what is seen), *frame* (the data drawn), *note*, *source*.

    Showing it in a notebook or an HTML page gives a figure with its caption and the data behind it, folded.
    """

    title: str
    png: bytes
    alt: str
    frame: pd.DataFrame
    note: str = ""
    source: str = ""

    def table(self) -> pd.DataFrame:
        """Return a copy of the data drawn."""
        return self.frame.copy()

    def sentence(self) -> str:
        """Return the sentence that says what is seen."""
        return self.alt

    def _repr_html_(self) -> str:
        small = " ".join(p for p in (self.note, f"来源：{self.source}" if self.source else "") if p)
        table = self.frame.to_html(index=False, border=0, classes="fk-table", escape=True, na_rep="未载")
        return (
            f'<figure class="fk-chart"><figcaption>{escape(self.title)}</figcaption>'
            f'<img alt="{escape(self.alt)}" src="data:image/png;base64,{b64encode(self.png).decode()}">'
            f'<p class="fk-source">{escape(small)}</p>'
            f"<details><summary>图中数据</summary>{table}</details></figure>"
        )

    def __repr__(self) -> str:
        return f"<图：{self.title}({len(self.frame)}行数据)>"
