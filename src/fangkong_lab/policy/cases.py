"""Cases: what a rule should give for made-up rows, written by an analyst beside the rule and run as tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from fangkong_lab.errors import FangkongError
from fangkong_lab.policy.columns import Tables
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.grade import grade
from fangkong_lab.policy.node import read_yaml
from fangkong_lab.policy.record import Policy
from fangkong_lab.policy.score import Scores, score
from fangkong_lab.policy.words import CANNOT_TELL, InputType, LedgerKind, PolicyKind


@dataclass(frozen=True)
class CaseResult:
    """One case: *wrong* lists what came out otherwise than expected (empty: passed)."""

    name: str
    place: str
    wrong: tuple[str, ...]

    def sentence(self) -> str:
        """Return one line for the screen."""
        return f"{'通过' if not self.wrong else '不符'}  {self.name}" + "".join(f"\n    {self.place}：{w}" for w in self.wrong)


def run_cases(policy: Policy, path: Path) -> tuple[CaseResult, ...]:
    """Run every case of the file *path* on *policy*.

    A case has ``name``, ``as_of``, tables of rows, and ``expect``. A policy that refuses a case (``expect: {error: …}``
    names words of the message) is a result too. `BadInput` names file, line and field of a case that is not understood.
    """
    top = Field(read_yaml(path))
    top.keys(("policy", "cases"))
    if top.at("policy").text() != policy.id:
        raise top.at("policy").fail(f"用例写的是「{top.at('policy').text()}」，规则是「{policy.id}」", "改成同一个编号")
    return tuple(_run(policy, item) for item in top.at("cases").items())


def _run(policy: Policy, item: Field) -> CaseResult:
    item.keys(("name", "as_of", "expect"), ("row", "events", "tables"))
    expect, as_of = item.at("expect"), item.at("as_of").day()
    place = f"{item.node.file} › 第{item.node.line}行"
    tables = _tables(policy, item)
    wanted = expect.maybe("error") if expect.node.is_mapping else None
    try:
        wrong = _grade_wrong(policy, tables, as_of, expect) if policy.kind is PolicyKind.GRADE else \
            _score_wrong(policy, tables, as_of, expect)
    except FangkongError as error:
        wrong = [] if wanted is not None and wanted.text() in str(error) else [f"出错：{error}"]
    else:
        if wanted is not None:
            wrong = [f"应当报错「{wanted.text()}」，却没有报错"]
    return CaseResult(item.at("name").text(), place, tuple(wrong))


def _tables(policy: Policy, item: Field) -> Tables:
    found: dict[str, pd.DataFrame] = {}
    for name, rows in item.at("tables").pairs() if item.maybe("tables") else ():
        found[name] = _frame([_cells(r) for r in rows.items()], policy)
    if (row := item.maybe("row")) is not None:
        found[policy.table] = _frame([{policy.key: "R1", **_cells(row)}], policy)
    if (events := item.maybe("events")) is not None:
        made = [{"unit_id": "U1", "clue_status": "属实", **_cells(e)} for e in events.items()]
        found[policy.table] = _frame([{"event_id": f"E{i}", **r} for i, r in enumerate(made, 1)], policy)
    return found


def _cells(field: Field) -> dict[str, object]:
    return {key: f.node.content for key, f in field.pairs()}


def _frame(rows: list[dict[str, object]], policy: Policy) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    yes_no = {"exempted", *(i.column.rpartition(".")[2] for i in policy.inputs if i.type is InputType.YES_NO)}
    for name in frame.columns:
        cells = frame[name].dropna()
        if len(cells) and cells.map(lambda v: isinstance(v, date)).all():
            frame[name] = pd.to_datetime(frame[name])
        elif name in yes_no:
            frame[name] = frame[name].map({"是": True, "否": False}).astype("boolean")
    return frame


def _grade_wrong(policy: Policy, tables: Tables, as_of: date, expect: Field) -> list[str]:
    got = grade(policy, tables, as_of).frame().iloc[0]
    if not expect.node.is_mapping:
        return _unlike("等级", expect.text(), got["grade"])
    expect.keys((), ("grade", "managed_by", "consequence", "reason", "error"))
    wrong = []
    for key, label in (("grade", "等级"), ("managed_by", "管控责任层级"), ("consequence", "处置")):
        if (wanted := expect.maybe(key)) is not None:
            wrong += _unlike(label, wanted.text(), got[key])
    if (words := expect.maybe("reason")) is not None and words.text() not in got["reason"]:
        wrong.append(f"理由应含「{words.text()}」，得到「{got['reason']}」")
    return wrong


def _unlike(label: str, wanted: object, got: object) -> list[str]:
    return [] if wanted == got else [f"{label}应为「{wanted}」，得到「{got}」"]


def _score_wrong(policy: Policy, tables: Tables, as_of: date, expect: Field) -> list[str]:
    expect.keys((), ("events", "states", "error"))
    scores = score(policy, tables, as_of)
    wrong: list[str] = []
    for event, wanted in expect.at("events").pairs() if expect.maybe("events") else ():
        wrong += _event_wrong(scores, event, wanted)
    for subject, wanted in expect.at("states").pairs() if expect.maybe("states") else ():
        wrong += _state_wrong(scores, subject, wanted)
    return wrong


def _event_wrong(scores: Scores, event: str, wanted: Field) -> list[str]:
    wanted.keys((), ("points", "counted"))
    ids = scores.events.frame["event_id"].astype(str).tolist()
    if event not in ids:
        raise wanted.fail(f"用例里没有事件「{event}」", "核对事件编号；未写编号的依次为 E1、E2…")
    place, wrong = ids.index(event), []
    if (points := wanted.maybe("points")) is not None:
        got = scores.event_points()[place]
        shown: object = CANNOT_TELL if pd.isna(got) else float(got)
        asked: object = points.text() if isinstance(points.node.content, str) else points.number()
        wrong += _unlike(f"事件 {event} 的分", asked, shown)
    if (counted := wanted.maybe("counted")) is not None:
        wrong += _unlike(f"事件 {event} 是否计入", counted.flag(), bool(scores.counted()[place]))
    return wrong


def _state_wrong(scores: Scores, subject: str, wanted: Field) -> list[str]:
    kind, _, name = subject.partition(":")
    if kind not in tuple(k.value for k in LedgerKind):
        raise wanted.fail(f"「{subject}」应写成 unit:单位编码 或 person:人员代号", "改写对象")
    states = scores.states()
    own = states[(states["kind"] == kind) & (states["subject"] == name)]
    if (absent := wanted.maybe("absent")) is not None and absent.flag():
        return [] if own.empty else [f"{subject} 不应出现在台账里"]
    if own.empty:
        return [f"{subject} 不在台账里"]
    wanted.keys((), ("score", "level", "colour", "cycle_start", "frozen_on", "consequence", "no_consequence", "warnings"))
    return [w for key, field in wanted.pairs() for w in _state_field(subject, key, field, own.iloc[0])]


def _state_field(subject: str, key: str, field: Field, got: pd.Series) -> list[str]:
    if key in ("consequence", "no_consequence"):
        has = any(field.text() in c for c in got["consequences"])
        return [] if has == (key == "consequence") else [f"{subject} 的后果「{field.text()}」{'缺' if not has else '不应有'}"]
    asked = field.node.content
    shown: object = got[key]
    if key in ("cycle_start", "frozen_on"):
        shown = "无" if pd.isna(got[key]) else got[key].date()
    elif key in ("score", "warnings"):
        asked, shown = field.number(), float(got[key])
    return _unlike(f"{subject} 的 {key}", asked, shown)
