"""Shows on the error stream how far a long computation is, and how long the rest of it will take."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fangkong_lab.simulate.crew import Stage

_EVERY_S = 30.0


class Meter:
    """The progress of one *stage*. On a terminal one line is rewritten; elsewhere a line is added at each tenth, or, where
    the end is not known, every half minute.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.begun = self.told = time.monotonic()
        self.already: int | None = None
        self.shown = 0

    def __call__(self, done: int, wanted: int | None) -> None:
        """Show that *done* of *wanted* are done; the first call tells what was there already."""
        if self.already is None:
            self.already = done
            if done and wanted is not None:
                print(f"接着算：已有 {done} {self.stage.unit}（{self.stage.label}）", file=sys.stderr, flush=True)
            return
        if wanted is not None and sys.stderr.isatty():
            print(f"\r{self.line(done, wanted)}   ", end="\n" if done == wanted else "", file=sys.stderr, flush=True)
        elif self._is_due(done, wanted):
            print(self.line(done, wanted), file=sys.stderr, flush=True)
            self.told = time.monotonic()

    def _is_due(self, done: int, wanted: int | None) -> bool:
        if wanted is None:
            return time.monotonic() - self.told > _EVERY_S
        tenth, before = done * 10 // wanted, self.shown
        self.shown = max(tenth, before)
        return tenth > before

    def line(self, done: int, wanted: int | None) -> str:
        """Return the state in words."""
        spent, fresh = time.monotonic() - self.begun, done - (self.already or 0)
        if wanted is None:
            return f"{self.stage.label}：已算 {done} {self.stage.unit}，用了{_long(spent)}"
        left = f"，约剩{_long(spent / fresh * (wanted - done))}" if fresh and done < wanted else ""
        return f"{self.stage.label} {done}/{wanted} {self.stage.unit}{left}"


def _long(seconds: float) -> str:
    return f" {seconds:.0f} 秒" if seconds < 120 else f" {seconds / 60:.0f} 分钟"
