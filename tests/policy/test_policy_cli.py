"""`fangkong policy|grade|score`: shapes of the JSON, audiences, notices, exit codes, words on the screen."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import BadInput
from fangkong_lab.policy.catalogue import shelf
from fangkong_lab.policy.notice import notice
from fangkong_lab.policy.score import score

EVENTS = """事件编码,单位编码,人员代号,预警对象单位,发生日期,情形,核实日期,核查结论,决定人代号,决定日期,现扣分
E1,U1,PQ7K2,,2016-01-10,党内警告,2016-01-20,属实,ZK001,2016-01-25,6
E2,U1,PQ7K2,,2016-03-10,责令纠错,2016-03-20,属实,,,3
E3,U2,,U2,2016-03-10,违规采购,2016-03-20,属实,ZK001,2016-03-25,
E4,U2,PQ7K3,,2016-03-10,约谈,2016-03-20,不实,,,
E5,U2,PQ7K4,U2,2016-03-10,重大违纪违法案件,2016-03-20,属实,,,12
"""
RISKS = """风险点编码,单位编码,风险类别,社会危害,国家集体损失,谋私可能,信访举报频次
R1,U1,业务流程,高,高,4,0
R2,U1,业务流程,1,1,1,0
R3,U2,业务流程,3,,3,0
"""
AT = ("--as-of", "2016-12-31")


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder outside of any workspace with two books."""
    (tmp_path / "预警事件.csv").write_text(EVENTS, encoding="utf-8-sig")
    (tmp_path / "风险点.csv").write_text(RISKS, encoding="utf-8-sig")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    out = capsys.readouterr()
    return code, out.out, out.err


def test_score_json_has_the_promised_shape(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "score", "预警事件.csv", "--policy", "changwu_score", *AT, "--json")
    made = json.loads(out)
    assert code == 0
    assert list(made)[:3] == ["schema_version", "as_of", "settings"]
    assert made["as_of"] == "2016-12-31"
    assert made["settings"]["policy"] == "changwu_score"
    events = {e["event_id"]: e for e in made["events"]}
    assert (events["E1"]["points"], events["E1"]["counted"]) == (6.0, True)
    assert (events["E4"]["points"], events["E4"]["counted"]) == (0.0, False)
    assert "不实，已剔除" in events["E4"]["why"]
    assert [e["event_id"] for e in made["events"]] == sorted(events)
    states = {(s["kind"], s["subject"]): s for s in made["states"]}
    own = states["person", "PQ7K2"]
    assert (own["cycle_start"], own["score"], own["level"], own["colour"]) == ("2016-01-10", 9.0, "满6分", None)
    assert own["consequences"] == ["提醒谈话；当年不推荐提拔，不评优秀，不参加职称评定"]
    assert own["mark"] == "线索，非结论"
    assert ("person", "PQ7K3") not in states


def test_assumed_values_are_named_on_the_same_lines(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "score", "预警事件.csv", "--policy", "shayang_warning", *AT)
    head, _, *rows = out.splitlines()
    assert "不是沙洋的规定" in head
    assert rows
    for row in rows:
        assert "门槛、扣分值、周期" in row
    _, out, _ = said(capsys, "policy", "show", "shayang_warning")
    for line in out.splitlines():
        if "预警.at_least" in line or ".points" in line:
            assert "假定" in line
    _, out, _ = said(capsys, "policy", "list")
    assert "不是沙洋的规定" in next(line for line in out.splitlines() if line.startswith("shayang_warning"))


@pytest.mark.parametrize("audience", [("--audience", "被评估单位", "--unit", "U2"), ("--audience", "公开")])
def test_other_audiences_get_nobodys_rows(books: Path, capsys: pytest.CaptureFixture[str], audience: tuple[str, ...]) -> None:
    words = ("score", "预警事件.csv", "--policy", "shayang_warning", *AT, *audience)
    _, out, _ = said(capsys, *words, "--json")
    made = json.loads(out)
    assert {s["kind"] for s in made["states"]} == {"unit"}
    assert [e["event_id"] for e in made["events"]] == ["E3"]
    assert "PQ7" not in out
    _, out, _ = said(capsys, *words)
    assert "PQ7" not in out
    assert "个人" not in out.replace("个人层面", "")
    for more in (("--explain", "person:PQ7K2"), ("--explain", "event:E1"), ("--notice", "E1")):
        code, out, err = said(capsys, *words, *more)
        assert (code, out) == (2, "")
        assert "只供纪委内部" in err


def test_a_unit_gets_its_own_rows_only(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("score", "预警事件.csv", "--policy", "shayang_warning", *AT, "--audience", "被评估单位")
    code, _, err = said(capsys, *words)
    assert code == 2
    assert "--unit" in err
    _, out, _ = said(capsys, *words, "--unit", "U2", "--json")
    assert [(s["subject"], s["score"]) for s in json.loads(out)["states"]] == [("U2", 12.0)]
    _, out, _ = said(capsys, *words, "--unit", "U1", "--json")
    assert json.loads(out)["states"] == []
    assert json.loads(out)["events"] == []


def test_a_rule_that_only_keeps_persons_gives_others_nothing(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, "score", "预警事件.csv", "--policy", "changwu_score", *AT, "--audience", "公开")
    assert (code, out) == (3, "")
    assert "只记个人的分" in err


def test_a_notice_needs_a_human_decision(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("score", "预警事件.csv", "--policy", "changwu_score", *AT, "--notice")
    code, _, err = said(capsys, *words, "E2")
    assert code == 3
    assert "没有决定人代号" in err
    code, _, err = said(capsys, *words, "E4")
    assert code == 3
    code, _, _ = said(capsys, *words, "E1", "--out", "通知书.txt")
    text = (books / "通知书.txt").read_text(encoding="utf-8")
    assert code == 0
    assert "ZK001" in text
    assert "线索，非结论" in text
    code, _, err = said(capsys, *words, "E9")
    assert code == 2
    assert "没有编号为「E9」的事件" in err


def test_a_decision_after_the_day_of_judgement_is_none(books: Path) -> None:
    from fangkong_lab.cli.book_tables import tables_of

    scores = score(shelf().find("changwu_score"), tables_of(books / "预警事件.csv"), date(2016, 1, 24))
    with pytest.raises(BadInput, match="晚于评估日"):
        notice(scores, "E1")


def test_grade_json_and_screen(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "grade", "风险点.csv", "--policy", "shayang_risk", *AT, "--json")
    made = json.loads(out)
    assert code == 0
    assert list(made)[:3] == ["schema_version", "as_of", "settings"]
    assert [(g["key"], g["grade"]) for g in made["grades"]] == [("R1", "高"), ("R2", "低"), ("R3", "不能判定")]
    assert made["grades"][2]["reason"] == "缺「国家集体损失」"
    assert made["counts"] == {"高": 1, "一般": 0, "低": 1, "不能判定": 1}
    assert len(made["settings"]["assumed"]) == 9
    _, out, _ = said(capsys, "grade", "风险点.csv", "--policy", "shayang_risk", *AT)
    sentence, _, *rows = out.splitlines()
    assert all("权重" in line for line in (sentence, *rows))
    assert len(rows) == 3
    _, out, _ = said(capsys, "grade", "风险点.csv", "--policy", "shayang_risk", *AT, "--explain", "R1")
    assert "└ 总分：15" in out
    assert "假定值，无出处" in out
    said(capsys, "grade", "风险点.csv", "--policy", "shayang_risk", *AT, "--csv", "等级.csv")
    assert (books / "等级.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(("words", "code", "error"), [
    (("grade", "风险点.csv", "--policy", "shayang_rsk", *AT), 2, "是否为「shayang_risk」"),
    (("grade", "风险点.csv", "--policy", "shayang_risk"), 2, "未指定评估日期"),
    (("grade", "风险点.csv", "--policy", "shayang_risk", "--as-of", "2009-01-01"), 3, "2009-08-01 起施行"),
    (("grade", "风险点.csv", "--policy", "shayang_warning", *AT), 2, "fangkong score"),
    (("score", "预警事件.csv", "--policy", "shayang_risk", *AT), 2, "fangkong grade"),
    (("score", "风险点.csv", "--policy", "shayang_warning", *AT), 3, "没有预警事件表"),
    (("grade", "预警事件.csv", "--policy", "shayang_risk", *AT), 3, "risk_points"),
    (("score", "预警事件.csv", "--policy", "shayang_warning", *AT, "--explain", "U2"), 2, "unit:单位编码"),
    (("score", "预警事件.csv", "--policy", "shayang_warning", *AT, "--explain", "unit:U9"), 2, "没有「U9」"),
    (("grade", "没有.csv", "--policy", "shayang_risk", *AT), 3, "没有.csv"),
    (("policy", "diff", "shayang_risk"), 2, "缺少要比较的第二条规则"),
    (("policy", "rank", "shayang_risk"), 2, "没有指定台账"),
    (("policy", "test", "没有的"), 2, "没有编号为「没有的」的规则"),
    (("policy", "diff", "shayang_risk", "forestry_risk", "--book", "风险点.csv", *AT, "--effect", "多少"), 0, ""),
])
def test_errors_say_what_and_leave_with_their_code(books: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...],
                                                   code: int, error: str) -> None:
    got, _, err = said(capsys, *words)
    assert got == code
    assert error in err


def test_policy_check_lists_every_file_and_fails_if_one_does(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = Path(__file__).parents[1] / "broken_policies" / "missing_source.yaml"
    code, out, _ = said(capsys, "policy", "check", str(broken), str(shelf().paths()[0]))
    assert code == 1
    assert out.splitlines()[0].startswith("不可用\tmissing_source.yaml › 第")
    assert out.splitlines()[1].startswith("可用\t")


def test_policy_test_runs_the_cases(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "policy", "test")
    assert code == 0
    assert "changwu_score：26/26 通过" in out
    assert "，不符 0" in out


def test_policy_diff_of_a_reform_with_contributions(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (books / "lower.reform.yaml").write_text("""schema_version: 1
id: lower
name: 高风险线降低(假设)
baseline: shayang_risk
about: 试算
provisions:
  - {name: 高风险线降到13分, assumed: 假设方案, set: [{at: rule.cutoffs.高.at_least, from: 2009-08-01, value: 13}]}
  - {name: 一般线降到8分, assumed: 假设方案, set: [{at: rule.cutoffs.一般.at_least, from: 2009-08-01, value: 8}]}
""", encoding="utf-8")
    code, out, _ = said(capsys, "policy", "diff", "lower.reform.yaml", "--book", "风险点.csv", *AT, "--json", "--effect", "top")
    made = json.loads(out)
    assert code == 0
    assert {c["at"] for c in made["changes"] if c["at"].endswith("value")} == {
        "rule.cutoffs.高.at_least.2009-08-01.value", "rule.cutoffs.一般.at_least.2009-08-01.value"}
    assert sum(c["count"] for c in made["difference"]["cells"]) == 3
    assert len(made["contributions"]["rows"]) == 2
    code, out, _ = said(capsys, "policy", "diff", "lower.reform.yaml", "--book", "风险点.csv", *AT)
    assert "沙普利值" in out


def test_policy_rank_and_list_json(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "policy", "rank", "shayang_risk", "--book", "风险点.csv", *AT)
    assert code == 0
    assert "去掉后" in out
    _, out, _ = said(capsys, "policy", "list", "--json")
    assert {p["id"] for p in json.loads(out)["policies"]} >= {"shayang_warning", "changwu_score", "baibu_duty", "huinong_delay"}


def test_a_workspace_policy_goes_before_the_shipped_one(books: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (books / "fangkong.toml").write_text("as_of = 2016-12-31\n", encoding="utf-8")
    own = books / "policies" / "grading"
    own.mkdir(parents=True)
    text = next(p for p in shelf().paths() if p.stem == "shayang_risk").read_text(encoding="utf-8")
    (own / "shayang_risk.yaml").write_text(text.replace("value: 14,", "value: 4.5,"), encoding="utf-8")
    code, _, err = said(capsys, "grade", "风险点.csv", "--policy", "shayang_risk")
    assert code == 3
    assert "分数线顺序不对" in err
    assert "shayang_risk.yaml › 第" in err
    (own / "shayang_risk.yaml").write_text(text.replace("value: 14,", "value: 19,"), encoding="utf-8")
    code, out, _ = said(capsys, "grade", "风险点.csv", "--policy", "shayang_risk", "--json")
    assert json.loads(out)["counts"]["高"] == 0
    assert os.path.exists(own)
