"""Finds policies: those that come with the product, those of the workspace, and files named by path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.errors import BadInput, WrongCall, did_you_mean
from fangkong_lab.policy.load import load_policy
from fangkong_lab.policy.node import read_yaml
from fangkong_lab.policy.record import Policy
from fangkong_lab.shipped import shipped

CASES = ".cases.yaml"
REFORM = ".reform.yaml"
_ID = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Shelf:
    """Where policies are looked up: a workspace's own folder goes before the shipped one."""

    folders: tuple[Path, ...]

    def paths(self) -> tuple[Path, ...]:
        """Return the policy files, sorted by id; the first folder that has an id wins."""
        found: dict[str, Path] = {}
        for path in self._files():
            found.setdefault(path.stem, path)
        return tuple(found[name] for name in sorted(found))

    def _files(self, name: str = "*") -> Iterator[Path]:
        for folder in self.folders:
            for path in sorted(folder.rglob(f"{name}.yaml")):
                if not path.name.endswith((CASES, REFORM)) and is_policy(path):
                    yield path

    def find(self, name: str) -> Policy:
        """Return the policy whose id, name or path is *name*; `WrongCall` with the near match where there is none."""
        if name.endswith((".yaml", ".yml")):
            return load_policy(Path(name))
        if _ID.fullmatch(name):  # the usual case, without reading every other file
            for path in self._files(name):
                return load_policy(path)
        paths = {p.stem: p for p in self.paths()}
        if name in paths:
            return load_policy(paths[name])
        for path in paths.values():
            if _named(path) == name:
                return load_policy(path)
        raise WrongCall(f"没有名为「{name}」的规则", mend=did_you_mean(name, tuple(paths)))


def _named(path: Path) -> object:
    try:
        title = read_yaml(path).get("name")
    except BadInput:
        return None
    return title.content if title is not None else None


def is_policy(path: Path) -> bool:
    """Say whether a file under a policy folder is meant as a grading or score policy.

    Files without ``kind`` and ``rule`` (taxonomies of outcomes) have their own readers; a file that cannot be read is
    taken for a policy, so that its error is seen.
    """
    try:
        top = read_yaml(path)
    except BadInput:
        return True
    return top.is_mapping and (top.get("kind") is not None or top.get("rule") is not None)


def shelf(workspace_root: Path | None = None) -> Shelf:
    """Return the shelf of a workspace (``policies/`` in it), or only what comes with the product."""
    own = (workspace_root / "policies",) if workspace_root and (workspace_root / "policies").is_dir() else ()
    return Shelf((*own, shipped("data", "policies")))
