"""What stands in a BPMN 2.0 file: processes with nodes, arrows and performers, and all the rest by name.

Reference: OMG, Business Process Model and Notation 2.0.2 (formal/2013-12-09), chapters 8-10. The file is not trusted: a
document type, more than 20 MB, 200 levels or 200,000 elements are refused, and nothing outside it is ever read.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from fangkong_lab.errors import BadInput

LARGEST_BYTES, DEEPEST, MOST_ELEMENTS, MOST_NODES = 20 * 2**20, 200, 200_000, 2000
TASKS = frozenset({"task", "userTask", "manualTask", "sendTask", "receiveTask", "scriptTask", "serviceTask", "businessRuleTask",
                   "callActivity", "subProcess", "transaction", "adHocSubProcess"})
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
_NODES = TASKS | GATEWAYS | EVENTS
_PERFORMERS = frozenset({"resourceRole", "performer", "humanPerformer", "potentialOwner"})
_NESTING = frozenset({"subProcess", "transaction", "adHocSubProcess"})
_WIRING = frozenset({"incoming", "outgoing", "extensionElements", "documentation", *_PERFORMERS})


@dataclass(frozen=True)
class Node:
    """A task, gateway or event; *performers* are the names of those who do it, *by* how the file says so."""

    node_id: str
    tag: str
    name: str
    performers: tuple[str, ...] = ()
    by: str = ""

    @property
    def shown(self) -> str:
        """The name for lists, or the tag and id where it has none."""
        return self.name or f"{self.tag} {self.node_id[-8:]}"


@dataclass(frozen=True)
class Arrow:
    """A sequence flow from node to node; *condition* is its expression as written."""

    source: str
    target: str
    name: str
    condition: str


@dataclass(frozen=True)
class Process:
    """One process: its *nodes* in document order, its *arrows*, and what else stands in it (*rest*: kind, place, text)."""

    process_id: str
    name: str
    nodes: Mapping[str, Node]
    arrows: tuple[Arrow, ...]
    rest: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Model:
    """A file: its processes, and what stands outside them."""

    processes: tuple[Process, ...]
    rest: tuple[tuple[str, str, str], ...]


def read_model(path: Path) -> Model:
    """Read a BPMN 2.0 file. `BadInput` where it is missing, too large, not well-formed, has a DTD or no process."""
    if not path.is_file():
        raise BadInput("找不到文件", where=str(path), mend="核对路径")
    if path.stat().st_size > LARGEST_BYTES:
        raise BadInput(f"文件超过{LARGEST_BYTES // 2**20}MB", where=path.name, mend="只导出一张流程图")
    data = path.read_bytes()
    _refuse_unsafe(data, path.name)
    root = ET.fromstring(data)
    processes = [e for e in root if local(e) == "process"]
    if local(root) != "definitions" or not processes:
        raise BadInput("不是 BPMN 2.0 文件，或其中没有流程", where=path.name, mend="在流程软件中导出为 BPMN 2.0 XML")
    names = {e.get("processRef", ""): e.get("name", "") for e in root.iter() if local(e) == "participant"}
    resources = {e.get("id", ""): e.get("name", "") for e in root.iter() if local(e) == "resource"}
    simulated = _simulated(root, resources)
    return Model(tuple(_process(p, names, resources, simulated) for p in processes), tuple(_outside(root)))


def local(element: ET.Element) -> str:
    """Return the tag of *element* without its namespace."""
    return str(element.tag).rsplit("}", 1)[-1]


def _refuse_unsafe(data: bytes, name: str) -> None:
    depth = count = 0

    def start(_: str, __: object) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise BadInput("文件嵌套过深或元素过多", where=name, mend="只导出一张流程图")

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise BadInput("文件带有文档类型声明（DTD），可能引用外部内容，拒绝读取", where=name, mend="重新导出为不带 DTD 的 BPMN 2.0 XML")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise BadInput(f"不是完好的 XML 文件（{error}）", where=name, mend="重新导出为 BPMN 2.0 XML") from error


def _simulated(root: ET.Element, resources: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Performers named by a simulation extension: elementId → names of its resources."""
    found = {}
    for element in root.iter():
        if local(element) == "element" and element.get("elementId"):
            named = [resources.get((r.text or "").strip(), "") for r in element.iter() if local(r) == "resourceId"]
            found[element.get("elementId", "")] = tuple(sorted({n for n in named if n}))
    return found


def _process(element: ET.Element, names: Mapping[str, str], resources: Mapping[str, str], simulated: Mapping[str, tuple[str, ...]]) -> Process:
    lanes: dict[str, list[str]] = {}
    for lane in element.iter():
        if local(lane) == "lane":
            for ref in (r for r in lane if local(r) == "flowNodeRef"):
                lanes.setdefault((ref.text or "").strip(), []).append(_clean(lane.get("name", "")) or lane.get("id", ""))
    nodes: dict[str, Node] = {}
    for child in (c for c in element if local(c) in _NODES):
        node_id = child.get("id", "")
        if not node_id or node_id in nodes or len(nodes) >= MOST_NODES:
            raise BadInput(f"环节或网关没有编号、编号重复，或超过{MOST_NODES}个", where=node_id or local(child), mend="在流程软件中改正后重新导出")
        performers, by = _performers(child, lanes.get(node_id, []), resources, simulated)
        nodes[node_id] = Node(node_id, local(child), _clean(child.get("name", "")), performers, by)
    arrows = [Arrow(c.get("sourceRef", ""), c.get("targetRef", ""), _clean(c.get("name", "")),
                    "".join("".join(x.itertext()) for x in c if local(x) == "conditionExpression").strip())
              for c in element if local(c) == "sequenceFlow"]
    process_id = element.get("id", "")
    name = names.get(process_id) or element.get("name") or ""
    used = {p for node in nodes.values() for p in node.performers}
    spare = [("lane", title, "") for e in element.iter() if local(e) == "lane" and (title := _clean(e.get("name", ""))) not in used]
    return Process(process_id, _clean(name), nodes, tuple(arrows), (*spare, *_inside(element)))


def _performers(element: ET.Element, lanes: list[str], resources: Mapping[str, str],
                simulated: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], str]:
    """Return who does a task, and how the file says so: the innermost lane, else a performer, else a simulation's resource."""
    if lanes:
        return (lanes[-1],), "泳道"
    named = [resources.get((r.text or "").strip(), "") for p in element if local(p) in _PERFORMERS for r in p.iter() if local(r) == "resourceRef"]
    named += [part for key, value in element.attrib.items() if key.rsplit("}", 1)[-1] == "candidateGroups" for part in value.split(",")]
    own = tuple(sorted({_clean(n) for n in named if n.strip()}))
    if own:
        return own, "办理人"
    return simulated.get(element.get("id", ""), ()), "仿真资源"


def _clean(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _inside(process: ET.Element) -> Iterator[tuple[str, str, str]]:
    """Give what of a process is neither node nor arrow nor lane, and what its nodes hold inside."""
    marks: Counter[str] = Counter()
    for child in process:
        tag, name = local(child), _clean(child.get("name", "")) or child.get("id", "")[-8:]
        if tag in _NODES or tag == "sequenceFlow":
            yield from _of_node(child, name)
        elif tag not in ("laneSet", "extensionElements"):
            yield tag, name, _clean("".join(child.itertext()))[:80]
        marks.update(local(e) for x in child.iter() if local(x) == "extensionElements" for e in x)
    for tag, number in sorted(marks.items()):
        yield "extensionElements", tag, f"共{number}处"


def _of_node(node: ET.Element, name: str) -> Iterator[tuple[str, str, str]]:
    for child in node:
        tag = local(child)
        if tag == "documentation":
            yield tag, name, _clean(child.text or "")[:80]
        elif tag not in _WIRING and not (local(node) in _NESTING and tag in (*_NODES, "sequenceFlow")):
            yield tag, name, _clean("".join(child.itertext()))[:80]
    inner = sum(local(e) in TASKS for e in node.iter()) - 1
    if local(node) in TASKS and inner > 0:
        yield "inner", name, f"{inner}个环节"
    for key, value in node.attrib.items():
        if key.rsplit("}", 1)[-1] in ("assignee", "candidateUsers"):
            yield "assignee", name, "指定到人"  # may be a name: what stands there is not repeated
        elif key == "calledElement":
            yield "calledElement", name, _clean(value)


def _outside(root: ET.Element) -> Iterator[tuple[str, str, str]]:
    for child in root:
        tag, name = local(child), _clean(child.get("name", "")) or child.get("id", "")[-8:]
        if tag == "collaboration":
            yield from ((local(m), _clean(m.get("name", "")) or m.get("id", "")[-8:], "") for m in child
                        if local(m) != "participant" or not m.get("processRef"))
        elif tag == "processSimulationInfo":
            yield tag, name, f"{sum(1 for _ in child.iter()) - 1}个设置"
        elif tag not in ("process", "resource"):
            yield tag, name, ""
