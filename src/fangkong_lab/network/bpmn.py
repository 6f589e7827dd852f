"""BPMN 2.0 into ledger tables: lanes become posts, gateways routes, tasks steps; what has no place is listed row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.network.bpmn_model import Model, Node, Process, read_model
from fangkong_lab.network.bpmn_routes import Runs, runs_of
from fangkong_lab.network.conversion import Conversion, Loss, LossKind, frames_of

_AUTOMATIC = frozenset({"serviceTask", "scriptTask", "businessRuleTask"})
# Words that leave no doubt. A name with words of two kinds is not sure, and stays empty.
_WORDS: tuple[tuple[StepKind, str, str], ...] = (
    (StepKind.ACCEPT, "受理|收件|登记|接收申请", "register|receive application|accept application|intake"),
    (StepKind.REVIEW, "审核|审查|复核|初审|核查|复审", "check|examine|review|assess|verify|audit"),
    (StepKind.COSIGN, "会签|会审", "countersign|co-sign"),
    (StepKind.DECIDE, "审批|审定|批准|核准|决定|签发", "decide|approve|authorise|authorize"),
    (StepKind.PAY, "支付|拨付|付款|拨款", "pay|disburse"),
    (StepKind.INSPECT, "验收", ""),
    (StepKind.SUPERVISE, "监督|抽查", "supervise"),
    (StepKind.PUBLISH, "公示|公开|公告", "publish"),
    (StepKind.ARCHIVE, "归档|存档", "archive|file away"),
)
_TAGS = {
    "documentation": "说明文字", "conditionExpression": "分支条件", "textAnnotation": "注释", "association": "注释连线", "messageFlow": "消息流",
    "extensionElements": "软件自带的扩展内容", "BPMNDiagram": "图形坐标", "processSimulationInfo": "仿真设置", "inner": "子流程内部未展开",
    "assignee": "办理人指定到人", "calledElement": "调用的流程", "multiInstanceLoopCharacteristics": "多实例（多人办理）",
    "standardLoopCharacteristics": "循环办理", "dataObject": "数据对象", "dataObjectReference": "数据对象", "dataStoreReference": "数据存储",
    "group": "分组框", "lane": "泳道（没有直接放环节）", "participant": "参与方（没有展开流程）", "dataInputAssociation": "数据输入",
    "dataOutputAssociation": "数据输出", "collaboration": "协作图", "property": "属性", "ioSpecification": "输入输出",
}


@dataclass(frozen=True)
class Naming:
    """The unit that the flows belong to, and the start of their codes (default: the unit's code)."""

    unit_id: str
    unit_name: str = ""
    prefix: str = ""

    def code(self, letter: str, number: int) -> str:
        """Return a code such as U01-L01."""
        return f"{self.prefix or self.unit_id}-{letter}{number:02d}"


def convert_bpmn(path: Path, naming: Naming) -> Conversion:
    """Return the processes of the BPMN 2.0 file *path* as ledger tables.

    Every process is a flow with one power item. A lane is a post whose holders may each sign (任一); a task without
    lane, performer or simulation resource has no sign-off. The kind of a step is taken from its name only where the
    words leave no doubt; else the cell stays empty and the import will refuse the row until it is filled, for a wrong
    kind could turn a check into supervision after effect. Raises `BadInput` for files that are not safe or not BPMN.
    """
    model = read_model(path)
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in ("units", "posts", "power_items", "flows", "steps", "sign_offs")}
    rows["units"].append({"unit_id": naming.unit_id, "name": naming.unit_name or naming.unit_id, "kind": "其他"})
    posts = _posts(model, naming)
    rows["posts"] = [{"post_id": code, "unit_id": naming.unit_id, "title": title} for title, code in posts.items()]
    losses = [Loss(LossKind.CHECK, "单位类别、权力类别", path.name, "BPMN 没有这些内容，暂填「其他」")]
    if posts:
        losses.append(Loss(LossKind.CHECK, "岗位的任职和上下级", path.name, "BPMN 没有这些内容；签批规则一律按「任一」，请补填任职、上级岗位并核对规则"))
    for number, process in enumerate(model.processes, start=1):
        found = runs_of(process)
        if not found.order:
            raise BadInput("流程里没有从开始走到结束的环节", where=f"{path.name} › {process.name or process.process_id}", mend="补全连线后重新导出")
        flow = _Made(process, found, naming.code("L", number), process.name or path.stem)
        _add(rows, flow, naming.code("S", number), naming.unit_id, posts)
        losses += _losses(flow)
    losses += [_rest(path.name, *row) for row in model.rest]
    return Conversion(path.name, naming.unit_id, frames_of(rows), tuple(losses))


@dataclass(frozen=True)
class _Made:
    process: Process
    found: Runs
    flow_id: str
    name: str

    @property
    def nodes(self) -> Mapping[str, Node]:
        """The nodes of the process."""
        return self.process.nodes

    def routes(self) -> tuple[str, ...]:
        """Names of the routes, one per run, each different and without the mark that parts list cells."""
        if len(self.found.runs) == 1:
            return ("",)
        names: list[str] = []
        for run in self.found.runs:
            plain = re.sub(r"[、;,\uff1b\uff0c\s]+", "·", run.label) or "其他"
            name, again = plain, 2
            while name in names:
                name, again = f"{plain}（{again}）", again + 1
            names.append(name)
        return tuple(names)


def _posts(model: Model, naming: Naming) -> dict[str, str]:
    titles = dict.fromkeys(p for process in model.processes for node in process.nodes.values() for p in node.performers)
    return {title: naming.code("G", k) for k, title in enumerate(titles, start=1)}


def _add(rows: Mapping[str, list[dict[str, object]]], flow: _Made, item_id: str, unit_id: str, posts: Mapping[str, str]) -> None:
    rows["flows"].append({"flow_id": flow.flow_id, "unit_id": unit_id, "name": flow.name})
    rows["power_items"].append({"item_id": item_id, "unit_id": unit_id, "name": flow.name, "category": "其他", "flow_id": flow.flow_id})
    number = {node: k for k, node in enumerate(flow.found.order, start=1)}
    names = flow.routes()
    for node_id, step_no in number.items():
        node = flow.nodes[node_id]
        on = [name for name, run in zip(names, flow.found.runs, strict=True) if node_id in run.tasks]
        kind = kind_of(node.name)
        rows["steps"].append({
            "flow_id": flow.flow_id, "step_no": step_no, "name": node.shown, "kind": None if kind is None else kind.label,
            "after": "、".join(str(number[b]) for b in flow.found.after[node_id]) or None, "route": "、".join(on) if len(on) < len(names) else None})
        if node.tag not in _AUTOMATIC:
            rows["sign_offs"] += [{"flow_id": flow.flow_id, "step_no": step_no, "sign_no": 1, "post_id": posts[p], "rule": SignRule.ANY.label}
                                  for p in node.performers]


def kind_of(name: str) -> StepKind | None:
    """Return what a step called *name* does where its words leave no doubt, else None."""
    low = name.lower()
    hits = [kind for kind, chinese, english in _WORDS
            if re.search(chinese, name) or (english and re.search(rf"\b({english})\b", low))]
    return hits[0] if len(hits) == 1 else None


def _losses(flow: _Made) -> Iterator[Loss]:
    if len(flow.found.runs) > 1:
        yield Loss(LossKind.CHECK, f"路径{len(flow.found.runs)}条：{'；'.join(flow.routes())}", flow.name,
                   "台账的路径是办成的不同走法；不予办理（拒绝、退件）的路径请删去")
    for step_no, node_id in enumerate(flow.found.order, start=1):
        yield from _step_losses(flow, step_no, flow.nodes[node_id])
    for node in flow.nodes.values():
        if node.tag in ("inclusiveGateway", "complexGateway") and sum(a.source == node.node_id for a in flow.process.arrows) > 1:
            yield Loss(LossKind.CHECK, f"网关「{node.shown}」可同时走几条分支", flow.name, "按只走其中一条列路径；多走只会多经环节，不会更易办结")
        if node.tag == "parallelGateway" and sum(a.source == node.node_id for a in flow.process.arrows) > 1:
            yield Loss(LossKind.CHECK, f"网关「{node.shown}」之后并行的环节", flow.name, "台账按先后编号，并行环节按图中次序排，前置环节已填")
        if node.tag in ("intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "eventBasedGateway"):
            yield Loss(LossKind.DROPPED, f"事件「{node.shown}」", flow.name, "台账没有事件（等待、定时、消息、出错）")
        if node.tag in ("startEvent", "endEvent") and node.name:
            yield Loss(LossKind.DROPPED, f"{'开始' if node.tag == 'startEvent' else '结束'}「{node.name}」", flow.name, "起止不是环节")
    for arrow in flow.found.back:
        yield Loss(LossKind.DROPPED, f"退回：「{flow.nodes[arrow.source].shown}」→「{flow.nodes[arrow.target].shown}」", flow.name,
                   "台账没有退回重办；退回只会多经环节")
    for node_id in flow.found.unreached:
        yield Loss(LossKind.DROPPED, f"「{flow.nodes[node_id].shown}」", flow.name, "只在退回、出错时经过，或没有连到起止，不在任何一条走到办结的路径上")
    for arrow in flow.found.loose:
        yield Loss(LossKind.DROPPED, f"连线「{arrow.name or arrow.source + '→' + arrow.target}」", flow.name, "一端不在本流程内")
    yield from (_rest(flow.name, *row) for row in flow.process.rest)


def _step_losses(flow: _Made, step_no: int, node: Node) -> Iterator[Loss]:
    where = f"{flow.name} › 环节{step_no}「{node.shown}」"
    if kind_of(node.name) is None:
        yield Loss(LossKind.FILL, "环节类型", where, "名称看不出是受理、审核还是别的；填好之前导入会退回这一行")
    if node.tag in _AUTOMATIC:
        yield Loss(LossKind.CHECK, "自动办理的环节", where, "由系统自动完成，不设签批；如实际有人把关，请补填签批")
    elif not node.performers:
        yield Loss(LossKind.CHECK, "签批岗位", where, "没有泳道或办理人，不设签批；没有任何签批的流程不能判定")
    elif node.by == "仿真资源":
        yield Loss(LossKind.CHECK, f"签批岗位「{'、'.join(node.performers)}」", where, "取自仿真设置中的资源，不是泳道")


def _rest(place: str, tag: str, name: str, text: str) -> Loss:
    return Loss(LossKind.DROPPED, f"{_TAGS.get(tag, tag)}「{name}」" + (f":{text}" if text else ""), place, "台账没有对应的列")

