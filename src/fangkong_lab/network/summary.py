"""What `fangkong network` prints: one line per unit, and the sentences of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from fangkong_lab.kinds import Audience, Verdict
from fangkong_lab.network.answer import Answer
from fangkong_lab.network.concentration import OnOne, on_one
from fangkong_lab.network.influence import DIRECT, NONE
from fangkong_lab.network.reasons import post_name, signing_posts

_MOST_POSTS = 6
CAVEAT = "以上反映制度设计情况，不代表存在违规行为，不作为评价个人的依据。"


def summary(answer: Answer) -> str:
    """Return the text for the screen: settings, a table of units, sentences, and where the copy holds back."""
    question = answer.question
    lines = [f"评估日期 {answer.network.as_of} · 影响关系 {question.influence.label} · 目标 {question.target} 人 · "
             f"读者 {question.audience.label}", ""]
    lines += _table(answer)
    lines += ["", *sentences(answer)]
    if question.audience is not Audience.INTERNAL:
        lines.append("本文本供纪委以外使用，只说明在哪些事项、哪些环节，不列人员和经手组合。")
    return "\n".join(lines)


def _table(answer: Answer) -> list[str]:
    head = ["单位", "事项", "达标", "不达标", "不能判定", "无法办结", "单人可办结", "单人可令办结"]
    rows = []
    for unit in answer.units:
        mine = [e.status for e in answer.items if e.item.unit_id == unit.unit_id]
        rows.append([answer.network.units[unit.unit_id].name, str(unit.items),
                     *(str(mine.count(v)) for v in (Verdict.SATISFIED, Verdict.VIOLATED, Verdict.CANNOT_TELL,
                                                    Verdict.CANNOT_BE_DONE)),
                     _range(unit.alone.count), _range(unit.ordered.count)])
    return _aligned([head, *rows])


def _range(ends: tuple[int, int]) -> str:
    return str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(_width(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(_pad(cell, widths[i], left=i == 0) for i, cell in enumerate(row)).rstrip() for row in rows]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text


def sentences(answer: Answer) -> Iterator[str]:
    """Give the sentences for a report: items alone, items ordered, what cannot be told and why, and the caveat."""
    alone, ordered = on_one(answer.items, NONE), on_one(answer.items, DIRECT)
    yield f"权力事项{len(answer.items)}项。按现行流程，{alone.count[0]}项可由一人办结{_money(alone)}。"
    more = ordered.count[0] - alone.count[0]
    yield f"另有{more}项经手人之间存在直接领导关系，制约作用有待核实。"
    yield from _open(answer)
    stuck = sum(e.structure.kappa is None and not e.structure.flow.faults for e in answer.items)
    if stuck:
        yield f"{stuck}项按现行流程和任职情况无法办结，需核对岗位空缺和人数要求。"
    rough = sum(not e.structure.exact for e in answer.items)
    if rough:
        yield f"{rough}项任职不明的情形过多，只给出外侧界。"
    yield CAVEAT


def _money(found: OnOne) -> str:
    count, unstated = found.count[0], found.unstated[0]
    if not count:
        return ""
    if unstated == count:
        return "（均未填年涉及金额）"
    missing = f"（另有{unstated}项未填金额）" if unstated else ""
    return f"，涉及年度资金{found.amount[0]:,.10g}万元{missing}"


def _open(answer: Answer) -> Iterator[str]:
    """Items that cannot be told, by cause: no flow, unknown signing posts, unknown posts elsewhere."""
    waiting = [e for e in answer.items if e.status is Verdict.CANNOT_TELL]
    undrawn = [e for e in waiting if e.structure.flow.faults]
    if undrawn:
        yield f"{len(undrawn)}项没有流程或签批资料（或其行互相矛盾），不能判定，需补充流程图与签批要求。"
    unknown = [e for e in waiting if signing_posts(e.structure.flow, answer.network.unknown) and e not in undrawn]
    if unknown:
        posts = sorted({p for e in unknown for p in signing_posts(e.structure.flow, answer.network.unknown)})
        named = "" if answer.question.audience is Audience.PUBLIC else "".join(
            ("、".join(post_name(answer.network, p) for p in posts[:_MOST_POSTS]), "等" * (len(posts) > _MOST_POSTS)))
        yield f"{len(unknown)}项因任职信息缺失暂不能判定，需补充{named or '签批岗位'}任职记录。"
    elsewhere = len(waiting) - len(undrawn) - len(unknown)
    if elsewhere:
        yield f"{elsewhere}项因流程之外的岗位任职不明暂不能判定（若由经手人或其上级兼任，结论会变）。"
