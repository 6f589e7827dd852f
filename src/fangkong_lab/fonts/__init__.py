"""The Chinese fonts that travel with the product (Noto Sans SC, Noto Serif SC; SIL Open Font License 1.1).

An office's machine may have no font with Chinese glyphs; charts and PDF pages must not show boxes.
"""

from __future__ import annotations

from pathlib import Path

SANS = "NotoSansSC-Regular.otf"
SERIF = "NotoSerifSC-Regular.otf"


def font_file(name: str) -> Path:
    """Return the path of the shipped font file *name* (`SANS` or `SERIF`)."""
    return Path(__file__).with_name(name)
