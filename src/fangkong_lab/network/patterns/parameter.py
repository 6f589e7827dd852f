"""Parameters of patterns: every value with the place and the document it is from; none where no document states one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fangkong_lab.errors import WrongCall, did_you_mean
from fangkong_lab.kinds import Kind
from fangkong_lab.sources import Citation

Value = float | str | tuple[str, ...]
BY_CALLER = "使用者给定"


class Form(Kind):
    """What kind of value a parameter takes."""

    NUMBER = "number", "数"
    WORD = "word", "词"
    LIST = "list", "列表"


@dataclass(frozen=True)
class Cited:
    """The *value* of a parameter at one *place*, with its source; *reading* says where the wording was interpreted."""

    place: str
    value: Value
    citation: Citation
    figure: str = ""
    reading: str = ""

    def evidence(self) -> str:
        """Return the source as printed beside the value."""
        figure = f"，数字编号 {self.figure}" if self.figure else ""
        return f"{self.citation.sentence()}{figure}" + (f"；读法：{self.reading}" if self.reading else "")


@dataclass(frozen=True)
class Parameter:
    """A parameter: its cited *values* by place; *choices* closes the words it may take (empty: any)."""

    name: str
    label: str
    form: Form
    values: tuple[Cited, ...] = ()
    choices: tuple[str, ...] = ()
    about: str = ""
    optional: bool = False

    def read(self, text: object, where: str) -> Value:
        """Return *text* (from the command line or Python) as a value of this parameter; `WrongCall` where it is none."""
        if self.form is Form.NUMBER:
            return self._number(text, where)
        words = tuple(str(w).strip() for w in (str(text).split("、") if isinstance(text, str) else text) if str(w).strip())  # type: ignore[attr-defined]
        unknown = [w for w in words if self.choices and w not in self.choices]
        if unknown or not words or (self.form is Form.WORD and len(words) > 1):
            bad = unknown[0] if unknown else str(text)
            raise WrongCall(f"「{bad}」不是「{self.label}」可取的值", where=where, mend=did_you_mean(bad, self.choices))
        return words[0] if self.form is Form.WORD else words

    def _number(self, text: object, where: str) -> float:
        try:
            value = float(str(text))
        except ValueError:
            value = float("nan")
        if not value > 0 or value == float("inf"):
            raise WrongCall(f"「{text}」不是正数", where=where, mend=f"给「{self.label}」一个大于零的数")
        return value


def shown(value: Value | None) -> str:
    """Return a value as printed: lists joined by 、, numbers without needless digits, 未设 where there is none."""
    if value is None:
        return "未设"
    if isinstance(value, tuple):
        return "、".join(value)
    return f"{value:g}" if isinstance(value, float) else value


@dataclass(frozen=True)
class Setting:
    """The value a test used, where it is from (a place, or 使用者给定), and its source."""

    parameter: Parameter
    value: Value | None
    place: str
    evidence: str

    def shown(self) -> str:
        """Return the value as printed."""
        return shown(self.value)


@dataclass(frozen=True)
class Choice:
    """What the caller chose: a *place* whose values apply, and *values* of his own, which go before it."""

    place: str | None = None
    values: Mapping[str, object] = field(default_factory=dict)


NO_CHOICE = Choice()


@dataclass(frozen=True)
class Settings:
    """All values of one test by parameter name."""

    settings: tuple[Setting, ...]

    def value(self, name: str) -> Value | None:
        """Return the value of a parameter; None where an optional one is not set."""
        return next(s.value for s in self.settings if s.parameter.name == name)

    def number(self, name: str) -> float:
        """Return a number."""
        value = self.value(name)
        assert isinstance(value, float)
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list."""
        value = self.value(name)
        assert isinstance(value, tuple)
        return value

    def word(self, name: str) -> str:
        """Return a word."""
        value = self.value(name)
        assert isinstance(value, str)
        return value


def settle(code: str, parameters: tuple[Parameter, ...], choice: Choice, own_place: str) -> Settings:
    """Return the values a test of pattern *code* uses.

    A value the caller gives goes first, then that of the place he names, then that of *own_place* (where the pattern's
    own document states it). Without any of them the caller must choose: `WrongCall` says between what.
    """
    unknown = [n for n in choice.values if n not in {p.name for p in parameters}]
    if unknown:
        raise WrongCall(f"没有参数「{unknown[0]}」", where=code, mend=did_you_mean(unknown[0], tuple(p.name for p in parameters)))
    places = tuple(dict.fromkeys(c.place for p in parameters for c in p.values))
    place = None if choice.place is None else choice.place.replace("(", "（").replace(")", "）")
    if place is not None and place not in places:
        raise WrongCall(f"没有「{place}」的版本", where=code, mend=did_you_mean(place, places))
    given = {p.name: p.read(choice.values[p.name], f"{code} › {p.name}") for p in parameters if p.name in choice.values}
    return Settings(tuple(Setting(p, given[p.name], BY_CALLER, BY_CALLER) if p.name in given
                          else _setting(code, p, (place, own_place)) for p in parameters))


def _setting(code: str, parameter: Parameter, places: tuple[str | None, ...]) -> Setting:
    where = f"{code} › {parameter.name}"
    for place in places:
        found = next((c for c in parameter.values if c.place == place), None)
        if found is not None:
            return Setting(parameter, found.value, found.place, found.evidence())
    if parameter.optional:
        return Setting(parameter, None, "", "未设")
    if parameter.values:
        raise WrongCall(f"「{parameter.label}」各地写法不同，须选定一地", where=where,
                        mend="选用" + "、".join(f"「{c.place}」" for c in parameter.values) + "之一，或自己给值")
    raise WrongCall(f"「{parameter.label}」没有公开出处，软件不代定", where=where, mend="自己给值")
