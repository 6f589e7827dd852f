"""Who would sign in this county: the posts that a practice asks for by function, found in a unit's reporting line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from fangkong_lab.network.nodes import Flow
from fangkong_lab.network.patterns.action import DISCIPLINE_WORDS
from fangkong_lab.network.patterns.study import Study


@dataclass(frozen=True)
class Staff:
    """The posts of one unit by function. Every rule here is our reading: ledgers do not say who does what.

    The head is the top of the reporting line; deputies report to him and lead somebody; section chiefs report to a
    deputy and lead somebody; who leads finance is told by 分管领域.
    """

    study: Study
    unit_id: str
    charges: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def head(self) -> str | None:
        """The head's post; None where the top of the line cannot be told."""
        return self.study.head(self.unit_id)

    @cached_property
    def deputies(self) -> tuple[str, ...]:
        """Posts that report to the head and lead somebody, by code."""
        below = self.study.below(self.head) if self.head else ()
        return tuple(p for p in sorted(below) if self.study.below(p))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """The leading group: the head and all who report to him, discipline staff left out (三转)."""
        below = self.study.below(self.head) if self.head else ()
        group = sorted({*below, *((self.head,) if self.head else ())})
        return tuple(p for p in group if not self._discipline(p))

    @cached_property
    def chiefs(self) -> tuple[str, ...]:
        """Posts that report to a deputy and lead somebody, by code."""
        return tuple(sorted(p for d in self.deputies for p in self.study.below(d) if self.study.below(p)))

    @cached_property
    def finance_leader(self) -> str | None:
        """The deputy whose 分管领域 names 财务; None where none does."""
        return next((p for p in self.deputies if "财务" in self.charges.get(p, "")), None)

    @cached_property
    def office_leader(self) -> str | None:
        """The first deputy by code who does not lead finance: stands for 分管机关的领导, whom no column names."""
        return next((p for p in self.deputies if p != self.finance_leader), None)

    def titled(self, *words: str) -> str | None:
        """Return the first post by code whose title has one of *words*."""
        posts = sorted(self.study.posts(self.unit_id), key=lambda p: p.post_id)
        return next((p.post_id for word in words for p in posts if word in p.title), None)

    @property
    def discipline(self) -> str | None:
        """The discipline group's head (纪检组长、纪委书记)."""
        return self.titled(*DISCIPLINE_WORDS)

    @property
    def citizen(self) -> str | None:
        """The representative of the people (群众代表)."""
        return self.titled("群众代表")

    @property
    def outsider(self) -> str | None:
        """An external post that may sign business: 监理, 群众代表; discipline staff left out."""
        posts = sorted((p for p in self.study.posts(self.unit_id) if p.external), key=lambda p: p.post_id)
        return next((p.post_id for p in posts if not self._discipline(p.post_id)), None)

    @property
    def accounts(self) -> str | None:
        """The chief of the finance section (财务股长)."""
        return self.titled("财务股负责人", "财务股长", "财政所长", "财务股")

    def boss(self, post: str) -> str | None:
        """Return the post that *post* reports to, if it is known."""
        boss = self.study.network.posts[post].reports_to
        return boss if boss in self.study.network.posts else None

    def other_chief(self, flow: Flow, *, other_line: bool) -> str | None:
        """Return a section chief who does not sign in *flow*; with *other_line* one under another deputy than its signers'."""
        signers = {p for s in flow.sign_offs for p in s.posts}
        lines = {self.boss(p) for p in signers} | signers if other_line else set()
        return next((c for c in self.chiefs if c not in signers and self.boss(c) not in lines), None)

    def _discipline(self, post: str) -> bool:
        title = self.study.network.posts[post].title
        return any(word in title for word in DISCIPLINE_WORDS)


def staff_of(study: Study) -> Mapping[str, Staff]:
    """Return the staff of every unit of the study."""
    charges = {str(r["post_id"]): str(r["in_charge_of"] or "") for r in study.rows("posts", "post_id", "in_charge_of")}
    return {unit: Staff(study, unit, charges) for unit in study.units()}

