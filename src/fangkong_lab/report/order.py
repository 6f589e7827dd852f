"""One report to be made, with everything decided, and what became of it: plain values that travel between processes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from fangkong_lab.kinds import Kind

Scalar = str | int | float | bool


class Format(Kind):
    """A file a report is written to, beside its notebook."""

    HTML = "html", "网页"
    DOCX = "docx", "Word 文档"
    PDF = "pdf", "PDF"


class Engine(Kind):
    """What runs a notebook's cells."""

    OURS = "fangkong", "本软件的引擎"
    STOCK = "nbclient", "papermill 自带的引擎"


class PdfMaker(Kind):
    """What makes the PDF: typst from the content, or LibreOffice from the DOCX (the same pages as the DOCX)."""

    TYPST = "typst", "typst"
    LIBREOFFICE = "libreoffice", "LibreOffice"


@dataclass(frozen=True)
class Limits:
    """What one report may use: *seconds* of clock time and *megabytes* of resident memory, watched from outside."""

    seconds: float = 900.0
    megabytes: int = 3072


@dataclass(frozen=True)
class Style:
    """How the paper formats are made: the office's own .docx template (*template*, empty: ours) and the PDF maker."""

    template: str = ""
    pdf: str = PdfMaker.TYPST.value


@dataclass(frozen=True)
class Order:
    """A report to be made.

    *key* is the request as the ledger knows it; *notebook* the template's path; *parameters* its checked values; *cwd*
    the workspace; *folder* the partial folder and *stem* the files' name there; *formats* the endings wanted beside
    ipynb; *snapshot* the frozen ledger to read (empty: the store itself).
    """

    key: str
    title: str
    notebook: str
    parameters: dict[str, Scalar]
    cwd: str
    folder: str
    stem: str
    office: str = ""
    marks: tuple[str, ...] = ()
    day: str = ""
    formats: tuple[str, ...] = (Format.HTML.value,)
    snapshot: str = ""
    engine: str = Engine.OURS.value
    style: Style = field(default_factory=Style)

    def line(self) -> str:
        """Return the order as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=True, sort_keys=True)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        """Return the order that `line` wrote down."""
        values = dict(record, marks=tuple(record["marks"]), formats=tuple(record["formats"]), style=Style(**record["style"]))
        return cls(**values)

    def path(self, ending: str) -> str:
        """Return the partial file with *ending*."""
        return f"{self.folder}/{self.stem}.{ending}"


@dataclass(frozen=True)
class Outcome:
    """How an order ended: *error* (empty: well), *passing* (worth another try), *hashes* (ending → content hash).

    *seconds* of clock time; *missing* are characters no shipped font has; *modules* is what the worker had to import;
    *megabytes* the largest resident memory seen.
    """

    key: str
    error: str = ""
    passing: bool = False
    seconds: float = 0.0
    hashes: dict[str, str] = field(default_factory=dict)
    missing: str = ""
    modules: tuple[str, ...] = ()
    megabytes: int = 0

    @property
    def done(self) -> bool:
        """Say whether the report was made."""
        return not self.error

    def record(self) -> dict[str, Any]:
        """Return the outcome as plain JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Self:
        """Return the outcome that `record` gave."""
        return cls(**dict(record, modules=tuple(record["modules"])))
