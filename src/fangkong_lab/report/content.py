"""What a report consists of, whatever file it is written to: headings, paragraphs, lists, tables, pictures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """A run of *text* in one manner."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False


Line = tuple[Span, ...]


@dataclass(frozen=True)
class Heading:
    """A heading of *level* 1 (the title), 2 (一、), 3 (（一）) and so on; *anchor* is its name inside the file."""

    level: int
    line: Line
    anchor: str = ""

    @property
    def text(self) -> str:
        """The words without their manner."""
        return plain(self.line)


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of finished text."""

    line: Line


@dataclass(frozen=True)
class Items:
    """A list, numbered where *ordered*."""

    lines: tuple[Line, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Table:
    """A table of texts: *columns*, *rows*, *numeric* (per column: only numbers), *caption* above, *note* below."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    caption: str = ""
    note: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture (*png* bytes) with its *title*, the words *alt* for who cannot see it, and the data drawn as a table."""

    png: bytes
    title: str = ""
    alt: str = ""
    note: str = ""
    data: Table | None = None


@dataclass(frozen=True)
class Verbatim:
    """Text as a program printed it."""

    text: str


@dataclass(frozen=True)
class Markup:
    """Foreign HTML of a result that has no typed output, for the screen only; *text* stands for it elsewhere."""

    html: str
    text: str


@dataclass(frozen=True)
class Network:
    """The interactive network for the screen (*data*: the document of `show.network_data.page_data`); paper leaves it out."""

    data: str
    title: str


Part = Heading | Paragraph | Items | Table | Picture | Verbatim | Markup | Network


@dataclass(frozen=True)
class Content:
    """A whole report: *title*, *parts* in reading order, *marks* of every page, *office*, *foot* line, *day* it speaks of."""

    title: str
    parts: tuple[Part, ...]
    office: str = ""
    marks: tuple[str, ...] = ()
    day: str = ""

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The headings below the title."""
        return tuple(p for p in self.parts if isinstance(p, Heading) and p.level > 1)

    @property
    def foot(self) -> str:
        """The line at the end of the file: office and title."""
        return f"{self.office} · {self.title}" if self.office else self.title

    @property
    def mark(self) -> str:
        """The marks as one text."""
        return " · ".join(self.marks)


def plain(line: Line) -> str:
    """Return the words of a line."""
    return "".join(span.text for span in line)
