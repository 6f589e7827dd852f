"""Chinese text uses full-width punctuation (GB/T 15834)."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("punctuation", ROOT / "tools" / "punctuation.py")
punctuation = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(punctuation)

COMMA, COLON, SEMICOLON, LEFT, RIGHT = "\uff0c", "\uff1a", "\uff1b", "\uff08", "\uff09"


def test_nothing_is_left_to_mend():
    done = subprocess.run([sys.executable, "tools/punctuation.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "run: python tools/punctuation.py --fix\n" + done.stdout[:2000]


@pytest.mark.parametrize(("text", "wanted"), [
    ("读入,拒收", f"读入{COMMA}拒收"),
    ("单位:交通局", f"单位{COLON}交通局"),
    ("规则(假定)", f"规则{LEFT}假定{RIGHT}"),
    ("a, b: c(d)", "a, b: c(d)"),
    ("3763人(次)", "3763人(次)"),
    ("见 `台账,岗位` 一节", "见 `台账,岗位` 一节"),
    ("2016:09", "2016:09"),
    ("另存为 xlsx,重新报送", f"另存为 xlsx{COMMA}重新报送"),
    ("unit:单位编码", "unit:单位编码"),
    ("`make test`;按哈希", f"`make test`{SEMICOLON}按哈希"),
    ("`demo-data`:模拟县", f"`demo-data`{COLON}模拟县"),
])
def test_what_is_mended(text, wanted):
    assert punctuation.mend(text) == wanted
    assert punctuation.mend(wanted) == wanted


def test_code_is_not_touched():
    source = 'x = {"甲": f("乙", 1)}  # 甲,乙\ny = r"[甲,乙]"\nz = "甲,乙"\n'
    assert punctuation.mend_python(source) == source.replace('z = "甲,乙"', f'z = "甲{COMMA}乙"')
