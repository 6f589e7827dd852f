"""Which program computes: a digest of the source that decides the numbers, so that results of two versions never mix."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fangkong_lab import __version__

_SOURCES = ("simulate/*.py", "policy/*.py", "streams.py", "dates.py")
_LIBRARIES = ("numba", "numpy", "pandas", "SALib", "scipy")


@cache
def program_hash() -> str:
    """Return the digest (see `hash_of`) of the program that is running."""
    return hash_of(Path(__file__).parents[1])


def hash_of(root: Path) -> str:
    """Return the SHA-256 of every source file of the simulation, of the rules it scores by, and of the random streams and the
    dates it reckons with, under the package's folder *root*; and of the versions of this program and of the libraries that its
    numbers come from.
    """
    versions = [__version__, *(version(name) for name in _LIBRARIES)]
    digest = hashlib.sha256(" ".join(versions).encode())
    for path in sorted(path for pattern in _SOURCES for path in root.glob(pattern)):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
