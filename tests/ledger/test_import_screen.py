"""What the sender sees first: different problems before repeated ones, and no hint taken for his code."""

from pathlib import Path

import openpyxl
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.ledger.template import write_template
from fangkong_lab.workspace import Workspace


def test_an_unfilled_template_names_no_sender(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.chdir(workspace.root)
    write_template(workspace.root / "台账.xlsx")
    assert main(["import", "台账.xlsx"]) == 3
    out = capsys.readouterr().out
    assert out.startswith("✗ 台账.xlsx")
    assert "看不出是哪个单位送交的" in out
    assert "必填" not in out


def test_a_filled_code_is_the_sender(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.chdir(workspace.root)
    write_template(workspace.root / "台账.xlsx", unit="U7")
    assert main(["import", "台账.xlsx"]) == 3
    out = capsys.readouterr().out
    assert "U7" in out
    assert "没有读到任何数据行" in out
    assert "] :" not in out


def test_a_renamed_revision_is_told_from_a_clash(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                 capsys: pytest.CaptureFixture) -> None:
    """30 keys clash with the sender's own former book; the one other error still stands among the first lines."""
    monkeypatch.chdir(workspace.root)
    for name, spoiled in (("台账.xlsx", False), ("台账修改.xlsx", True)):
        book = openpyxl.Workbook()
        units, posts = book.active, book.create_sheet("岗位")
        units.title = "单位"
        for row in (["单位编码", "单位名称", "单位类别"], ["U1", "某局", "党政机关"]):
            units.append(row)
        posts.append(["岗位编码", "单位编码", "岗位名称", "上级岗位编码"])
        for k in range(30):
            posts.append([f"P{k}", "U1", f"岗{k}", "没有这个" if spoiled and k == 29 else None])
        book.save(workspace.root / name)
    assert main(["import", "台账.xlsx"]) == 0
    capsys.readouterr()
    assert main(["import", "台账修改.xlsx"]) == 3
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  [拒收]")]
    assert len(shown) == 20
    assert any("没有这个" in line for line in shown)
    assert sum("改回原来的文件名" in line for line in shown) >= 4
