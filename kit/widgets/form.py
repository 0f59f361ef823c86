"""Settings as a person types them: from a spec's own field descriptions to inputs, and back to checked values."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterable, Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

import htpy as h

from kit._check import checked
from kit.errors import ParameterError
from kit.i18n import N_, _
from kit.spec import Spec

_ANSWERS = ("yes", "no")
_WORDS = {"": N_("left out"), "yes": N_("yes"), "no": N_("no")}


class Form:
    """What stands in the fields of a form, right or wrong.

    Parameters
    ----------
    kind : type of Spec
        Where the fields are described.
    names : iterable of str
        The fields, in order.
    given : mapping
        Values that differ from the defaults.
    """

    def __init__(self, kind: type[Spec], names: Iterable[str], given: Mapping[str, Any]) -> None:
        hints = get_type_hints(kind)
        self._fields = {f.name: f for f in dataclasses.fields(kind) if f.name in set(names)}
        self.names = [name for name in names if name in self._fields]
        self._hints = {name: hints[name] for name in self.names}
        self.raw: dict[str, str | bool] = {}
        self.errors: dict[str, str] = {}
        self.fill({name: given.get(name, self._fields[name].default) for name in self.names})

    def fill(self, values: Mapping[str, Any]) -> None:
        """Put `values` into their fields, as a person would have typed them."""
        for name in self.names:
            if name in values:
                self.raw[name] = _typed(values[name], self._hints[name])
                self.errors.pop(name, None)

    def take(self, values: Mapping[str, Any]) -> None:
        """Take what stands on the page in and note what is wrong with it."""
        for name in self.names:
            if name in values:
                raw = values[name]
                self.raw[name] = raw if isinstance(raw, bool) else str(raw)
                self.errors.pop(name, None)
                try:
                    self._value(name)
                except ParameterError as exc:
                    self.blame(exc)

    def blame(self, exc: ParameterError) -> bool:
        """Show an error at the field that it names; say whether there is such a field."""
        name = exc.parameter.partition("[")[0]
        if name not in self._fields:
            return False
        self.errors[name] = _("must be {allowed}").format(allowed=exc.allowed)
        return True

    def said(self, name: str, value: Any) -> str:
        """Return a value of a field as it stands in words: as a person would have typed it."""
        typed = _typed(value, self._hints[name])
        if isinstance(typed, bool):
            return _("yes") if typed else _("no")
        return _named(typed)

    def label(self, name: str) -> str:
        """Return what a field is called."""
        return _(self._fields[name].metadata["label"])

    def values(self) -> dict[str, Any]:
        """Return the values of all fields.

        Raises
        ------
        ParameterError
            The first that is not allowed.
        """
        return {name: self._value(name) for name in self.names}

    def _value(self, name: str) -> Any:
        field, hint = self._fields[name], self._hints[name]
        return checked(name, _parsed(name, self.raw[name], hint), hint, field.metadata)

    def html(self, names: Iterable[str], *, notes: Mapping[str, str] | None = None, helped: bool = False) -> h.Element:
        """Return the fields `names` as inputs with labels.

        Parameters
        ----------
        names : iterable of str
            Which, in order.
        notes : mapping of str to str, optional
            A word under some of them, by name.
        helped : bool, default False
            Does the help stand under each field, beside being shown when it is pointed at?
        """
        drawn = (self._html(name, (notes or {}).get(name, ""), helped) for name in names)
        return h.div(".tb-fields", role="group", data_helped=helped)[drawn]

    def _html(self, name: str, note: str, helped: bool) -> h.Element:
        meta, error = self._fields[name].metadata, self.errors.get(name)
        common = {
            "name": name,
            "title": _(meta["help"]) if meta["help"] else None,
            "data-change": "set",
            "aria-invalid": "true" if error else None,
        }
        unit = h.span(".tb-tiny")[_(meta["unit"])] if meta["unit"] else None
        return h.label(".tb-field", data_key=f"field-{name}")[
            h.span(".tb-tiny")[_(meta["label"])],
            h.span(".tb-input")[self._input(name, common), unit],
            h.span(".tb-error")[error] if error else None,
            h.span(".tb-tiny", data_tone="run")[note] if note else None,
            h.span(".tb-tiny.tb-help")[_(meta["help"])] if helped and meta["help"] else None,
        ]

    def _input(self, name: str, common: dict[str, Any]) -> h.Element | h.VoidElement:
        raw, meta = self.raw[name], self._fields[name].metadata
        if isinstance(raw, bool):
            return h.input(common, type="checkbox", checked=raw)
        optional = _optional(self._hints[name])
        choices = _ANSWERS if _inner(self._hints[name]) is bool else meta["choices"]
        if choices:
            known = ("", *choices) if optional else choices
            options = [h.option(value=c, selected=str(c) == raw)[_named(c)] for c in known]
            return h.select(common, data_value=raw)[options]
        empty = _("left out") if optional else None
        return h.input(common, type="text", value=raw, placeholder=empty, autocomplete="off", spellcheck="false")


def _named(choice: Any) -> str:
    """Return what a choice is called: those of a program by their names, those of a form in words."""
    return _(_WORDS[choice]) if choice in _WORDS else str(choice)


def _typed(value: Any, hint: Any) -> str | bool:
    if isinstance(value, bool):
        return ("yes" if value else "no") if _optional(hint) else value
    if value is None:
        return ""
    if isinstance(value, tuple | list):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _optional(hint: Any) -> bool:
    return get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint)


def _inner(hint: Any) -> Any:
    """Return the type of a value that is there, where it may also be left out."""
    return next(option for option in get_args(hint) if option is not type(None)) if _optional(hint) else hint


def _parsed(name: str, raw: str | bool, hint: Any) -> Any:
    """Return `raw` as the type that `hint` wants; what is no number stays text, for `checked` to refuse."""
    if isinstance(raw, bool):
        return raw
    text = raw.strip()
    if _optional(hint):
        if not text:
            return None
        hint = _inner(hint)
    if hint is bool:
        return {"yes": True, "no": False}.get(text, text)
    if get_origin(hint) is tuple:
        return tuple(part.strip() for part in text.split(",") if part.strip())
    for kind in (int, float):
        if hint is kind:
            try:
                return kind(text)
            except ValueError:
                return text
    return text
