"""`fangkong patterns` as an office calls it: shelf, card, test on book and store, JSON with its schema, audiences, errors."""

import json
from pathlib import Path

import jsonschema
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.golden import golden_county
from fangkong_lab.examples.write import write_county
from fangkong_lab.network.patterns.shelf import shelf

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "patterns.schema.json").read_text(encoding="utf-8"))
DAY = ("--as-of", "2016-12-31")
CHOSEN = ("--place", "rotation=住建局（五年）", "--place", "not_in_charge=曲阜（五个）")


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    (path,) = write_county(synthetic_county(seed=3, units=2, years=(2013, 2016)), tmp_path_factory.mktemp("county"), one_book=True)
    return path


def document(path: Path) -> dict:
    found = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    return found


def test_list_names_every_pattern(capsys):
    assert main(["patterns", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(shelf()) + 1
    assert all(p.code in line and p.label in line for p, line in zip(shelf(), lines[1:], strict=True))


def test_show_by_code_and_by_label(capsys):
    assert main(["patterns", "show", "not_in_charge"]) == 0
    by_code = capsys.readouterr().out
    assert "兰委办〔2016〕87号" in by_code
    assert "曲阜（五个）：财务、人事、审批、采购、工程" in by_code
    assert main(["patterns", "show", "“一把手”不直接分管"]) == 0
    assert capsys.readouterr().out == by_code
    assert main(["patterns", "show", "rotatoin"]) == 2
    assert "rotation" in capsys.readouterr().err


def test_book_to_screen_and_json(book, tmp_path, capsys):
    out = tmp_path / "out.json"
    assert main(["patterns", "test", str(book), *DAY, *CHOSEN, "--json", str(out)]) == 0
    screen = capsys.readouterr().out
    assert "不是法定要求" in screen
    assert "未检验" not in screen
    found = document(out)
    assert [p["code"] for p in found["patterns"]] == [p.code for p in shelf()]
    for pattern in found["patterns"]:
        c = pattern["counts"]
        assert c["applicable"] == c["satisfied"] + c["violated"] + c["cannot_tell"] == len(pattern["instances"])
        assert c["excluded"] == sum(e["count"] for e in pattern["exclusions"])
    years = next(p for p in found["patterns"] if p["code"] == "rotation")["settings"][0]
    assert (years["value"], years["from"]) == (5.0, "住建局（五年）")


def test_what_must_be_chosen_is_said(book, tmp_path, capsys):
    assert main(["patterns", "test", str(book), *DAY, "--json", str(tmp_path / "o.json")]) == 0
    assert "轮岗（rotation）未检验" in capsys.readouterr().out
    assert {p["code"] for p in document(tmp_path / "o.json")["to_choose"]} == {"rotation", "not_in_charge"}
    assert main(["patterns", "test", str(book), *DAY, "--pattern", "轮岗"]) == 2
    assert "须选定一地" in capsys.readouterr().err
    assert main(["patterns", "test", str(book), *DAY, "--pattern", "轮岗", "--set", "rotation.years=4", "--set", "轮岗.scope=全部岗位",
                 "--json", str(tmp_path / "r.json")]) == 0
    assert document(tmp_path / "r.json")["patterns"][0]["settings"][0]["from"] == "使用者给定"


@pytest.mark.parametrize("audience", ["被评估单位", "公开"])
def test_outside_copies_hold_no_persons_and_no_tenures(book, tmp_path, capsys, audience):
    out = tmp_path / "out.json"
    assert main(["patterns", "test", str(book), *DAY, *CHOSEN, "--audience", audience, "--json", str(out)]) == 0
    assert "纪委以外" in capsys.readouterr().out
    found = document(out)
    for pattern in found["patterns"]:
        assert all(i["persons"] is i["rows"] is i["posts"] is None for i in pattern["instances"])
        if pattern["code"] in ("rotation", "split_tender", "not_in_charge", "last_to_speak", "incompatible_posts"):
            assert pattern["instances"] == []
            assert pattern["counts"]["applicable"] > 0
    text = out.read_text(encoding="utf-8")
    assert '"P0' not in text
    assert "GYS" not in text
    assert "G01" not in text
    assert "正职" not in "".join(i["reason"] for p in found["patterns"] for i in p["instances"])


def test_store_gives_the_same_as_the_book(book, workspace, monkeypatch):
    monkeypatch.chdir(workspace.root)
    assert main(["import", str(book)]) == 0
    assert main(["patterns", "test", *DAY, *CHOSEN, "--json", "store.json"]) == 0
    assert main(["patterns", "test", str(book), *DAY, *CHOSEN, "--json", "book.json"]) == 0
    assert document(workspace.root / "store.json") == document(workspace.root / "book.json")


def test_one_unit(book, tmp_path):
    assert main(["patterns", "test", str(book), *DAY, "--unit", "U02", "--json", str(tmp_path / "o.json")]) == 0
    found = document(tmp_path / "o.json")
    assert {i["unit_id"] for p in found["patterns"] for i in p["instances"]} == {"U02"}


def test_a_book_without_the_tables_says_unsent(tmp_path, capsys):
    (path,) = write_county(golden_county(), tmp_path / "golden", one_book=True)
    assert main(["patterns", "test", str(path), *DAY, "--json", str(tmp_path / "o.json")]) == 0
    assert "「项目采购」表未报，未检验" in capsys.readouterr().out
    split = next(p for p in document(tmp_path / "o.json")["patterns"] if p["code"] == "split_tender")
    assert split["not_tested"] == "「项目采购」表未报"
    assert split["counts"]["applicable"] == 0


@pytest.mark.parametrize(("audience", "told"), [("纪委内部", True), ("被评估单位", True), ("公开", False)])
def test_the_unit_is_told_which_post_to_fill_in_and_the_public_is_not(tmp_path, audience, told):
    (path,) = write_county(golden_county(), tmp_path / "golden", one_book=True)
    out = tmp_path / "o.json"
    assert main(["patterns", "test", str(path), *DAY, "--pattern", "分设岗位", "--audience", audience, "--json", str(out)]) == 0
    (pattern,) = document(out)["patterns"]
    (open_item,) = [i for i in pattern["instances"] if i["verdict"] == "cannot_tell"]
    assert (open_item["subject"], open_item["settle"]) == ("S09", ["任职 › G10 在2016-12-31的任职人员"] if told else [])


@pytest.mark.parametrize(("extra", "code", "words"), [
    (["--pattern", "没有"], 2, "没有制约模式"), (["--set", "rotation.years"], 2, "缺少等号"), (["--set", "years=4"], 2, "没有写模式"),
    (["--set", "rotation.years=-1"], 2, "不是正数"), (["--set", "rotation.year=4"], 2, "没有参数「year」"),
    (["--place", "rotation=某地"], 2, "没有「某地」的版本"), (["--set", "rotation.scope=全部"], 2, "不是「范围」可取的值"),
    (["--audience", "所有人"], 2, "不在可选范围内"), (["--json", "没有/这里.json"], 2, "文件夹不存在"), (["--unit", "U99"], 2, "没有单位「U99」"),
])
def test_wrong_calls(book, capsys, monkeypatch, tmp_path, extra, code, words):
    monkeypatch.chdir(tmp_path)
    assert main(["patterns", "test", str(book), *DAY, *extra]) == code
    assert words in capsys.readouterr().err


def test_no_day_no_book_and_refused_rows(book, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert main(["patterns", "test", str(book)]) == 2
    assert "未指定评估日期" in capsys.readouterr().err
    assert main(["patterns", "test", "没有.xlsx", *DAY]) == 3
    assert "找不到文件" in capsys.readouterr().err
    county = golden_county()
    signs = county.tables["sign_offs"].assign(post_id="G99")
    (bad,) = write_county(type(county)({**county.tables, "sign_offs": signs}, county.truth), tmp_path / "bad", one_book=True)
    assert main(["patterns", "test", str(bad), *DAY]) == 3
    assert "台账有不能采用的行" in capsys.readouterr().err
