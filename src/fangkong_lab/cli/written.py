"""Files that commands write: whole under their final name, or not there at all."""

from __future__ import annotations

from pathlib import Path

from fangkong_lab.errors import WrongCall


def write_whole(path: Path, text: str) -> None:
    """Write *text* to *path* so that nobody ever sees half of it; `WrongCall` where its folder is missing."""
    if not path.parent.is_dir():
        raise WrongCall("文件夹不存在", where=str(path.parent), mend="先建文件夹，或改写到别处")
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
