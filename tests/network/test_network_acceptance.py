"""Accepted findings: they leave the list and stay in the totals, come back when they expire, and are never rewritten."""

import os
from datetime import date

import pytest
from hand import DAY, hand_network, hand_tables

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Audience
from fangkong_lab.network.acceptance import (
    COLUMNS,
    Acceptance,
    Act,
    Standing,
    append,
    flow_mark,
    read_acceptances,
    standing,
)
from fangkong_lab.network.find_tests import FindingTest
from fangkong_lab.network.findings import Sought, findings
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.thresholds import measure

LINE = [(1, "审核", {"posts": ["p"]}), (2, "决定", {"posts": ["h"]})]
ALONE, ORDERED, IDLE = FindingTest
HEAD = ",".join(COLUMNS)


def accepted(test=ALONE, act=Act.ACCEPT, on=date(2016, 6, 1), until=date(2017, 6, 1), **more) -> Acceptance:
    return Acceptance("I", test, act, "人手不足，已列入下年编制", "研究室主任", on, until, **more)


def one_in_both_posts(*rows, audience=Audience.INTERNAL):
    return findings(hand_network({"p": ["a"], "h": ["a"]}, LINE), Sought(audience=audience, acceptances=rows, unit="U"))


def test_an_accepted_finding_leaves_the_list_and_stays_in_the_totals():
    before, after = one_in_both_posts(), one_in_both_posts(accepted())
    assert [len(f.listed) for f in (before, after)] == [1, 0]
    assert [c.violated for c in before.counts] == [c.violated for c in after.counts] == [1, 1, 1]
    assert [c.accepted for c in after.counts] == [1, 1, 0]  # 单人可令办结 follows from it; the idle check does not
    assert len(after.questions) == 1
    ((finding, row),) = after.accepted
    assert (finding.test, row.by) == (ALONE, "研究室主任")


def test_accepting_the_weaker_test_does_not_accept_the_graver():
    found = one_in_both_posts(accepted(ORDERED))
    assert [f.test for f in found.listed] == [ALONE]
    assert [c.accepted for c in found.counts] == [0, 1, 0]


@pytest.mark.parametrize(("row", "state"), [
    (accepted(until=DAY), Standing.IN_FORCE), (accepted(until=date(2016, 12, 30)), Standing.LAPSED),
    (accepted(mark="0" * 12), Standing.CHANGED)])
def test_the_end_is_inclusive_and_the_flow_is_watched(row, state):
    assert standing([row], ALONE, DAY, "1" * 12) == (state, row)


def test_what_was_not_yet_accepted_does_not_count():
    assert standing([accepted(on=date(2017, 1, 1))], ALONE, DAY, "") is None


def test_the_last_row_made_by_the_day_decides():
    rows = [accepted(line=2, until=date(2016, 7, 1)), accepted(line=3, on=date(2016, 8, 1)),
            accepted(line=4, act=Act.WITHDRAW, on=date(2016, 9, 1)), accepted(line=5, on=date(2017, 2, 1))]
    assert [standing(rows[:n], ALONE, DAY, "")[0] for n in (1, 2, 3, 4)] == [
        Standing.LAPSED, Standing.IN_FORCE, Standing.WITHDRAWN, Standing.WITHDRAWN]


def test_what_comes_back_says_so():
    found = one_in_both_posts(accepted(until=date(2016, 12, 1)))
    assert [c.returned for c in found.counts] == [1, 1, 0]
    assert found.listed[0].lines(found.network, Audience.INTERNAL)[-1] == (
        "接受已于2016-12-01到期，重新列出（研究室主任于2016-06-01接受，有效期至2016-12-01，理由：人手不足，已列入下年编制）。")
    outside = one_in_both_posts(accepted(until=date(2016, 12, 1)), audience=Audience.UNIT)
    assert outside.listed[0].lines(outside.network, Audience.UNIT)[-1] == "接受已于2016-12-01到期，重新列出。"


def test_the_mark_follows_the_design_not_the_people():
    def mark(posts, steps=LINE, **more):
        return flow_mark(measure(PowerNetwork.from_tables(hand_tables(posts, steps, **more), DAY))[0])

    first = mark({"p": ["a"], "h": ["a"]})
    assert first == mark({"p": ["b"], "h": ["c"]})
    assert len({first, mark({"p": ["a"], "h": ["a"]}, least=2), mark({"p": ["a"], "h": ["a"]}, [*LINE, (3, "归档", {})])}) == 3


def test_rows_are_added_and_never_rewritten(tmp_path):
    path = tmp_path / "data" / "清单.csv"
    rows = [accepted(), accepted(IDLE, until=date(2018, 1, 1), mark="0123456789ab")]
    append(path, rows[0])
    first = path.read_bytes()
    append(path, rows[1])
    assert path.read_bytes().startswith(first)
    assert first.startswith(b"\xef\xbb\xbf")
    read = read_acceptances(path)
    assert [r.line for r in read] == [2, 3]
    assert [Acceptance(**{**r.__dict__, "line": 0}) for r in read] == rows


def test_no_file_is_no_acceptance(tmp_path):
    assert read_acceptances(tmp_path / "没有.csv") == ()


ROW = "I,单人可办结,接受,理由,主任,2016-06-01,2017-06-01,"


@pytest.mark.parametrize(("text", "where", "what"), [
    ("事项,检验\n", "第1行", "表头不对"), (f"{HEAD}\n{ROW},多\n", "第2行", "有9格"), (f"{HEAD}\n{ROW}\n{ROW[:9]}", "第3行", "最后一行不完整"),
    (f"{HEAD}\n{ROW.replace('单人可办结', '单人办结')}\n", "第2行", "不在可选范围"), (f"{HEAD}\n\n{ROW.replace('主任', ' ')}\n", "第3行 › 接受人", "必填项为空"),
    (f"{HEAD}\n{ROW.replace('2017-06-01', '明年')}\n", "第2行", "不是日期"), (f"{HEAD}\n{ROW.replace('2017-06-01', '2016-05-31')}\n", "有效期至", "早于"),
    (f"{HEAD}\n{ROW.replace('理由', '见13812345678')}\n", "理由", "电话"), (f"{HEAD}\n{ROW}xyz\n", "流程特征", "不是流程特征"),
    (f'{HEAD}\n"I{ROW}\n', "第2行", "不是合格的CSV"), (f"{HEAD}\n{ROW.replace('接受,', '同意,')}\n", "第2行", "不在可选范围")])
def test_a_broken_file_is_refused_with_its_line(tmp_path, text, where, what):
    path = tmp_path / "清单.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        read_acceptances(path)
    assert where in str(error.value)
    assert what in str(error.value)
    with pytest.raises(BadInput):
        append(path, accepted())
    assert path.read_text(encoding="utf-8") == text


def test_other_encodings_are_refused(tmp_path):
    path = tmp_path / "清单.csv"
    path.write_bytes(f"{HEAD}\n{ROW}\n".encode("gb18030"))
    with pytest.raises(BadInput, match="UTF-8"):
        read_acceptances(path)


@pytest.mark.parametrize("row", [accepted(until=date(2016, 5, 1)), Acceptance("I", ALONE, Act.ACCEPT, "两行\n理由", "主任", DAY, DAY),
                                 Acceptance("I", ALONE, Act.ACCEPT, "理由", "", DAY, DAY)])
def test_what_could_not_be_read_back_is_not_written(tmp_path, row):
    with pytest.raises(BadInput):
        append(tmp_path / "清单.csv", row)
    assert not (tmp_path / "清单.csv").exists()


def test_quotes_and_commas_come_back(tmp_path):
    path = tmp_path / "清单.csv"
    row = Acceptance("I", ALONE, Act.ACCEPT, '见"纪要",第3条', "主任,分管领导", DAY, DAY)
    append(path, row)
    assert read_acceptances(path)[0].reason == row.reason


def test_acceptances_of_unknown_items_are_told():
    stray = Acceptance("X9", ALONE, Act.ACCEPT, "理由", "主任", DAY, DAY, line=7)
    assert one_in_both_posts(stray).strays == (stray,)


def test_a_full_disk_leaves_no_half_row(tmp_path, monkeypatch):
    path = tmp_path / "清单.csv"
    append(path, accepted())
    before, write = path.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:10]))
    with pytest.raises(BadInput, match="没有写完"):
        append(path, accepted(ORDERED))
    assert path.read_bytes() == before
