"""`fangkong init DIR`: make a workspace."""

from __future__ import annotations

import argparse
from pathlib import Path

from fangkong_lab.dates import parse_day
from fangkong_lab.errors import EXIT_DONE
from fangkong_lab.workspace import SETTINGS_FILE


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("folder", metavar="目录", help="新工作目录；已是工作目录时只补缺少的部分")
    parser.add_argument("--office", metavar="名称", default="", help="办公室名称，印在报告上（默认取目录名）")
    parser.add_argument("--as-of", metavar="日期", help="评估日期，如 2016-12-31(可以后在 fangkong.toml 里填)")


def run(args: argparse.Namespace) -> int:
    """Make the workspace and say what to do next."""
    from fangkong_lab.ledger.initiate import make_workspace

    root = Path(args.folder).expanduser().resolve()
    was = (root / SETTINGS_FILE).exists()
    workspace = make_workspace(root, office=args.office or root.name, as_of=parse_day(args.as_of) if args.as_of else None)
    print(f"{'已补全' if was else '已建立'}工作目录：{root}")
    print("  data/ 台账  notebooks/ 笔记本  reports/ 报告  policies/ 政策参数  fangkong.toml 设置")
    print(f"  人员代号密钥：{workspace.person_key_file}（只有本人可读；请另行备份，不要与台账放在一起）")
    print(f"下一步：cd {args.folder} && fangkong template 台账.xlsx，填好后 fangkong import 台账.xlsx")
    return EXIT_DONE
