"""YAML that remembers where it stands: every value keeps its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml

from fangkong_lab.errors import BadInput
from fangkong_lab.memory import remembered

# The C parser reads the same YAML ten times faster; a report reads many rules.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Scalar = str | int | float | bool | date | None


@dataclass(frozen=True)
class Node:
    """A value of a YAML file: a scalar, a tuple of nodes, or a tuple of (key, node) pairs.

    *line* counts from 1 and is the line of the key, where the value has one. Nodes are never edited: `with_at` returns
    a new tree.
    """

    content: Scalar | tuple[Node, ...] | tuple[tuple[str, Node], ...]
    file: str
    line: int
    is_mapping: bool = False
    is_list: bool = False

    def pairs(self) -> Iterator[tuple[str, Node]]:
        """Yield the (key, node) pairs of a mapping."""
        assert self.is_mapping
        yield from self.content  # type: ignore[misc, union-attr]

    def children(self) -> tuple[Node, ...]:
        """Return the nodes of a list."""
        assert self.is_list
        return self.content  # type: ignore[return-value]

    def get(self, key: str) -> Node | None:
        """Return the node under *key* of a mapping, or None."""
        return next((node for name, node in self.pairs() if name == key), None)

    def plain(self) -> object:
        """Return dicts, lists and scalars without positions."""
        if self.is_mapping:
            return {key: node.plain() for key, node in self.pairs()}
        if self.is_list:
            return [node.plain() for node in self.children()]
        return self.content

    def with_key(self, key: str, node: Node) -> Node:
        """Return the mapping with *key* set; the place of a known key is kept, a new key goes last."""
        if self.get(key) is None:
            return replace(self, content=(*self.pairs(), (key, node)))
        return replace(self, content=tuple((k, node if k == key else old) for k, old in self.pairs()))


def read_yaml(path: Path) -> Node:
    """Read one YAML file into nodes.

    Raises `BadInput` naming file and line for text that is not UTF-8, not YAML, empty, or with a key given twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise BadInput("规则文件不存在", where=str(path), mend="核对路径，或用 fangkong policy list 查看现有规则") from error
    except UnicodeDecodeError as error:
        raise BadInput("文件不是 UTF-8 编码", where=str(path), mend="另存为 UTF-8") from error
    return parse_yaml(text, path.name)


@remembered
def parse_yaml(text: str, file: str) -> Node:
    """Read YAML *text*; *file* is the name that errors print."""
    loader = _LOADER(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise BadInput("文件是空的", where=file, mend="对照 docs/policies.md 写一份规则")
        return _node(loader, root, file, root.start_mark.line + 1)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        # Characters that cannot stand in YAML at all are reported without a line.
        stray = yaml.reader.Reader.NON_PRINTABLE.search(text)
        line = mark.line if mark else text.count("\n", 0, stray.start() if stray else 0)
        place = f"{file} › 第{line + 1}行"
        raise BadInput("不是合法的 YAML", where=place, mend="检查缩进（用空格，不用制表符）、冒号（用半角，后面空一格）、引号是否成对") from error
    finally:
        loader.dispose()  # type: ignore[no-untyped-call]


def _node(loader: yaml.SafeLoader, raw: yaml.Node, file: str, line: int) -> Node:
    if isinstance(raw, yaml.MappingNode):
        return _mapping(loader, raw, file, line)
    if isinstance(raw, yaml.SequenceNode):
        items = tuple(_node(loader, child, file, child.start_mark.line + 1) for child in raw.value)
        return Node(items, file, line, is_list=True)
    try:
        return Node(loader.construct_object(raw), file, line)  # type: ignore[no-untyped-call]
    except ValueError as error:
        raise BadInput(f"「{raw.value}」不是有效的日期或数", where=f"{file} › 第{line}行", mend="核对年月日和写法") from error


def _mapping(loader: yaml.SafeLoader, raw: yaml.MappingNode, file: str, line: int) -> Node:
    seen: dict[str, int] = {}
    pairs: list[tuple[str, Node]] = []
    for key, value in raw.value:
        name, at = str(key.value), key.start_mark.line + 1
        if name in seen:
            raise BadInput(f"「{name}」写了两次（第{seen[name]}行和第{at}行）", where=f"{file} › 第{at}行 › {name}",
                           mend="删去其中一处")
        seen[name] = at
        pairs.append((name, _node(loader, value, file, at)))
    return Node(tuple(pairs), file, line, is_mapping=True)
