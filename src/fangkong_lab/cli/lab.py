"""`fangkong lab`: JupyterLab on the workspace, in Chinese, in an environment of its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from fangkong_lab.errors import EXIT_DONE
from fangkong_lab.workspace import find_workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--environment", metavar="目录", help="JupyterLab 装在哪里（默认在本软件的环境旁边）")
    parser.add_argument("--wheels", metavar="目录", help="没有互联网时，从离线安装文件夹的 wheels 目录安装")
    parser.add_argument("--port", metavar="端口", type=int, help="端口（默认自动选择）")
    parser.add_argument("--no-browser", action="store_true", help="不打开浏览器，只显示地址")
    parser.add_argument("--install-only", action="store_true", help="只安装，不启动")


def run(args: argparse.Namespace) -> int:
    """Install JupyterLab where it is missing, and start it."""
    import subprocess

    from fangkong_lab.report.lab import Lab, command, default_environment, install, prepare

    environment = Path(args.environment).expanduser().resolve() if args.environment else default_environment()
    lab = Lab(find_workspace(), environment)
    install(lab, Path(args.wheels).resolve() if args.wheels else None, print)
    if args.install_only:
        print(f"JupyterLab 已装好：{environment}")
        return EXIT_DONE
    print(f"正在打开 {lab.workspace.root}；用完后在本窗口按 Ctrl+C 停止")
    try:
        return subprocess.run(command(lab, args.port, not args.no_browser), env=prepare(lab), check=False).returncode
    except KeyboardInterrupt:
        return EXIT_DONE
