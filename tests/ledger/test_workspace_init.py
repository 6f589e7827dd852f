"""`fangkong init` and the key of person codes."""

import hashlib
import hmac
import os
import stat
from pathlib import Path

import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import EXIT_DONE, EXIT_WRONG_CALL, BadInput
from fangkong_lab.ledger.personcode import make_key, person_code, read_key
from fangkong_lab.workspace import read_workspace


def test_init_makes_a_workspace_every_command_finds(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    root = tmp_path / "研究室"
    assert main(["init", str(root), "--office", '县"纪委', "--as-of", "2016-12-31"]) == EXIT_DONE
    workspace = read_workspace(root)
    assert (workspace.office, str(workspace.as_of)) == ('县"纪委', "2016-12-31")
    assert all((root / name).is_dir() for name in ("data", "notebooks", "reports", "policies"))
    key = root / workspace.person_key_file
    assert len(bytes.fromhex(key.read_text().strip())) == 32
    if os.name == "posix":
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    assert ".fangkong/" in (root / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert "已建立工作目录" in capsys.readouterr().out


def test_init_again_adds_what_is_missing_and_overwrites_nothing(tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "w")]) == EXIT_DONE
    workspace = read_workspace(tmp_path / "w")
    key = workspace.root / workspace.person_key_file
    before = key.read_text()
    settings = workspace.root / "fangkong.toml"
    settings.write_text('office = "自己改过"\n', encoding="utf-8")
    (workspace.root / "policies").rmdir()
    assert main(["init", str(tmp_path / "w"), "--office", "别的"]) == EXIT_DONE
    assert (workspace.root / "policies").is_dir()
    assert key.read_text() == before
    assert settings.read_text(encoding="utf-8") == 'office = "自己改过"\n'


def test_a_folder_with_foreign_files_is_refused_untouched(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "年终总结.docx").write_bytes(b"x")
    assert main(["init", str(tmp_path)]) == EXIT_WRONG_CALL
    assert "年终总结.docx" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["年终总结.docx"]
    assert main(["init", str(tmp_path / "年终总结.docx")]) == EXIT_WRONG_CALL


def test_codes_are_keyed_stable_and_do_not_depend_on_spaces_or_width(tmp_path: Path) -> None:
    key = bytes(range(32))
    witness = "P" + hmac.new(key, "张三\x1f001".encode(), hashlib.sha256).hexdigest()[:16].upper()
    assert person_code(key, "张 三", "001") == witness
    assert person_code(key, "张三", "001") == witness
    assert person_code(bytes(32), "张三", "001") != witness
    assert person_code(key, "张三001") != witness
    with pytest.raises(BadInput, match="为空"):
        person_code(key, "  ")


def test_a_missing_open_or_damaged_key_is_named(workspace, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="没有人员代号密钥"):
        read_key(workspace)
    path = workspace.root / workspace.person_key_file
    make_key(path)
    assert read_key(workspace) == bytes.fromhex(path.read_text().strip())
    with pytest.raises(BadInput, match="不覆盖"):
        make_key(path)
    if os.name == "posix":
        path.chmod(0o644)
        with pytest.raises(BadInput, match="可被他人读取"):
            read_key(workspace)
        path.chmod(0o600)
    path.write_text("zz")
    with pytest.raises(BadInput, match="已损坏"):
        read_key(workspace)
