"""Cleaning of what people type: full-width digits, stray spaces, separators, and words that stand for nothing."""

from __future__ import annotations

import re
import unicodedata

_WIDE = {0xFF10 + i: 0x30 + i for i in range(10)}
_WIDE |= {0xFF21 + i: 0x41 + i for i in range(26)}
_WIDE |= {0xFF41 + i: 0x61 + i for i in range(26)}
_WIDE |= {0x3000: 0x20, 0x00A0: 0x20, 0x2002: 0x20, 0x2003: 0x20, 0x2009: 0x20, 0x202F: 0x20}
_WIDE |= dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD), None)  # type: ignore[arg-type]

_GAPS = re.compile(r"\s+")
_HAN = "\u3400-\u9fff"
_HAN_GAP = re.compile(rf"(?<=[{_HAN}]) +(?=[{_HAN}])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNCLEAN = re.compile("[\\s\x00-\x1f\x7f\u00ad\u200b-\u200d\u2060\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")
_LIST_BREAK = re.compile("[\u3001;,\uff1b\uff0c/\n]+")
_WORD_BREAK = re.compile("[\u3001;,\uff1b\uff0c\n]+")
_ARROW = re.compile("\\s*(?:[-\u2014\u2500=]*[>\uff1e]|[\u2192\u21d2\u2794\u279c])\\s*")

PLACEHOLDERS = frozenset({"-", "--", "\u2014", "\u2014\u2014", "/", "\\", "无", "暂无", "未知", "n/a", "na", "none", "null", "?"})
"""Words that people write where they have nothing to say."""


def clean_text(text: str) -> str:
    """Return *text* with full-width digits and letters made narrow, blanks collapsed, blanks between Han removed."""
    if not _UNCLEAN.search(text):
        return text
    narrow = _CONTROL.sub("", text.translate(_WIDE))
    return _HAN_GAP.sub("", _GAPS.sub(" ", narrow)).strip()


def narrow(text: str) -> str:
    """Return *text* in its narrowest form (NFKC), without any white space: for comparing, codes and numbers."""
    if text.isascii() and text.isprintable() and " " not in text:
        return text
    return _GAPS.sub("", _CONTROL.sub("", unicodedata.normalize("NFKC", text.translate(_WIDE))))


def split_list(text: str) -> list[str]:
    """Return the words of a cell of a closed list, each once, in order: separated by 、 ; , or /."""
    return _once(_LIST_BREAK.split(text))


def split_words(text: str) -> list[str]:
    """Return the words of a cell of an open list, each once, in order: separated by 、 ; or ,."""
    return _once(_WORD_BREAK.split(text))


def split_titles(text: str) -> list[str]:
    """Return the post titles of a simple flow, in order: separated by > or an arrow."""
    return [clean_text(t) for t in _ARROW.split(text)]


def _once(words: list[str]) -> list[str]:
    return list(dict.fromkeys(w for w in (clean_text(word) for word in words) if w))
