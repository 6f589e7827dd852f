"""Full disks, folders nobody may write to, missing fonts, wild names, markup and formulas in the data: handled, nothing lost."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import Audience
from fangkong_lab.report import batch as batch_module
from fangkong_lab.report import status
from fangkong_lab.report.batch import Plan, report_path, run_batch
from fangkong_lab.report.order import Format
from fangkong_lab.report.templates import annual_requests, unit_requests

ALL = Plan(formats=tuple(Format), progress=False)
WILD = ["甲/乙", "甲\\乙", "甲:乙", "甲*乙", "甲?乙", '甲"乙', "甲<乙>", "甲|乙", "长" * 300, "单位a", "单位A", "..", "CON", "{word}", "甲 .", "$(touch x)",
        "=1+1", "甲\u202e乙", "甲乙\u0301"]
HOSTILE = ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", 'a"b\'c', "a\nb\\n", "]]>", "#eval(\"1\")",
           "{{ 7*7 }}", "$x$ `y` *z*", "\x00\x0b"]


def test_wild_names_are_kept_apart_on_every_desktop(workspace, tiny, quiet):
    requests = tiny("print(repr(word))").ask(*WILD)
    result = run_batch(requests, workspace, quiet)
    assert result.exit_code == 0, result.sentence()
    names = [report_path(workspace, a, "html").name for a in result.attempts]
    assert len({n.casefold() for n in names}) == len(WILD)
    for word, attempt in zip(WILD, result.attempts, strict=True):
        path = report_path(workspace, attempt, "ipynb")
        assert path.parent == workspace.reports_dir / "小报告"
        assert json.loads(path.read_text(encoding="utf-8"))["metadata"]["papermill"]["parameters"] == {"word": word}
    assert not (workspace.root / "x").exists()
    assert [a.state for a in run_batch(requests, workspace, quiet).attempts] == ["unchanged"] * len(WILD)


def test_names_of_two_batches_are_kept_apart(workspace, tiny, quiet):
    tiny("print(word)")
    first = run_batch(tiny.ask("单位a"), workspace, quiet).attempts[0]
    second = run_batch(tiny.ask("单位A"), workspace, quiet).attempts[0]
    assert first.name.casefold() != second.name.casefold()
    assert "单位a" in report_path(workspace, first, "html").read_text(encoding="utf-8")


def test_quotes_newlines_markup_and_formulas_are_text_everywhere(workspace, tiny, seen):
    cells = ("import pandas as pd\nfrom fangkong_lab.show.prose import Listing, Prose\nfrom IPython.display import Markdown",
             "Listing(pd.DataFrame({word: [word, word]}), caption=word, note=word)", "Prose((word,))", "Markdown('列 ' + word)", "print(word)",
             "pd.DataFrame({'a': [word]})")
    result = run_batch(tiny(*cells).ask(*HOSTILE), workspace, ALL)
    assert result.exit_code == 0, result.sentence()
    for word, attempt in zip(HOSTILE, result.attempts, strict=True):
        page = seen(report_path(workspace, attempt, "html"))
        assert "script" not in page.tags, word
        assert "img" not in page.tags, word
        assert not [name for name in page.attributes if name.startswith("on")], word
        if word.isprintable():
            assert page.text.count(word) >= 6, word
        made = json.loads(report_path(workspace, attempt, "ipynb").read_text(encoding="utf-8"))
        assert made["metadata"]["papermill"]["parameters"] == {"word": word}
    index = seen(workspace.reports_dir / "index.html")
    assert not {"script", "img"} & set(index.tags)


def test_documents_hold_text_not_markup(workspace, tiny):
    """python-docx and poppler's text extraction read back what was put in; 49 would be an evaluated template."""
    from docx import Document

    word = "<b>{{ 7*7 }}</b> #sys.version $x$ =1+1"
    tiny("from fangkong_lab.show.prose import Prose", "Prose((word,))")
    attempt = run_batch(tiny.ask(word), workspace, ALL).attempts[0]
    assert any(p.text == word for p in Document(str(report_path(workspace, attempt, "docx"))).paragraphs)
    if shutil.which("pdftotext"):
        text = subprocess.run(["pdftotext", str(report_path(workspace, attempt, "pdf")), "-"], capture_output=True, text=True, check=True).stdout
        assert word.replace(" ", "") in text.replace("\n", "").replace(" ", "")


NAMED = {"U01": "模拟喆龑㙍镇", "U02": '模拟/县\\财:政*局?"甲"<乙>|丙', "U03": "模拟" + "很长的名称" * 60, "U04": "模拟单位a", "U05": "模拟单位A"}


@pytest.mark.heavy
def test_the_shipped_reports_bear_any_name_of_a_unit(workspace, monkeypatch, seen):
    """Rare characters, what Windows forbids, 300 characters, names that differ in case only: all formats, told apart, in full inside."""
    import duckdb
    from docx import Document

    from fangkong_lab.cli.main import main

    monkeypatch.chdir(workspace.root)
    assert main(["demo-data", "--units", str(len(NAMED))]) == 0
    with duckdb.connect(str(workspace.store_path)) as store:
        for unit, name in NAMED.items():
            store.execute("UPDATE units SET name = ? WHERE unit_id = ?", [name, unit])
    requests = [*unit_requests(workspace, list(NAMED), None, Audience.INTERNAL), *annual_requests(workspace, None, Audience.INTERNAL)]
    result = run_batch(requests, workspace, ALL)
    assert result.exit_code == 0, result.sentence()
    assert not any(a.note for a in result.attempts), "no character is missing"
    assert len({a.name.casefold() for a in result.attempts}) == len(NAMED) + 1
    assert all("评估报告（纪委内部）2016-12-31" in a.name for a in result.attempts)
    for name, attempt in zip(NAMED.values(), result.attempts, strict=False):
        title = Document(str(report_path(workspace, attempt, "docx"))).core_properties.title
        assert title.startswith(name[:250])
        page = seen(report_path(workspace, attempt, "html"))
        assert name in page.text
        if shutil.which("pdftotext"):
            pdf = str(report_path(workspace, attempt, "pdf"))
            text = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout
            assert name.replace(" ", "") in re.sub(r"\s", "", text)


FULL = """
import resource, sys
from pathlib import Path
from fangkong_lab.report.batch import Plan, run_batch
from fangkong_lab.report.request import Parameter, Template, make_request
from fangkong_lab.workspace import read_workspace
w = read_workspace(Path(sys.argv[1]))
t = Template("tiny", "小报告", "tiny.ipynb", "{word}小报告", (Parameter("word", "词", str),))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
result = run_batch([make_request(t, {"word": x}, w) for x in ("小", "大")], w, Plan(progress=False))
print(result.sentence())
sys.exit(result.exit_code)
"""


def test_a_full_disk_fails_the_report_that_does_not_fit(workspace, tiny, quiet):
    """The system refuses files over 200 kB: the large report fails with that reason, the small one is made, old ones stay."""
    tiny("from fangkong_lab.show.prose import Prose", "Prose((word * (200000 if word == '大' else 1),))")
    old = run_batch(tiny.ask("旧"), workspace, quiet).attempts[0]
    before = report_path(workspace, old, "html").read_bytes()
    script = workspace.root / "full.py"
    script.write_text(FULL, encoding="utf-8")
    done = subprocess.run([sys.executable, str(script), str(workspace.root), "200000"], capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "磁盘空间不足" in done.stdout
    assert "完成 1 份，失败 1 份" in done.stdout
    assert report_path(workspace, old, "html").read_bytes() == before
    there = {p.name for p in (workspace.reports_dir / "小报告").iterdir()}
    assert "小小报告.html" in there
    assert not any(name.startswith(("大小报告", ".")) for name in there)
    assert [a.state for a in run_batch(tiny.ask("小", "大"), workspace, quiet).attempts] == ["unchanged", "done"]


SMALL_DISK = """
set -e
cd "$1"
mount -t tmpfs -o size=$2 tmpfs reports
run() { set +e; "$3" -m fangkong_lab report --model 沙洋 五小 扬中 --formats html,docx,pdf --quiet 2>&1; echo "exit $?"; set -e; }
echo "--- small"; run "$@"
echo "--- there"; find reports -type f ! -name .batch.lock | sort
mount -o remount,size=200m reports
echo "--- large"; run "$@"
echo "--- there"; find reports -type f ! -name .batch.lock | sort
mount -o remount,ro reports
echo "--- read-only"; run "$@"
echo "--- there"; find reports -type f ! -name .batch.lock | sort
"""


def on_a_small_disk(workspace, size: str, env: dict[str, str]) -> list[str]:
    """What the command says, and which files there are: on a disk of *size*, on the same disk enlarged, then read-only."""
    workspace.reports_dir.mkdir(exist_ok=True)
    done = subprocess.run(["unshare", "-rm", "sh", "-c", SMALL_DISK, "sh", str(workspace.root), size, sys.executable], capture_output=True,
                          text=True, check=True, env=env)
    return [part.partition("\n")[2] for part in done.stdout.split("--- ")[1:]]


def can_mount() -> bool:
    words = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
    return shutil.which("unshare") is not None and subprocess.run(words, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="needs a disk of its own")
@pytest.mark.parametrize(("size", "made"), [pytest.param("16k", 0, marks=pytest.mark.heavy), ("700k", None)])
def test_a_disk_that_is_really_full_loses_nothing(workspace, frozen_program, size, made):
    """A disk of its own (tmpfs): what does not fit fails in words, what is there is whole; with more room the rest is made."""
    small, there, large, all_there, read_only, still_there = on_a_small_disk(workspace, size, frozen_program)
    assert "磁盘空间不足" in small
    assert "Traceback" not in small
    assert "exit 0" not in small
    finished = {line for line in there.splitlines() if line.endswith("manifest.json")}
    assert len(finished) < 3
    assert made is None or len(finished) == made
    assert {Path(line).name.split(".")[0] for line in there.splitlines() if "来源文献报告" in line} == {Path(f).name.split(".")[0] for f in finished}
    assert "exit 0" in large
    assert f"未变 {len(finished)} 份" in large or not finished
    assert len([line for line in all_there.splitlines() if "来源文献报告" in line]) == 3 * 5
    assert "没有写入权限" in read_only
    assert "Traceback" not in read_only
    assert still_there == all_there


def test_a_ledger_that_cannot_be_written_loses_no_report(workspace, tiny, quiet, monkeypatch):
    def full(folder, attempt):
        raise OSError(28, "No space left on device", str(folder / status.LEDGER_NAME))

    monkeypatch.setattr(batch_module.status, "append", full)
    result = run_batch(tiny("print(word)").ask("甲"), workspace, quiet)
    assert result.exit_code == 1
    assert [a.state for a in result.attempts] == ["done"]
    assert "状态台账未能写入：磁盘空间不足" in result.sentence()
    monkeypatch.undo()
    assert [a.state for a in run_batch(tiny.ask("甲"), workspace, quiet).attempts] == ["unchanged"]


def test_a_folder_nobody_may_write_to_is_one_clear_line(workspace, tiny, quiet):
    requests = tiny("print(word)").ask("甲")
    workspace.reports_dir.write_text("这里是一个文件", encoding="utf-8")
    with pytest.raises(BadInput, match=str(workspace.reports_dir)):
        run_batch(requests, workspace, quiet)
    assert workspace.reports_dir.read_text(encoding="utf-8") == "这里是一个文件"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_a_read_only_folder_is_one_clear_line(tmp_path):
    """Somebody without rights (uid 65534) asks for a probe of the folder; the real system refuses."""
    folder = tmp_path / "reports"
    folder.mkdir()
    for parent in [tmp_path, *list(tmp_path.parents)[:2]]:
        parent.chmod(0o755)
    code = ("import os, sys; from pathlib import Path; from fangkong_lab.report.batch import _writable; from fangkong_lab.errors import BadInput\n"
            "os.setuid(65534)\ntry:\n    _writable(Path(sys.argv[1]))\nexcept BadInput as e:\n    print(e)\n")
    done = subprocess.run([sys.executable, "-c", code, str(folder)], capture_output=True, text=True, check=True)
    assert "没有写入权限" in done.stdout
    assert str(folder) in done.stdout


def test_a_missing_font_is_said_before_anything_runs(workspace, tiny, quiet, monkeypatch):
    monkeypatch.setattr(batch_module, "font_file", lambda name: Path("/nowhere") / name)
    with pytest.raises(BadInput, match="缺少随软件的字体文件"):
        run_batch(tiny("print(word)").ask("甲"), workspace, quiet)


def test_the_file_size_limit_is_the_systems_own():
    """The full-disk test rests on this: a write over RLIMIT_FSIZE is EFBIG, which counts as a full disk."""
    import errno

    from fangkong_lab.report import making

    assert resource.RLIMIT_FSIZE is not None
    assert {errno.ENOSPC, errno.EFBIG, errno.EDQUOT} == making.FULL
