"""One broken scenario per error of the loader: the message names file, line, field and mend.

The first line of each file in tests/simulate/broken is a comment with the words that the message must hold. All were made
from sound.yaml by hand; that it loads is the control.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from simulate_worlds import SHIPPED

from fangkong_lab.errors import BadInput
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.node import parse_yaml
from fangkong_lab.simulate.read_scenario import load_scenario, read_scenario
from fangkong_lab.simulate.scenario import Scenario

HERE = Path(__file__).parent
BROKEN = sorted((HERE / "broken").glob("*.yaml"))
WITHOUT_A_LINE = ("empty_file", "not_utf8")


def load(path: Path) -> Scenario:
    return load_scenario(path)


def words(path: Path) -> list[str]:
    """The words of the first line."""
    first = path.read_bytes().decode("gb18030" if path.stem == "not_utf8" else "utf-8").splitlines()[0]
    assert first.startswith("# 期望:")
    return [word.strip() for word in first.removeprefix("# 期望:").split("|")]


def test_the_sound_file_loads() -> None:
    made = load(HERE / "sound.yaml")
    assert (made.months, len(made.parameters), made.days) == (24, 37, 731)


@pytest.mark.parametrize("path", BROKEN, ids=[p.stem for p in BROKEN])
def test_each_broken_file_is_refused_with_its_words(path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load(path)
    message = str(caught.value)
    assert path.name in message
    assert caught.value.mend
    assert "第" in message or path.stem in WITHOUT_A_LINE
    for word in words(path):
        assert word in message, message


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = (HERE / "sound.yaml").read_text(encoding="utf-8")
    (tmp_path / "sound.yaml").write_bytes(("\ufeff" + text.replace("\n", "\r\n")).encode())
    assert load(tmp_path / "sound.yaml").parameters.keys() == load(HERE / "sound.yaml").parameters.keys()


def test_there_is_a_file_for_every_kind_of_error() -> None:
    assert len(BROKEN) >= 80


def test_every_number_of_the_shipped_scenario_has_a_range_and_a_reason() -> None:
    made = load(SHIPPED)
    assert len(made.parameters) > 70
    assert all(p.low <= p.value <= p.high and p.evidence.sentence() for p in made.parameters.values())
    assert all("假定" in line for line in made.assumptions())


def test_the_hash_changes_with_a_value_a_seed_and_a_threshold() -> None:
    text = (HERE / "sound.yaml").read_text(encoding="utf-8")
    def hashed(changed: str) -> str:
        return read_scenario(parse_yaml(changed, "x"), shelf()).content_hash()
    others = [text.replace("seed: 1", "seed: 2"), text.replace("value: 0.02, range: [0, 0.1]", "value: 0.03, range: [0, 0.1]"),
              text.replace("policy: 沙洋}", "policy: 沙洋, assumed: 测试, thresholds: {红色预警: 11}}")]
    assert len({hashed(t) for t in [text, *others]}) == 4
    assert load(HERE / "sound.yaml").with_values({"after.changed": 0.2}).content_hash() != hashed(text)
