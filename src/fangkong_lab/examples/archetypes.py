"""The kinds of flow charts out of which the county is built, each with thresholds worked out by hand.

Every archetype draws its stages for a section of an office; `Known` says what holds for it. The reasons stand in
docs/synthetic_county.md. They rest on the frame of `Office`: clerks → chief → deputy → head, distinct persons in
distinct posts except that the second deputy also holds the review post and the leading group also votes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fangkong_lab.examples.office import Office
from fangkong_lab.kinds import SignRule, StepKind

ANY, ALL, MAJORITY, AT_LEAST = (r.label for r in (SignRule.ANY, SignRule.ALL, SignRule.MAJORITY, SignRule.AT_LEAST))


@dataclass(frozen=True)
class Sign:
    """One sign-off: *posts* whose holders may sign, its *rule*, *need*, *independent*; *idle*: planted as idle."""

    posts: tuple[str, ...]
    rule: str = ANY
    need: int | None = None
    independent: bool = False
    idle: bool = False


@dataclass(frozen=True)
class Stage:
    """One step of a chart; *route* empty: on every route."""

    name: str
    kind: StepKind
    signs: tuple[Sign, ...] = ()
    route: str = ""
    statutory: bool = False


@dataclass(frozen=True)
class Known:
    """Thresholds as [least, greatest] without, with direct and with full influence; None: cannot be done."""

    none: tuple[int, int]
    direct: tuple[int, int]
    full: tuple[int, int]


@dataclass(frozen=True)
class Archetype:
    """A kind of chart: *label*, *weight* in the county, item *categories*, what is *known*, how it is *drawn*.

    *second_signer*: items may ask for two persons without any change of the thresholds. *incompatible*: pairs of steps.
    """

    code: str
    label: str
    weight: int
    categories: tuple[str, ...]
    known: Known | None
    drawn: Callable[[Seats], tuple[Stage, ...]]
    second_signer: bool = True
    incompatible: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Seats:
    """The posts an archetype may use: those of *section* (not the finance one) and of two more under other deputies."""

    office: Office
    section: int

    def _section(self, offset: int) -> int:
        if not offset:
            return self.section
        wanted = (self.section + offset) % 3
        return next(k for k in range(1, len(self.office.sections)) if k % 3 == wanted and k != self.section)

    def clerk(self, offset: int = 0) -> tuple[str, ...]:
        """Clerks' post of the section *offset* deputies further."""
        return (self.office.sections[self._section(offset)].clerk,)

    def chief(self, offset: int = 0) -> tuple[str, ...]:
        """Chief's post of the section *offset* deputies further."""
        return (self.office.sections[self._section(offset)].chief,)

    def deputy(self, offset: int = 0) -> tuple[str, ...]:
        """Deputy over that section."""
        return (self.office.deputies[self.office.sections[self._section(offset)].deputy],)

    @property
    def finance(self) -> tuple[str, str]:
        """(clerks' post, chief's post) of the finance section."""
        return self.office.sections[0].clerk, self.office.sections[0].chief


def accept(posts: tuple[str, ...], route: str = "") -> Stage:
    """受理, signed by any one holder of *posts*."""
    return Stage("受理初审", StepKind.ACCEPT, (Sign(posts),), route)


def review(posts: tuple[str, ...], route: str = "", *, idle: bool = False, statutory: bool = False) -> Stage:
    """审核, signed by any one holder of *posts*."""
    return Stage("审核", StepKind.REVIEW, (Sign(posts, idle=idle),), route, statutory)


def cosign(*signs: Sign) -> Stage:
    """会签 with the given sign-offs."""
    return Stage("会签", StepKind.COSIGN, signs)


def decide(posts: tuple[str, ...], route: str = "") -> Stage:
    """决定, signed by any one holder of *posts*."""
    return Stage("审批决定", StepKind.DECIDE, (Sign(posts),), route)


def archive(route: str = "") -> Stage:
    """归档, which nobody has to sign."""
    return Stage("资料归档", StepKind.ARCHIVE, (), route)


def publish(route: str = "") -> Stage:
    """公开, which nobody has to sign."""
    return Stage("结果公开", StepKind.PUBLISH, (), route)


def known(none: int, direct: int, full: int) -> Known:
    """Return thresholds that are certain."""
    return Known((none, none), (direct, direct), (full, full))
