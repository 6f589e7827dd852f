"""How long 200,000 rows over 12 sheets take from the file into the store, beside pandas + openpyxl only reading them.

    python benchmarks/import.py [--rows 200000]

Prints one JSON object: seconds and peak memory of each, their ratio, and what was imported. Each runs in a process of its
own; the book is made up (no office's data), the same for every run. The import reads, checks, stores and commits; pandas
only reads.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

SEED = 20161231
Rows = list[list[object]]
_FIRST_DAY = date(2013, 1, 1)
_STEP_WORDS = ("受理", "审核", "审核", "决定", "公开")

_IMPORT = """
import os, resource, sys, time
os.chdir(sys.argv[1])
begun = time.perf_counter()
from fangkong_lab.cli.main import main
code = main(["import", sys.argv[2]])
print("RESULT", code, time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
_PANDAS = """
import resource, sys, time
begun = time.perf_counter()
import pandas as pd
frames = pd.read_excel(sys.argv[2], sheet_name=None, engine="openpyxl")
print("RESULT", sum(map(len, frames.values())), time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def book(rows: int) -> dict[str, tuple[list[str], Rows]]:
    """Return sheet name → (headers, rows): about *rows* rows over 12 sheets, every reference good."""
    pick = random.Random(SEED)
    parts = max(1, rows // 2000)
    units, posts, flows = 2 * parts, 40 * parts, 20 * parts
    sheets: dict[str, tuple[list[str], Rows]] = {}

    def sheet(name: str, headers: str, count: int, row: Callable[[int], list[object]]) -> None:
        sheets[name] = (headers.split(), [row(i) for i in range(count)])

    def day() -> date:
        return _FIRST_DAY + timedelta(days=pick.randrange(1400))

    sheet("单位", "单位编码 单位名称 上级单位编码 单位类别 层级 人数 独立财政权", units, lambda i: [
        f"U{i:05}", f"县第{i}局", "U00000" if i else "", "党政机关", "县", pick.randrange(5, 90), "是" if i % 3 else "否"])
    sheet("岗位", "岗位编码 单位编码 岗位名称 职级 上级岗位编码 分管领域 外部岗位", posts, lambda i: [
        f"P{i:06}", f"U{i // 20:05}", f"{'局长' if i % 20 == 0 else '科员'}{i % 20}", "科员",
        f"P{i - i % 20:06}" if i % 20 else "", "财务、人事", "否"])
    sheet("人员", "人员代号", 100 * parts, lambda i: [f"R{i:06}"])
    sheet("任职", "人员代号 岗位编码 任职起 任职止", 200 * parts, lambda i: [
        f"R{i // 2:06}", f"P{pick.randrange(posts):06}", date(2013 + i % 2, 1, 1), date(2013 + i % 2, 12, 1)])
    sheet("流程图", "流程图编码 单位编码 名称 版本日期", flows, lambda i: [f"F{i:05}", f"U{i // 10:05}", f"流程{i}", day()])
    sheet("环节", "流程图编码 环节序号 环节名称 环节类型 办理时限 法定必经", 5 * flows, lambda i: [
        f"F{i // 5:05}", i % 5 + 1, f"环节{i % 5 + 1}", _STEP_WORDS[i % 5], pick.randrange(1, 9), "是" if i % 2 else "否"])
    sheet("签批", "流程图编码 环节序号 签批序号 岗位编码 签批规则", 10 * flows, lambda i: [
        f"F{i // 10:05}", i // 2 % 5 + 1, i % 2 + 1, f"P{i // 200 * 20 + i % 20:06}", "任一"])
    sheet("权力事项", "事项编码 单位编码 事项名称 权力类别 重要程度 自由裁量档 年办件量 年涉及金额 承诺时限 流程图编码",
          200 * parts, lambda i: [
              f"S{i:06}", f"U{i // 100:05}", f"事项{i}", "行政许可", "一般", i % 4, pick.randrange(900),
              round(pick.random() * 500, 2), 20, f"F{i // 100 * 10 + i % 10:05}"])
    sheet("风险点", "风险点编码 单位编码 事项编码 岗位编码 风险类别 表现形式 可能性 危害程度 紧急程度 资金流动量大 排查步骤 排查日期",
          300 * parts, lambda i: [
              f"X{i:06}", f"U{i // 150:05}", f"S{i // 150 * 100 + i % 100:06}", f"P{i // 150 * 20 + i % 20:06}", "业务流程",
              f"表现{i % 97}", i % 5 + 1, "高中低"[i % 3], 2, "√" if i % 2 else "否", "自己找、群众帮", day()])
    sheet("防控措施", "措施编码 风险点编码 类别 责任岗位 完成期限", 200 * parts, lambda i: [
        f"C{i:06}", f"X{i:06}", "他律", f"P{i // 150 * 20 + i % 20:06}", day()])
    sheet("监督义务", "义务编码 事项编码 监督层次 方式 时限 周期", 100 * parts, lambda i: [
        f"Y{i:06}", f"S{2 * i:06}", "专门", "备案", 10, "季"])
    left = rows - sum(len(made) for _, made in sheets.values())
    sheet("办件日志", "办件编号 事项编码 环节序号 活动 人员代号 时间 金额", left, lambda i: [
        f"B{i // 5:07}", f"S{i // 5 % (200 * parts):06}", i % 5 + 1, _STEP_WORDS[i % 5], f"R{pick.randrange(100 * parts):06}",
        day(), round(pick.random() * 20, 2)])
    return sheets


def write_book(path: Path, rows: int) -> int:
    """Write the made-up book to *path* and return its number of data rows."""
    import xlsxwriter

    written = 0
    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as file:
        for name, (headers, lines) in book(rows).items():
            sheet = file.add_worksheet(name)
            sheet.write_row(0, 0, headers)
            for number, line in enumerate(lines, start=1):
                sheet.write_row(number, 0, line)
            written += len(lines)
    return written


def _measure(program: str, *words: str) -> tuple[str, float, float]:
    """Run *program* in a process of its own; return what it counted, seconds, and peak memory in MB."""
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=True)
    counted, seconds, kilobytes = done.stdout.split("RESULT ")[1].split()
    return counted, float(seconds), float(kilobytes) / 1024


def measure(rows: int) -> dict[str, object]:
    """Return what was measured for a book of *rows* rows; raises `RuntimeError` where the import did not take it whole."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "fangkong.toml").write_text('office = "速度测试"\nas_of = 2016-12-31\n', encoding="utf-8")
        path = root / "台账.xlsx"
        written = write_book(path, rows)
        code, seconds, megabytes = _measure(_IMPORT, folder, str(path))
        if code != "0":
            raise RuntimeError(f"import ended with code {code}")
        counted, pandas_seconds, pandas_megabytes = _measure(_PANDAS, folder, str(path))
        size = path.stat().st_size / 1e6
    return {"rows": written, "sheets": 12, "file_mb": round(size, 1), "import_s": round(seconds, 2), "import_peak_mb": round(megabytes),
            "pandas_openpyxl_read_s": round(pandas_seconds, 2), "pandas_openpyxl_peak_mb": round(pandas_megabytes),
            "pandas_rows": int(counted), "times_faster": round(pandas_seconds / seconds, 2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    print(json.dumps(measure(parser.parse_args().rows), ensure_ascii=False))


if __name__ == "__main__":
    main()
