"""The empty workbook: drawn from the declarations, opened by others, and read back as nothing."""

import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.errors import WrongCall
from fangkong_lab.kinds import Tier
from fangkong_lab.ledger.columns import ColumnType
from fangkong_lab.ledger.problem import Gravity
from fangkong_lab.ledger.read import read_delivery
from fangkong_lab.ledger.tables import TABLES, table_named
from fangkong_lab.ledger.template import tables_of, write_template


@pytest.fixture(scope="module")
def template(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / "台账.xlsx"
    write_template(path, Tier.C, "U001")
    return path


def test_untouched_template_is_no_row_and_no_problem(template: Path) -> None:
    delivery = read_delivery(template)
    assert (delivery.sender, delivery.rows_read, delivery.problems) == ("U001", 0, ())
    assert [s.table for s in delivery.sheets] == list(TABLES)


@pytest.mark.parametrize(("tier", "count"), [(Tier.A, 7), (Tier.B, 22), (Tier.C, 30)])
def test_tiers_add_up(tier: Tier, count: int) -> None:
    assert len(tables_of(tier)) == count


def test_heads_comments_lists_and_frozen_panes_seen_by_openpyxl(template: Path) -> None:
    """openpyxl is the witness: another reader than the product's, and not the writer."""
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["填报说明", *(t.label for t in TABLES.values())]
    for sheet in book.worksheets[1:]:
        table = table_named(sheet.title)
        assert [c.value for c in sheet[1]] == ["标记", *(c.label for c in table.columns)]
        assert sheet.freeze_panes == "C2"
        assert sheet["A2"].value == "示例"
        for cell, column in zip(sheet[1][1:], table.columns, strict=True):
            assert column.doc in cell.comment.text
            assert column.rule in cell.comment.text
            assert (cell.fill.start_color.rgb == "FF1F4E5F") == column.required
            assert sheet.column_dimensions[cell.column_letter].width >= 9
        listed = {str(v.sqref).split(":")[0].rstrip("0123456789") for v in sheet.data_validations.dataValidation}
        wanted = {cell.column_letter for cell, c in zip(sheet[1][1:], table.columns, strict=True)
                  if c.choices or c.type is ColumnType.FLAG}
        assert listed == wanted


def test_drop_downs_are_short_enough_for_excel(template: Path) -> None:
    """Excel refuses a whole workbook over one list of more than 255 characters or one hint of more than 255."""
    for sheet in openpyxl.load_workbook(template).worksheets[1:]:
        for validation in sheet.data_validations.dataValidation:
            assert len(validation.formula1) <= 257
            assert len(validation.prompt or "") <= 255
            assert len(validation.promptTitle or "") <= 32


def test_filled_in_template_is_read(template: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template)
    units = book["单位"]
    for column, value in enumerate(["U001", "县交通运输局", None, "党政机关"], start=2):
        units.cell(3, column, value)
    path = tmp_path / "台账.xlsx"
    book.save(path)
    delivery = read_delivery(path)
    frame = next(s.frame for s in delivery.sheets if s.table == "units")
    assert delivery.problems == ()
    assert frame[["unit_id", "name", "kind", "_row"]].to_numpy().tolist() == [["U001", "县交通运输局", "党政机关", 3]]


def test_example_row_overwritten_with_real_data_is_refused_not_lost(template: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(template)
    book["单位"]["C2"] = "县财政局"
    book.save(tmp_path / "台账.xlsx")
    delivery = read_delivery(tmp_path / "台账.xlsx")
    assert [(p.sheet, p.row, p.code, p.gravity) for p in delivery.problems] == [("单位", 2, "edited_example", Gravity.REFUSED)]
    assert delivery.refused_rows()["单位"] == {2}


def test_nothing_is_overwritten_and_nothing_half_written(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(WrongCall, match="--force"):
        write_template(path)
    assert path.read_text(encoding="utf-8") == "mine"
    write_template(path, Tier.A, force=True)
    assert zipfile.ZipFile(path).testzip() is None
    assert [p.name for p in tmp_path.iterdir()] == ["台账.xlsx"]
    with pytest.raises(WrongCall, match="xlsx"):
        write_template(tmp_path / "台账.xls")
    with pytest.raises(WrongCall, match="文件夹"):
        write_template(tmp_path / "没有" / "台账.xlsx")


def test_same_call_same_bytes(template: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "b.xlsx", Tier.C, "U001")
    assert (tmp_path / "b.xlsx").read_bytes() == template.read_bytes()


def test_command_writes_the_tier_asked_for(tmp_path: Path, capsys) -> None:
    assert main(["template", str(tmp_path / "甲.xlsx"), "--tier", "A", "--unit", "U009"]) == 0
    assert "7 张表" in capsys.readouterr().out
    assert openpyxl.load_workbook(tmp_path / "甲.xlsx")["填报说明"]["C3"].value == "U009"
    assert main(["template", str(tmp_path / "甲.xlsx")]) == 2
    assert "已存在" in capsys.readouterr().err


@pytest.mark.libreoffice
@pytest.mark.heavy
def test_libreoffice_opens_it_and_saves_it_as_the_same(template: Path, tmp_path: Path) -> None:
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
                    "--outdir", str(tmp_path), str(template)], check=True, capture_output=True, timeout=180)
    delivery = read_delivery(tmp_path / template.name)
    assert (delivery.sender, delivery.rows_read, delivery.problems) == ("U001", 0, ())
