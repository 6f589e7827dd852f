"""Which program computes: a digest of the source that decides the numbers, so that results of two versions never mix."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fangkong_lab import __version__

_FOLDERS = ("simulate", "policy")
_LIBRARIES = ("numba", "numpy", "pandas", "SALib", "scipy")


@cache
def program_hash() -> str:
    """Return the SHA-256 of every source file of the simulation and of the rules it scores by, and of the versions of this
    program and of the libraries that its numbers come from.
    """
    root, versions = Path(__file__).parents[1], [__version__, *(version(name) for name in _LIBRARIES)]
    digest = hashlib.sha256(" ".join(versions).encode())
    for path in sorted(p for name in _FOLDERS for p in (root / name).glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
