"""environment.yml and pyproject.toml ask for the same packages in the same versions."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
# Names that conda-forge gives to the same project.
CONDA_NAMES = {"duckdb": "python-duckdb", "matplotlib": "matplotlib-base", "nbconvert": "nbconvert-core",
               "typst": "typst-py"}
# nbval is for developers in pyproject.toml, but conda users get it too: the office may test its own notebooks.
FROM_DEV = ("nbval",)


def split(requirement: str) -> tuple[str, str]:
    name, bound = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*(.*)", requirement).groups()
    return name, bound.replace(" ", "")


def wanted() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    pairs = [split(r) for r in project["dependencies"] + extras["lab"] + extras["widget"] + extras["cluster"]]
    pairs += [(n, b) for n, b in map(split, extras["dev"]) if n in FROM_DEV]
    return {CONDA_NAMES.get(n, n): b for n, b in pairs} | {"python": project["requires-python"].replace(" ", "")}


def test_conda_and_pip_agree():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert dict(split(entry) for entry in listed) == wanted()


def test_name_map_has_no_leftovers():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {split(r)[0] for r in project["dependencies"]}
    assert set(CONDA_NAMES) <= names


def test_locks_pin_every_requirement_with_hashes_and_no_address():
    locks = sorted(ROOT.glob("requirements*.lock"))
    assert {p.name for p in locks} >= {"requirements.lock", "requirements-dev.lock", "requirements-lab.lock"}
    for lock in locks:
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
        pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==", text, flags=re.M)
        blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
        assert pins
        assert all("--hash=sha256:" in block for block in blocks)


def test_runtime_lock_covers_pyproject():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = {p.lower().replace("_", "-") for p in re.findall(r"^([A-Za-z0-9._-]+)==", text, flags=re.M)}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {split(r)[0].lower() for r in project["dependencies"]} <= pinned
