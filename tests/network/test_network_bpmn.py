"""BPMN 2.0 into ledger tables: lanes, routes, order, kinds; what is left out is listed; hostile files are refused."""

import itertools
from datetime import date

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangkong_lab.errors import BadInput, WrongCall
from fangkong_lab.kinds import StepKind
from fangkong_lab.network.bpmn import Naming, convert_bpmn, kind_of
from fangkong_lab.network.bpmn_model import Arrow, Node, Process
from fangkong_lab.network.bpmn_routes import runs_of
from fangkong_lab.network.conversion import LossKind, inert, write_tables, write_workbook
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.thresholds import measure

HEAD = ('<?xml version="1.0" encoding="UTF-8"?>'
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">')


def bpmn(tmp_path, body: str, name="流程.bpmn"):
    path = tmp_path / name
    path.write_text(HEAD + body + "</definitions>", encoding="utf-8")
    return path


def process(nodes: dict[str, str], arrows: list[tuple], lanes: dict[str, list[str]] | None = None, extra="") -> str:
    """*nodes*: id → "tag name"; *arrows*: (source, target[, name])."""
    made = "".join(f'<{v.split(" ")[0]} id="{k}" name="{" ".join(v.split(" ")[1:])}"/>' for k, v in nodes.items())
    lane = "".join(f'<lane id="l{i}" name="{n}">' + "".join(f"<flowNodeRef>{x}</flowNodeRef>" for x in own) + "</lane>"
                   for i, (n, own) in enumerate((lanes or {}).items()))
    flows = "".join(f'<sequenceFlow id="f{i}" sourceRef="{a[0]}" targetRef="{a[1]}" name="{a[2] if len(a) > 2 else ""}"/>'
                    for i, a in enumerate(arrows))
    return f'<process id="p" name="用地审批"><laneSet>{lane}</laneSet>{made}{flows}{extra}</process>'


LAND = process(
    {"s": "startEvent 开始", "a": "userTask 受理申请", "x": "exclusiveGateway 金额", "b": "userTask 股长审核", "c": "userTask 局长审批",
     "y": "exclusiveGateway ", "d": "userTask 归档", "e": "endEvent "},
    [("s", "a"), ("a", "x"), ("x", "b", "小额"), ("x", "c", "大额"), ("b", "y"), ("c", "y"), ("y", "d"), ("d", "e")],
    {"经办人": ["s", "a", "d", "e"], "股长": ["x", "b", "y"], "局长": ["c"]})


def test_lanes_gateways_and_tasks(tmp_path):
    """Worked by hand: two routes, three posts, four steps; alternative steps know their route."""
    made = convert_bpmn(bpmn(tmp_path, LAND), Naming("U01", "城关镇"))
    steps = made.tables["steps"]
    assert list(steps["name"]) == ["受理申请", "股长审核", "局长审批", "归档"]
    assert list(steps["kind"]) == ["受理", "审核", "决定", "归档"]
    assert list(steps["route"].fillna("")) == ["", "小额", "大额", ""]
    assert list(steps["after"].fillna("")) == ["", "1", "1", "2、3"]
    assert list(made.tables["posts"]["title"]) == ["经办人", "股长", "局长"]
    signs = made.tables["sign_offs"].merge(made.tables["posts"], on="post_id")
    assert dict(zip(signs["step_no"], signs["title"], strict=True)) == {1: "经办人", 2: "股长", 3: "局长", 4: "经办人"}
    assert made.complete
    assert made.tables["power_items"]["name"].item() == "用地审批"


def test_the_workbook_is_a_ledger(tmp_path):
    """What is written is read back by the ledger's own reader and makes the same network."""
    made = convert_bpmn(bpmn(tmp_path, LAND), Naming("U01", "城关镇"))
    book = write_workbook(made, tmp_path / "台账.xlsx")
    day = date(2016, 12, 31)
    network = PowerNetwork.from_book(book, day)
    assert network == PowerNetwork.from_tables(made.tables, day)
    found = measure(network)[0]
    assert found.structure.kappa["none"].as_list() == [1, 2]  # both posts may be held by one person
    with pytest.raises(WrongCall, match="已存在"):
        write_workbook(made, book)


def test_parallel_loop_inclusive_and_unsure(tmp_path):
    body = process(
        {"s": "startEvent ", "p": "parallelGateway 分", "a": "task 查资料", "b": "task 看现场", "q": "parallelGateway 合", "r": "exclusiveGateway 再看",
         "z": "task 补件", "i": "inclusiveGateway 送谁", "m": "task 审核甲", "n": "task 审核乙", "j": "inclusiveGateway ", "e": "endEvent 办结"},
        [("s", "p"), ("p", "a"), ("p", "b"), ("a", "q"), ("b", "q"), ("q", "r"), ("r", "z", "不齐"), ("z", "p"), ("r", "i", "齐"),
         ("i", "m"), ("i", "n"), ("m", "j"), ("n", "j"), ("j", "e")], extra='<textAnnotation id="t1"><text>说明甲</text></textAnnotation>')
    made = convert_bpmn(bpmn(tmp_path, body), Naming("U01"))
    steps = made.tables["steps"].set_index("name")
    assert list(steps.index) == ["查资料", "看现场", "审核甲", "审核乙"]
    assert steps["route"].isna().to_dict() == {"查资料": True, "看现场": True, "审核甲": False, "审核乙": False}
    assert steps["kind"].isna().to_dict() == {"查资料": True, "看现场": True, "审核甲": False, "审核乙": False}
    told = " ".join(f"{x.what}{x.why}" for x in made.losses)
    for word in ("退回：「补件」", "「补件」", "可同时走几条分支", "并行的环节", "说明甲", "办结", "不予办理"):
        assert word in told, word
    assert not made.complete
    assert sum(x.kind is LossKind.FILL for x in made.losses) == 2
    assert "sign_offs" not in made.tables  # no lanes, no sign-offs: nothing is made up
    with pytest.raises(BadInput, match=r"不能采用|必填"):
        PowerNetwork.from_book(write_workbook(made, tmp_path / "b.xlsx"), date(2016, 12, 31))


def test_every_node_is_carried_or_listed(tmp_path):
    body = process(
        {"s": "startEvent 来件", "a": "userTask 登记", "t": "intermediateCatchEvent 等三日", "v": "serviceTask 系统校验 审核", "u": "boundaryEvent 超时",
         "h": "userTask 超时处理", "sub": "subProcess 会审", "e": "endEvent 完"},
        [("s", "a"), ("a", "t"), ("t", "v"), ("v", "sub"), ("sub", "e"), ("u", "h"), ("h", "nowhere")], {"窗口": ["a", "v"], "空泳道": []})
    made = convert_bpmn(bpmn(tmp_path, body), Naming("U01"))
    told = " ".join(x.what + x.where for x in made.losses) + " ".join(made.tables["steps"]["name"])
    for name in ("来件", "登记", "等三日", "系统校验", "超时", "超时处理", "会审", "完", "空泳道", "h→nowhere"):
        assert name in told, name
    assert list(made.tables["sign_offs"]["step_no"]) == [1]  # a service task is signed by nobody


@st.composite
def choices(draw):
    """A random process without circles whose only gateways are exclusive."""
    count = draw(st.integers(2, 7))
    tags = [draw(st.sampled_from(["task", "exclusiveGateway"])) for _ in range(count)]
    arrows = {(k, draw(st.integers(k + 1, count))) for k in range(count)}
    for k in range(count):
        if tags[k] == "exclusiveGateway":
            arrows |= {(k, t) for t in draw(st.sets(st.integers(k + 1, count), max_size=2))}
    return [*tags, "endEvent"], sorted(arrows)


@settings(max_examples=120, deadline=None)
@given(choices())
def test_runs_are_the_simple_paths(world):
    """Where every gateway is exclusive, the runs are exactly the simple paths from start to end (networkx finds them)."""
    tags, arrows = world
    nodes = {"s": Node("s", "startEvent", ""), **{f"n{k}": Node(f"n{k}", tag, f"n{k}") for k, tag in enumerate(tags)}}
    pairs = [("s", "n0"), *((f"n{a}", f"n{b}") for a, b in arrows)]
    found = runs_of(Process("p", "", nodes, tuple(Arrow(a, b, "", "") for a, b in pairs), ()))
    paths = nx.all_simple_paths(nx.DiGraph(pairs), "s", f"n{len(tags) - 1}")
    expected = {frozenset(n for n in path if nodes[n].tag == "task") for path in paths}
    assert {r.tasks for r in found.runs} == expected
    place = {n: k for k, n in enumerate(found.order)}
    assert all(place[a] < place[b] for a, b in pairs if a in place and b in place)


def test_kinds_only_where_sure():
    assert kind_of("财务审核") is StepKind.REVIEW
    assert kind_of("审核并支付") is None
    assert kind_of("通知申请人") is None
    assert kind_of("pay compensation") is StepKind.PAY
    assert kind_of("display board") is None  # "pay" inside a word is not the word


@pytest.mark.parametrize(("text", "words"), [
    ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><definitions>&a;</definitions>', "DTD"),
    ('<!DOCTYPE l [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><definitions>&b;</definitions>', "DTD"),
    ("<definitions><process>", "完好"),
    ("<html/>", "BPMN"),
    (HEAD + "</definitions>", "BPMN"),
    ("<a>" * 300 + "</a>" * 300, "嵌套"),
    (HEAD + '<process id="p"><task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="a"/></process></definitions>', "走到结束"),
])
def test_hostile_and_broken_files_are_refused(tmp_path, text, words):
    path = tmp_path / "坏.bpmn"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=words):
        convert_bpmn(path, Naming("U01"))


def test_too_large_and_missing(tmp_path, monkeypatch):
    monkeypatch.setattr("fangkong_lab.network.bpmn_model.LARGEST_BYTES", 50)
    with pytest.raises(BadInput, match="超过"):
        convert_bpmn(bpmn(tmp_path, LAND), Naming("U01"))
    with pytest.raises(BadInput, match="找不到"):
        convert_bpmn(tmp_path / "无.bpmn", Naming("U01"))


def test_too_many_routes_are_refused(tmp_path):
    nodes, arrows = {"s": "startEvent "}, [("s", "g0")]
    for k in range(7):  # 2**7 ways
        nodes |= {f"g{k}": "exclusiveGateway ", f"a{k}": f"task 审核{k}", f"b{k}": f"task 会签{k}"}
        arrows += [(f"g{k}", f"a{k}"), (f"g{k}", f"b{k}"), (f"a{k}", f"g{k + 1}"), (f"b{k}", f"g{k + 1}")]
    body = process({**nodes, "g7": "endEvent "}, arrows)
    with pytest.raises(BadInput, match="64条"):
        convert_bpmn(bpmn(tmp_path, body), Naming("U01"))


def test_choices_without_tasks_end(tmp_path):
    """2**40 walks that all pass the same task, and a chain of 1500 gateways: refused, not walked."""
    for count in (40, 1500):
        nodes = {"s": "startEvent ", **{f"g{k}": "exclusiveGateway " for k in range(count)}, "a": "task 审核", "e": "endEvent "}
        chain = [*(f"g{k}" for k in range(count)), "a"]
        arrows = [("s", "g0"), *(p for p in itertools.pairwise(chain) for _ in range(2)), ("a", "e")]
        with pytest.raises(BadInput, match="64条"):
            convert_bpmn(bpmn(tmp_path, process(nodes, arrows)), Naming("U01"))


def test_codes_must_differ(tmp_path):
    twice = LAND.replace('id="c"', 'id="b"')
    with pytest.raises(BadInput, match="编号重复"):
        convert_bpmn(bpmn(tmp_path, twice), Naming("U01"))


def test_formulas_are_inert_in_tables(tmp_path):
    body = LAND.replace("股长审核", "=cmd|审核")
    made = convert_bpmn(bpmn(tmp_path, body), Naming("U01"))
    files = {p.name: p.read_bytes() for p in write_tables(made, tmp_path / "out")}
    assert files["环节.csv"].startswith(b"\xef\xbb\xbf")
    assert ",'=cmd|审核," in files["环节.csv"].decode("utf-8-sig")
    assert "未带过来的内容.csv" in files
    assert [inert(x) for x in ("=1", "+1", "-1", "@a", "\tx", "a=1", -1)] == ["'=1", "'+1", "'-1", "'@a", "'\tx", "a=1", -1]
