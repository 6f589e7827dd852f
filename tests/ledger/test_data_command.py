"""`fangkong data …` as an office types it."""

import csv
from collections.abc import Callable

import duckdb
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import EXIT_BAD_INPUT, EXIT_DONE, EXIT_STORE, EXIT_WRONG_CALL
from fangkong_lab.ledger.frames import table
from fangkong_lab.workspace import Workspace

POST_HEAD = ["岗位编码", "单位编码", "岗位名称", "职级", "上级岗位编码", "分管领域"]
UNIT_HEAD = ["单位编码", "单位名称", "上级单位编码", "单位类别", "人数", "启用日期"]


@pytest.fixture
def office(workspace: Workspace, write_xlsx: Callable, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Workspace:
    """A workspace with two units and three posts, which is the current folder."""
    write_xlsx(workspace.root / "台账.xlsx", {
        "单位": [UNIT_HEAD, ["U1", "县交通局", "", "党政机关", 36, "2013-06"], ["U2", "公路站", "U1", "基层站所", "", ""]],
        "岗位": [POST_HEAD, ["P1", "U1", "局长", "正科级", "", "财务、人事"], ["P2", "U1", "+股长", "", "P1", "财务"],
                 ["P3", "U2", "站长", "", "P1", ""]]})
    monkeypatch.chdir(workspace.root)
    assert main(["import", "台账.xlsx"]) == EXIT_DONE
    capsys.readouterr()
    return workspace


@pytest.mark.parametrize(("words", "codes"), [
    ([], "P1 P2 P3"), (["--unit", "U2"], "P3"), (["--where", "分管领域=人事"], "P1"), (["--where", "分管领域=财务"], "P1 P2"),
    (["--where", "职级="], "P2 P3"), (["--where", "职级=", "--unit", "U1"], "P2"), (["--where", "岗位名称~长"], "P1 P2 P3"),
    (["--where", "reports_to!=P1"], "P1"), (["--where", "岗位编码=P1", "--where", "岗位编码=P2"], "")])
def test_show_finds_the_rows_asked_for(office: Workspace, words: list[str], codes: str) -> None:
    assert main(["data", "show", "岗位", *words, "--csv", "out.csv"]) == EXIT_DONE
    with open("out.csv", encoding="utf-8-sig", newline="") as file:
        assert [row["岗位编码"] for row in csv.DictReader(file)] == codes.split()


def test_the_screen_has_chinese_headers_and_counts(office: Workspace, capsys: pytest.CaptureFixture) -> None:
    assert main(["data", "show", "units", "--where", "人数>=30"]) == EXIT_DONE
    out = capsys.readouterr().out
    assert "单位编码  单位名称" in out
    assert "县交通局" in out
    assert "公路站" not in out
    assert "2013-06-01" in out
    assert "单位（units）：1 行" in out
    assert main(["data", "list"]) == EXIT_DONE
    out = capsys.readouterr().out
    assert "A 层：7 张表，2 张有数据" in out
    assert any(line.split() == ["岗位", "posts", "3", "2"] for line in out.splitlines())


def test_csv_text_does_not_become_a_formula(office: Workspace) -> None:
    assert main(["data", "show", "岗位", "--csv", "out.csv"]) == EXIT_DONE
    text = (office.root / "out.csv").read_text(encoding="utf-8-sig")
    assert ",'+股长," in text
    assert table(office, "posts")["title"].tolist()[1] == "+股长"


def test_trace_and_journal(office: Workspace, capsys: pytest.CaptureFixture) -> None:
    assert main(["data", "trace", "岗位", "P3"]) == EXIT_DONE
    assert "岗位 P3 ← 第 1 号送交（U1 的 台账.xlsx）› 岗位 › 第4行" in capsys.readouterr().out
    assert main(["data", "trace", "岗位", "P9"]) == EXIT_BAD_INPUT
    assert main(["data", "trace", "岗位", "P3", "x"]) == EXIT_WRONG_CALL
    assert main(["data", "journal"]) == EXIT_DONE
    assert "已入库" in capsys.readouterr().out
    with duckdb.connect(str(office.store_path)) as connection:
        connection.execute("UPDATE journal SET accepted = 4, refused = 1")
    assert main(["data", "journal"]) == EXIT_BAD_INPUT
    assert "日志被改动过" in capsys.readouterr().err


def test_a_backup_can_be_put_back(office: Workspace, capsys: pytest.CaptureFixture) -> None:
    assert main(["data", "backup", "copy.duckdb"]) == EXIT_DONE
    before = table(office, "posts")
    assert main(["data", "backup", "copy.duckdb"]) == EXIT_BAD_INPUT
    office.store_path.unlink()
    assert main(["data", "list"]) == EXIT_BAD_INPUT
    assert main(["data", "backup"]) == EXIT_BAD_INPUT
    office.store_path.write_bytes((office.root / "copy.duckdb").read_bytes())
    assert table(office, "posts").equals(before)


def test_a_newer_store_stops_every_command_with_exit_code_4(office: Workspace, capsys: pytest.CaptureFixture) -> None:
    with duckdb.connect(str(office.store_path)) as connection:
        connection.execute("INSERT INTO schema_version VALUES (99, current_timestamp::TIMESTAMP)")
    for words in (["import", "台账.xlsx"], ["data", "list"], ["data", "trace", "岗位", "P1"], ["data", "backup"]):
        assert main(words) == EXIT_STORE
        assert "升级软件" in capsys.readouterr().err


def test_names_become_codes_only_with_the_key(office: Workspace, capsys: pytest.CaptureFixture) -> None:
    (office.root / "名单.txt").write_text("张三 001\n\n李四\n", encoding="utf-8")
    assert main(["data", "code", "名单.txt"]) == EXIT_BAD_INPUT
    assert main(["init", "."]) == EXIT_DONE
    capsys.readouterr()
    assert main(["data", "code", "名单.txt"]) == EXIT_DONE
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["张三 001", "李四"]
    assert all(len(line.split("\t")[1]) == 17 for line in lines)
