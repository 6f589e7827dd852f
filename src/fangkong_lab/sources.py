"""Citations: where a value was printed, and values that carry one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Citation:
    """A public source of a value: *title*, *issuer*, *published* (None: not dated), *where* in it.

    *checked_on* is the day a person last held the value against the source.
    """

    title: str
    issuer: str = ""
    published: date | None = None
    where: str = ""
    checked_on: date | None = None

    def sentence(self) -> str:
        """Return the citation as a line for a report."""
        dated = f"（{self.published.isoformat()}）" if self.published else "（未注明日期）"
        return f"{self.issuer}《{self.title}》{dated}" + (f",{self.where}" if self.where else "")


@dataclass(frozen=True)
class Assumed:
    """Stands where no source exists: *why* the value was chosen. Every report that uses it says so."""

    why: str

    def sentence(self) -> str:
        """Return the mark printed beside an assumed value."""
        return f"假定值，无出处：{self.why}"
