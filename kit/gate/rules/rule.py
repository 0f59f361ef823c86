"""From a rule as a person writes it ("words>=3") to one that can be asked of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from kit.errors import ParameterError, nearest
from kit.gate.rules.pattern import check_pattern
from kit.gate.rules.presets import PRESETS
from kit.gate.rules.quantity import QUANTITIES, Quantity
from kit.i18n import _

_LIMIT = re.compile(r"\s*([A-Za-z_0-9]+)\s*(<=|>=|==|=|<|>)\s*(.*?)\s*", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]+)?")
_WORDS = ("language", "match", "not_match")
Kind = Literal["limit", "language", "match", "not_match"]


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    written : str
        In its short form, by which findings count it.
    kind : {"limit", "language", "match", "not_match"}
    name : str, default ""
        Of the quantity that a limit is for.
    at_most : bool, default True
        Is the limit the greatest that is allowed, rather than the least?
    limit : float, default 0
    languages : tuple of str, default ()
    pattern : str, default ""
    """

    written: str
    kind: Kind
    name: str = ""
    at_most: bool = True
    limit: float = 0.0
    languages: tuple[str, ...] = ()
    pattern: str = ""

    @property
    def quantity(self) -> Quantity:
        """What a limit is for."""
        return QUANTITIES[self.name]

    def breaks(self, value: float) -> bool:
        """Is `value` beyond the limit?"""
        return value > self.limit if self.at_most else value < self.limit

    def told(self, value: float) -> str:
        """Return in words that `value` is beyond the limit."""
        quantity = self.quantity
        words = _("{what}; at most {limit} are allowed") if self.at_most else _("{what}; at least {limit} are needed")
        what = _(quantity.told).format(value=quantity.written(value), n=quantity.n)
        return words.format(what=what, limit=quantity.written(self.limit))


def check_rules(rules: tuple[str, ...]) -> None:
    """Raise unless every one of `rules` is a preset or a rule.

    Raises
    ------
    ParameterError
        With the nearest name and an example.
    """
    for each in rules:
        rules_of(each)


@cache
def rules_of(written: str) -> tuple[Rule, ...]:
    """Return the rules that one entry of a list means: those of a preset, or itself.

    Raises
    ------
    ParameterError
        It is neither.
    """
    if written.strip() in PRESETS:
        return tuple(_rule(each) for each in PRESETS[written.strip()])
    return (_rule(written),)


def all_rules(written: tuple[str, ...]) -> tuple[Rule, ...]:
    """Return every rule of a list, each once."""
    found = {rule.written: rule for each in written for rule in rules_of(each)}
    return tuple(found.values())


def _rule(written: str) -> Rule:
    parts = _LIMIT.fullmatch(written)
    if parts is None:
        raise _unknown(written, written)
    name, sign, value = parts.groups()
    if name in _WORDS:
        return _with_words(written, name, sign, value)
    if name not in QUANTITIES:
        raise _unknown(written, name)
    example = f"{name}{QUANTITIES[name].example}"
    if sign not in ("<=", ">="):
        fix = _("Write {name}>={value} or {name}<={value}.").format(name=name, value=value or "…")
        raise ParameterError(
            "rules", written, allowed=_("a rule with >= or <=, such as {example}").format(example=example), fix=fix
        )
    return Rule(f"{name}{sign}{value}", "limit", name, sign == "<=", _number(written, name, value, example))


def _with_words(written: str, name: str, sign: str, value: str) -> Rule:
    if sign != "=":
        raise ParameterError("rules", written, allowed=_("{name}=…, with a single =").format(name=name))
    if name == "match":
        check_pattern(value, rule=written)
        return Rule(f"match={value}", "match", pattern=value)
    if name == "not_match":
        check_pattern(value, rule=written)
        return Rule(f"not_match={value}", "not_match", pattern=value)
    languages = tuple(each.strip().lower() for each in value.split(","))
    if not all(map(_LANGUAGE.fullmatch, languages)):
        raise ParameterError("rules", written, allowed=_("codes of languages, such as language=en,zh"))
    return Rule(f"language={','.join(languages)}", "language", languages=languages)


def _number(written: str, name: str, value: str, example: str) -> float:
    share = QUANTITIES[name].kind == "share"
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if number >= 0 and (number <= 1 or not share) and number < float("inf"):
        return number
    if share:
        allowed = _("a share from 0 to 1 behind {name}, such as {example}").format(name=name, example=example)
    else:
        allowed = _("a number from 0 on behind {name}, such as {example}").format(name=name, example=example)
    raise ParameterError("rules", written, allowed=allowed)


def _unknown(written: str, name: str) -> ParameterError:
    near = nearest(name, [*PRESETS, *QUANTITIES, *_WORDS])
    known = _("a preset ({presets}) or a rule such as words>=3; known: {names}").format(
        presets=", ".join(PRESETS), names=", ".join([*QUANTITIES, *_WORDS])
    )
    fix = (
        _("Did you mean {near!r}?").format(near=_example(near)) if near else _("Write one of these, such as words>=3.")
    )
    return ParameterError("rules", written, allowed=known, fix=fix)


def _example(name: str) -> str:
    if name in QUANTITIES:
        return name + QUANTITIES[name].example
    return {"language": "language=en,zh", "match": "match=\\d", "not_match": "not_match=https?://"}.get(name, name)
