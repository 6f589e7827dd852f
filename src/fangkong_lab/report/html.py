"""An executed notebook as one HTML file that opens with no network: no script, no address, pictures inside."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

_STYLE = Path(__file__).with_name("page.css")
_HEADING = re.compile(r'<h([12]) id="([^"]+)">(.*?)</h\1>', re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_ANCHOR = re.compile(r'<a class="anchor-link"[^>]*>.*?</a>', re.DOTALL)


def page(notebook: Any, title: str, foot: str, marks: tuple[str, ...] = ()) -> str:
    """Return the page of an executed *notebook* (nbformat node): contents, body, *foot* line at the end.

    *marks* (模拟数据, 内部) stand at the top of the screen page and in the margin of every printed page. Code is left
    out; a cell that failed keeps its traceback. The page has no script and asks for nothing.
    """
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="basic", exclude_input=True, exclude_input_prompt=True,
                            exclude_output_prompt=True, embed_images=True)
    body, _ = exporter.from_notebook_node(notebook)
    body = _titled(_ANCHOR.sub("", body), title)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<link rel="icon" href="data:,">\n<title>{escape(title)}</title>\n'
        f"<style>\n{_STYLE.read_text(encoding='utf-8')}\n{_margin(marks)}</style>\n</head>\n<body>\n"
        f'{_banner(marks)}<main>\n{_with_contents(body)}\n</main>\n<footer class="fk-foot">{escape(foot)}</footer>\n</body>\n</html>\n'
    )


def _titled(body: str, title: str) -> str:
    """Let the first heading say which report this is, not which template."""
    return re.sub(r"(<h1[^>]*>).*?(</h1>)", lambda hit: hit[1] + escape(title) + hit[2], body, count=1, flags=re.DOTALL)


def _banner(marks: tuple[str, ...]) -> str:
    return f'<p class="fk-mark">{escape(" · ".join(marks))}</p>\n' if marks else ""


def _margin(marks: tuple[str, ...]) -> str:
    """Return the rule that prints *marks* above every page; the words are ours, but quotes are still taken out."""
    words = " · ".join(marks).replace('"', "").replace("\\", "").replace("<", "")
    return f'@page {{ @top-center {{ content: "{words}"; }} }}\n' if words else ""


def _with_contents(body: str) -> str:
    """Put the list of second-level headings after the first first-level heading."""
    entries = [(anchor, _TAG.sub("", text).strip()) for level, anchor, text in _HEADING.findall(body) if level == "2"]
    if len(entries) < 2:
        return body
    links = "".join(f'<li><a href="#{anchor}">{text}</a></li>' for anchor, text in entries)
    contents = f'<nav class="fk-contents" aria-label="目录"><p>目录</p><ul>{links}</ul></nav>'
    first = re.search(r"</h1>", body)
    return body[: first.end()] + contents + body[first.end() :] if first else contents + body
