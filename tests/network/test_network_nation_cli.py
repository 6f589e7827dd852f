"""`fangkong network --nation`: rows and summary of a small nation, and what is said of wrong calls and broken files.

Witness: `fangkong_lab.network.answer`, the plain implementation, given the tables of one unit at a time.
"""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import jsonschema
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kernel_document import differences, documents, unit_frames

from fangkong_lab.cli.main import main
from fangkong_lab.examples.nation import write_nation
from fangkong_lab.network.answer import Question, answer
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import read_influence
from fangkong_lab.network.national_summary import announce

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "network_nation.schema.json").read_text(encoding="utf-8"))
AS_OF = date(2016, 12, 31)
UNITS = 2


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nation")
    write_nation(folder, 70 * UNITS)
    return folder


def call(nation, *more):
    return main(["network", "--nation", str(nation), "--as-of", "2016-12-31", *map(str, more)])


def expected_items(nation, influence):
    found = {}
    for unit in range(UNITS):
        network = PowerNetwork.from_tables(unit_frames(nation, f"U{unit:08d}"), AS_OF)
        document = answer(network, Question(read_influence(influence))).document()
        found |= {item["item_id"]: item for item in document["items"]}
    return found


@pytest.mark.parametrize("influence", ["none", "direct", "full"])
def test_rows_and_summary(nation, tmp_path, capsys, influence):
    rows, summary = tmp_path / "rows.parquet", tmp_path / "summary.json"
    assert call(nation, "--influence", influence, "--out", rows, "--json", summary) == 0
    expected = expected_items(nation, influence)
    found = documents(rows)
    assert differences(found, expected, influence) == []
    assert {i: d["status"] for i, d in found.items()} == {i: d["status"] for i, d in expected.items()}
    told = json.loads(summary.read_text(encoding="utf-8"))
    jsonschema.validate(told, SCHEMA)
    assert (told["items"], told["influence"], told["simulated"]) == (70 * UNITS, influence, True)
    assert {k: n for k, n in told["status"].items() if n} == Counter(d["status"] for d in expected.values())
    for level, counts in told["kappa_high"].items():
        assert counts == {str(k): n for k, n in Counter(d["kappa"][level][1] for d in expected.values() if d["kappa"]).items()}
    assert pq.read_metadata(rows).metadata["模拟数据".encode()] == "是".encode()
    screen = capsys.readouterr().out
    assert "模拟数据" in screen
    assert f"共 {70 * UNITS} 项权力事项" in screen
    assert f"不达标：{told['status']['violated']} 项" in screen
    assert not list(tmp_path.glob("*.part"))


def test_nothing_is_written_where_nothing_was_asked_for(nation, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert call(nation) == 0
    assert "已写入" not in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("more", "said"), [
    (("--unit", "U1"), "不能与 --unit 同用"), (("--audience", "公开"), "只供纪委内部"), (("--influence", "2"), "不支持影响关系"),
    (("--out", "没有的/a.parquet"), "文件夹不存在"), (("--json", "没有的/a.json"), "文件夹不存在"), (("book.xlsx",), "不能与 台账.xlsx 同用")])
def test_wrong_calls(nation, tmp_path, monkeypatch, capsys, more, said):
    monkeypatch.chdir(tmp_path)
    assert call(nation, *more) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_out_without_nation(capsys):
    assert main(["network", "--out", "a.parquet", "--as-of", "2016-12-31"]) == 2
    assert "--nation" in capsys.readouterr().err


def copied(nation, folder, **changed):
    """Copy the nation, some tables *changed* by a function (None: left out)."""
    folder.mkdir()
    for path in nation.glob("*.parquet"):
        change = changed.get(path.stem, lambda table: table)
        if change is not None:
            pq.write_table(change(pq.read_table(path)), folder / path.name)
    return folder


def test_real_data_are_not_called_simulated(nation, tmp_path, capsys):
    folder = copied(nation, tmp_path / "in")
    for path in folder.iterdir():
        pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    assert call(folder, "--out", tmp_path / "rows.parquet", "--json", tmp_path / "o.json") == 0
    assert "模拟数据" not in capsys.readouterr().out
    assert json.loads((tmp_path / "o.json").read_text(encoding="utf-8"))["simulated"] is False
    assert "模拟数据".encode() not in (pq.read_metadata(tmp_path / "rows.parquet").metadata or {})


@pytest.mark.parametrize(("changed", "said"), [
    ({"steps": None}, "缺少文件 steps.parquet"),
    ({"sign_offs": lambda t: t.drop_columns(["post_id"])}, "缺少列 post_id"),
    ({"power_items": lambda t: t.slice(0, 0)}, "没有权力事项"),
    ({"steps": lambda t: t.set_column(t.column_names.index("step_no"), "step_no", pa.array(["甲"] * len(t)))}, "类型不对"),
    ({"posts": lambda t: t.slice(0, 5)}, "不在同一批行内")])
def test_broken_tables(nation, tmp_path, capsys, changed, said):
    folder = copied(nation, tmp_path / "in", **changed)
    out = tmp_path / "out.parquet"
    out.write_bytes(b"old")
    assert call(folder, "--out", out) == 3
    assert said in capsys.readouterr().err
    assert out.read_bytes() == b"old"
    assert not list(tmp_path.glob("*.part"))


def test_no_folder_no_parquet_and_no_overwriting(nation, tmp_path, capsys):
    assert call(tmp_path / "nowhere") == 3
    assert "没有这个文件夹" in capsys.readouterr().err
    folder = copied(nation, tmp_path / "in")
    assert call(folder, "--out", folder / "posts.parquet") == 2
    assert "数据文件" in capsys.readouterr().err
    (folder / "steps.parquet").write_bytes(b"PAR1 no")
    assert call(folder) == 3
    assert "不是完好的 Parquet 文件" in capsys.readouterr().err


def test_progress_is_told_now_and_then(capsys):
    listen = announce(pause=0.0)
    for done in (1, 2, 3):
        listen(done, 3, done * 10)
    lines = capsys.readouterr().err.splitlines()
    assert [line.split("，")[0] for line in lines] == ["已算 1/3 批", "已算 2/3 批"]
    assert capsys.readouterr().out == ""
