"""reports/index.html: every report of the folder on one page, failures first."""

from __future__ import annotations

import os
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from fangkong_lab.report import status
from fangkong_lab.report.order import Format
from fangkong_lab.report.status import Attempt

_STYLE = Path(__file__).with_name("page.css")


def write(folder: Path, office: str) -> Path:
    """Write the page from the status ledger of *folder* and return its path; it replaces the old one in one step."""
    attempts = status.latest(folder)
    body = _summary(attempts) + _failures(attempts)
    body += "".join(_group(name, list(rows)) for name, rows in groupby(attempts, key=lambda a: a.group))
    text = (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><link rel="icon" href="data:,">'
        f"<title>评估报告目录</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body><main><h1>评估报告目录</h1><p>{escape(office)}</p>{body}</main></body></html>\n"
    )
    # One name for all: only one batch runs here, and what a kill left behind is written over by the next.
    target, partial = folder / "index.html", folder / ".index.html.part"
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return target


def _summary(attempts: list[Attempt]) -> str:
    failed = sum(a.failed for a in attempts)
    return f"<p>共 {len(attempts)} 份：可用 {len(attempts) - failed} 份，失败 {failed} 份。</p>"


def _failures(attempts: list[Attempt]) -> str:
    failed = [a for a in attempts if a.failed]
    if not failed:
        return ""
    rows = "".join(f"<li>{escape(a.title)}：{escape(a.error)}</li>" for a in failed)
    return f'<h2>失败 {len(failed)} 份</h2><ul class="failed">{rows}</ul>'


def _group(name: str, attempts: list[Attempt]) -> str:
    rows = "".join(_row(a) for a in sorted(attempts, key=lambda a: (not a.failed, a.title, a.key)))
    return (f"<h2>{escape(name)}（{len(attempts)} 份）</h2><table><thead><tr><th>报告</th><th>状态</th><th>文件</th></tr></thead>"
            f"<tbody>{rows}</tbody></table>")


def _row(attempt: Attempt) -> str:
    title = escape(attempt.title)
    if attempt.failed:
        return f'<tr><td>{title}</td><td class="failed">失败</td><td></td></tr>'
    link = quote(f"{attempt.group}/{attempt.name}")
    if Format.HTML.value in attempt.formats:
        title = f'<a href="{link}.html">{title}</a>'
    files = " ".join(f'<a href="{link}.{ending}">{ending}</a>' for ending in (*attempt.formats, "ipynb"))
    note = f"<br>{escape(attempt.note)}" if attempt.note else ""
    return f'<tr><td>{title}{note}</td><td class="ok">完成</td><td>{files}</td></tr>'
