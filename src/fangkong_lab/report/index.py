"""reports/index.html: every report of the folder on one page, failures first."""

from __future__ import annotations

import os
from html import escape
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from fangkong_lab.report import status
from fangkong_lab.report.status import Attempt, State

_STYLE = Path(__file__).with_name("page.css")


def write(folder: Path, office: str) -> Path:
    """Write the page from the status ledger of *folder* and return its path; it replaces the old one in one step."""
    attempts = status.latest(folder)
    body = _failures(attempts) + "".join(_group(name, list(rows)) for name, rows in groupby(attempts, key=lambda a: a.group))
    text = (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><link rel="icon" href="data:,">'
        f"<title>评估报告目录</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>"
        f"<body><main><h1>评估报告目录</h1><p>{escape(office)}</p>{body}</main></body></html>\n"
    )
    target, partial = folder / "index.html", folder / f".index.{os.getpid()}.html"
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, target)
    return target


def _failures(attempts: list[Attempt]) -> str:
    failed = [a for a in attempts if a.state == State.FAILED.value]
    if not failed:
        return ""
    rows = "".join(f"<li>{escape(a.title)}：{escape(a.error)}</li>" for a in failed)
    return f'<h2>失败 {len(failed)} 份</h2><ul class="failed">{rows}</ul>'


def _group(name: str, attempts: list[Attempt]) -> str:
    rows = "".join(_row(a) for a in attempts)
    return f"<h2>{escape(name)}（{len(attempts)} 份）</h2><table><thead><tr><th>报告</th><th>状态</th><th>笔记本</th></tr></thead><tbody>{rows}</tbody></table>"


def _row(attempt: Attempt) -> str:
    if attempt.state == State.FAILED.value:
        return f'<tr><td>{escape(attempt.title)}</td><td class="failed">失败</td><td></td></tr>'
    link = quote(f"{attempt.group}/{attempt.name}")
    return (f'<tr><td><a href="{link}.html">{escape(attempt.title)}</a></td><td class="ok">完成</td>'
            f'<td><a href="{link}.ipynb">ipynb</a></td></tr>')
