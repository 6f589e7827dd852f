"""A tree that says how a result came about, down to the values used and their sources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Trace:
    """One step: *label*, its *value*, the *evidence* of the value (empty: follows from the steps below), the steps below."""

    label: str
    value: str
    evidence: str = ""
    below: tuple[Trace, ...] = ()

    def text(self) -> str:
        """Return the tree as indented lines."""
        return "\n".join(self._lines(0))

    def _lines(self, depth: int) -> Iterator[str]:
        head = "  " * depth + ("└ " if depth else "")
        yield f"{head}{self.label}：{self.value}" + (f"〔{self.evidence}〕" if self.evidence else "")
        for part in self.below:
            yield from part._lines(depth + 1)

    def as_json(self) -> dict[str, object]:
        """Return the tree as nested dicts."""
        own: dict[str, object] = {"label": self.label, "value": self.value}
        if self.evidence:
            own["evidence"] = self.evidence
        if self.below:
            own["below"] = [part.as_json() for part in self.below]
        return own

    def evidences(self) -> tuple[str, ...]:
        """Return every piece of evidence in the tree, once, in reading order."""
        found = [self.evidence] if self.evidence else []
        for part in self.below:
            found += part.evidences()
        return tuple(dict.fromkeys(found))

    def html(self) -> str:
        """Return the tree as nested, foldable HTML with everything escaped."""
        note = f' <small class="fk-source">{escape(self.evidence)}</small>' if self.evidence else ""
        line = f"{escape(self.label)}:<b>{escape(self.value)}</b>{note}"
        if not self.below:
            return f"<div>{line}</div>"
        inner = "".join(part.html() for part in self.below)
        return f'<details open><summary>{line}</summary><div style="margin-left:1.5em">{inner}</div></details>'

    def _repr_html_(self) -> str:
        return f'<div class="fk-trace">{self.html()}</div>'

    def __str__(self) -> str:
        return self.text()
