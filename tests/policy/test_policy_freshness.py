"""When the values of a rule were last held against their sources. Witness: the dates typed in the file of the test."""

from datetime import date
from pathlib import Path

import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.change import apply, load_reform
from fangkong_lab.policy.freshness import oldest_check, stale_table, stale_values
from fangkong_lab.policy.load import load_policy
from fangkong_lab.shipped import shipped

RULE = """schema_version: 1
id: two_sources
name: 两个出处
domain: grading
place: 某县
kind: grade
about: 试验
table: risk_points
key: risk_id
caveat: 施行日为假定
in_force: {from: 2010-01-01, source: old, assumed: 取印发日}
sources:
  old: {title: 旧办法, issuer: 某局, published: 未载, where: 第一条, checked_on: 2024-01-31}
  new: {title: 新办法, issuer: 某局, published: 2011-01-01, where: 第二条, checked_on: 2026-02-01}
inputs:
  harm: {column: harm, header: 危害程度, type: number, range: [1, 5]}
values:
  high:
    name: 高的下限
    unit: 分
    dates:
      2010-01-01: {value: 4, source: old}
      2012-01-01: {value: 3, source: [old, new]}
scale:
  - grade: 高
  - grade: 低
rule:
  kind: decision_list
  clauses:
    - name: 危害大
      when: {input: harm, at_least: {value: high}}
      grade:
        2010-01-01: {value: 高, source: new}
  otherwise:
    2010-01-01: {value: 低, assumed: 其余}
"""


@pytest.fixture
def rule(tmp_path: Path):
    path = tmp_path / "two_sources.yaml"
    path.write_text(RULE, encoding="utf-8")
    return load_policy(path)


def test_what_was_checked_before_a_day_is_listed(rule):
    """Checked on 2024-01-31: the day of force, the first value, and the second value in part; never the assumed one."""
    found = stale_values(rule, date(2025, 1, 1))
    assert [(s.start, s.citation.title) for s in found] == [(date(2010, 1, 1), "旧办法"), (date(2010, 1, 1), "旧办法"), (date(2012, 1, 1), "旧办法")]
    assert {s.at for s in found if s.start == date(2012, 1, 1)} == {"values.high.dates"}
    assert len(stale_values(rule, date(2026, 2, 2))) == 5
    assert stale_values(rule, date(2024, 1, 31)) == ()
    assert oldest_check(rule) == date(2024, 1, 31)
    assert stale_table(found)["核对日期"].tolist() == ["2024-01-31"] * 3


def test_the_commands_list_them(rule, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    path = str(tmp_path / "two_sources.yaml")
    assert main(["policy", "check", path]) == 0
    assert main(["policy", "check", path, "--checked-since", "2025-01-01"]) == 1
    assert "出处核对早于 2025-01-01 的值：3 个" in capsys.readouterr().out
    assert main(["policy", "list", "--checked-since", "2026-11-01"]) == 0
    assert "出处核对早于 2026-11-01 的值：0 个" in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(shipped("data", "policies", "reforms").glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_reforms_make_a_valid_rule(path):
    reform = load_reform(path)
    baseline = shelf().find(reform.baseline)
    assert apply(reform, baseline).content_hash != baseline.content_hash
