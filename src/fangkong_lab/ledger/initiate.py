"""Making a workspace: the folders, fangkong.toml, the shipped notebooks and the key of person codes."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

from fangkong_lab.errors import WrongCall
from fangkong_lab.ledger.personcode import make_key
from fangkong_lab.shipped import shipped
from fangkong_lab.workspace import SETTINGS_FILE, Workspace, read_workspace

FOLDERS = ("data", "notebooks", "reports", "policies")
_IGNORED = "# 台账、报告和密钥不进版本库\ndata/\nreports/\n.fangkong/\n*.key\n"
_OWN_TRACES = frozenset({".git", ".gitignore", ".DS_Store", "desktop.ini"})


def make_workspace(root: Path, *, office: str, as_of: date | None) -> Workspace:
    """Make *root* a workspace and return it; in an existing workspace only what is missing is added.

    Nothing that exists is overwritten. Raises `WrongCall` where *root* is a file, or a folder that holds something
    and is not a workspace: an office's documents must not get mixed with ours by a slip of the hand.
    """
    _refuse_foreign(root)
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    settings = root / SETTINGS_FILE
    if not settings.exists():
        settings.write_text(_settings(office, as_of), encoding="utf-8")
    _copy_notebooks(root / "notebooks")
    ignored = root / ".gitignore"
    if not ignored.exists():
        ignored.write_text(_IGNORED, encoding="utf-8")
    workspace = read_workspace(root)
    key = root / workspace.person_key_file
    if not key.exists():
        make_key(key)
    return workspace


def _refuse_foreign(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise WrongCall("这是一个文件，不能作工作目录", where=str(root), mend="换一个目录名")
    if not root.exists() or (root / SETTINGS_FILE).exists():
        return
    if found := sorted(p.name for p in root.iterdir() if p.name not in _OWN_TRACES):
        shown = "、".join(found[:3]) + ("等" if len(found) > 3 else "")
        raise WrongCall(f"目录不是空的，也不是工作目录（内有 {shown}）", where=str(root), mend="换一个新目录名")


def _settings(office: str, as_of: date | None) -> str:
    lines = ["# 工作目录设置。评估日期须写明，软件从不取「今天」。", f"office = {json.dumps(office, ensure_ascii=False)}"]
    lines.append(f"as_of = {as_of.isoformat()}" if as_of else "# as_of = 2016-12-31")
    lines += ['person_key_file = ".fangkong/person.key"', "# 对外材料中，少于此数的人数不显示", "suppress_below = 5",
              "# 「核查中」且带人员代号的预警事件，只有写明批准人后才能导入", '# open_clues_allowed_by = ""']
    return "\n".join(lines) + "\n"


def _copy_notebooks(target: Path) -> None:
    source = shipped("notebooks")
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if ".ipynb_checkpoints" in path.parts or "scratch" in path.relative_to(source).parts[:1] or place.exists():
            continue
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
