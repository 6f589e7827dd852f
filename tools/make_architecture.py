"""Rewrite the module list of docs/architecture.md from the modules' own first lines.

    python tools/make_architecture.py          rewrite
    python tools/make_architecture.py --check  exit 1 where the page is not current
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "fangkong_lab"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- modules: begin -->", "<!-- modules: end -->"
FLOORS = (
    ("0", ("errors", "kinds", "dates", "sources", "streams", "shipped", "fonts")), ("1", ("result", "workspace")),
    ("2", ("ledger",)), ("3", ("network", "policy")), ("4", ("measure", "simulate")), ("5", ("evaluate", "models")), ("6", ("show",)),
    ("7", ("report",)), ("8", ("examples",)), ("9", ("cli",)),
)


def first_line(path: Path) -> str:
    """Return the first line of the module's docstring."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()[0]


def listing() -> str:
    """Return the module list as Markdown, floor by floor."""
    lines = []
    for level, names in FLOORS:
        for name in names:
            folder = SRC / name
            paths = sorted(folder.rglob("*.py")) if folder.is_dir() else [SRC / f"{name}.py"]
            paths = [p for p in paths if p.is_file()]
            if not paths:
                continue
            lines += ["", f"### 第 {level} 层 · {name}", ""]
            lines += [f"- `{p.relative_to(SRC).as_posix()}` {first_line(p)}" for p in paths]
    return "\n".join(lines).strip() + "\n"


def current(text: str) -> str:
    """Return the page with its module list rewritten."""
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}\n{listing()}{END}{tail}"


def main() -> int:
    """Rewrite or check the page."""
    text = PAGE.read_text(encoding="utf-8")
    wanted = current(text)
    if "--check" in sys.argv:
        return int(text != wanted)
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
