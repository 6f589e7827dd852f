"""Lists of "person, authority" (who may do what) as ledger tables, and nothing in between.

Each authority becomes a power item with a flow of one step, 决定, that any one of its holders may sign (任一): an access
list says that each of them can act, and nothing about a second signature. Each person gets one post of his own, for a
list has no posts. Authorities with the same holders share a flow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangkong_lab.errors import BadInput
from fangkong_lab.kinds import SignRule, StepKind
from fangkong_lab.network.conversion import Conversion, Loss, LossKind, frames_of

LARGEST_BYTES = 64 * 2**20
_CODE = re.compile(r"[0-9A-Za-z_.:@/\\+-]{1,40}")
_SPLIT = re.compile(r"[\s,;\uff0c\uff1b]+")


@dataclass(frozen=True)
class AuthorityList:
    """Who holds what: *pairs* of person and authority, sorted, each once; *repeated* pairs stood there again."""

    pairs: tuple[tuple[str, str], ...]
    repeated: tuple[tuple[int, str, str], ...]

    @property
    def persons(self) -> tuple[str, ...]:
        """All persons, in natural order."""
        return tuple(sorted({p for p, _ in self.pairs}, key=_natural))

    @property
    def authorities(self) -> tuple[str, ...]:
        """All authorities, in natural order."""
        return tuple(sorted({a for _, a in self.pairs}, key=_natural))


def _natural(code: str) -> tuple[int, int, str]:
    return (0, int(code), "") if code.isascii() and code.isdigit() else (1, 0, code)


def read_authority_list(path: Path) -> AuthorityList:
    """Read a text file of one ``person authority`` a line, parted by blanks, a comma or a semicolon.

    Lines starting with # and empty lines are skipped. Raises `BadInput` for a missing or larger file than 64 MB, a line
    that is not two codes (names and ID numbers are not codes), or a file without any.
    """
    if not path.is_file():
        raise BadInput("找不到文件", where=str(path), mend="核对路径")
    if path.stat().st_size > LARGEST_BYTES:
        raise BadInput(f"文件超过{LARGEST_BYTES // 2**20}MB", where=path.name, mend="分成几个文件")
    seen: set[tuple[str, str]] = set()
    repeated = []
    for number, pair in _pairs(path):
        if pair in seen:
            repeated.append((number, *pair))
        seen.add(pair)
    if not seen:
        raise BadInput("文件里没有「人员 权限」的行", where=path.name, mend="每行写一个人员代号和一个权限代号，用空格或逗号隔开")
    return AuthorityList(tuple(sorted(seen, key=lambda p: (_natural(p[0]), _natural(p[1])))), tuple(repeated))


def _pairs(path: Path) -> Iterator[tuple[int, tuple[str, str]]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadInput("不是 UTF-8 文本", where=path.name, mend="另存为 UTF-8 文本") from error
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        parts = _SPLIT.split(text)
        if len(parts) != 2:
            raise BadInput(f"应是两个代号，这里有{len(parts)}个", where=f"{path.name} › 第{number}行", mend="每行写一个人员代号和一个权限代号")
        for part in parts:
            if not _CODE.fullmatch(part) or _looks_like_id(part):
                raise BadInput("含有不是代号的内容（代号只含字母、数字和 _-.:,不得是姓名、电话、身份证号）",
                               where=f"{path.name} › 第{number}行", mend="先换成代号")
        yield number, (parts[0], parts[1])


def _looks_like_id(code: str) -> bool:
    return re.fullmatch(r"1[3-9]\d{9}|\d{17}[\dXx]", code) is not None


def convert_authority_list(path: Path, unit_id: str, since: date, unit_name: str = "") -> Conversion:
    """Return *path* as ledger tables of the unit *unit_id*; every occupancy starts on *since*.

    Codes: person ``<unit>-P<code>``, post ``<unit>-G<code>``, item ``<unit>-S<code>``, flow ``<unit>-L<n>``. κ of every item
    is 1 by construction and η the number of its holders: read the list as "who could, alone". Losses name what a list
    does not say.
    """
    listed = read_authority_list(path)
    holders: dict[str, list[str]] = {}
    for person, authority in listed.pairs:
        holders.setdefault(authority, []).append(person)
    flows: dict[tuple[str, ...], str] = {}
    for authority in listed.authorities:
        flows.setdefault(tuple(holders[authority]), f"{unit_id}-L{len(flows) + 1:04d}")
    rows: dict[str, list[dict[str, object]]] = {
        "units": [{"unit_id": unit_id, "name": unit_name or unit_id, "kind": "其他"}],
        "posts": [{"post_id": f"{unit_id}-G{p}", "unit_id": unit_id, "title": f"权限持有人{p}"} for p in listed.persons],
        "power_items": [{"item_id": f"{unit_id}-S{a}", "unit_id": unit_id, "name": f"权限{a}", "category": "其他",
                         "flow_id": flows[tuple(holders[a])]} for a in listed.authorities],
        "persons": [{"person_id": f"{unit_id}-P{p}"} for p in listed.persons],
        "occupancies": [{"person_id": f"{unit_id}-P{p}", "post_id": f"{unit_id}-G{p}", "start": since} for p in listed.persons],
        "flows": [{"flow_id": f, "unit_id": unit_id, "name": f"{len(held)}人可单独办理"} for held, f in flows.items()],
        "steps": [{"flow_id": f, "step_no": 1, "name": "行使权限", "kind": StepKind.DECIDE.label} for f in flows.values()],
        "sign_offs": [{"flow_id": f, "step_no": 1, "sign_no": 1, "post_id": f"{unit_id}-G{p}", "rule": SignRule.ANY.label}
                      for held, f in flows.items() for p in held],
    }
    return Conversion(path.name, unit_id, frames_of(rows), tuple(_losses(path, listed)))


def _losses(path: Path, listed: AuthorityList) -> Iterator[Loss]:
    yield Loss(LossKind.CHECK, "单位类别、权力类别", path.name, "名单没有写，暂填「其他」")
    yield Loss(LossKind.CHECK, "岗位", path.name, "名单没有岗位，每人设一个岗位；上下级关系没有，影响关系不起作用")
    yield Loss(LossKind.CHECK, "签批规则", path.name, "名单只说明谁有权限，按持有人任一人可单独办理；如另有复核，请补填环节与签批")
    for number, person, authority in listed.repeated:
        yield Loss(LossKind.DROPPED, f"{person} {authority}", f"{path.name} › 第{number}行", "与前面的行重复，只留一条")
