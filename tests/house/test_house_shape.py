"""House rules that can be counted: length of files and functions, docstrings, arguments, forbidden words."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "fangkong_lab"
FILES = [p for p in sorted(SRC.rglob("*.py")) if "_shipped" not in p.parts]
LONGEST_FILE = 350
P90_BODY = 20
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc"}


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def body_lines(node: ast.FunctionDef) -> int:
    first = node.body[0]
    has_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    start = first.end_lineno + 1 if has_doc else first.lineno
    inner = sum(c.end_lineno - c.lineno + 1 for c in node.body if isinstance(c, ast.FunctionDef | ast.ClassDef))
    return max(0, node.end_lineno - start + 1 - inner)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SRC)))
def test_file(path: Path):
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert text.count("\n") <= LONGEST_FILE
    assert path.stem not in FORBIDDEN_NAMES
    assert ast.get_docstring(tree), "module docstring"
    for node in functions(tree):
        count = len(node.args.args) + len(node.args.kwonlyargs) + len(node.args.posonlyargs)
        assert count <= 8, f"{node.name}: {count} arguments"


def test_public_names_have_docstrings():
    missing = []
    for path in FILES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            members = [m for m in node.body if isinstance(m, ast.FunctionDef)] if isinstance(node, ast.ClassDef) else []
            for item in [node, *(m for m in members if not m.name.startswith("_"))]:
                if not ast.get_docstring(item):
                    missing.append(f"{path.relative_to(SRC)}:{item.lineno} {item.name}")
    assert not missing


def test_functions_are_short():
    lengths = sorted(body_lines(n) for p in FILES for n in functions(ast.parse(p.read_text(encoding="utf-8"))))
    assert lengths[int(0.9 * (len(lengths) - 1))] <= P90_BODY


def test_nothing_is_swallowed():
    def gives_on(handler: ast.ExceptHandler) -> bool:
        """Cleaning up and raising again swallows nothing."""
        return isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None

    broad = [f"{p.relative_to(SRC)}:{h.lineno}" for p in FILES
             for h in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
             if isinstance(h, ast.ExceptHandler) and (h.type is None or ast.unparse(h.type) in ("Exception", "BaseException")) and not gives_on(h)]
    assert not broad


def test_no_network_address_in_code():
    seen = [f"{p.relative_to(SRC)}" for p in FILES
            if re.search(r"https?://(?!json-schema\.org|www\.w3\.org|localhost|127\.0\.0\.1)", p.read_text(encoding="utf-8"))]
    assert not seen


def test_no_print_reading_of_today():
    """The day is given, never today (design: `--as-of`)."""
    calls = [f"{p.relative_to(SRC)}" for p in FILES if re.search(r"date\.today\(\)|Timestamp\.today", p.read_text(encoding="utf-8"))]
    assert not calls
