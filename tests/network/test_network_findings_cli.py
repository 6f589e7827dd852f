"""`fangkong findings` and `fangkong accept` as an office calls them."""

import json
from pathlib import Path

import jsonschema
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.examples.write import write_county

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "findings.schema.json").read_text(encoding="utf-8"))
DAY = ("--as-of", "2016-12-31")
ACCEPT = ("--reason", "人手不足", "--by", "研究室主任")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    (path,) = write_county(golden_county(), tmp_path_factory.mktemp("golden"), one_book=True)
    return path


@pytest.fixture
def office(workspace, book, monkeypatch, capsys):
    monkeypatch.chdir(workspace.root)
    assert main(["import", str(book)]) == 0
    capsys.readouterr()
    return workspace


def document(path: Path) -> dict:
    found = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    return found


def test_a_book_on_the_screen_and_as_json(book, tmp_path, capsys):
    assert main(["findings", str(book), *DAY, "--json", str(tmp_path / "f.json")]) == 0
    screen = capsys.readouterr().out
    assert "单人可令办结：事项10，适用10，达标4，不达标4，不能判定1，无法办结1，除外0" in screen
    assert "列出的事项中4项年涉及金额未载" in screen
    found = document(tmp_path / "f.json")
    assert found["simulated"]
    assert [f["item_id"] for f in found["findings"]] == ["S01", "S02", "S03", "S04"]
    assert found["findings"][2]["checks"][0]["why"] == "two_posts"
    assert found["findings"][0]["factors"]["yearly_amount"]["range"] == [0, None]
    assert [c["key"] for c in found["settling"]] == ["G10"]


def test_store_and_book_agree(office, book):
    assert main(["findings", "--json", "store.json"]) == 0
    assert main(["findings", str(book), "--json", "book.json"]) == 0
    assert document(Path("store.json")) == document(Path("book.json"))


@pytest.mark.parametrize("audience", ["被评估单位", "公开"])
def test_outside_copies(book, tmp_path, capsys, audience):
    assert main(["findings", str(book), *DAY, "--audience", audience, "--unit", "M01", "--json", str(tmp_path / "f.json")]) == 0
    text = capsys.readouterr().out + (tmp_path / "f.json").read_text(encoding="utf-8")
    assert not [f"P{k}" for k in range(1, 9) if f'"P{k}"' in text or f"P{k}（" in text or f"P{k}签" in text]
    assert all(f["witness"] is None for f in document(tmp_path / "f.json")["findings"])
    assert ("G10" in text) == (audience == "被评估单位")


def test_accept_withdraw_and_return(office, capsys):
    before = Path("data").exists() and {p: p.read_bytes() for p in Path("data").glob("*.csv")}
    assert not before
    assert main(["accept", "S03", "--test", "单人可办结", *ACCEPT, "--until", "2017-06-30"]) == 0
    assert "有效期至2017-06-30" in capsys.readouterr().out
    assert main(["findings", "--json", "a.json"]) == 0
    assert "另有1项已接受" in capsys.readouterr().out
    accepted = document(Path("a.json"))
    assert [f["item_id"] for f in accepted["findings"]] == ["S01", "S02", "S04"]
    assert accepted["tests"][0]["violated"] == 2
    assert accepted["tests"][0]["accepted"] == 1
    assert main(["findings", "--as-of", "2017-07-01"]) == 0
    assert "接受已于2017-06-30到期，重新列出" in capsys.readouterr().out
    assert main(["accept", "S03", "--test", "alone", *ACCEPT, "--withdraw"]) == 0
    assert main(["findings"]) == 0
    assert "接受已于2016-12-31撤回，重新列出" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "code", "said"), [
    (("S05", "--test", "单人可办结", *ACCEPT, "--until", "2017-06-30"), 2, "结论是达标"),
    (("S09", "--test", "单人可办结", *ACCEPT, "--until", "2017-06-30"), 2, "结论是不能判定"),
    (("S01", "--test", "待核实的制约环节", *ACCEPT, "--until", "2017-06-30"), 2, "结论是不适用"),
    (("S99", "--test", "单人可办结", *ACCEPT, "--until", "2017-06-30"), 2, "没有事项"),
    (("S03", "--test", "一人", *ACCEPT, "--until", "2017-06-30"), 2, "不在可选范围"),
    (("S03", "--test", "单人可办结", *ACCEPT), 2, "没有写有效期"),
    (("S03", "--test", "单人可办结", *ACCEPT, "--until", "很久"), 2, "不是日期"),
    (("S03", "--test", "单人可办结", *ACCEPT, "--until", "2016-01-01"), 3, "早于接受日期"),
    (("S03", "--test", "单人可办结", *ACCEPT, "--withdraw"), 2, "没有可撤回"),
    (("S03", "--test", "单人可办结", "--reason", "电话13812345678", "--by", "主任", "--until", "2017-06-30"), 3, "电话")])
def test_what_cannot_be_accepted(office, capsys, words, code, said):
    assert main(["accept", *words]) == code
    assert said in capsys.readouterr().err
    assert not Path("data/接受清单.csv").exists()


@pytest.mark.parametrize(("words", "code", "said"), [
    (("--top", "-1"), 2, "不能为负数"), (("--audience", "谁"), 2, "不在可选范围"), (("--audience", "被评估单位"), 2, "写明单位"),
    (("--unit", "M9"), 2, "没有单位"), (("--grades", "没有"), 2, "没有名为"), (("--grades", "small_fund"), 2, "不是给风险点定级"),
    (("--acceptances", "x.csv"), 3, "找不到文件"), (("没有.xlsx",), 3, "找不到文件")])
def test_wrong_calls(office, capsys, words, code, said):
    assert main(["findings", *words]) == code
    assert said in capsys.readouterr().err


def test_without_a_day(book, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["findings", str(book)]) == 2
    assert "未指定评估日期" in capsys.readouterr().err


def test_grades_by_a_policy(tmp_path, monkeypatch, capsys, workspace):
    monkeypatch.chdir(workspace.root)
    assert main(["demo-data", "--units", "1", "--years", "2015-2016"]) == 0
    assert main(["findings", "--grades", "shayang_risk", "--json", "f.json", "--top", "1"]) == 0
    assert "等级取自规则「" in capsys.readouterr().out
    found = document(Path("f.json"))
    assert found["settings"]["grades"].startswith("规则「")
    assert any(f["factors"]["grade"]["known"] for f in found["findings"])
