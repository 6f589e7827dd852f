"""`fangkong`: find the command, run it, turn errors into one Chinese line and an exit code."""

from __future__ import annotations

import argparse
import importlib
import os
import re
import sys
from typing import NoReturn

from fangkong_lab import __version__
from fangkong_lab.cli.commands import COMMANDS
from fangkong_lab.errors import EXIT_DONE, EXIT_INTERRUPTED, EXIT_WRONG_CALL, FangkongError, did_you_mean

_HEAD = "fangkong：防控试点评估工作台（离线使用，评价结构、规则和试点，不对个人下结论）"
_FOOT = """退出码：0 完成；1 完成但有失败项（已列出）；2 命令写法有误；3 输入数据有误；4 台账库被占用或版本较新。
每条命令的用法：fangkong 命令 --help"""

_ARGPARSE_CHINESE = (
    (re.compile(r"unrecognized arguments: (.*)"), r"不认识的参数：\1"),
    (re.compile(r"the following arguments are required: (.*)"), r"缺少参数：\1"),
    (re.compile(r"one of the arguments (.*) is required"), r"须给出其一：\1"),
    (re.compile(r"argument (\S+): expected at least one argument"), r"参数 \1 至少要有一个值"),
    (re.compile(r"argument (\S+): expected one argument"), r"参数 \1 需要一个值"),
    (re.compile(r"argument (.+): invalid choice: '?([^']*)'? \(choose from (.*)\)"), r"参数 \1 不能取「\2」，可选：\3"),
    (re.compile(r"argument (.+): invalid \w+ value: '(.*)'"), r"参数 \1 的值「\2」类型不对"),
    (re.compile(r"argument (.+): not allowed with argument (.*)"), r"参数 \1 不能与 \2 同用"),
)


class ChineseParser(argparse.ArgumentParser):
    """An argparse parser that speaks Chinese: section titles, usage line and errors."""

    def __init__(self, **settings: object) -> None:
        super().__init__(add_help=False, formatter_class=argparse.RawDescriptionHelpFormatter, **settings)  # type: ignore[arg-type]
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示本页后退出")

    def format_usage(self) -> str:
        """Return the usage line with its Chinese prefix."""
        return super().format_usage().replace("usage: ", "用法：", 1)

    def format_help(self) -> str:
        """Return the help page with its Chinese prefix."""
        return super().format_help().replace("usage: ", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        """Print the error in Chinese and leave with exit code 2."""
        for pattern, chinese in _ARGPARSE_CHINESE:
            message = pattern.sub(chinese, message)
        _complain(f"命令写法有误：{message}。查看用法：{self.prog} --help")
        raise SystemExit(EXIT_WRONG_CALL)


def help_page() -> str:
    """Return the page of `fangkong --help`: all commands, a line each."""
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:<{width}}  {line}" for name, (line, _) in COMMANDS.items()]
    return "\n".join([_HEAD, "", "用法：fangkong 命令 [参数]", "", "命令：", *lines, "", _FOOT])


def main(argv: list[str] | None = None) -> int:
    """Run the command line *argv* (default: `sys.argv`) and return its exit code."""
    words = sys.argv[1:] if argv is None else argv
    _speak_utf8()
    if not words or words[0] in ("-h", "--help", "help"):
        print(help_page())
        return EXIT_DONE
    if words[0] in ("-V", "--version"):
        print(f"fangkong_lab {__version__}")
        return EXIT_DONE
    if words[0] not in COMMANDS:
        _complain(f"没有命令「{words[0]}」，{did_you_mean(words[0], tuple(COMMANDS))}")
        return EXIT_WRONG_CALL
    return _run(words[0], words[1:])


def _run(name: str, rest: list[str]) -> int:
    line, module_name = COMMANDS[name]
    command = importlib.import_module(module_name)
    parser = ChineseParser(prog=f"fangkong {name}", description=line)
    command.add_arguments(parser)
    try:
        return int(command.run(parser.parse_args(rest)))
    except FangkongError as error:
        _complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        _complain("已中断。已完成的部分保留")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; closing quietly needs a place for what is still buffered.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_DONE


def _speak_utf8() -> None:
    """Consoles of Windows and minimal Linux may default to another code; Chinese must come through."""
    for channel in (sys.stdout, sys.stderr):
        if hasattr(channel, "reconfigure"):
            channel.reconfigure(encoding="utf-8", errors="replace")


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


def entry() -> None:
    """Console-script entry point."""
    raise SystemExit(main())


if __name__ == "__main__":
    entry()
