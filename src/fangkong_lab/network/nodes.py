"""What a power network is made of: posts, steps, sign-offs, flows, items. Plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from fangkong_lab.kinds import Domain, Kind, SignRule, StepKind


class ReasonCode(Kind):
    """Why a verdict is what it is, or what a reader must know beside it (docs/network.md, 「原因」)."""

    NO_FLOW = "no_flow", "没有流程"
    NO_SIGN_OFFS = "no_sign_offs", "没有签批要求"
    NO_SUCH_TITLE = "no_such_title", "简易流程的岗位名称对不上"
    STEP_NOT_LISTED = "step_not_listed", "签批写在环节表没有的环节上"
    CONTRADICTORY_ROWS = "contradictory_rows", "同一签批的几行互相矛盾"
    UNKNOWN_POST = "unknown_post", "签批岗位任职不明"
    UNKNOWN_ON_LINE = "unknown_on_line", "上级岗位任职不明"
    UNKNOWN_ELSEWHERE = "unknown_elsewhere", "流程之外的岗位任职不明"
    EMPTY_POST = "empty_post", "签批岗位空缺"
    UNSIGNED_STEP = "unsigned_step", "环节没有签批要求"
    AFTER_EFFECT = "after_effect", "事后签批"
    IDLE_CHECK = "idle_check", "待核实的制约环节"
    TOO_FEW = "too_few", "可签批人数不足"
    IMPOSSIBLE = "impossible", "全体一致也走不通"
    ONE_CAN = "one_can", "单人可办结"
    ONE_CAN_ORDER = "one_can_order", "单人可令办结"
    MAY_BE_IMPOSSIBLE = "may_be_impossible", "任职补齐后可能走不通"
    OUTER_BOUNDS = "outer_bounds", "只给出外侧界"


@dataclass(frozen=True)
class Reason:
    """One reason: *code*, the step and sign-off it is about (None: the whole item), and a Chinese sentence."""

    code: ReasonCode
    text: str
    step_no: int | None = None
    sign_no: int | None = None


@dataclass(frozen=True)
class Unit:
    """A unit: its code, its name as sent, and its kind (单位类别)."""

    unit_id: str
    name: str
    kind: str


@dataclass(frozen=True)
class Post:
    """A post of a unit; *reports_to* is the post above it, *external* says that the line does not reach it."""

    post_id: str
    unit_id: str
    title: str
    reports_to: str | None
    external: bool


@dataclass(frozen=True)
class Step:
    """A station of a flow. *routes* are the names of the routes it lies on; none means every route."""

    step_no: int
    name: str
    kind: StepKind
    routes: tuple[str, ...]
    statutory: bool
    days: float | None = None


@dataclass(frozen=True)
class SignOff:
    """What a step needs: *need* (rule 至少 only, else 0) persons out of the holders of *posts*."""

    step_no: int
    sign_no: int
    rule: SignRule
    need: int
    independent: bool
    posts: tuple[str, ...]

    @property
    def key(self) -> tuple[int, int]:
        """The pair (step_no, sign_no) that names the sign-off within its flow."""
        return (self.step_no, self.sign_no)


@dataclass(frozen=True)
class Flow:
    """A flow: steps by step_no, sign-offs by key, incompatible pairs of steps, and what is wrong with its rows."""

    flow_id: str
    unit_id: str
    name: str
    steps: tuple[Step, ...]
    sign_offs: tuple[SignOff, ...]
    incompatible: tuple[tuple[int, int], ...] = ()
    faults: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Item:
    """A power item. *flow_id* names its flow; else *simple_flow* lists post titles of its unit, first to last.

    *min_persons* ≥ 1; *yearly_amount* in 万元 and *yearly_volume* in cases, None where not stated.
    """

    item_id: str
    unit_id: str
    name: str
    category: str
    domain: Domain
    flow_id: str | None
    simple_flow: tuple[str, ...]
    min_persons: int = 1
    yearly_amount: float | None = None
    yearly_volume: float | None = None
    discretion: float | None = None


_DOMAIN_OF_CATEGORY = {
    "人事管理": Domain.PEOPLE, "财务管理": Domain.MONEY, "专项资金": Domain.MONEY, "资产物资": Domain.THINGS,
    "工程项目": Domain.PROJECTS, "政府采购": Domain.PROCUREMENT,
}
_DOMAIN_OF_SMALL = {"小资金": Domain.MONEY, "小项目": Domain.PROJECTS, "小采购": Domain.PROCUREMENT}


def domain_of(category: str | None, small: str | None) -> Domain:
    """Return where an item touches people, money, things, projects or procurement.

    The category (权力类别) decides; where it says nothing, 五小领域 does; else 其他. Our reading: the ledger has no
    column of its own for it.
    """
    if category in _DOMAIN_OF_CATEGORY:
        return _DOMAIN_OF_CATEGORY[category]
    first = (small or "").split("、")[0]
    return _DOMAIN_OF_SMALL.get(first, Domain.OTHER)
