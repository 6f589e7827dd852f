"""A report as one HTML file that opens with no network: nothing is asked for, no foreign script can run."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from html import escape
from pathlib import Path

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
)
from fangkong_lab.report.interactive import network_html, network_script, network_style

_STYLE = Path(__file__).with_name("page.css")
_SCRIPT = re.compile(r"<script\b.*?(</script\s*>|$)", re.DOTALL | re.IGNORECASE)


def page(content: Content) -> str:
    """Return the page: marks, title, contents, parts, foot line.

    The marks stand at the top of the screen page and in the margin of every printed page. The page carries a content
    security policy that forbids every request and every script but our own (known by its hash), so that markup which
    came in with the data stays dead. The same content gives the same bytes.
    """
    networks = [part for part in content.parts if isinstance(part, Network)]
    script = network_script(networks)
    body = "\n".join(_with_contents(content))
    style = _STYLE.read_text(encoding="utf-8") + (network_style() if networks else "") + _margin(content.mark)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(content.title)}</title>\n<style>\n{style}\n</style>\n</head>\n<body>\n'
        f'{_banner(content.mark)}<main>\n{body}\n</main>\n<footer class="fk-foot">{escape(content.foot)}</footer>\n'
        + (f"<script>{script}</script>\n" if script else "") + "</body>\n</html>\n"
    )


def _policy(script: str) -> str:
    allowed = f"'sha256-{b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" if script else "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'"


def _banner(mark: str) -> str:
    return f'<p class="fk-mark">{escape(mark)}</p>\n' if mark else ""


def _margin(mark: str) -> str:
    """Return the rule that prints *mark* above every page; the words are ours, but quotes are still taken out."""
    words = mark.replace('"', "").replace("\\", "").replace("<", "")
    return f'@page {{ @top-center {{ content: "{words}"; }} }}\n' if words else ""


def _with_contents(content: Content) -> list[str]:
    """Return the parts as HTML, the list of second-level headings after the title."""
    entries = [h for h in content.headings if h.level == 2]
    written = []
    for part in content.parts:
        written.append(_part(part))
        if isinstance(part, Heading) and part.level == 1 and len(entries) > 1:
            written.append(_contents(entries))
            entries = []
    return written


def _contents(entries: list[Heading]) -> str:
    links = "".join(f'<li><a href="#{h.anchor}">{escape(h.text)}</a></li>' for h in entries)
    return f'<nav class="fk-contents" aria-label="目录"><p>目录</p><ul>{links}</ul></nav>'


def _part(part: Part) -> str:
    if isinstance(part, Heading):
        level = min(part.level, 6)
        return f'<h{level} id="{part.anchor}">{_line(part.line)}</h{level}>'
    if isinstance(part, Paragraph):
        return f"<p>{_line(part.line)}</p>"
    if isinstance(part, Items):
        tag = "ol" if part.ordered else "ul"
        return f"<{tag}>" + "".join(f"<li>{_line(line)}</li>" for line in part.lines) + f"</{tag}>"
    if isinstance(part, Table):
        return _listing(part)
    if isinstance(part, Picture):
        return _figure(part)
    if isinstance(part, Network):
        return network_html(part)
    if isinstance(part, Markup):
        return f'<div class="fk-result">{_SCRIPT.sub("", part.html)}</div>'
    return f"<pre>{escape(part.text)}</pre>" if isinstance(part, Verbatim) else ""


def _line(line: Line) -> str:
    return "".join(_span(span) for span in line)


def _span(span: Span) -> str:
    text = escape(span.text).replace("\n", "<br>")
    for wanted, tag in ((span.code, "code"), (span.italic, "em"), (span.bold, "strong")):
        text = f"<{tag}>{text}</{tag}>" if wanted and text else text
    return text


def _listing(table: Table) -> str:
    head = f'<p class="fk-caption">{escape(table.caption)}</p>' if table.caption else ""
    foot = f'<p class="fk-source">{escape(table.note)}</p>' if table.note else ""
    return f'<div class="fk-listing">{head}{_table(table)}{foot}</div>'


def _table(table: Table) -> str:
    kinds = [' class="num"' if numeric else "" for numeric in table.numeric]
    head = "".join(f'<th scope="col"{kind}>{escape(name)}</th>' for kind, name in zip(kinds, table.columns, strict=True))
    rows = "".join("<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for kind, cell in zip(kinds, row, strict=True)) + "</tr>"
                   for row in table.rows)
    return f'<table class="fk-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _figure(picture: Picture) -> str:
    data = f"<details><summary>图中数据</summary>{_table(picture.data)}</details>" if picture.data else ""
    title = f"<figcaption>{escape(picture.title)}</figcaption>" if picture.title else ""
    return (f'<figure class="fk-chart">{title}<img alt="{escape(picture.alt)}" src="data:image/png;base64,{b64encode(picture.png).decode()}">'
            f'<p class="fk-source">{escape(picture.note)}</p>{data}</figure>')
