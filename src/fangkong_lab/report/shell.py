"""An IPython shell inside this process that records what each cell gives, exactly as a kernel would send it."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

Output = dict[str, Any]


@dataclass
class Recording:
    """The outputs of the running cell, in the order in which a front end would have received them."""

    outputs: list[Output] = field(default_factory=list)

    def text(self, name: str, text: str) -> None:
        """Add *text* to the stream *name*; neighbouring pieces of one stream are one output."""
        last = self.outputs[-1] if self.outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        elif text:
            self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def rich(self, kind: str, data: dict[str, Any], metadata: dict[str, Any], count: int | None = None) -> None:
        """Add a displayed value (``display_data``) or the value of the last line (``execute_result``)."""
        from ipykernel.jsonutil import encode_images, json_clean

        output: Output = {"output_type": kind, "data": json_clean(encode_images(dict(data))), "metadata": json_clean(dict(metadata))}
        if kind == "execute_result":
            output["execution_count"] = count
        self.outputs.append(output)

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add the error that ended the cell."""
        self.outputs.append({"output_type": "error", "ename": name, "evalue": value, "traceback": traceback})


class _Stream(io.TextIOBase):
    def __init__(self, shell: ReportShell, name: str) -> None:
        self._shell, self._name = shell, name

    def write(self, text: str) -> int:
        self._shell.recording.text(self._name, str(text))
        return len(text)

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    def publish(self, data: Any, metadata: Any = None, source: Any = None, *, transient: Any = None, update: bool = False,
                **kwargs: Any) -> None:
        self.shell.recording.rich("display_data", data, metadata or {})

    def clear_output(self, wait: bool = False) -> None:
        self.shell.recording.outputs.clear()


class _Hook(DisplayHook):  # type: ignore[misc]
    """Records a result; what IPython's own hook writes to a terminal around it is left out."""

    def start_displayhook(self) -> None:
        """Write nothing before a result."""

    def write_output_prompt(self) -> None:
        """Write no ``Out[1]:``."""

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        self.shell.recording.rich("execute_result", format_dict, md_dict or {}, self.prompt_count)

    def finish_displayhook(self) -> None:
        """Write nothing after a result."""


class ReportShell(InteractiveShell):  # type: ignore[misc]
    """An `InteractiveShell` whose results go to `recording`; no history file, no thread, no colours."""

    def __init__(self, **settings: Any) -> None:
        self.recording = Recording()
        super().__init__(**settings)

    def init_display_pub(self) -> None:
        """Publish displayed values into the recording."""
        self.display_pub = _Publisher(parent=self, shell=self)

    def init_displayhook(self) -> None:
        """Record the value of a cell's last line."""
        self.displayhook = _Hook(parent=self, shell=self, cache_size=self.cache_size)
        from IPython.core.display_trap import DisplayTrap

        self.display_trap = DisplayTrap(hook=self.displayhook)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.recording.error(etype.__name__, str(evalue), list(stb))

    def run(self, source: str) -> tuple[list[Output], int]:
        """Run one cell; return its outputs and its number."""
        self.recording = Recording()
        count = self.execution_count
        with redirect_stdout(_Stream(self, "stdout")), redirect_stderr(_Stream(self, "stderr")):  # type: ignore[type-var]
            self.run_cell(source, store_history=True)
        return self.recording.outputs, count


def fresh_shell() -> ReportShell:
    """Return a new shell that is also the one `get_ipython` finds; the old one, if any, is closed."""
    for kind in (ReportShell, InteractiveShell):
        if kind.initialized():
            kind.instance().restore_sys_module_state()
            kind.clear_instance()
    settings = Config()
    settings.HistoryManager.enabled = False
    settings.InteractiveShell.colors = "nocolor"
    shell: ReportShell = ReportShell.instance(config=settings)
    shell.run_line_magic("load_ext", "fangkong_lab.report.typed")
    return shell


@contextmanager
def notebook_modules() -> Iterator[None]:
    """Let cells import from the folder they run in, as a kernel does, and give back the path list afterwards."""
    before = list(sys.path)
    sys.path.insert(0, "")
    try:
        yield
    finally:
        sys.path[:] = before
