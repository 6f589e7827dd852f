"""Independent random streams from one seed, addressed by name: the order of asking does not matter."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *address: str | int) -> np.random.Generator:
    """Return the generator of (*seed*, *address*).

    The same seed and address give the same numbers in every process, whatever PYTHONHASHSEED, worker count or
    order of calls; different addresses give independent ones (Philox, key = SHA-256 of the address).
    Reference: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
    """
    words = "\x1f".join([str(seed), *(str(a) for a in address)])
    digest = hashlib.sha256(words.encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=key))
