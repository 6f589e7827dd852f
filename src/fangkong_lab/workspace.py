"""A workspace: the folder an office works in, known by its fangkong.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import BadInput, WrongCall, did_you_mean

SETTINGS_FILE = "fangkong.toml"
_KEYS = ("office", "as_of", "person_key_file", "open_clues_allowed_by", "suppress_below",
         "grading_policy", "warning_policy", "checked_since")


@dataclass(frozen=True)
class Workspace:
    """A folder with fangkong.toml, data/, notebooks/, reports/, policies/.

    *root* is the folder, *office* the name printed on reports, *as_of* the day on which everything is judged
    (None: commands must be given ``--as-of``; it is never today), *person_key_file* the file that keeps the key of
    person codes, relative to *root*, *open_clues_allowed_by* the person who allowed rows with open clues,
    *suppress_below* the count of persons under which cells are hidden in what leaves the office (counts 1 to
    *suppress_below* - 1). *grading_policy* and *warning_policy* are the rules that reports apply (empty: those of the
    report template), *checked_since* the day before which a source last checked counts as stale (None: not judged).
    """

    root: Path
    office: str = ""
    as_of: date | None = None
    person_key_file: str = ".fangkong/person.key"
    open_clues_allowed_by: str = ""
    suppress_below: int = 5
    grading_policy: str = ""
    warning_policy: str = ""
    checked_since: date | None = None

    @property
    def store_path(self) -> Path:
        """The DuckDB file of the ledger."""
        return self.root / "data" / "store" / "ledger.duckdb"

    @property
    def reports_dir(self) -> Path:
        """Where reports are written."""
        return self.root / "reports"

    @property
    def notebooks_dir(self) -> Path:
        """Where the workspace keeps its notebooks."""
        return self.root / "notebooks"

    def day(self, given: str | None) -> date:
        """Return the day given on the command line, else the one set in fangkong.toml; `WrongCall` if neither is."""
        if given:
            return parse_day(given)
        if self.as_of is None:
            raise WrongCall("未指定评估日期", where=str(self.root / SETTINGS_FILE),
                            mend="加上 --as-of 2016-12-31，或在 fangkong.toml 写 as_of = 2016-12-31")
        return self.as_of


def find_workspace(start: Path | None = None) -> Workspace:
    """Return the workspace of *start* (default: the current folder) or of the nearest folder above it.

    Raises `WrongCall` where there is none, `BadInput` where fangkong.toml cannot be read.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / SETTINGS_FILE).is_file():
            return read_workspace(folder)
    raise WrongCall("这里不是工作目录", where=str(here), mend="先运行 fangkong init 办公室，再进入该目录")


def read_workspace(root: Path) -> Workspace:
    """Read fangkong.toml in *root*; unknown keys and wrong types are errors naming the line's key."""
    path = root / SETTINGS_FILE
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"设置文件无法读取（{error}）", where=str(path), mend="按 TOML 格式修改后保存为 UTF-8") from error
    for key in settings:
        if key not in _KEYS:
            raise BadInput(f"未知设置「{key}」", where=str(path), mend=did_you_mean(key, _KEYS))
    return Workspace(root=root, **{k: _typed(path, k, v) for k, v in settings.items()})


def _typed(path: Path, key: str, value: object) -> Any:
    wanted = {"as_of": date, "checked_since": date, "suppress_below": int}.get(key, str)
    if wanted is date and isinstance(value, str):
        return parse_day(value)
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise BadInput(f"设置「{key}」的值「{value}」类型不对", where=str(path),
                       mend="写成整数" if wanted is int else f"写成 {key} = 2016-12-31" if wanted is date else "写成引号内的文字")
    return value
