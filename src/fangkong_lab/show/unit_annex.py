"""The annex 指标表 of the unit report: every key figure with the key by which `fangkong trace` finds its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.dates import add_months
from fangkong_lab.measure.key_figures import UnitFigures
from fangkong_lab.show.prose import Listing

if TYPE_CHECKING:
    from fangkong_lab.show.unit import UnitPages


@dataclass(frozen=True)
class AnnexPages:
    """The annex of *pages*' unit."""

    pages: UnitPages

    def figures(self) -> Listing:
        """Return every key figure, last year's beside it; what is kept in the discipline side's copy is not in others."""
        import pandas as pd

        pages = self.pages
        now = UnitFigures(pages.tables, pages.unit_id, pages.as_of, pages.audience).all
        then = UnitFigures(pages.tables, pages.unit_id, add_months(pages.as_of, -12), pages.audience).all
        before = {f.key: f.value for f in then}
        rows = [{"编号": f.key, "数值": f.value, "计量单位": f.unit, "去年同期": before.get(f.last_key, "未载"), "台账行数": len(f.rows)} for f in now]
        return Listing(pd.DataFrame(rows, columns=["编号", "数值", "计量单位", "去年同期", "台账行数"]), caption="指标表",
                       note="用 fangkong trace 报告 编号 可查每个数的口径和来源行。去年同期按现有台账重算，不是去年报告所印；未载不等于无。")
