"""File names that every desktop accepts, and that keep two reports apart."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_BAD = re.compile(r'[\x00-\x1f/\\:*?"<>|]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$", re.IGNORECASE)
LONGEST, TAIL = 60, 24
MOST_BYTES = 200  # of the 255 that disks allow, endings and marks come on top


def safe_name(title: str) -> str:
    """Return *title* as a file name without ending.

    Characters that Windows refuses become ``_``; leading and trailing dots and spaces go; at most 60 characters, of a
    longer title the beginning and the end (which say whose and which report it is). A leading hyphen, which a command
    would take for an option, gets a ``_`` before it. Where the name had to change, six hexadecimal digits of its hash follow, so that two titles never share a name.
    An empty title gives ``报告``.
    """
    plain = unicodedata.normalize("NFC", title)
    name = _BAD.sub("_", plain).strip(". ")
    if len(name) > LONGEST or len(name.encode()) > MOST_BYTES:
        name = _shortened(name)
    if _RESERVED.match(name) or name.startswith("-"):
        name = f"_{name}"
    if name and name == plain:
        return name
    return f"{name or '报告'}-{_mark(plain)}"


def _shortened(name: str) -> str:
    """Return the beginning and the end of *name*, few enough for disks that count bytes (rare characters have four)."""
    head, tail = name[:LONGEST - TAIL - 1], name[-TAIL:].lstrip(". ")
    while len(f"{head}…{tail}".encode()) > MOST_BYTES:
        head = head[:-1]
    return f"{head.rstrip('. ')}…{tail}"


def marked_name(name: str, key: str) -> str:
    """Return *name* with six hexadecimal digits of the hash of *key* behind it."""
    return f"{name}-{_mark(key)}"


def distinct_names(titles: list[str]) -> list[str]:
    """Return a safe name for each title; names that differ only in case (one file on Windows) all get a mark."""
    names = [safe_name(t) for t in titles]
    seen: dict[str, int] = {}
    for name in names:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
    return [n if seen[n.casefold()] == 1 else f"{n}-{_mark(t)}" for n, t in zip(names, titles, strict=True)]


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:6]
