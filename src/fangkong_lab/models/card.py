"""A model card: what one document states about a county model, line by line, each cited."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fangkong_lab.errors import did_you_mean
from fangkong_lab.kinds import Kind
from fangkong_lab.ledger import figures
from fangkong_lab.models.practice import Practice, read_practices
from fangkong_lab.models.row import check_version, rows
from fangkong_lab.policy.field import Field
from fangkong_lab.policy.node import read_yaml

LONGEST_PHRASE = 25
_KEYS = ("schema_version", "id", "name", "place", "kind", "document", "part", "lines", "absent", "not_stated")


class Stated(Kind):
    """What a document says about a row: it has it, it says it lacks it, or it does not say (未载 is not 无)."""

    YES = "yes", "有"
    NO = "no", "无"
    NOT_SAID = "not_said", "未载"


class ModelKind(Kind):
    """What sort of model a card describes; an inspection model has no power network of its own and gets no κ."""

    CONTROL = "control", "防控模式"
    INSPECTION = "inspection", "巡察模式"


@dataclass(frozen=True)
class Line:
    """One statement of a card: *row*, *stated*, *value* in our words, where it stands and its few words as printed.

    *figure_ids* are rows of data/sources/figures.csv; *marks* are standard terms of the row. A line that is not stated has neither value nor place.
    """

    row: str
    stated: Stated
    value: str = ""
    article: str = ""
    phrase: str = ""
    figure_ids: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()

    def cell(self) -> str:
        """Return the cell of the comparison: value and where it stands, or 未载."""
        if self.stated is Stated.NOT_SAID:
            return self.stated.label
        head = "" if self.stated is Stated.YES else f"{self.stated.label}："
        return f"{head}{self.value}〔{self.article}〕"


@dataclass(frozen=True)
class Card:
    """A county model as its document states it: one `Line` per row of the comparison, in their order.

    *practices* are what of it can be carried out on flows, in the order in which it is done. *grading* is the id of the
    policy that says its grading rule; empty where the document states none that can be carried out.
    """

    id: str
    name: str
    place: str
    kind: ModelKind
    document: str
    part: str
    lines: tuple[Line, ...]
    practices: tuple[Practice, ...] = ()
    grading: str = ""

    def line(self, row: str) -> Line:
        """Return the line of *row*; KeyError where the comparison has no such row."""
        for line in self.lines:
            if line.row == row:
                return line
        raise KeyError(row)

    def stated(self) -> frozenset[str]:
        """Return the rows on which the document says something, be it that it lacks it."""
        return frozenset(line.row for line in self.lines if line.stated is not Stated.NOT_SAID)


def read_card(path: Path) -> Card:
    """Read a model card.

    Raises `BadInput` naming file, line, field and mend for: an unknown key or row, a row in two places or in none, a
    line without place or phrase, a phrase over 25 characters, a figure that data/sources/figures.csv does not have or
    that is another document's, an id that is not the file's name.
    """
    top = Field(read_yaml(path))
    top.keys(_KEYS, ("practices", "grading"))
    check_version(top)
    if path.name != f"{top.at('id').text()}.yaml":
        raise top.at("id").fail(f"编号「{top.at('id').text()}」与文件名「{path.name}」不一致", "改成同名")
    document = _document(top.at("document"))
    said = {**_lines(top.at("lines"), Stated.YES, document), **_lines(top.at("absent"), Stated.NO, document)}
    silent = top.at("not_stated").texts() if top.at("not_stated").node.is_list else ()
    _check_rows(top, tuple(said), silent)
    lines = tuple(said.get(row.id, Line(row.id, Stated.NOT_SAID)) for row in rows())
    return Card(top.at("id").text(), top.at("name").text(), top.at("place").text(), top.at("kind").word(ModelKind),
                document, top.at("part").text(), lines, read_practices(top.maybe("practices"), frozenset(said)), _grading(top, frozenset(said)))


def _grading(top: Field, stated: frozenset[str]) -> str:
    field = top.maybe("grading")
    if field is None:
        return ""
    if "grading" not in stated:
        raise field.fail("卡片没有写明「grading」，不能套用分级规则", "先在 lines 里写明出处")
    from fangkong_lab.policy.catalogue import shelf

    known = tuple(path.stem for path in shelf().paths())
    if field.text() not in known:
        raise field.fail(f"没有规则「{field.text()}」", did_you_mean(field.text(), known))
    return field.text()


def _document(field: Field) -> str:
    known = tuple(figures.documents()["document"])
    if field.text() not in known:
        raise field.fail(f"没有文献「{field.text()}」", did_you_mean(field.text(), known))
    return field.text()


def _lines(field: Field, stated: Stated, document: str) -> dict[str, Line]:
    return {row: _line(item, row, stated, document) for row, item in field.pairs()}


def _line(field: Field, row: str, stated: Stated, document: str) -> Line:
    field.keys(("value", "article", "phrase"), ("figures", "marks"))
    known = tuple(r.id for r in rows())
    if row not in known:
        raise field.fail(f"没有「{row}」这一行", did_you_mean(row, known))
    phrase, ids = field.at("phrase"), field.maybe("figures")
    if len(phrase.text()) > LONGEST_PHRASE:
        raise phrase.fail(f"原文摘录超过 {LONGEST_PHRASE} 个字", "只摘最关键的几个字")
    figure_ids = ids.texts() if ids else ()
    if ids is not None:
        _check_figures(ids, figure_ids, document)
    return Line(row, stated, field.at("value").text(), field.at("article").text(), phrase.text(), figure_ids,
                _marks(field.maybe("marks"), row))


def _marks(field: Field | None, row: str) -> tuple[str, ...]:
    known = next(r.marks for r in rows() if r.id == row)
    if field is None:
        return ()
    for mark in field.texts():
        if mark not in known:
            raise field.fail(f"「{mark}」不是这一行的标准词", did_you_mean(mark, known) if known else "这一行没有标准词，删去 marks")
    return field.texts()


def _check_figures(field: Field, ids: tuple[str, ...], document: str) -> None:
    frame = figures.figures()
    known = tuple(frame.loc[frame["document"] == document, "figure_id"])
    for figure_id in ids:
        if figure_id not in known:
            raise field.fail(f"文献 {document} 没有数字「{figure_id}」", did_you_mean(figure_id, known))


def _check_rows(top: Field, said: tuple[str, ...], silent: tuple[str, ...]) -> None:
    known = tuple(row.id for row in rows())
    for row in silent:
        if row not in known:
            raise top.at("not_stated").fail(f"没有「{row}」这一行", did_you_mean(row, known))
        if row in said:
            raise top.at("not_stated").fail(f"「{row}」既有说明又列为未载", "留一处")
    missing = [row for row in known if row not in said and row not in silent]
    if missing:
        raise top.fail(f"有 {len(missing)} 行没有交代：{'、'.join(missing[:5])}", "写进 lines、absent，或列入 not_stated")
