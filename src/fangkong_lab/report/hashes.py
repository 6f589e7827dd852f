"""Content hashes: what a file says, without times, users, cell ids, run numbers and the dates inside containers."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

_PDF_VOLATILE = (
    re.compile(rb"/(CreationDate|ModDate)\s*\([^)]*\)"),
    re.compile(rb"/ID\s*\[\s*<[^>]*>\s*<[^>]*>\s*\]"),
    re.compile(rb"/ID\s*\[\s*\((?:[^()\\]|\\.)*\)\s*\((?:[^()\\]|\\.)*\)\s*\]"),
    re.compile(rb"<xmp:(CreateDate|ModifyDate|MetadataDate)>[^<]*</xmp:\1>"),
    re.compile(rb"<xmpMM:(DocumentID|InstanceID)>[^<]*</xmpMM:\1>"),
    re.compile(rb"/DocChecksum\s*/[0-9A-F]+"),
)
_ZIP_VOLATILE = ("docProps/core.xml", "docProps/app.xml")


def content_hash(path: Path) -> str:
    """Return the content hash of a report's file, by its ending (ipynb, html, docx, pdf); `ValueError` for another."""
    ending = path.suffix.lower().lstrip(".")
    if ending == "ipynb":
        import nbformat

        return notebook_hash(nbformat.read(str(path), as_version=4))
    if ending == "html":
        return page_hash(path.read_text(encoding="utf-8"))
    if ending == "docx":
        return docx_hash(path.read_bytes())
    if ending == "pdf":
        return pdf_hash(path.read_bytes())
    raise ValueError(ending)


def notebook_hash(notebook: Any) -> str:
    """Return the SHA-256 of what the notebook says: sources and outputs.

    Left out: times, cell ids, run numbers, and what cells wrote to stderr (warnings name files and line numbers).
    """
    said = [[cell.cell_type, cell.source, _outputs(cell)] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _outputs(cell: Any) -> list[Any]:
    kept = []
    for output in cell.get("outputs", []):
        if output.get("name") != "stderr":
            kept.append({k: v for k, v in output.items() if k in ("output_type", "data", "text", "name", "ename", "evalue")})
    return kept


def page_hash(text: str) -> str:
    """Return the SHA-256 of the page; our pages hold nothing volatile."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def docx_hash(data: bytes) -> str:
    """Return the SHA-256 over the names and contents of the package's members, without the document properties."""
    total = hashlib.sha256()
    with zipfile.ZipFile(BytesIO(data)) as package:
        for name in sorted(package.namelist()):
            if name not in _ZIP_VOLATILE:
                total.update(name.encode() + b"\0" + hashlib.sha256(package.read(name)).digest())
    return total.hexdigest()


def pdf_hash(data: bytes) -> str:
    """Return the SHA-256 of the PDF with its dates and document ids blanked."""
    for pattern in _PDF_VOLATILE:
        data = pattern.sub(b"", data)
    return hashlib.sha256(data).hexdigest()
