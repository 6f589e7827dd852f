"""`fangkong convert`: BPMN 2.0 files and lists of authorities into the ledger's tables; the ledger's network out as CSV."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fangkong_lab.errors import EXIT_DONE, EXIT_SOME_FAILED, BadInput, WrongCall
from fangkong_lab.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from fangkong_lab.network.conversion import Conversion

_BPMN_ENDINGS = (".bpmn", ".xml", ".bpmn20")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("source", metavar="文件", nargs="?", type=Path,
                        help="流程图（.bpmn、.xml,BPMN 2.0）或权限名单（每行「人员代号 权限代号」）；配合 --to gephi 时为台账.xlsx，不写则读台账库")
    parser.add_argument("--to", metavar="格式", choices=("xlsx", "csv", "gephi"), default="xlsx",
                        help="xlsx 台账工作簿（默认）、csv 每表一个文件、gephi 网络的 nodes.csv 与 edges.csv")
    parser.add_argument("--out", metavar="路径", type=Path, help="写到哪里：工作簿文件，或 csv、gephi 的目录（默认在当前目录）")
    parser.add_argument("--unit", metavar="单位编码", help="转换成台账时填报单位的编码（必填）")
    parser.add_argument("--unit-name", metavar="名称", default="", help="单位名称（默认同编码）")
    parser.add_argument("--since", metavar="日期", help="权限名单：任职起始日期（必填），如 2016-01-01")
    parser.add_argument("--as-of", metavar="日期", help="gephi:评估日期；不写则取 fangkong.toml 的 as_of")
    parser.add_argument("--audience", metavar="读者", default="纪委内部", help="gephi:纪委内部（默认）、被评估单位、公开；后两者不含人员")
    parser.add_argument("--force", action="store_true", help="覆盖已有的文件")


def run(args: argparse.Namespace) -> int:
    """Convert, say what was carried over and what was not. Exit code 1 where cells wait to be filled."""
    if args.to == "gephi":
        return _gephi(args)
    if args.source is None or not args.unit:
        raise WrongCall("要转换的文件和 --unit 都要写", mend="例如 fangkong convert 流程.bpmn --unit U01")
    conversion = _conversion(args)
    out = args.out or Path(args.source.stem + (".xlsx" if args.to == "xlsx" else "_台账"))
    from fangkong_lab.network.conversion import write_tables, write_workbook

    if args.to == "xlsx":
        write_workbook(conversion, out, force=args.force)
    else:
        write_tables(conversion, out, force=args.force)
    print(conversion.sentence())
    for loss in conversion.losses:
        print(f"  [{loss.kind.label}] {loss.where}：{loss.what}。{loss.why}")
    print(f"已写入 {out}" + ("" if conversion.complete else "；有待补填的单元格，填好后再导入"))
    return EXIT_DONE if conversion.complete else EXIT_SOME_FAILED


def _conversion(args: argparse.Namespace) -> Conversion:
    if args.source.suffix.lower() in _BPMN_ENDINGS:
        from fangkong_lab.network.bpmn import Naming, convert_bpmn

        return convert_bpmn(args.source, Naming(args.unit, args.unit_name))
    if not args.since:
        raise WrongCall("权限名单没有任职日期", where="--since", mend="加上 --since 2016-01-01")
    from fangkong_lab.network.authority_list import convert_authority_list

    return convert_authority_list(args.source, args.unit, Workspace(Path.cwd()).day(args.since), args.unit_name)


def _gephi(args: argparse.Namespace) -> int:
    from fangkong_lab.kinds import Audience
    from fangkong_lab.network.export import write_gephi
    from fangkong_lab.network.graph import PowerNetwork

    try:
        audience = Audience.read(args.audience)
    except BadInput as error:
        raise WrongCall(error.what, where="--audience", mend=error.mend) from error
    if args.source is not None:
        if not args.as_of:
            raise WrongCall("未指定评估日期", where="--as-of", mend="加上 --as-of 2016-12-31")
        if not args.source.is_file():
            raise BadInput("找不到文件", where=str(args.source), mend="核对路径")
        network = PowerNetwork.from_book(args.source, Workspace(Path.cwd()).day(args.as_of))
    else:
        workspace = find_workspace()
        network = PowerNetwork.from_store(workspace, workspace.day(args.as_of))
    nodes, edges = write_gephi(network, args.out or Path("gephi"), audience, force=args.force)
    print(f"已写入 {nodes} 和 {edges}（UTF-8，含 Gephi 所需的 Id、Source、Target 列）")
    return EXIT_DONE
