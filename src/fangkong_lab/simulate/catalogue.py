"""Finds scenario files: a path, or the id of one that comes with the product."""

from __future__ import annotations

from pathlib import Path

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.shipped import shipped


def scenario_path(name: str) -> Path:
    """Return the file of *name*: a path that exists, or a shipped id; `WrongCall` with the near match otherwise."""
    if Path(name).is_file():
        return Path(name)
    known = {p.stem: p for p in sorted(shipped("data", "scenarios").glob("*.yaml"))}
    if name in known:
        return known[name]
    raise WrongCall(f"没有情景文件「{name}」", mend=f"核对路径，{did_you_mean(name, tuple(known))}")
