"""Chinese text uses full-width punctuation (GB/T 15834): find or mend half-width marks beside Chinese characters.

    python tools/punctuation.py            list what is found, exit 1 if anything is
    python tools/punctuation.py --fix      mend in place

Looked at: the strings of src/ that are not docstrings or raw (patterns), Markdown outside code, notebooks.
A line that must keep a half-width mark carries the comment ``half-width``.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HAN = r"\u3400-\u9fff\u300b\u300d\u300f\uff09\u201d"
OPENING = r"\u300a\u300c\u300e\uff08\u201c"
WIDE = str.maketrans(",;:?!", "\uff0c\uff1b\uff1a\uff1f\uff01")
BESIDE = re.compile(rf"(?<=[{HAN}])([,;:?!])(?=[{HAN}{OPENING}{{])|(?<=[%\d}}*])([,;:?!])(?=[{HAN}{OPENING}])"
                    rf"|(?<=[{HAN}])([,;:?!])(?![,;:?!=|\]])|(?<=[A-Za-z)\x02\u03ba\u03b7])([,;])(?=[{HAN}{OPENING}])|(?<=\x02)(:)(?=[{HAN}{OPENING}])")
PAIR = re.compile(rf"(?<=[{HAN}}}])\(([^()|\\?*]*[{HAN}}}][^()|\\?*]*)\)|(?<=[{HAN}])\(([^()|\\?*]*)\)")
OPENS = re.compile(rf"^([fF]?[\"'])([,;:])(?=[{HAN}{OPENING}])")
KEPT = ("人(次)", "half-width")
CODE_SPAN = re.compile(r"`[^`]*`|\]\([^)]*\)")


def mend(text: str) -> str:
    """Return *text* (a line or a string) with full-width marks beside Chinese characters."""
    if KEPT[1] in text:
        return text
    held = text.replace(KEPT[0], "\x00")
    spans: list[str] = []

    def hold(hit: re.Match[str]) -> str:
        spans.append(hit.group())
        return f"\x01{len(spans) - 1}\x02"

    held = CODE_SPAN.sub(hold, held)
    before = ""
    while before != held:
        before = held
        held = BESIDE.sub(lambda m: m.group().translate(WIDE), held)
        held = PAIR.sub(lambda m: f"\uff08{m.group(1) if m.group(1) is not None else m.group(2)}\uff09", held)
    held = re.sub(r"\x01(\d+)\x02", lambda m: spans[int(m.group(1))], held)
    return held.replace("\x00", KEPT[0])


def mend_lines(text: str, fenced: bool = False) -> str:
    """Return *text* mended line by line; with *fenced*, code blocks of Markdown are left alone."""
    out, inside = [], False
    for line in text.split("\n"):
        if fenced and line.lstrip().startswith("```"):
            inside = not inside
        out.append(line if inside else mend(line))
    return "\n".join(out)


def docstrings(text: str) -> set[int]:
    """Return the lines on which a docstring begins."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [n for n in ast.walk(ast.parse(text)) if isinstance(n, kinds) and n.body]
    return {n.body[0].lineno for n in nodes if isinstance(n.body[0], ast.Expr) and isinstance(n.body[0].value, ast.Constant)}


def mend_python(text: str) -> str:
    """Return Python source whose strings are mended; docstrings, comments and raw strings are left alone."""
    skip = docstrings(text)
    middle = getattr(tokenize, "FSTRING_MIDDLE", None)
    lines = text.split("\n")
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        if token.type not in (tokenize.STRING, middle) or token.start[0] in skip or KEPT[1] in token.line:
            continue
        if token.start[0] != token.end[0] or (token.type == tokenize.STRING and re.match(r"[fb]?r", token.string, re.IGNORECASE)):
            continue
        row, left, right = token.start[0] - 1, token.start[1], token.end[1]
        mended_string = OPENS.sub(lambda m: m[1] + m[2].translate(WIDE), mend(lines[row][left:right]))
        lines[row] = lines[row][:left] + mended_string + lines[row][right:]
    return "\n".join(lines)


def mend_notebook(text: str) -> str:
    """Return the notebook with its sources mended (outputs are remade by running it)."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        new = mend_lines(source, fenced=True) if cell["cell_type"] == "markdown" else mend_python(source)
        cell["source"] = new.splitlines(keepends=True)
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def files() -> Iterator[Path]:
    """Yield the files looked at."""
    yield from sorted((ROOT / "src").rglob("*.py"))
    yield from sorted(ROOT.glob("*.md"))
    yield from sorted(p for p in (ROOT / "docs").rglob("*.md") if p.name != "architecture.md")
    yield from sorted(p for p in (ROOT / "notebooks").rglob("*.ipynb")
                      if "scratch" not in p.parts and ".ipynb_checkpoints" not in p.parts)


def mended(path: Path, text: str) -> str:
    """Return the whole file mended by its kind."""
    if path.suffix == ".ipynb":
        return mend_notebook(text)
    if path.suffix == ".py":
        return mend_python(text)
    return mend_lines(text, fenced=path.suffix == ".md")


def main() -> int:
    """List or mend; 1 where something was found and not mended."""
    found = 0
    for path in files():
        text = path.read_text(encoding="utf-8")
        new = mended(path, text)
        if new == text or (path.suffix == ".ipynb" and json.loads(new) == json.loads(text)):
            continue
        found += 1
        print(path.relative_to(ROOT))
        if "--fix" in sys.argv:
            path.write_text(new, encoding="utf-8")
        else:
            pairs = zip(text.split("\n"), new.split("\n"), strict=False)
            print("\n".join(f"  {b.strip()}" for a, b in pairs if a != b))
    return int(found > 0 and "--fix" not in sys.argv)


if __name__ == "__main__":
    sys.exit(main())
