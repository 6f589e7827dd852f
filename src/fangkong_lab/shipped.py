"""Where the files that come with the product lie: in the repository, or inside an installed wheel."""

from __future__ import annotations

from pathlib import Path

from fangkong_lab.errors import BadInput

_PACKAGE = Path(__file__).resolve().parent


def shipped(*parts: str) -> Path:
    """Return the path of a shipped file or folder, e.g. ``shipped("data", "sources", "figures.csv")``.

    Raises `BadInput` where it is missing, which means that the installation is damaged.
    """
    roots = (_PACKAGE / "_shipped", _PACKAGE.parents[1])
    for root in roots:
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise BadInput("随软件提供的文件缺失", where="/".join(parts), mend="重新安装软件")
