"""`fangkong netpage [BOOK.xlsx]`: the interactive page of the power network, one file that needs no network."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_DONE, BadInput, WrongCall
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from fangkong_lab.network.graph import PowerNetwork


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("book", metavar="台账.xlsx", nargs="?", type=Path, help="直接读这一本台账；不写则读工作目录的台账库")
    parser.add_argument("--as-of", metavar="日期", help="评估日期，如 2016-12-31；读台账库时不写则取 fangkong.toml 的 as_of")
    parser.add_argument("--unit", metavar="单位编码", help="只含一个单位；读者为被评估单位时必填")
    parser.add_argument("--audience", metavar="读者", default="纪委内部", help="纪委内部（默认）、被评估单位、公开；后两者不含人员和经手组合")
    parser.add_argument("--out", metavar="文件", type=Path, default=Path("权力网络.html"), help="写到哪里（默认 权力网络.html）")
    parser.add_argument("--force", action="store_true", help="覆盖已有的文件")


def run(args: argparse.Namespace) -> int:
    """Write the page and say where it is and who may read it."""
    from fangkong_lab.kinds import Audience
    from fangkong_lab.show.network_data import Asked
    from fangkong_lab.show.network_page import write_page

    try:
        audience = Audience.read(args.audience)
    except BadInput as error:
        raise WrongCall(error.what, where="--audience", mend=error.mend) from error
    path = write_page(_network(args), args.out, Asked(args.unit, audience), force=args.force)
    said = "含人员代号和经手组合，只供纪委内部使用" if audience is Audience.INTERNAL else f"供{audience.label}，不含人员和经手组合"
    print(f"已写入 {path}（{path.stat().st_size / 1e6:.1f} MB），用浏览器打开，不需要联网；{said}。")
    return EXIT_DONE


def _network(args: argparse.Namespace) -> PowerNetwork:
    from fangkong_lab.network.graph import PowerNetwork

    if args.book is None:
        workspace = find_workspace()
        return PowerNetwork.from_store(workspace, workspace.day(args.as_of))
    if not args.as_of:
        raise WrongCall("未指定评估日期", where="--as-of", mend="加上 --as-of 2016-12-31")
    if not args.book.is_file():
        raise BadInput("找不到文件", where=str(args.book), mend="核对路径")
    return PowerNetwork.from_book(args.book, Workspace(Path.cwd()).day(args.as_of))
