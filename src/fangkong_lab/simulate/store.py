"""Finished parts on disk: one file each, complete or not there, so that a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import io
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fangkong_lab.errors import BadInput
from fangkong_lab.simulate.model import Model
from fangkong_lab.simulate.program import program_hash

Arrays = Mapping[str, np.ndarray]
"""What a part consists of, by name."""
_DIGEST = hashlib.sha256().digest_size


@dataclass(frozen=True)
class Store:
    """The folder *path*. A part is known by its name, which must say all that decides its content beside the folder."""

    path: Path

    def file(self, name: str) -> Path:
        """Return the file of the part *name*."""
        return self.path / f"{name}.npz"

    def load(self, name: str) -> Arrays | None:
        """Return the part *name*; None where it is missing, or damaged anywhere: nothing is unpacked before the digest agrees."""
        try:
            raw = self.file(name).read_bytes()
        except OSError:
            return None
        archive, digest = raw[:-_DIGEST], raw[-_DIGEST:]
        if hashlib.sha256(archive).digest() != digest:
            return None
        with np.load(io.BytesIO(archive), allow_pickle=False) as held:
            return {key: held[key] for key in held.files}

    def keep(self, name: str, arrays: Arrays) -> None:
        """Write the part *name*, its digest behind it: under another name first, so that a half-written file is never seen.

        Raises `BadInput` where the folder cannot be written.
        """
        packed = io.BytesIO()
        np.savez_compressed(packed, **dict(arrays))  # type: ignore[arg-type]
        archive = packed.getvalue()
        part = self.path / f".{name}.{os.getpid()}_{threading.get_ident()}.part"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            part.write_bytes(archive + hashlib.sha256(archive).digest())
            os.replace(part, self.file(name))
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise BadInput(f"区块存不进去（{error.strerror}）", where=str(self.path), mend="检查磁盘空间和写权限，或换一个文件夹") from error


def store_of(root: Path, model: Model) -> Store:
    """Return the store under *root* for *model*: another scenario, value, seed, policy, world or program has another one."""
    digest = hashlib.sha256(f"{model.content_hash()} {program_hash()}".encode()).hexdigest()
    return Store(root / f"{model.scenario.id}_{digest[:16]}")


def named(kind: str, *content: object) -> str:
    """Return the name of a part of *kind* decided by *content*, whose ``repr`` must say all of it."""
    return f"{kind}_{hashlib.sha256(repr(content).encode()).hexdigest()[:24]}"
