"""File names: what Windows refuses is gone, different titles never share a file."""

import re

from hypothesis import given
from hypothesis import strategies as st

from fangkong_lab.report.naming import distinct_names, safe_name

titles = st.text(min_size=0, max_size=300)


@given(titles)
def test_every_desktop_accepts_the_name(title):
    name = safe_name(title)
    assert name
    assert not re.search(r'[\x00-\x1f/\\:*?"<>|]', name)
    assert not name.startswith((".", " "))
    assert not name.endswith((".", " "))
    assert len(name) <= 70
    assert len(f"{name}-123456.manifest.json".encode()) <= 255


@given(st.lists(titles, unique=True, max_size=12))
def test_different_titles_have_different_files_even_without_case(given_titles):
    import unicodedata

    given_titles = list({unicodedata.normalize("NFC", t): t for t in given_titles}.values())
    names = [n.casefold() for n in distinct_names(given_titles)]
    assert len(set(names)) == len(names)


def test_known_names():
    assert safe_name("模拟县财政局评估报告") == "模拟县财政局评估报告"
    assert safe_name("甲/乙").startswith("甲_乙-")
    assert safe_name("CON").startswith("_CON-")
    assert safe_name("-rf 单位").startswith("_-rf 单位-")
    assert len(safe_name("𠮷" * 60).encode()) < 215
    long = safe_name(f"某县{'很长的单位' * 60}廉政风险防控评估报告（纪委内部）2016-12-31")
    assert long.startswith("某县很长的单位")
    assert "…" in long
    assert "评估报告（纪委内部）2016-12-31-" in long
    one, two = distinct_names(["单位a报告", "单位A报告"])
    assert one.casefold() != two.casefold()
