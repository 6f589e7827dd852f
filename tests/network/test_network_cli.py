"""`fangkong network` as an office calls it: screen, JSON with its schema, audiences, exit codes, store and workbook."""

import json
from pathlib import Path

import jsonschema
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.examples.golden import GOLDEN, golden_county
from fangkong_lab.examples.write import write_county
from fangkong_lab.kinds import Audience
from fangkong_lab.network.answer import Question, answer
from fangkong_lab.network.graph import PowerNetwork

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "network.schema.json").read_text(encoding="utf-8"))
DAY = ("--as-of", "2016-12-31")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    (path,) = write_county(golden_county(), tmp_path_factory.mktemp("golden"), one_book=True)
    return path


def document(path: Path) -> dict:
    found = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    return found


def test_book_to_screen_and_json(book, tmp_path, capsys):
    out = tmp_path / "out.json"
    assert main(["network", str(book), *DAY, "--json", str(out)]) == 0
    screen = capsys.readouterr().out
    assert "按现行流程，2项可由一人办结" in screen
    assert "另有2项经手人之间存在直接领导关系" in screen
    assert "需补充「专项审核岗」（G10）任职记录" in screen
    found = document(out)
    assert (found["as_of"], found["influence"], found["target"]) == ("2016-12-31", "direct", 2)
    assert {i["item_id"]: i["status"] for i in found["items"]} == {i: w.verdict_direct.value for i, w in GOLDEN.items()}
    ordered = next(t for t in found["tests"] if t["test"] == "单人可令办结")
    assert [ordered[k] for k in ("applicable", "violated", "satisfied", "cannot_tell", "cannot_be_done", "excluded")] == [10, 4, 4, 1, 1, 0]


@pytest.mark.parametrize("influence", ["none", "full", "2"])
def test_other_influences(book, tmp_path, influence):
    assert main(["network", str(book), *DAY, "--influence", influence, "--json", str(tmp_path / "o.json")]) == 0
    found = document(tmp_path / "o.json")
    assert found["influence"] == influence
    assert all(influence in i["kappa"] for i in found["items"] if i["kappa"])


@pytest.mark.parametrize("audience", ["被评估单位", "公开"])
def test_outside_copies_hold_no_persons_and_no_coalitions(book, tmp_path, capsys, audience):
    out = tmp_path / "out.json"
    assert main(["network", str(book), *DAY, "--audience", audience, "--json", str(out)]) == 0
    assert "不列人员和经手组合" in capsys.readouterr().out
    for item in document(out)["items"]:
        assert item["sole_controllers"] is item["possible_sole_controllers"] is item["smallest_coalitions"] is None
    text = out.read_text(encoding="utf-8")
    assert not [f"P{k}" for k in range(1, 9) if f'"P{k}"' in text or f"P{k}(" in text]
    assert ("G10" in text) == (audience == "被评估单位")


def test_one_unit_only(book, tmp_path, capsys):
    assert main(["network", str(book), *DAY, "--unit", "M01", "--json", str(tmp_path / "o.json")]) == 0
    assert [u["unit_id"] for u in document(tmp_path / "o.json")["units"]] == ["M01"]
    assert main(["network", str(book), *DAY, "--unit", "M02"]) == 2
    assert "没有单位「M02」" in capsys.readouterr().err


def test_store_gives_the_same_as_the_book(book, workspace, monkeypatch, tmp_path):
    monkeypatch.chdir(workspace.root)
    assert main(["import", str(book)]) == 0
    assert main(["network", "--json", "store.json"]) == 0
    assert main(["network", str(book), "--json", "book.json"]) == 0
    assert document(workspace.root / "store.json") == document(workspace.root / "book.json")


def test_the_same_input_gives_the_same_bytes(book, tmp_path):
    for name in ("a", "b"):
        assert main(["network", str(book), *DAY, "--json", str(tmp_path / name)]) == 0
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize(("extra", "code", "words"), [
    (["--influence", "ful"], 2, "影响关系「ful」不认识"), (["--audience", "所有人"], 2, "不在可选范围内"),
    (["--json", "没有/这里.json"], 2, "文件夹不存在"),
])
def test_wrong_calls(book, capsys, monkeypatch, tmp_path, extra, code, words):
    monkeypatch.chdir(tmp_path)
    assert main(["network", str(book), *DAY, *extra]) == code
    assert words in capsys.readouterr().err


def test_no_day_and_no_book_are_told(book, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["network", str(book)]) == 2
    assert "未指定评估日期" in capsys.readouterr().err
    assert main(["network", "没有.xlsx", *DAY]) == 3
    assert "找不到文件" in capsys.readouterr().err


def test_refused_rows_stop_the_answer(tmp_path, capsys):
    county = golden_county()
    signs = county.tables["sign_offs"].assign(post_id="G99")
    (bad,) = write_county(type(county)({**county.tables, "sign_offs": signs}, county.truth), tmp_path / "bad", one_book=True)
    assert main(["network", str(bad), *DAY]) == 3
    assert "台账有不能采用的行" in capsys.readouterr().err


def test_document_of_an_empty_network_is_valid():
    import datetime

    empty = PowerNetwork.from_tables({}, datetime.date(2016, 12, 31))
    for audience in Audience:
        jsonschema.validate(answer(empty, Question(audience=audience)).document(), SCHEMA)
