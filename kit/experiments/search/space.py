"""The space that a search of hyper-parameters looks through, read from words such as "learning_rate=1e-4..3e-3 log".

One entry names one field of a `TuneSpec` and what it may be: a range (``low..high``, with ``log`` or ``step n`` behind
it) or a list (``8,16,32``). Entries of a list that are lists themselves are joined by ``+``, as in
``target_modules=q_proj+v_proj,all-linear``; ``none`` leaves a field out that may be left out. Every value is checked by
the rules of its field.
"""

from __future__ import annotations

import dataclasses
import itertools
import math
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin, get_type_hints

from kit._check import checked
from kit.errors import ParameterError, nearest
from kit.i18n import _
from kit.tuning import TuneSpec

_SHAPE = "field=low..high, field=low..high log, field=low..high step n, or field=value,value,…"
_NOT_SEARCHED = ("seed",)  # the luckiest seed is no setting
_BOOLEANS = {"true": True, "false": False}
_DIGITS = 3  # of a number that was drawn: more say nothing, and a spec is read by people

Param = str | int | float


@dataclass(frozen=True)
class Axis:
    """One field and what it may be.

    Parameters
    ----------
    field : str
        Of a `TuneSpec`.
    choices : dict of str to value
        By the words that stand for them; empty for a range.
    low, high : float
        The ends of a range, themselves included.
    whole : bool
        Are there whole numbers only?
    log : bool
        Are orders of magnitude drawn evenly?
    step : int, optional
        Between two whole numbers.
    """

    field: str
    choices: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    log: bool = False
    step: int | None = None

    def value(self, param: Param) -> Any:
        """Return the value of the field that `param` stands for, as a search draws and keeps it."""
        if self.choices:
            return self.choices[str(param)]
        if self.whole:
            return int(param)
        return min(max(float(f"{float(param):.{_DIGITS}g}"), self.low), self.high)

    def param(self, value: Any) -> Param | None:
        """Return what stands for `value`, or None where the axis does not hold it."""
        if self.choices:
            return next((word for word, choice in self.choices.items() if choice == value), None)
        if value is None or not self.low <= value <= self.high:
            return None
        if self.step is not None and (value - self.low) % self.step:
            return None
        return int(value) if self.whole else float(value)

    @property
    def params(self) -> tuple[Param, ...] | None:
        """All that there are, or None where they cannot be counted."""
        if self.choices:
            return tuple(self.choices)
        if not self.whole:
            return (self.low,) if self.low == self.high else None
        return tuple(range(int(self.low), int(self.high) + 1, self.step or 1))


def read_space(texts: Sequence[str]) -> tuple[Axis, ...]:
    """Return what the entries of a space say.

    Raises
    ------
    ParameterError
        Naming the entry, and what is allowed.
    """
    axes = tuple(_axis(f"space[{i}]", text) for i, text in enumerate(texts))
    fields = [axis.field for axis in axes]
    for i, field in enumerate(fields):
        if field in fields[:i]:
            raise ParameterError(f"space[{i}]", texts[i], allowed=_("a field that no other entry names"))
    return axes


def combinations(axes: Sequence[Axis], *, most: int) -> list[dict[str, Param]] | None:
    """Return every combination of a space, or None where there are more than `most`."""
    params = [axis.params for axis in axes]
    if any(each is None for each in params) or math.prod(len(each or ()) for each in params) > most:
        return None
    rows = itertools.product(*(each or () for each in params))
    return [dict(zip((axis.field for axis in axes), row, strict=True)) for row in rows]


def _axis(name: str, text: str) -> Axis:
    field, equals, words = (part.strip() for part in text.partition("="))
    if not (field and equals and words):
        raise ParameterError(name, text, allowed=_SHAPE)
    found = _searchable()
    if field not in found:
        near = nearest(field, found)
        fix = _("Did you mean {near!r}?").format(near=near) if near else ""
        raise ParameterError(name, text, allowed=_("about one of ") + ", ".join(sorted(found)), fix=fix)
    hint, optional = found[field]
    return _range(name, text, field, hint, words) if ".." in words else _choices(name, text, field, words, optional)


def _searchable() -> dict[str, tuple[Any, bool]]:
    """Return the fields of plain values by name, with their type and whether they may be left out."""
    hints = get_type_hints(TuneSpec)
    plain = {f.name: _unwrapped(hints[f.name]) for f in dataclasses.fields(TuneSpec) if f.name not in _NOT_SEARCHED}
    return {name: each for name, each in plain.items() if each[0] in (int, float, bool, str, tuple[str, ...])}


def _unwrapped(hint: Any) -> tuple[Any, bool]:
    if get_origin(hint) not in (Union, types.UnionType):
        return hint, False
    (inner,) = (option for option in get_args(hint) if option is not type(None))
    return inner, True


def _range(name: str, text: str, field: str, hint: Any, words: str) -> Axis:
    if hint not in (int, float):
        raise ParameterError(name, text, allowed=_("a list of values: {field} is no number").format(field=field))
    ends, *how = words.split()
    low, high = (_value(name, text, field, word) for word in ends.split("..", 1))
    log, step = how == ["log"], _step(how)
    if (how and not log and step is None) or (step is not None and hint is not int):
        allowed = _("{shape}; steps are for whole numbers").format(shape=_SHAPE)
        raise ParameterError(name, text, allowed=allowed)
    if low is None or high is None or low > high or (log and low <= 0):
        allowed = _("a range from low to high, above 0 for log")
        raise ParameterError(name, text, allowed=allowed)
    return Axis(field, low=low, high=high, whole=hint is int, log=log, step=step)


def _step(how: Sequence[str]) -> int | None:
    return int(how[1]) if len(how) == 2 and how[0] == "step" and how[1].isdigit() and int(how[1]) > 0 else None


def _choices(name: str, text: str, field: str, words: str, optional: bool) -> Axis:
    choices: dict[str, Any] = {}
    for word in (each.strip() for each in words.split(",")):
        left_out = optional and word.lower() == "none"
        choices[word] = None if left_out else _value(name, text, field, word)
    if len(choices) < words.count(",") + 1:
        raise ParameterError(name, text, allowed=_("a list that names each value once"))
    return Axis(field, choices=choices)


def _value(name: str, text: str, field: str, word: str) -> Any:
    """Return what `word` means for a field, checked by the rules of the field."""
    hint, _optional = _searchable()[field]
    rules = next(f.metadata for f in dataclasses.fields(TuneSpec) if f.name == field)
    try:
        return checked(field, _meant(hint, word.strip()), hint, rules)
    except ParameterError as exc:
        allowed = _("of values that {field} may have, and {word!r} is none: {allowed}")
        told = allowed.format(field=field, word=word, allowed=exc.allowed)
        raise ParameterError(name, text, allowed=told) from exc


def _meant(hint: Any, word: str) -> Any:
    if hint is bool:
        return _BOOLEANS.get(word.lower(), word)
    if hint in (int, float):
        return _number(hint, word)
    if hint is str:
        return word
    return () if word.lower() == "none" else tuple(part.strip() for part in word.split("+"))


def _number(hint: Any, word: str) -> Any:
    try:
        number = float(word)
    except ValueError:
        return word
    return int(number) if hint is int and number.is_integer() else number


def changes(axes: Sequence[Axis], params: Mapping[str, Param]) -> dict[str, Any]:
    """Return the values of the fields that `params` stand for."""
    return {axis.field: axis.value(params[axis.field]) for axis in axes}


def allowed_specs(base: TuneSpec, axes: Sequence[Axis]) -> Iterator[TuneSpec]:
    """Yield the tunings at the two ends of a space, as far as their fields go together."""
    for end in (0, -1):
        params = {axis.field: (tuple(axis.choices) or (axis.low, axis.high))[end] for axis in axes}
        try:
            yield base.replace(**changes(axes, params))
        except ParameterError:
            continue
