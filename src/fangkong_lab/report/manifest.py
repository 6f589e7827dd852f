"""The manifest beside each report: what it was made from, which files it has and what they say. No time is in it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from fangkong_lab.errors import BadInput

SCHEMA_VERSION = 1
ENDING = "manifest.json"


@dataclass(frozen=True)
class FileRecord:
    """One file of a report: its *name*, the SHA-256 of its bytes, and its content hash (`report.hashes`)."""

    name: str
    sha256: str
    content: str


@dataclass(frozen=True)
class Manifest:
    """What a report was made from.

    *key* and *request* (template, parameters) say what was asked, *inputs* (group → name → hash) what went in,
    *fingerprint* is the hash of all inputs, *files* (ending → record) what came out, *seed* the random seed asked for
    (None: the template draws nothing at random), *marks* the words on every page, *missing* characters no font has.
    """

    key: str
    title: str
    request: dict[str, Any]
    inputs: dict[str, dict[str, str]]
    fingerprint: str
    files: dict[str, FileRecord]
    marks: tuple[str, ...] = ()
    as_of: str = ""
    seed: int | None = None
    missing: str = ""

    def document(self) -> dict[str, Any]:
        """Return the manifest as plain JSON values (docs/schema/report_manifest.schema.json)."""
        return {"schema_version": SCHEMA_VERSION, **asdict(self)}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """Return the manifest that `document` gave; `BadInput` where it is none of this version."""
        values = dict(document)
        if values.pop("schema_version", None) != SCHEMA_VERSION:
            raise BadInput("报告清单的版本不同", mend="用生成它的软件版本核验，或重新生成报告")
        files = {ending: FileRecord(**record) for ending, record in values["files"].items()}
        return cls(**values | {"files": files, "marks": tuple(values["marks"])})


def manifest_path(folder: Path, name: str) -> Path:
    """Return where the manifest of the report *name* in *folder* lies."""
    return folder / f"{name}.{ENDING}"


def write(manifest: Manifest, path: Path) -> None:
    """Write *manifest* to *path* in one step."""
    partial = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:12]}.{os.getpid()}.part")
    try:
        partial.write_text(json.dumps(manifest.document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def read(path: Path) -> Manifest | None:
    """Return the manifest at *path*; None where there is none or it is damaged (the report then counts as not made)."""
    try:
        return Manifest.of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, BadInput):
        return None


def intact(manifest: Manifest, folder: Path) -> bool:
    """Say whether all files of *manifest* lie in *folder* as they were written."""
    return all(file_sha256(folder / record.name) == record.sha256 for record in manifest.files.values())


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; an empty text where it is not there."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
