"""The deck of archetypes: how each is drawn, and its thresholds by hand (none, direct, full)."""

from __future__ import annotations

from fangkong_lab.examples.archetypes import (
    ALL,
    AT_LEAST,
    MAJORITY,
    Archetype,
    Known,
    Seats,
    Sign,
    Stage,
    accept,
    archive,
    cosign,
    decide,
    known,
    publish,
    review,
)
from fangkong_lab.kinds import StepKind

_LICENCE = ("行政许可", "行政审批", "行政确认", "行政给付")
_ENFORCE = ("行政处罚", "行政强制", "行政征收")
_WATCH = ("行政检查", "行政监管")
_MONEY = ("财务管理", "专项资金", "资产物资")
_WORKS = ("工程项目", "政府采购")
_GROUP = ("领导班子权责", "人事管理", "专项资金", "行政奖励")
NORMAL, SIMPLE, ONLINE, WINDOW = "一般程序", "简易程序", "网上办理", "窗口办理"


def _ballot(seats: Seats, *, secret: bool) -> Stage:
    name = "党组会无记名票决" if secret else "党组会实名票决"
    return Stage(name, StepKind.DECIDE, (Sign((seats.office.ballot,), MAJORITY, independent=secret),))


def _chain2(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), decide(s.chief()), archive()


def _chain3(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.chief()), decide(s.deputy()), archive()


def _chain4(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.chief()), review(s.deputy()), decide((s.office.head,)), archive()


def _cosign(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.chief()), cosign(Sign(s.chief(1))), decide(s.deputy()), publish()


def _window(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), decide(s.clerk()), archive()


def _solo(s: Seats) -> tuple[Stage, ...]:
    return accept(s.chief()), decide(s.chief()), archive()


def _same_person(s: Seats) -> tuple[Stage, ...]:
    return review((s.office.review,), idle=True), decide((s.office.deputies[1],)), archive()


def _same_person_checked(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), *_same_person(s)


def _self_check(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.clerk() + s.chief(), idle=True), decide(s.deputy()), archive()


def _self_check_by_law(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.clerk() + s.chief(), statutory=True), decide(s.deputy()), archive()


def _bypass(s: Seats) -> tuple[Stage, ...]:
    return (accept(s.clerk()), review(s.chief(), NORMAL, idle=True), Stage("当场告知", StepKind.PUBLISH, (), SIMPLE),
            decide(s.deputy()), archive())


def _two_routes(s: Seats) -> tuple[Stage, ...]:
    return (accept(s.clerk(), ONLINE), review(s.chief(), ONLINE), decide(s.deputy(), ONLINE),
            accept(s.clerk(1), WINDOW), review(s.chief(1), WINDOW), decide(s.deputy(1), WINDOW), archive())


def _two_routes_weak(s: Seats) -> tuple[Stage, ...]:
    return (accept(s.clerk(), ONLINE), review(s.chief(), ONLINE), decide(s.deputy(), ONLINE),
            accept(s.clerk(1), WINDOW), decide(s.chief(1), WINDOW), archive())


def _ballot_secret(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.chief()), _ballot(s, secret=True), publish()


def _ballot_named(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.chief()), _ballot(s, secret=False), publish()


def _ballot_bare(s: Seats) -> tuple[Stage, ...]:
    return review(s.deputy()), _ballot(s, secret=False), publish()


def _outsider(s: Seats) -> tuple[Stage, ...]:
    outsider = Sign((s.office.outsider,), independent=True)
    return accept(s.clerk()), review(s.chief()), cosign(outsider), decide(s.deputy()), publish()


def _supervised(s: Seats) -> tuple[Stage, ...]:
    check = Stage("现场验收", StepKind.INSPECT, (Sign((s.office.supervisor,)),))
    return accept(s.clerk()), check, decide(s.deputy()), Stage("拨付", StepKind.PAY, (Sign((s.office.cashier,)),))


def _four_seals(s: Seats) -> tuple[Stage, ...]:
    clerk, chief = s.finance
    o = s.office
    seals = tuple(Sign((p,)) for p in (o.deputies[0], o.discipline, o.outsider, chief))
    return accept((clerk,)), cosign(*seals), decide((o.deputies[1],)), archive()


def _incompatible(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review(s.clerk()), decide(s.chief()), archive()


def _payment(s: Seats) -> tuple[Stage, ...]:
    after = Stage("事后抽查", StepKind.SUPERVISE, (Sign((s.office.discipline,)),))
    return (accept(s.clerk()), review(s.chief()), decide(s.deputy()),
            Stage("资金支付", StepKind.PAY, (Sign((s.office.cashier,)),)), after)


def _after_effect(s: Seats) -> tuple[Stage, ...]:
    return (accept(s.clerk()), decide(s.chief()), Stage("组织实施", StepKind.EXECUTE, (Sign(s.clerk()),)),
            Stage("事后审核", StepKind.REVIEW, (Sign(s.deputy()),)))


def _empty_check(s: Seats) -> tuple[Stage, ...]:
    return accept(s.clerk()), review((s.office.empty,)), decide(s.deputy()), archive()


def _unknown_check(s: Seats) -> tuple[Stage, ...]:
    return review((s.office.unknown,)), decide(s.chief()), archive()


def _all_sign(s: Seats) -> tuple[Stage, ...]:
    chiefs = s.chief() + s.chief(1) + s.chief(2)
    return accept(s.clerk()), cosign(Sign(chiefs, ALL)), decide(s.deputy()), archive()


def _at_least(s: Seats) -> tuple[Stage, ...]:
    chiefs = s.chief() + s.chief(1) + s.chief(2)
    return accept(s.clerk()), cosign(Sign(chiefs, AT_LEAST, 2)), decide(s.deputy()), archive()


def _one_and_two(s: Seats) -> tuple[Stage, ...]:
    clerk, _ = s.finance
    return (accept((clerk,)), review((s.office.deputies[0],)), decide((s.office.deputies[1],)),
            Stage("入账", StepKind.ARCHIVE))


def _window_delegate(s: Seats) -> tuple[Stage, ...]:
    return review((s.office.window,)), decide((s.office.deputies[1],)), archive()


def _shielded(s: Seats) -> tuple[Stage, ...]:
    return review((s.office.shielded,)), decide((s.office.deputies[2],)), archive()


def _subordinate(s: Seats) -> tuple[Stage, ...]:
    return Stage("窗口登记", StepKind.ACCEPT), review(s.chief()), decide(s.deputy()), archive()


def _head_decides(s: Seats) -> tuple[Stage, ...]:
    return Stage("资料整理", StepKind.ACCEPT), review(s.deputy()), decide((s.office.head,)), archive()


# In a town the discipline post reports to the head: the four seals need one person fewer there.
FOUR_SEALS_IN_A_TOWN = known(6, 3, 2)
_CHECK_UNKNOWN = Known((1, 2), (1, 2), (1, 2))

DECK: tuple[Archetype, ...] = (
    Archetype("chain2", "经办人受理、负责人决定", 24, _WATCH + _LICENCE, known(2, 1, 1), _chain2),
    Archetype("chain3", "经办、审核、分管领导决定", 44, _LICENCE + _ENFORCE + ("行政裁决",), known(3, 2, 1), _chain3),
    Archetype("chain4", "经办、审核、分管审核、正职决定", 20, (*_LICENCE, "非行政许可审批", "资产物资"), known(4, 2, 1), _chain4),
    Archetype("cosign", "跨股室会签", 14, _LICENCE, known(4, 3, 1), _cosign),
    Archetype("window", "窗口即办", 10, ("行政确认", "其他"), known(1, 1, 1), _window, second_signer=False),
    Archetype("window_two", "窗口即办、须两人经手", 8, ("行政确认", "行政审批"), known(2, 1, 1), _window),
    Archetype("solo", "负责人一人办结", 8, _WATCH, known(1, 1, 1), _solo, second_signer=False),
    Archetype("same_person", "一人兼复核与决定", 6, _LICENCE, known(1, 1, 1), _same_person, second_signer=False),
    Archetype("same_person_checked", "经办后由一人兼复核与决定", 6, _LICENCE, known(2, 2, 1), _same_person_checked),
    Archetype("self_check", "经办人可自审", 8, _ENFORCE, known(2, 2, 1), _self_check),
    Archetype("self_check_by_law", "经办人可自审（法定环节）", 4, _ENFORCE, known(2, 2, 1), _self_check_by_law),
    Archetype("bypass", "简易程序绕过审核", 8, _ENFORCE, known(2, 2, 1), _bypass),
    Archetype("two_routes", "网上、窗口两条同强路径", 10, _LICENCE, known(3, 2, 1), _two_routes),
    Archetype("two_routes_weak", "窗口路径较弱", 8, _LICENCE, known(2, 1, 1), _two_routes_weak),
    Archetype("ballot_secret", "无记名票决", 8, _GROUP, known(6, 5, 4), _ballot_secret),
    Archetype("ballot_named", "实名票决", 6, _GROUP, known(6, 2, 1), _ballot_named),
    Archetype("ballot_bare", "分管提议、实名票决", 4, _GROUP, known(4, 1, 1), _ballot_bare),
    Archetype("outsider", "群众代表会签", 8, _WORKS, known(4, 3, 2), _outsider),
    Archetype("supervised", "监理验收后拨付", 4, _WORKS, known(4, 4, 2), _supervised),
    Archetype("four_seals", "四字合章", 6, _MONEY, known(6, 4, 3), _four_seals),
    Archetype("incompatible", "受理与审核不相容", 8, _ENFORCE, known(3, 1, 1), _incompatible, incompatible=((1, 2),)),
    Archetype("payment", "支付前四人、事后抽查", 12, (*_MONEY, "行政给付"), known(4, 3, 1), _payment),
    Archetype("after_effect", "实施后才审核", 6, _WORKS, known(2, 1, 1), _after_effect),
    Archetype("empty_check", "法制审核岗空缺", 3, _ENFORCE, None, _empty_check),
    Archetype("unknown_check", "专项审核岗任职未报", 4, _MONEY, _CHECK_UNKNOWN, _unknown_check, second_signer=False),
    Archetype("all_sign", "三股室全体会签", 4, _WORKS, known(5, 4, 1), _all_sign),
    Archetype("at_least", "三股室至少两家会签", 4, _WORKS, known(4, 3, 1), _at_least),
    Archetype("one_and_two", "「1+2」财务审核", 8, ("财务管理",), known(3, 2, 1), _one_and_two),
    Archetype("window_delegate", "首席代表受分管领导影响", 3, _LICENCE, known(2, 1, 1), _window_delegate),
    Archetype("shielded", "下属中心不受分管领导影响", 4, _MONEY, known(2, 2, 2), _shielded),
    Archetype("subordinate", "决定者是审核者的上级", 12, _LICENCE + _WATCH, known(2, 1, 1), _subordinate),
    Archetype("head_decides", "正职决定、分管审核", 6, _GROUP, known(2, 1, 1), _head_decides),
)
