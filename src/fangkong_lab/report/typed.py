"""What a notebook's results are, beside what they look like: one typed JSON output that every format is written from.

An IPython extension (``%load_ext fangkong_lab.report.typed``). It adds to each displayed result the media type `MIME`,
a list of blocks: ``prose`` (lines, ordered), ``table`` (caption, note, columns, rows, numeric) and ``chart`` (title,
alt, note, source, sha256 of its PNG, columns, rows, numeric). The picture itself stands in the HTML output once and is
found there by its hash, so that a notebook does not carry it twice.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from IPython.core.interactiveshell import InteractiveShell

    from fangkong_lab.show.chart import Chart
    from fangkong_lab.show.prose import Listing, Prose, Stack

MIME = "application/vnd.fangkong.blocks+json"
MISSING = "未载"
_NUMBER = re.compile(r"^[-+−]?[\d,]*\.?\d+\s*%?$")
_ABSENT = frozenset({"", MISSING, "—", "-", "未报"})
Block = dict[str, Any]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Teach *shell* to give the typed output of our results and of pandas frames; asking twice changes nothing."""
    from IPython.core.formatters import BaseFormatter
    from traitlets import ObjectName, Unicode

    class BlocksFormatter(BaseFormatter):  # type: ignore[misc]
        format_type = Unicode(MIME)
        print_method = ObjectName("_fangkong_blocks_")
        _return_type = list

    formatter = BlocksFormatter(parent=shell.display_formatter)
    for module, name, make in _MAKERS:
        formatter.for_type_by_name(module, name, make)
    shell.display_formatter.formatters[MIME] = formatter


def prose_blocks(prose: Prose) -> list[Block]:
    """Return a `Prose` as one block of lines."""
    return [{"kind": "prose", "lines": list(prose.lines), "ordered": prose.ordered}]


def listing_blocks(listing: Listing) -> list[Block]:
    """Return a `Listing` as one table block."""
    return [{"kind": "table", "caption": listing.caption, "note": listing.note, **cells(listing.frame)}]


def chart_blocks(chart: Chart) -> list[Block]:
    """Return a `Chart` as one block with the hash of its picture and the data drawn."""
    return [{"kind": "chart", "title": chart.title, "alt": chart.alt, "note": chart.note, "source": chart.source,
             "sha256": hashlib.sha256(chart.png).hexdigest(), **cells(chart.frame)}]


def stack_blocks(stack: Stack) -> list[Block]:
    """Return the blocks of all items of a `Stack`, or what it says where it is empty."""
    if not len(stack):
        return [{"kind": "prose", "lines": [stack.empty], "ordered": False}]
    return [block for item in stack.items for block in blocks_of(item)]


def shown_blocks(shown: Any) -> list[Block]:
    """Return any result with `sentence` and `table` as its sentence and its table."""
    lines = [line for line in shown.sentence().splitlines() if line.strip()]
    source = getattr(shown, "source", "")
    note = f"来源：{source}" if isinstance(source, str) and source else ""
    return [{"kind": "prose", "lines": lines, "ordered": False},
            {"kind": "table", "caption": "", "note": note, **cells(shown.table())}]


def frame_blocks(frame: pd.DataFrame) -> list[Block]:
    """Return a bare frame as one table block; an index with a name is its first columns."""
    named = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    return [{"kind": "table", "caption": "", "note": "", **cells(named)}]


_MAKERS: tuple[tuple[str, str, Callable[[Any], list[Block]]], ...] = (
    ("fangkong_lab.show.prose", "Prose", prose_blocks),
    ("fangkong_lab.show.prose", "Listing", listing_blocks),
    ("fangkong_lab.show.prose", "Stack", stack_blocks),
    ("fangkong_lab.show.chart", "Chart", chart_blocks),
    ("fangkong_lab.result", "Shown", shown_blocks),
    ("pandas.core.frame", "DataFrame", frame_blocks),
)


def blocks_of(value: object) -> list[Block]:
    """Return the blocks of one of our results; anything else is its text, as one paragraph."""
    for module, name, make in _MAKERS:
        if any((base.__module__, base.__qualname__) == (module, name) for base in type(value).__mro__):
            return make(value)
    return [{"kind": "prose", "lines": [str(value)], "ordered": False}]


def cells(frame: pd.DataFrame) -> dict[str, Any]:
    """Return *frame* as text: ``columns``, ``rows`` (missing: 未载), and per column whether it holds only numbers."""
    import pandas as pd

    columns = [str(c) if not isinstance(c, tuple) else " ".join(map(str, c)) for c in frame.columns]
    data = []
    for position in range(frame.shape[1]):
        values = frame.iloc[:, position]
        absent = pd.isna(values).tolist()
        data.append([MISSING if gone else cell_text(value) for value, gone in zip(values.tolist(), absent, strict=True)])
    return {"columns": columns, "rows": [list(row) for row in zip(*data, strict=True)], "numeric": [is_numeric(column) for column in data]}


def cell_text(value: object) -> str:
    """Return a cell as a reader wants it: 是/否, days without a midnight, at most six significant digits."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return f"{value:.0f}" if math.isfinite(value) and value == int(value) and abs(value) < 1e15 else f"{value:.6g}"
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00").replace("T", " ")
    return str(value)


def is_numeric(texts: list[str]) -> bool:
    """Say whether a column of cell texts holds numbers (with %, thousands commas) and at least one of them."""
    stated = [t for t in texts if t not in _ABSENT]
    return bool(stated) and all(_NUMBER.match(t) for t in stated)
