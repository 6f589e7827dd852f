"""From a printed number back to the cell it was typed into."""

import pandas as pd

from fangkong_lab.ledger.deliver import Request, import_books
from fangkong_lab.ledger.frames import table, trace
from fangkong_lab.measure.record import read_records
from fangkong_lab.measure.tally import tally


def test_a_sum_leads_to_its_cells(workspace):
    path = workspace.root / "台账.xlsx"
    rows = [("U1", "县纪委", "2016-01-01", "2016-12-31", "诫勉", 40, "余", "人", None, "否"),
            ("U2", "县纪委", "2016-01-01", "2016-12-31", "诫勉", 7, None, "人", None, "否")]
    frame = pd.DataFrame(rows, columns=["单位编码", "实施主体", "期初", "期末", "指标", "数值", "精确度", "计量单位", "有问题线索", "累计"])
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"单位编码": ["U1", "U2"], "单位名称": ["甲局", "乙局"], "单位类别": ["党政机关"] * 2}).to_excel(book, sheet_name="单位", index=False)
        frame.assign(出处="年报", 已公开="是").to_excel(book, sheet_name="监督执纪统计", index=False)
    (outcome,) = import_books(workspace, Request((path,), unit="U1"))
    assert outcome.counts.accepted == 4, outcome.problems
    made = tally(read_records(table(workspace, "outcomes")))
    assert made.interval.text() == "48–56"
    origins = [trace(workspace, "outcomes", record.key()) for record in made.records]
    assert [(o.sheet, o.cells["数值"][1]) for o in origins] == [("监督执纪统计", "40"), ("监督执纪统计", "7")]
    assert [o.cells["数值"][0] for o in origins] == ["F2", "F3"]
