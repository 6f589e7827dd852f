"""Files appear whole under their final name, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fangkong_lab.errors import WrongCall


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Give the path to write to; when all is written it is renamed to *path*, and removed where something is raised."""
    part = path.with_name(path.name + ".part")
    try:
        yield part
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, text: str) -> None:
    """Write *text* to *path* so that nobody ever sees half of it; `WrongCall` where its folder is missing."""
    refuse_no_folder(path)
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def refuse_no_folder(path: Path) -> None:
    """Raise `WrongCall` where the folder of *path* is missing: before the work whose result is to be written there."""
    if not path.parent.is_dir():
        raise WrongCall("文件夹不存在", where=str(path.parent), mend="先建文件夹，或改写到别处")
