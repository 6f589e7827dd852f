"""Errors that say what is wrong, where, and what to do.

Every error that a user can cause is a `FangkongError`. Its message is three parts, in Chinese:
*what* happened, *where* (file, sheet, row, column, field), and *mend*, what to do about it.
The class decides the exit code of the command line (docs/design.md, "Exit codes").
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_SOME_FAILED = 1
EXIT_WRONG_CALL = 2
EXIT_BAD_INPUT = 3
EXIT_STORE = 4
EXIT_INTERRUPTED = 130
"""After Ctrl-C: what a shell gives for a process that SIGINT ends (128 + 2)."""


class FangkongError(Exception):
    """Base of all errors a user can cause.

    *what* is one sentence without a full stop at its end; *where* names the place, outermost first
    (``台账.xlsx › 岗位 › 第7行 › 上级岗位编码``); *mend* says what to do. *where* and *mend* may be empty only
    where there is no place and nothing to be done.
    """

    exit_code = EXIT_BAD_INPUT

    def __init__(self, what: str, *, where: str = "", mend: str = "") -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(what, where, mend)

    def __str__(self) -> str:
        parts = [f"{self.where}：{self.what}" if self.where else self.what]
        if self.mend:
            parts.append(f"请{self.mend}" if not self.mend.startswith("请") else self.mend)
        return "。".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the three parts when the error travels between processes."""
        return (_revive, (type(self), self.what, self.where, self.mend))


def _revive(kind: type[FangkongError], what: str, where: str, mend: str) -> FangkongError:
    return kind(what, where=where, mend=mend)


class WrongCall(FangkongError):
    """A command, parameter or argument that does not exist or has the wrong type."""

    exit_code = EXIT_WRONG_CALL


class BadInput(FangkongError):
    """A file or table that cannot be taken as it is."""


class NotInForce(FangkongError):
    """A dated value was asked for on a day before its first date: never a default."""


class CannotTell(FangkongError):
    """The data do not bear the question; the message says what would be needed."""


class StoreBusy(FangkongError):
    """The workspace's store is locked by another process, or newer than this program."""

    exit_code = EXIT_STORE


class ReportFailed(FangkongError):
    """One report of a batch could not be made."""

    exit_code = EXIT_SOME_FAILED


def near_match(word: str, known: list[str] | tuple[str, ...]) -> str:
    """Return the known word nearest to *word*, or an empty string where none is near.

    Nearness is the ratio of `difflib.SequenceMatcher`, at least 0.6; for words of one or two characters
    any shared character counts, because Chinese headers are that short.
    """
    import difflib

    hits = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    if not hits and len(word) <= 2:
        hits = [k for k in known if set(k) & set(word)][:1]
    return hits[0] if hits else ""


def did_you_mean(word: str, known: list[str] | tuple[str, ...]) -> str:
    """Return the mend sentence for an unknown *word*: the near match, or the whole list."""
    near = near_match(word, known)
    if near:
        return f"检查写法，是否为「{near}」"
    return "改用以下之一：" + "、".join(sorted(known)) if known else "先导入数据"
