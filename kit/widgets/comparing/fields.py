"""What is typed into the fields of a comparison: limits, and how variants are to answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kit.errors import ParameterError
from kit.i18n import _
from kit.measure.spec import AnswerSpec
from kit.plots.metrics import is_known, metric
from kit.widgets.form import Form

SETTINGS = ("max_new_tokens", "temperature")


def limits_typed(values: Mapping[str, Any], limits: Mapping[str, float]) -> dict[str, float]:
    """Return `limits` with what stands in the fields ``limit:NAME``; one that is left empty is no limit.

    A field that shows a limit as it is changes nothing: it may show fewer digits than the limit has.

    Raises
    ------
    ParameterError
        A field holds no number.
    """
    found = dict(limits)
    for field, text in values.items():
        name = field.removeprefix("limit:")
        if field == name or not is_known(name):
            continue
        typed = str(text).strip()
        if not typed:
            found.pop(name, None)
        elif name not in limits or typed != metric(name).typed(limits[name]):
            found[name] = metric(name).meant(_number(name, typed))
    return found


def _number(name: str, typed: str) -> float:
    known = metric(name)
    text = typed.replace(known.unit, "") if known.unit else typed
    try:
        value = float(text.replace(",", ".").strip())
    except ValueError:
        value = float("nan")
    if not 0 <= value < float("inf"):
        allowed = _("a number in {unit}").format(unit=known.unit) if known.unit else _("a number")
        raise ParameterError(known.title, typed, allowed=allowed, fix=_("Leave the field empty for no limit."))
    return value


class AskFields:
    """How a question is asked: of whom beside the two, how long, how freely."""

    def __init__(self) -> None:
        self.also: tuple[str, ...] = ()
        self.form = Form(AnswerSpec, SETTINGS, {})

    def take(self, values: Mapping[str, Any]) -> None:
        """Take in what is ticked and typed."""
        self.form.take(values)
        for field, on in values.items():
            name = field.removeprefix("also:")
            if field != name:
                self.also = tuple(each for each in self.also if each != name) + ((name,) if on else ())

    def values(self) -> dict[str, Any]:
        """Return the settings of an `AnswerSpec` (raises as `Form.values` does)."""
        return self.form.values()

    def of_spec(self, spec: AnswerSpec, also: Sequence[str]) -> None:
        """Show what was asked."""
        self.also = tuple(also)
        self.form.fill({name: getattr(spec, name) for name in SETTINGS})

    def recall(self, kept: Mapping[str, Any]) -> None:
        """Show what was kept."""
        self.also = tuple(str(name) for name in kept.get("also", ()))
        self.form.take({name: str(kept[name]) for name in SETTINGS if name in kept})

    def kept(self) -> dict[str, Any]:
        """Return what is to be kept."""
        return {"also": list(self.also), **{name: self.form.raw[name] for name in SETTINGS}}
