"""`fangkong template`: write the empty workbook that units fill in."""

from __future__ import annotations

import argparse
from pathlib import Path

from fangkong_lab.errors import EXIT_DONE
from fangkong_lab.kinds import Tier


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="文件.xlsx", help="要写出的空白台账")
    parser.add_argument("--tier", metavar="批次", choices=[t.value for t in Tier], default=Tier.C.value,
                        help="A:第一周就要有的表；B:加上第一个月补齐的；C:全部（默认）")
    parser.add_argument("--unit", metavar="单位编码", default="", help="预先填好填报单位编码")
    parser.add_argument("--force", action="store_true", help="覆盖已有的文件")


def run(args: argparse.Namespace) -> int:
    """Write the workbook."""
    from fangkong_lab.ledger.template import tables_of, write_template

    tier = Tier.read(args.tier)
    write_template(Path(args.path), tier, args.unit, force=args.force)
    print(f"已写出 {args.path}：{len(tables_of(tier))} 张表和填报说明。填好后运行 fangkong import {args.path}")
    return EXIT_DONE
