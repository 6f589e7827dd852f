"""Rows of a long measurement: written as they come, not measured again on the same code (for size.py and size_series.py)."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

EVALUATE = Path(__file__).parents[1] / "src" / "fangkong_lab" / "evaluate"
PACKAGE = "fangkong_lab.evaluate."
WORDS = frozenset({"wording", "plot", "readings", "trap", "caution"})  # what is said, not what is reckoned
Row = dict[str, object]


def fingerprint(*starts: str) -> str:
    """Return a short name of the code behind the modules *starts* of `evaluate` and all that they import there; comments and docstrings do not count."""
    seen: set[str] = set()
    left = list(starts)
    digest = hashlib.sha256()
    while left:
        name = left.pop()
        if name not in seen and name not in WORDS and (EVALUATE / f"{name}.py").is_file():
            seen.add(name)
            left += _imports(_tree(name))
    for name in sorted(seen):
        digest.update(f"{name}\n{_written(_tree(name))}\n".encode())
    return digest.hexdigest()[:12]


def _tree(name: str) -> ast.Module:
    """Return the module without docstrings."""
    tree = ast.parse((EVALUATE / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            node.body = body[1:] or [ast.Pass()]  # type: ignore[attr-defined]
    return tree


def _written(node: object) -> str:
    """Return *node* as text that is the same on every Python: without what is empty (3.12 has more such fields, 3.13 leaves them out of `ast.dump`)."""
    if isinstance(node, list):
        return f"[{','.join(map(_written, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    filled = [(name, value) for name, value in ast.iter_fields(node) if value is not None and value != []]
    return f"{type(node).__name__}({','.join(f'{name}={_written(value)}' for name, value in filled)})"


def _imports(tree: ast.Module) -> list[str]:
    return [node.module.removeprefix(PACKAGE) for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(PACKAGE)]


def read_rows(path: Path | None) -> list[Row]:
    """Return the rows of *path*; none where there is no file yet. A last line cut short by an interruption is left out.

    Raises `ValueError` with file and line for any other line that is no row.
    """
    return [] if path is None or not path.is_file() else _parted(path)[0]


def _parted(path: Path) -> tuple[list[Row], bytes]:
    """Return the rows of *path*, and what of it is to be kept: all but a cut last line, ended by a line feed."""
    lines = path.read_bytes().splitlines()  # bytes: a cut may fall inside a character
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            rows.append(json.loads(line))
        except ValueError as broken:  # of JSON, of UTF-8
            if number < len(lines):
                raise ValueError(f"{path}, line {number}: not a row: {line[:60]!r}") from broken
            lines = lines[:-1]
    return rows, b"".join(line + b"\n" for line in lines)


def _add(row: Row, path: Path) -> None:
    """Write *row* to the end of *path*; a cut last line is taken off first."""
    if path.is_file():
        old, kept = path.read_bytes(), _parted(path)[1]
        if old != kept:
            path.write_bytes(kept)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def measure(cells: Iterable[tuple[Row, Callable[[], Row]]], path: Path | None) -> list[Row]:
    """Return the row of every cell; a cell whose key (the first of the pair) is in *path* already is taken from there, others are measured, printed and
    written at once. *path* keeps rows of other cells; of one cell the last measured.
    """
    known = read_rows(path)
    rows = []
    for key, run in cells:
        old = next((row for row in reversed(known) if key.items() <= row.items()), None)
        row = old if old is not None else key | run()
        rows.append(row)
        if old is None:
            print(json.dumps(row, ensure_ascii=False), flush=True)
            if path is not None:
                _add(row, path)
    return rows


def per_cent(value: object) -> str:
    """Return a share as printed, 「—」 where there is none."""
    return "—" if not isinstance(value, (int, float)) else f"{value:.1%}"


def table(header: tuple[str, ...], lines: Iterable[tuple[object, ...]]) -> str:
    """Return a Markdown table."""
    rows = [header, tuple("---" for _ in header), *lines]
    return "\n".join("| " + " | ".join(str(v) for v in row) + " |" for row in rows).replace("| --- |", "|---|").replace(" --- |", "---|")
