"""`explain`: one item told in Chinese, so that a reader can check every word of it in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fangkong_lab.kinds import CHECKING_STEPS, Audience, SignRule, Verdict
from fangkong_lab.network.graph import PowerNetwork
from fangkong_lab.network.influence import DIRECT, NONE, Influence
from fangkong_lab.network.nodes import Reason, SignOff, Step
from fangkong_lab.network.reasons import post_name, reasons
from fangkong_lab.network.routes import MAIN_ROUTE, routes_of
from fangkong_lab.network.thresholds import DEFAULT_TARGET, ItemThresholds, measure
from fangkong_lab.network.witness import Hold, Signature, Witness, find_witness
from fangkong_lab.network.world import plain_name
from fangkong_lab.result import html_of

if TYPE_CHECKING:
    import pandas as pd

CAVEAT = "以上反映制度设计情况，不代表存在违规行为，不作为评价个人的依据。"


@dataclass(frozen=True)
class Explanation:
    """The story of one item: its verdict, the witness (discipline side only), reasons, and the text of both."""

    item: ItemThresholds
    audience: Audience
    witness: Witness | None
    reasons: tuple[Reason, ...]
    lines: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def table(self) -> pd.DataFrame:
        """Return one row per signature of the witness: 环节, 签批规则, 签批人, 为何不能制约; no rows for other audiences."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=["环节", "签批规则", "签批人", "为何拦不住"])

    def sentence(self) -> str:
        """Return the whole story as text."""
        return "\n".join(self.lines)

    def _repr_html_(self) -> str:
        return html_of(self.table(), self.sentence())


def explain(network: PowerNetwork, item_id: str, influence: Influence = DIRECT, target: int = DEFAULT_TARGET,
            audience: Audience = Audience.INTERNAL) -> Explanation:
    """Return the story of one item under *influence*.

    For 纪委内部 it names the coalition by person codes, its route, who signs what and why each check on the way does
    not bind. Other audiences read that it is so and at which steps. Raises `WrongCall` for an unknown item.
    """
    item = measure(network, influence, [item_id], target)[0]
    why = reasons(network, item, audience)
    witness = _witness(item)
    lines = [_headline(item)]
    rows: list[tuple[str, ...]] = []
    if witness is not None and audience is Audience.INTERNAL:
        lines += _story(network, item, witness)
        rows = [_row(network, item, s) for s in witness.signatures]
    elif witness is not None and item.status is Verdict.VIOLATED:
        lines.append(_where(item, witness))
    lines += [f"· {reason.text}" for reason in why]
    lines.append(CAVEAT)
    return Explanation(item, audience, witness if audience is Audience.INTERNAL else None, why, tuple(lines), tuple(rows))


def _witness(item: ItemThresholds) -> Witness | None:
    """The witness of the completion in which the fewest are needed (new persons hold the other unknown posts).

    Where as few do without any influence, that is what is told: it is the plainer story.
    """
    cases = item.structure.cases
    sized = [(k, order, n) for order, mode in enumerate((NONE, item.structure.influence))
             for n, case in enumerate(cases) if (k := case.kappa(mode)) is not None]
    if not sized:
        return None
    _, order, number = min(sized)
    return find_witness(cases[number], (NONE, item.structure.influence)[order])


def _headline(item: ItemThresholds) -> str:
    structure = item.structure
    head = f"{item.item.item_id}「{item.item.name}」：{item.status.label}"
    if structure.flow.faults:
        return f"{head}。流程资料不全，不能计算"
    if structure.kappa is None:
        return f"{head}。全体一致也走不通任何路径"
    profile = "，".join(f"{word}{structure.kappa[name]}人" for name, word in
                       (("none", "不计影响"), ("direct", "计直接领导"), ("full", "逐级传导（压力测试）")))
    eta = f"；单点堵点：最少{structure.eta}人不同意即可停办" if structure.eta else ""
    return f"{head}。最少独立经手人数：{profile}；目标{item.target}人{eta}"


def _story(network: PowerNetwork, item: ItemThresholds, witness: Witness) -> Iterator[str]:
    people = "、".join(f"{plain_name(x)}({_posts_text(network, witness, x)})" for x in witness.coalition)
    route = "" if witness.route == MAIN_ROUTE else f"走路径「{witness.route}」，"
    yield f"在「{witness.influence.label}」下，{people}共{len(witness.coalition)}人{route}即可办结："
    for signature in witness.signatures:
        yield "  " + "，".join(part for part in _row(network, item, signature) if part)
    assigned = witness.world.assigned
    if assigned:
        given = "、".join(f"{post_name(network, p)}由{plain_name(x)}担任" for p, x in sorted(assigned.items()))
        yield f"  （以上设定：{given}；任职不明的岗位补填后可确定）"
    yield from _off_route(item, witness)


def _posts_text(network: PowerNetwork, witness: Witness, person: str) -> str:
    return "、".join(network.posts[p].title for p in witness.world.posts_of(person)) or "不任岗位"


def _row(network: PowerNetwork, item: ItemThresholds, signature: Signature) -> tuple[str, ...]:
    step, sign = _place(item, signature)
    words = signature.hold.label
    if signature.hold is Hold.SAME_PERSON:
        words = "与前面环节的签批人是同一人，兼任而不构成制约"
    elif signature.hold is Hold.LED:
        chain = "→".join(network.posts[p].title for p in signature.chain)
        words = f"签批人受其领导（{chain}）"
        if step.kind in CHECKING_STEPS:
            words += "，等于由被审核者领导的人来审核"
    return (f"环节{step.step_no}「{step.name}」（{step.kind.label}）", _rule(sign), plain_name(signature.person), words)


def _place(item: ItemThresholds, signature: Signature) -> tuple[Step, SignOff]:
    flow = item.structure.flow
    step = next(s for s in flow.steps if s.step_no == signature.step_no)
    return step, next(s for s in flow.sign_offs if s.key == (signature.step_no, signature.sign_no))


def _rule(sign: SignOff) -> str:
    count = f"{sign.need}人" if sign.rule is SignRule.AT_LEAST else ""
    return f"{sign.rule.label}{count}" + ("（独立签批）" if sign.independent else "")


def _off_route(item: ItemThresholds, witness: Witness) -> Iterator[str]:
    """Say of every sign-off that the way through does not meet why it does not."""
    route = next(r for r in routes_of(item.structure.flow) if r.name == witness.route)
    met = {(s.step_no, s.sign_no) for s in witness.signatures}
    after = {s.key for s in route.after}
    for sign in item.structure.flow.sign_offs:
        if sign.key in after:
            yield f"  环节{sign.step_no}签批{sign.sign_no}在付款或执行之后，发现问题时事已办成"
        elif sign.key not in met:
            yield f"  环节{sign.step_no}签批{sign.sign_no}不在这条路径上，可以绕过"


def _where(item: ItemThresholds, witness: Witness) -> str:
    steps = "、".join(f"环节{n}" for n in sorted({s.step_no for s in witness.signatures}))
    many = "可由同一人完成" if all(s.hold is not Hold.LED for s in witness.signatures) else "可由有直接领导关系的人完成"
    return f"{steps}的签批{many}，相互之间不构成独立制约。"
