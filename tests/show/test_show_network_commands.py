"""`fangkong convert` and `fangkong netpage` as a user calls them: files written, exit codes, Chinese errors."""

import pytest

from fangkong_lab.cli.main import main
from fangkong_lab.examples.county import synthetic_county
from fangkong_lab.examples.write import write_county

SURE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="p" name="审批">
<startEvent id="s"/><task id="a" name="受理申请"/><task id="b" name="NAME"/><endEvent id="e"/>
<sequenceFlow id="1" sourceRef="s" targetRef="a"/><sequenceFlow id="2" sourceRef="a" targetRef="b"/>
<sequenceFlow id="3" sourceRef="b" targetRef="e"/></process></definitions>"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return write_county(synthetic_county(seed=1, units=2), tmp_path_factory.mktemp("books"), one_book=True)[0]


def test_convert_tells_what_waits_to_be_filled(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "甲.bpmn").write_text(SURE.replace("NAME", "局长审批"), encoding="utf-8")
    (tmp_path / "乙.bpmn").write_text(SURE.replace("NAME", "转办"), encoding="utf-8")
    assert main(["convert", "甲.bpmn", "--unit", "U01"]) == 0
    assert (tmp_path / "甲.xlsx").is_file()
    assert main(["convert", "乙.bpmn", "--unit", "U01", "--to", "csv", "--out", "表"]) == 1
    assert "[待补填] 审批 › 环节2「转办」：环节类型" in capsys.readouterr().out
    assert (tmp_path / "表" / "未带过来的内容.csv").is_file()
    assert main(["convert", "甲.bpmn", "--unit", "U01"]) == 2  # the file is there
    assert main(["convert", "甲.bpmn"]) == 2
    assert main(["convert", "无.bpmn", "--unit", "U01"]) == 3


def test_convert_an_authority_list(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "名单.txt").write_text("1 1\n2 1\n", encoding="utf-8")
    assert main(["convert", "名单.txt", "--unit", "U01"]) == 2
    assert "--since" in capsys.readouterr().err
    assert main(["convert", "名单.txt", "--unit", "U01", "--since", "2016-01-01"]) == 0
    assert main(["network", "名单.xlsx", "--as-of", "2016-12-31"]) == 0
    assert main(["convert", "名单.xlsx", "--to", "gephi", "--as-of", "2016-12-31", "--out", "图"]) == 0
    assert sorted(p.name for p in (tmp_path / "图").iterdir()) == ["edges.csv", "nodes.csv"]


def test_netpage(tmp_path, monkeypatch, capsys, book):
    monkeypatch.chdir(tmp_path)
    assert main(["netpage", str(book), "--as-of", "2016-12-31"]) == 0
    assert "只供纪委内部" in capsys.readouterr().out
    assert (tmp_path / "权力网络.html").stat().st_size > 300_000
    assert main(["netpage", str(book), "--as-of", "2016-12-31", "--audience", "被评估单位", "--out", "u.html"]) == 2
    assert "--unit" in capsys.readouterr().err
    assert main(["netpage", str(book), "--as-of", "2016-12-31", "--audience", "公开", "--out", "g.html"]) == 0
    assert "P01" not in (tmp_path / "g.html").read_text(encoding="utf-8").split('id="fkn-data"')[1].split("</script>")[0]
    assert main(["netpage", str(book), "--audience", "谁"]) == 2
    assert main(["netpage", str(book)]) == 2
