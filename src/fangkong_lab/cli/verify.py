"""`fangkong verify`: is a report what its manifest says, and would it come out the same today?"""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("report", nargs="+", metavar="报告", help="报告的任一文件（html、docx、pdf、ipynb）或其清单，可写多个")
    parser.add_argument("--remake", action="store_true", help="另外重新生成一遍，比较内容（不改动现有文件）")
    parser.add_argument("--template", metavar="文件", help="生成时所用的公文模板；不写则按清单里的哈希在工作目录中找")


def run(args: argparse.Namespace) -> int:
    """Verify each report; 1 where one is not as its manifest says."""
    from pathlib import Path

    from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED
    from fangkong_lab.report.verify import verify
    from fangkong_lab.workspace import find_workspace

    workspace = find_workspace()
    template = Path(args.template).expanduser().resolve() if args.template else None
    found = [verify(workspace, Path(report).resolve(), remake=args.remake, template=template) for report in args.report]
    for each in found:
        print(each.sentence())
    return EXIT_DONE if all(each.verified for each in found) else EXIT_SOME_FAILED
