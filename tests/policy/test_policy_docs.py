"""The JSON schema for editors and the examples of docs/policies.md agree with the loader."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from fangkong_lab.policy.cases import run_cases
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.change import apply, load_reform
from fangkong_lab.policy.load import load_policy

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "policy.schema.json").read_text(encoding="utf-8"))
PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
BROKEN = ROOT / "tests" / "broken_policies"


def plain(path: Path) -> object:
    """A YAML file as JSON has it: dates are text, keys too."""
    return _text(yaml.safe_load(path.read_text(encoding="utf-8")))


def _text(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _text(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_text(v) for v in value]
    return value.isoformat() if isinstance(value, date) else value


@pytest.mark.parametrize("path", shelf().paths(), ids=[p.stem for p in shelf().paths()])
def test_the_schema_accepts_every_shipped_rule(path: Path) -> None:
    jsonschema.validate(plain(path), SCHEMA)


@pytest.mark.parametrize("name", ["unknown_key", "missing_key", "missing_source", "source_unchecked", "no_dates",
                                  "text_for_number", "unknown_policy_kind", "unknown_cycle", "two_comparisons",
                                  "input_without_column", "criterion_without_source", "level_without_date", "wrong_version"])
def test_the_schema_refuses_what_it_can_see(name: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(plain(BROKEN / f"{name}.yaml"), SCHEMA)


def blocks() -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)


def test_the_reform_on_the_page_can_be_applied(tmp_path: Path) -> None:
    (text,) = [b for b in blocks() if "provisions:" in b]
    path = tmp_path / "shayang_tighter.reform.yaml"
    path.write_text(text, encoding="utf-8")
    made = apply(load_reform(path), shelf().find("shayang_warning"))
    assert made.scoring is not None
    assert made.scoring.cycle.kind.value == "rolling"


def test_the_cases_on_the_page_pass(tmp_path: Path) -> None:
    (text,) = [b for b in blocks() if b.startswith("policy:")]
    path = tmp_path / "changwu_score.cases.yaml"
    path.write_text(text, encoding="utf-8")
    results = run_cases(shelf().find("changwu_score"), path)
    assert [r.wrong for r in results] == [()]


def test_the_page_shows_the_file_as_it_is() -> None:
    (text,) = [b for b in blocks() if b.startswith("schema_version: 1\nid: small_project")]
    shown, real = yaml.safe_load(text), yaml.safe_load(next(
        p for p in shelf().paths() if p.stem == "small_project").read_text(encoding="utf-8"))
    assert shown["values"] == real["values"]
    assert shown["sources"] == real["sources"]
    assert shown["in_force"] == real["in_force"]


def test_the_page_names_every_shipped_rule() -> None:
    for path in shelf().paths():
        assert path.stem in PAGE
        assert load_policy(path).name
