"""The template language as a form: fields in double braces and nothing else, whatever part of the document it stands in."""

from __future__ import annotations

import re
from typing import Any

from jinja2 import Template
from jinja2.sandbox import SandboxedEnvironment

from fangkong_lab.report.office_place import FIELDS, no_field

_AROUND = ("variable_begin", "whitespace", "variable_end")
_ENDS = ("variable_end", "block_end", "comment_end", "raw_end")


class Form(SandboxedEnvironment):
    """Fills in the template at *where*; refuses, before it is run, any source that holds more than `FIELDS`.

    Body, headers, footers, footnotes, document properties, alternative texts: docxtpl hands each to `from_string`.
    """

    def __init__(self, where: str = "") -> None:
        super().__init__(autoescape=True)
        self.where = where

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Template:
        """Return *source* as a template; raises `BadInput` where it holds anything but fields."""
        written: list[tuple[str, str]] = []
        for _, kind, value in self.lex(source):
            if kind == "data":
                continue
            written.append((kind, value))
            if kind in _ENDS:
                self._check(written)
                written = []
        self._check(written)
        return super().from_string(source, *args, **kwargs)

    def _check(self, written: list[tuple[str, str]]) -> None:
        said = [value for kind, value in written if kind not in _AROUND]
        if written and (len(said) != 1 or said[0] not in FIELDS or written[0] != ("variable_begin", "{{")):
            raise no_field(re.sub(r"<[^>]*>", "", "".join(value for _, value in written)), self.where)
