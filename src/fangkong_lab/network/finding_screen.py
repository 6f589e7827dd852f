"""What `fangkong findings` prints: counts of every test, the first findings with their stories, what to fill in, the caveat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fangkong_lab.kinds import Audience
from fangkong_lab.network.findings import Finding, Findings, impossible_reasons
from fangkong_lab.network.ranking import ORDER_RULE
from fangkong_lab.network.summary import CAVEAT
from fangkong_lab.network.thresholds import DEFAULT_TARGET

MOST_CELLS = 5


def screen(found: Findings, top: int) -> str:
    """Return the text for the screen, the first *top* findings and questions told in full."""
    return "\n".join(_lines(found, top))


def _lines(found: Findings, top: int) -> Iterator[str]:
    sought = found.sought
    yield f"评估日期 {found.network.as_of} · 目标 {DEFAULT_TARGET} 人 · 读者 {sought.audience.label} · 等级取自{sought.grading.source}"
    yield ""
    for counts in found.counts:
        named = counts.row()
        yield f"{named.pop('检验')}：" + "，".join(f"{name}{number}" for name, number in named.items())
    yield ""
    yield from found.sentences()
    yield ""
    if found.listed:
        yield ORDER_RULE + "。"
        for finding in found.listed[:top]:
            yield from _told(found, finding)
    yield from _rest(found, top)
    if found.sought.audience is not Audience.INTERNAL:
        yield "本文本供纪委以外使用，只说明在哪些事项、哪些环节，不列人员和经手组合。"
    yield CAVEAT


def _told(found: Findings, finding: Finding) -> Iterator[str]:
    item = finding.each.item
    yield ""
    yield f"{finding.place}. {item.item_id}「{item.name}」 {finding.test.label}"
    yield f"   权重：{finding.weight.sentence()}"
    yield from (f"   {about}：{line}" for about, line in finding.told_to(found.network, found.sought.audience))


def _rest(found: Findings, top: int) -> Iterator[str]:
    if len(found.listed) > top:
        yield f"\n（其余{len(found.listed) - top}项用 --top 或 --json 查看）"
    if found.questions:
        yield f"\n待说明的制约环节{len(found.questions)}项："
        for finding in found.questions[:top]:
            places = "、".join(f"环节{step}签批{sign}" for step, sign in finding.each.structure.idle)
            yield f"   {finding.each.item.item_id}「{finding.each.item.name}」 {places}"
            yield from (f"      {line}" for line in finding.lines(found.network, found.sought.audience)[len(finding.each.structure.idle):])
    if found.settles:
        yield "\n补填以下内容即可作出判定："
        for settles in found.settles[:MOST_CELLS]:
            shown = replace(settles, cell=settles.cell.for_reader(found.sought.audience))
            yield f"   {shown.sentence()}"
    if found.stuck:
        yield f"\n无法办结{len(found.stuck)}项："
    for each in found.stuck[:top]:
        yield f"   {each.item.item_id}「{each.item.name}」 {'；'.join(impossible_reasons(found, each))}"
    for finding, row in found.accepted[:top]:
        said = row.sentence() if found.sought.audience is Audience.INTERNAL else f"有效期至{row.until}"
        yield f"   已接受：{finding.each.item.item_id}「{finding.each.item.name}」{finding.test.label}，{said}"
    yield ""
