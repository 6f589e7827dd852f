"""A field of a policy file: typed reading, and errors that name file, line, field and mend."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from fangkong_lab.errors import BadInput, did_you_mean
from fangkong_lab.kinds import Kind
from fangkong_lab.policy.node import Node

K = TypeVar("K", bound=Kind)


@dataclass(frozen=True)
class Field:
    """A node and the dotted path of keys that leads to it."""

    node: Node
    path: str = ""

    def fail(self, what: str, mend: str) -> BadInput:
        """Return the error *what* at this field; the caller raises it."""
        place = f"{self.node.file} › 第{self.node.line}行"
        return BadInput(what, where=f"{place} › {self.path}" if self.path else place, mend=mend)

    def keys(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Check that this is a mapping with every *required* key and no key outside both lists."""
        self._is_mapping()
        known = required + optional
        for key, node in self.node.pairs():
            if key not in known:
                raise Field(node, self._below(key)).fail(f"不认识的字段「{key}」", _mend_key(key, node, known))
        for key in required:
            if self.node.get(key) is None:
                raise self.fail(f"缺少字段「{key}」", f"补上 {key}")

    def _is_mapping(self) -> None:
        if not self.node.is_mapping:
            raise self.fail("此处应为「字段: 值」的列表", "在冒号后换行缩进，逐个写字段")  # half-width: YAML as typed

    def _below(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def at(self, key: str) -> Field:
        """Return the field *key*; an error where it is missing."""
        self._is_mapping()
        node = self.node.get(key)
        if node is None:
            raise self.fail(f"缺少字段「{key}」", f"补上 {key}")
        return Field(node, self._below(key))

    def maybe(self, key: str) -> Field | None:
        """Return the field *key*, or None where it is missing."""
        self._is_mapping()
        node = self.node.get(key)
        return None if node is None else Field(node, self._below(key))

    def pairs(self) -> Iterator[tuple[str, Field]]:
        """Yield (key, field) of a mapping."""
        self._is_mapping()
        for key, node in self.node.pairs():
            yield key, Field(node, self._below(key))

    def items(self) -> tuple[Field, ...]:
        """Return the fields of a list that is not empty; items with a name are addressed by it."""
        if not self.node.is_list or not self.node.children():
            raise self.fail("此处应为不为空的列表", "每项一行，以「- 」开头")
        return tuple(Field(n, self._below(address_of(n, i))) for i, n in enumerate(self.node.children(), 1))

    def text(self) -> str:
        """Return a text that is not empty."""
        value = self.node.content
        if self.node.is_mapping or self.node.is_list or not isinstance(value, str) or not value.strip():
            raise self.fail(f"此处应为文字，读到的是「{_shown(self.node)}」", "写成不为空的文字（数字和日期加引号）")
        return value.strip()

    def texts(self) -> tuple[str, ...]:
        """Return a list of different texts."""
        words = tuple(item.text() for item in self.items())
        if len(set(words)) < len(words):
            raise self.fail("列表里有重复的项", "删去重复的项")
        return words

    def number(self) -> float:
        """Return a finite number."""
        value = self.node.content
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value or abs(value) > sys.float_info.max:
            raise self.fail(f"此处应为数，读到的是「{_shown(self.node)[:40]}」", "写成阿拉伯数字（如 0.02），不加引号、单位、逗号和百分号")
        return float(value)

    def day(self) -> date:
        """Return a day."""
        value = self.node.content
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.fail(f"此处应为日期，读到的是「{_shown(self.node)}」", "写成 2016-09-30 的样子，不加引号")
        return value

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.node.content, bool):
            raise self.fail(f"此处应为 true 或 false，读到的是「{_shown(self.node)}」", "写成 true 或 false")
        return self.node.content

    def word(self, kind: type[K]) -> K:
        """Return the member of the closed list *kind* whose code stands here."""
        value = self.text()
        for member in kind:
            if value == member.value:
                return member
        raise self.fail(f"「{value}」不在可选范围内", did_you_mean(value, tuple(m.value for m in kind)))


def _mend_key(key: str, node: Node, known: tuple[str, ...]) -> str:
    if node.content is None:
        return "给花括号里含有英文逗号的文字加上引号，或改用中文逗号"
    return did_you_mean(key, known)


def address_of(node: Node, index: int) -> str:
    """Return how a list item is addressed: by its name or grade, else by its place (from 1)."""
    if node.is_mapping:
        for key in ("name", "grade"):
            named = node.get(key)
            if named is not None and isinstance(named.content, str):
                return named.content
    return str(index)


def _shown(node: Node) -> str:
    if node.is_mapping:
        return "字段列表"
    if node.is_list:
        return "列表"
    return "空" if node.content is None else str(node.content)
