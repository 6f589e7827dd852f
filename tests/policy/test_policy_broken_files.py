"""One broken file per loader error: the message names file, line, field and mend.

The first line of each file in tests/broken_policies is a comment with the words that the message must hold. The files
were written by hand from five sound ones; that these load is the control.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.policy.load import load_policy

BROKEN = sorted((Path(__file__).parents[1] / "broken_policies").glob("*.yaml"))


def expected(path: Path) -> list[str]:
    """The words of the first line."""
    raw = path.read_bytes()
    text = raw.decode("utf-8") if path.stem != "not_utf8" else raw.decode("gb18030")
    first = text.splitlines()[0]
    assert first.startswith("# 期望:")
    return [word.strip() for word in first.removeprefix("# 期望:").split("|")]


@pytest.mark.parametrize("path", BROKEN, ids=[p.stem for p in BROKEN])
def test_each_broken_file_is_refused_with_its_words(path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        load_policy(path)
    message = str(caught.value)
    assert path.name in message
    assert caught.value.mend
    for word in expected(path):
        assert word in message, message


def test_there_is_a_file_for_every_kind_of_error() -> None:
    assert len(BROKEN) >= 70
