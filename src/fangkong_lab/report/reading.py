"""An executed notebook as `Content`: prose cells through a Markdown parser, results through their typed output."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from fangkong_lab.report.content import (
    Content,
    Heading,
    Items,
    Line,
    Markup,
    Network,
    Paragraph,
    Part,
    Picture,
    Span,
    Table,
    Verbatim,
    plain,
)
from fangkong_lab.report.interactive import NETWORK_MIME
from fangkong_lab.report.typed import MIME, Block, is_numeric

_PICTURE = re.compile(r"data:image/png;base64,([A-Za-z0-9+/=]+)")
_PAPERMILL_NOTE = "papermill-error-cell-tag"


def read(notebook: Any, title: str, office: str = "", marks: tuple[str, ...] = (), day: str = "") -> Content:
    """Return the content of an executed *notebook* (nbformat node) under *title*, which replaces its first heading.

    Code is left out, and so is what cells wrote to stderr; a cell that failed leaves its error message.
    """
    parts: list[Part] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and _PAPERMILL_NOTE not in cell.metadata.get("tags", []):
            parts.extend(markdown_parts(cell.source))
        elif cell.cell_type == "code":
            parts.extend(part for output in cell.get("outputs", []) for part in _output_parts(output))
    return Content(title, tuple(_anchored(_titled(parts, title))), office, marks, day)


def _titled(parts: list[Part], title: str) -> list[Part]:
    """Let the first heading say which report this is, not which template."""
    own = Heading(1, (Span(title),))
    for place, part in enumerate(parts):
        if isinstance(part, Heading):
            return [*parts[:place], own, *parts[place + (part.level == 1):]]
    return [own, *parts]


def _anchored(parts: list[Part]) -> Iterator[Part]:
    count = 0
    for part in parts:
        if isinstance(part, Heading):
            count += 1
            yield Heading(part.level, part.line, f"fk-{count}")
        else:
            yield part


def _output_parts(output: Any) -> Iterator[Part]:
    kind = output["output_type"]
    if kind == "stream" and output["name"] == "stdout":
        yield Verbatim(_joined(output["text"]).rstrip("\n"))
    elif kind == "error":
        yield Verbatim(f"{output['ename']}：{output['evalue']}")
    elif kind in ("display_data", "execute_result"):
        yield from _rich_parts(dict(output["data"]))


def _rich_parts(data: dict[str, Any]) -> Iterator[Part]:
    if NETWORK_MIME in data:
        yield Network(str(data[NETWORK_MIME]["document"]), str(data[NETWORK_MIME]["title"]))
    elif MIME in data:
        pictures = _pictures(_joined(data.get("text/html", "")))
        for block in data[MIME]:
            yield from _block_parts(block, pictures)
    elif "text/markdown" in data:
        yield from markdown_parts(_joined(data["text/markdown"]))
    elif "image/png" in data:
        yield Picture(b64decode(_joined(data["image/png"])), alt=_joined(data.get("text/plain", "")))
    elif "text/html" in data:
        yield Markup(_joined(data["text/html"]), _joined(data.get("text/plain", "")))
    elif "text/plain" in data:
        yield Verbatim(_joined(data["text/plain"]))


def _joined(text: Any) -> str:
    return "".join(text) if isinstance(text, list) else str(text)


def _pictures(html: str) -> dict[str, bytes]:
    """Return the pictures inside an HTML output by the SHA-256 of their bytes."""
    found = (b64decode(data) for data in _PICTURE.findall(html))
    return {hashlib.sha256(png).hexdigest(): png for png in found}


def _block_parts(block: Block, pictures: dict[str, bytes]) -> Iterator[Part]:
    kind = block["kind"]
    if kind == "prose":
        lines = tuple((Span(text),) for text in block["lines"])
        if block["ordered"]:
            yield Items(lines, ordered=True)
        else:
            yield from (Paragraph(line) for line in lines)
    elif kind == "table":
        yield _table(block, block["caption"], block["note"])
    elif kind == "chart":
        note = " ".join(t for t in (block["note"], f"来源：{block['source']}" if block["source"] else "") if t)
        yield Picture(pictures[block["sha256"]], block["title"], block["alt"], note, _table(block, f"{block['title']}：图中数据"))


def _table(block: Block, caption: str = "", note: str = "") -> Table:
    return Table(tuple(block["columns"]), tuple(tuple(row) for row in block["rows"]), tuple(block["numeric"]), caption, note)


def markdown_parts(text: str) -> list[Part]:
    """Return Markdown as parts; raw HTML in it stays what it is typed as, text."""
    import mistune

    tree = mistune.create_markdown(renderer="ast", plugins=["table", "strikethrough"])(text)
    return [part for token in tree for part in _token_parts(token)]  # type: ignore[union-attr]


def _token_parts(token: Any) -> Iterator[Part]:
    kind = token["type"]
    if kind == "heading":
        yield Heading(int(token["attrs"]["level"]), _line(token))
    elif kind in ("paragraph", "block_text"):
        yield Paragraph(_line(token))
    elif kind == "list":
        yield Items(tuple(_item(child) for child in token["children"]), bool(token["attrs"]["ordered"]))
    elif kind == "table":
        yield _markdown_table(token)
    elif kind == "block_quote":
        for child in token["children"]:
            yield from _token_parts(child)
    elif kind == "block_code":
        yield Verbatim(token["raw"].rstrip("\n"))
    elif kind == "block_html":
        yield Paragraph((Span(token["raw"].strip()),))


def _item(token: Any) -> Line:
    lines = [_line(child) for child in token["children"] if child["type"] in ("paragraph", "block_text")]
    return tuple(span for line in lines for span in line)


def _markdown_table(token: Any) -> Table:
    head, *bodies = token["children"]
    columns = tuple(plain(_line(cell)) for cell in head["children"])
    rows = tuple(tuple(plain(_line(cell)) for cell in row["children"]) for body in bodies for row in body["children"])
    numeric = tuple(is_numeric([row[k] for row in rows]) for k in range(len(columns)))
    return Table(columns, rows, numeric)


def _line(token: Any) -> Line:
    return tuple(_spans(token.get("children", []), Span("")))


def _spans(tokens: list[Any], manner: Span) -> Iterator[Span]:
    for token in tokens:
        kind = token["type"]
        bold, italic = manner.bold or kind == "strong", manner.italic or kind == "emphasis"
        if kind == "softbreak":
            yield Span("", manner.bold, manner.italic)
        elif kind == "linebreak":
            yield Span("\n", manner.bold, manner.italic)
        elif "raw" in token:
            yield Span(str(token["raw"]), bold, italic, kind == "codespan")
        else:
            yield from _spans(token.get("children", []), Span("", bold, italic))
