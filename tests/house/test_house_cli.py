"""The command line: fast help, Chinese errors, exit codes."""

import importlib
import subprocess
import sys
import time

import pytest

from fangkong_lab.cli.commands import COMMANDS
from fangkong_lab.cli.main import ChineseParser, main

HEAVY = ("pandas", "numpy", "matplotlib", "duckdb", "numba", "networkx", "statsmodels", "papermill", "IPython")


def test_help_lists_every_command(capsys):
    assert main(["--help"]) == 0
    page = capsys.readouterr().out
    assert all(name in page and line in page for name, (line, _) in COMMANDS.items())
    assert "退出码" in page


def test_help_imports_nothing_heavy_and_is_fast():
    code = ("import sys, time; t = time.perf_counter(); from fangkong_lab.cli.main import main; main(['--help']); "
            f"print('HEAVY', [m for m in {HEAVY} if m in sys.modules]); print('TIME', time.perf_counter() - t)")
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8").stdout
    assert "HEAVY []" in out
    start = time.perf_counter()
    best = min(_once() for _ in range(5))
    assert best < 0.4, f"fangkong --help took {best:.2f} s (total {time.perf_counter() - start:.1f} s)"


def _once() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "fangkong_lab", "--help"], capture_output=True, check=True)
    return time.perf_counter() - start


def test_unknown_command_names_the_near_one(capsys):
    assert main(["reprot"]) == 2
    assert "report" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_chinese_help(name, capsys):
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    page = capsys.readouterr().out
    assert page.startswith("用法：fangkong")
    assert "usage" not in page
    assert "options:" not in page


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_unknown_option_is_refused_in_chinese(name, capsys):
    module = importlib.import_module(COMMANDS[name][1])
    parser = ChineseParser(prog=name)
    module.add_arguments(parser)
    with pytest.raises(SystemExit) as left:
        main([name, "--no-such-option"])
    assert left.value.code == 2
    assert "命令写法有误" in capsys.readouterr().err
