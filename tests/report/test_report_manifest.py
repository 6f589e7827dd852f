"""The manifest says what went in and what came out; `fangkong verify` tells what is no longer so."""

import hashlib
import json
import os
import shutil
from pathlib import Path

import jsonschema
import nbformat
import pandas as pd
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.kinds import Audience
from fangkong_lab.ledger.frames import tables
from fangkong_lab.ledger.frozen import hold
from fangkong_lab.report import inputs, manifest, snapshot
from fangkong_lab.report.batch import Plan, report_path, run_batch
from fangkong_lab.report.hashes import content_hash
from fangkong_lab.report.inputs import fingerprint
from fangkong_lab.report.order import Format, Style
from fangkong_lab.report.period import day_of, period_days
from fangkong_lab.report.templates import source_requests, unit_requests
from fangkong_lab.report.verify import manifest_of
from fangkong_lab.shipped import shipped
from fangkong_lab.workspace import read_workspace

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "report_manifest.schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def still_program():
    """The program's own files stand still while these tests compare inputs (a developer may be editing them)."""
    held = inputs.program_hashes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "program_hashes", lambda: held)
        yield held


@pytest.fixture(scope="module")
def made(county):
    """The golden county's unit report and one source report, in all formats."""
    requests = unit_requests(county, [], None, Audience.INTERNAL) + source_requests(county, ["沙洋"])
    result = run_batch(requests, county, Plan(formats=tuple(Format), progress=False, force=True))
    assert result.exit_code == 0, result.sentence()
    return result


def manifest_file(workspace, attempt) -> Path:
    return report_path(workspace, attempt, manifest.ENDING)


def verify(workspace, *words: str, capsys) -> tuple[int, str]:
    here = os.getcwd()
    os.chdir(workspace.root)
    try:
        return main(["verify", *words]), capsys.readouterr().out
    finally:
        os.chdir(here)


def test_the_manifest_fits_its_schema_and_its_files(county, made):
    """hashlib over the files themselves is the witness."""
    for attempt in made.attempts:
        document = json.loads(manifest_file(county, attempt).read_text(encoding="utf-8"))
        jsonschema.validate(document, SCHEMA)
        assert set(document["files"]) == {"ipynb", "html", "docx", "pdf"}
        for record in document["files"].values():
            path = manifest_file(county, attempt).parent / record["name"]
            assert hashlib.sha256(path.read_bytes()).hexdigest() == record["sha256"]
            assert content_hash(path) == record["content"]
        assert document["fingerprint"] == fingerprint(document["inputs"])
    unit = json.loads(manifest_file(county, made.attempts[0]).read_text(encoding="utf-8"))
    assert unit["marks"] == ["模拟数据", "内部"]
    assert unit["inputs"]["台账"]
    assert unit["inputs"]["规则"]
    assert unit["as_of"] == "2016-12-31"


def test_the_request_stands_in_the_notebook(county, made):
    notebook = nbformat.read(report_path(county, made.attempts[0], "ipynb"), as_version=4)
    assert notebook.metadata["fangkong"]["key"] == made.attempts[0].key
    assert notebook.metadata["fangkong"]["parameters"] == notebook.metadata["papermill"]["parameters"]


def test_marks_stand_on_every_page_of_every_format(county, made):
    from docx import Document

    unit = made.attempts[0]
    page = report_path(county, unit, "html").read_text(encoding="utf-8")
    assert '@top-center { content: "模拟数据 · 内部"; }' in page
    assert '<p class="fk-mark">模拟数据 · 内部</p>' in page
    section = Document(str(report_path(county, unit, "docx"))).sections[0]
    for header in (section.header, section.even_page_header):
        assert [p.text for p in header.paragraphs] == ["模拟数据 · 内部"]
    assert all(report_path(county, unit, f).stat().st_size < 3_000_000 for f in ("html", "docx", "pdf"))


def test_verified_then_what_differs(tmp_path, county, made, capsys):
    """A copy of the workspace is changed in one place at a time."""
    root = tmp_path / "copy"
    shutil.copytree(county.root, root)
    copy = read_workspace(root)
    page = report_path(copy, made.attempts[0], "html")
    assert verify(copy, str(page), capsys=capsys) == (0, f"已核验：{made.attempts[0].title}\n  文件：与清单一致\n"
                                                         "  来源：数据、规则、笔记本、程序、版本、设置均与生成时一致\n")
    (root / "policies").mkdir(exist_ok=True)
    (root / "policies" / "本地.yaml").write_text("x: 1\n", encoding="utf-8")
    (root / "fangkong.toml").write_text('office = "另一办公室"\nas_of = 2016-12-31\n', encoding="utf-8")
    page.write_text(page.read_text(encoding="utf-8").replace("覆盖", "复盖"), encoding="utf-8")
    report_path(copy, made.attempts[0], "pdf").unlink()
    code, said = verify(copy, str(report_path(copy, made.attempts[0], "docx")), capsys=capsys)
    assert code == 1
    for words in ("不一致：", ".html 生成后被改动", ".pdf 不见了", "规则 › 本单位/本地.yaml：生成后新增", "设置 › 办公室"):
        assert words in said


def test_changed_rows_are_named_by_table(tmp_path, county, made, capsys):
    import duckdb

    root = tmp_path / "copy"
    shutil.copytree(county.root, root)
    copy = read_workspace(root)
    with duckdb.connect(str(copy.store_path)) as store:
        store.execute("UPDATE units SET name = name || '二'")
    code, said = verify(copy, str(report_path(copy, made.attempts[0], "html")), capsys=capsys)
    assert code == 1
    assert "台账 › units" in said
    assert "台账 › posts" not in said


def test_a_resaved_document_that_says_the_same_is_no_fault(tmp_path, county, made, capsys):
    from docx import Document

    root = tmp_path / "copy"
    shutil.copytree(county.root, root)
    copy = read_workspace(root)
    path = report_path(copy, made.attempts[0], "docx")
    Document(str(path)).save(str(path))
    code, said = verify(copy, str(path), capsys=capsys)
    assert code == 0
    assert "被重新保存过，内容未变" in said


def test_made_again_it_says_the_same(county, made, capsys):
    code, said = verify(county, str(report_path(county, made.attempts[1], "pdf")), "--remake", capsys=capsys)
    assert code == 0, said
    assert "重新生成的内容与现有文件一致" in said


def test_a_changed_program_is_named_by_its_folder(still_program, county, made, monkeypatch, capsys):
    assert {"基础", "ledger", "network", "report", "show"} <= set(still_program)
    assert not {"cli", "examples"} & set(still_program)
    monkeypatch.setattr(inputs, "program_hashes", lambda: {**still_program, "network": "0" * 64})
    code, said = verify(county, str(report_path(county, made.attempts[1], "html")), capsys=capsys)
    assert code == 1
    assert "程序 › network：生成时" in said


def test_without_a_manifest_nothing_is_verified(county, tmp_path, capsys):
    lone = tmp_path / "报告.html"
    lone.write_text("x", encoding="utf-8")
    assert verify(county, str(lone), capsys=capsys)[0] == BadInput.exit_code


def test_a_file_that_is_not_there_is_told_from_one_that_was_made_and_is_gone(county, made, tmp_path):
    page = report_path(county, made.attempts[1], "html")
    for absent in (tmp_path / "无.docx", page.with_suffix(".odt"), page.parent):
        with pytest.raises(BadInput, match="没有这个文件"):
            manifest_of(absent)
    shutil.copy(manifest_file(county, made.attempts[1]), tmp_path)
    assert manifest_of(tmp_path / page.name)[0].title == made.attempts[1].title, "it is gone; what it was can still be said"


def test_a_template_that_the_report_was_not_made_in_is_not_passed_over_in_silence(county, made, tmp_path, capsys):
    code, said = verify(county, str(report_path(county, made.attempts[1], "docx")), "--template", str(tmp_path / "x.docx"), capsys=capsys)
    assert code == 0
    assert "注意：这份报告生成时没有用公文模板，--template 未用" in said


def test_the_snapshot_is_what_the_store_says(county):
    frozen = snapshot.take(county)
    for name, frame in tables(county).items():
        pd.testing.assert_frame_equal(frame, frozen.tables[name])
    assert snapshot.take(county).hashes() == frozen.hashes()


def test_a_frames_hash_sees_every_cell():
    frame = pd.DataFrame({"a": ["x", None, "z"], "b": pd.array([1, 2, None], dtype="Int64")})
    known = snapshot.frame_hash(frame)
    assert snapshot.frame_hash(frame.copy()) == known
    for changed in (frame.iloc[::-1], frame.rename(columns={"a": "c"}), frame.assign(b=pd.array([1, 2, 0], dtype="Int64")), frame.iloc[:2],
                    frame.assign(a=["x", "", "z"])):
        assert snapshot.frame_hash(changed) != known


def test_a_workspace_named_by_a_relative_path_is_the_same_one(county, monkeypatch):
    """Else every report of a batch would read the store again and share nothing."""
    monkeypatch.chdir(county.root)
    frozen = snapshot.take(read_workspace(Path(".")))
    snapshot.use(frozen)
    try:
        for workspace in (county, read_workspace(Path("."))):
            assert tables(workspace)["posts"] is frozen.tables["posts"]
    finally:
        hold(None)


def test_periods():
    assert [str(d) for d in period_days("2016")] == ["2016-01-01", "2016-12-31"]
    assert [str(d) for d in period_days("2016年2月")] == ["2016-02-01", "2016-02-29"]
    assert day_of("2016-06", None) == "2016-06-30"
    assert day_of("2016", "2016-09-30") == "2016-09-30"
    assert day_of(None, None) is None
    with pytest.raises(WrongCall, match="不在评估期"):
        day_of("2016", "2017-01-01")
    for wrong in ("二〇一六", "2016-13", "16", "2016-06-01"):
        with pytest.raises(BadInput, match="不是年份或月份"):
            period_days(wrong)


def test_the_command_takes_period_and_formats(county, capsys):
    here = os.getcwd()
    os.chdir(county.root)
    try:
        assert main(["report", "--model", "扬中", "--formats", "html,docx", "--quiet"]) == 0
        assert main(["report", "--unit", "模拟示例局", "--period", "2016", "--as-of", "2015-12-31", "--quiet"]) == 2
        assert main(["report", "--formats", "odt", "--quiet"]) == 2
        assert main(["report", "--formats", "，", "--quiet"]) == 2
        assert "--formats：没有写格式" in capsys.readouterr().err
        assert main(["report", "--workers", "0", "--quiet"]) == 2
    finally:
        os.chdir(here)
    assert (county.reports_dir / "来源文献报告" / "扬中来源文献数字核对报告.docx").exists()


def test_a_template_of_ones_own_is_said_to_be_used(tmp_path, county, capsys, monkeypatch):
    """Copied before an upgrade, or changed by the office: it wins over the shipped one, and that is said; an equal copy is not news."""
    root = tmp_path / "copy"
    shutil.copytree(county.root, root)
    own = root / "notebooks" / "reports" / "source_report.ipynb"
    own.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(shipped("notebooks", "reports", own.name), own)
    monkeypatch.chdir(root)
    assert main(["report", "--model", "扬中", "--quiet"]) == 0
    assert "与软件附带的不同" not in capsys.readouterr().out
    own.write_text(own.read_text(encoding="utf-8").replace("数据", "资料"), encoding="utf-8")
    assert main(["report", "--model", "扬中", "--quiet"]) == 0
    assert "注意：按本工作目录的 notebooks/reports/source_report.ipynb 生成" in capsys.readouterr().out


def test_a_report_in_the_offices_template_is_verified_with_it(tmp_path, county, capsys):
    """The template is found by its hash wherever it lies in the workspace; elsewhere, it has to be named."""
    from docx import Document

    root = tmp_path / "copy"
    shutil.copytree(county.root, root, ignore=shutil.ignore_patterns("reports"))
    copy = read_workspace(root)
    (root / "模板").mkdir()
    first, away = root / "模板" / "公文.docx", tmp_path / "公文.docx"
    for path, head in ((first, "某县纪委文件"), (away, "某县纪委文件（新）")):
        document = Document()
        document.add_paragraph(head)
        document.add_paragraph("{{ 正文 }}")
        document.save(path)
    plan = Plan(formats=(Format.DOCX,), progress=False, style=Style(template=str(first)))
    report = report_path(copy, run_batch(source_requests(copy, ["扬中"]), copy, plan).attempts[0], "docx")
    code, said = verify(copy, str(report), "--remake", capsys=capsys)
    assert code == 0, said
    assert "重新生成的内容与现有文件一致" in said
    code, said = verify(copy, str(report), "--template", str(away), capsys=capsys)
    assert code == 1
    assert "设置 › 公文模板：生成时" in said
    shutil.move(first, away)
    code, said = verify(copy, str(report), capsys=capsys)
    assert code == 1
    assert "没有找到生成时所用的那一份" in said
    assert "--template" in said
    assert verify(copy, str(report), "--remake", capsys=capsys)[0] == BadInput.exit_code
    assert verify(copy, str(report), "--template", str(first), capsys=capsys)[0] == BadInput.exit_code, "no such template"
    code, said = verify(copy, str(report), "--remake", "--template", str(away), capsys=capsys)
    assert code == 0, said
