"""The container of old Office files: a small file system of sectors inside one file.

Reference: [MS-CFB] Compound File Binary File Format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_NO_SECTOR = 0xFFFFFFFA
_ENTRY = 128
_STREAM, _ROOT = 2, 5


class Damaged(ValueError):
    """The sectors do not hang together."""


@dataclass(frozen=True)
class _Layout:
    """Where things lie: *size* of a sector, *small* of a mini sector, *fat* the next sector of each."""

    data: bytes
    size: int
    small: int
    cutoff: int
    fat: tuple[int, ...]
    mini_fat: tuple[int, ...]
    directory: bytes


def read_stream(data: bytes, names: tuple[str, ...]) -> bytes | None:
    """Return the bytes of the first stream called one of *names* in the container *data*, None where there is none.

    Raises `Damaged` where sectors are missing or lead in a circle.
    """
    try:
        layout = _layout(data)
    except (struct.error, IndexError) as error:
        raise Damaged("header") from error
    entries = list(_entries(layout.directory))
    root = next((e for e in entries if e[1] == _ROOT), None)
    for wanted in names:
        for name, kind, start, size in entries:
            if kind == _STREAM and name.lower() == wanted.lower():
                return _content(layout, root, start, size)
    return None


def _layout(data: bytes) -> _Layout:
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    if not (7 <= shift <= 16 and 4 <= small_shift <= 10):
        raise Damaged("sector size")
    count, directory, _, cutoff, mini, _, difat, _ = struct.unpack_from("<IIIIIIII", data, 44)
    size = 1 << shift
    sectors = _fat_sectors(data, size, difat, count)
    fat = tuple(n for s in sectors for n in _numbers(data, size, s))
    mini_fat = tuple(n for s in _chain(fat, mini) for n in _numbers(data, size, s))
    folder = b"".join(_sector(data, size, s) for s in _chain(fat, directory))
    return _Layout(data, size, 1 << small_shift, cutoff, fat, mini_fat, folder)


def _fat_sectors(data: bytes, size: int, difat: int, count: int) -> list[int]:
    sectors = [n for n in struct.unpack_from("<109I", data, 76) if n < _NO_SECTOR]
    seen = 0
    while difat < _NO_SECTOR and seen <= len(data) // size:
        *more, difat = _numbers(data, size, difat)
        sectors += [n for n in more if n < _NO_SECTOR]
        seen += 1
    return sectors[:count]


def _sector(data: bytes, size: int, number: int) -> bytes:
    start = (number + 1) * size
    if start >= len(data):
        raise Damaged("sector beyond the end")
    return data[start:start + size]


def _numbers(data: bytes, size: int, number: int) -> tuple[int, ...]:
    sector = _sector(data, size, number).ljust(size, b"\xff")
    return struct.unpack(f"<{size // 4}I", sector)


def _chain(fat: tuple[int, ...], start: int) -> Iterator[int]:
    steps = 0
    while start < _NO_SECTOR:
        if start >= len(fat) or steps > len(fat):
            raise Damaged("chain")
        yield start
        start = fat[start]
        steps += 1


def _entries(directory: bytes) -> Iterator[tuple[str, int, int, int]]:
    """Yield (name, kind, first sector, size) of each directory entry."""
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", directory, at + 64)
        name = directory[at:at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        start, size = struct.unpack_from("<II", directory, at + 116)
        yield name, kind, start, size


def _content(layout: _Layout, root: tuple[str, int, int, int] | None, start: int, size: int) -> bytes:
    if size >= layout.cutoff or root is None:
        return b"".join(_sector(layout.data, layout.size, s) for s in _chain(layout.fat, start))[:size]
    minis = b"".join(_sector(layout.data, layout.size, s) for s in _chain(layout.fat, root[2]))
    small = layout.small
    return b"".join(minis[s * small:(s + 1) * small] for s in _chain(layout.mini_fat, start))[:size]
