"""Which models can be asked: the one that a panel was given, or those of measured rows that the service holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kit._check import plain
from kit.engines.spec import Variant
from kit.errors import ParameterError
from kit.i18n import _
from kit.jobs import Run
from kit.plots.reading import variant_name
from kit.result import Result
from kit.widgets.asking.names import served_name
from kit.widgets.comparing.asking import variant_of
from kit.widgets.comparing.sources import Sources
from kit.widgets.origin import model_words, pending

_MEASURED = ("sweep", "auto", "evaluate")


@dataclass(frozen=True)
class Choice:
    """A model that can be asked: as a person calls it, and as the service does."""

    label: str
    served: str


class Models:
    """The models of a panel, read anew each time it is drawn.

    Parameters
    ----------
    given : str, Run, Variant, Result, panel, or a list of these
        As `Playground` takes it.

    Raises
    ------
    ParameterError
        Something among it is none of these.
    """

    def __init__(self, given: Any) -> None:
        several = given if isinstance(given, list | tuple) else [given]
        if not several:
            raise ParameterError("model", given, allowed=_("a model, or a list of at least one"))
        self._given = [_checked(each, given) for each in several]

    def choices(self) -> list[Choice]:
        """Return the models that can be asked now, none twice."""
        found: dict[str, Choice] = {}
        for each in self._given:
            for choice in _of_rows(each) if isinstance(each, Sources) else [_of_one(each)]:
                found.setdefault(choice.served, choice)
        return list(found.values())

    def left_out(self) -> list[str]:
        """Return the names of measured rows that the service does not hold as they were measured."""
        rows = [(each, row) for each in self._given if isinstance(each, Sources) for row in each.rows()]
        return [variant_name(row) for source, row in rows if served_name(_variant(source, row)) is None]

    def pending(self) -> str:
        """Return what may still change them, or ""."""
        words = (each.pending() if isinstance(each, Sources) else pending(each) for each in self._given)
        return next(filter(None, words), "")

    def seen(self) -> object:
        """Return what they follow from; None while that changes."""
        if self.pending():
            return None
        return tuple((choice.label, choice.served) for choice in self.choices()), tuple(self.left_out())

    def known_as(self) -> tuple[Any, ...]:
        """Return what tells one panel's models from another's."""
        one = [each.given[0] if isinstance(each, Sources) else each for each in self._given]
        return tuple(each.spec if isinstance(each, Result) else each for each in one)


def _checked(each: Any, given: Any) -> Any:
    if isinstance(each, Variant):
        if served_name(each) is None:
            allowed = _(
                "a variant that the service holds: a model known by its name, with a method of llama.cpp or OpenVINO"
            )
            raise ParameterError("model", each.name, allowed=allowed, fix=_("Take a method such as gguf-q8_0."))
        return each
    if _is_measured(each):
        return Sources((each,))
    if not isinstance(plain(each), str):
        allowed = _("a model's name, a run, a panel, a variant, or a list of these")
        raise ParameterError("model", given, allowed=allowed, fix=_("kit.catalogue() lists models known by name."))
    return each


def _is_measured(each: Any) -> bool:
    if isinstance(each, Run):
        return each.summary.kind in _MEASURED
    return isinstance(each, Result) or hasattr(getattr(each, "desk", None), "results")


def _of_one(each: Any) -> Choice:
    if isinstance(each, Variant):
        name = served_name(each)
        assert name is not None
        return Choice(f"{model_words(each.model)} · {each.method}", name)
    name = str(plain(each))
    model, _at, method = name.partition("@")
    return Choice(f"{model_words(model)} · {method}" if method else model_words(model), name)


def _of_rows(source: Sources) -> list[Choice]:
    """Return the measured variants that the service holds, and each of their models as it holds one by itself."""
    variants = [(variant_name(row), _variant(source, row)) for row in source.rows()]
    served = [(label, name) for label, variant in variants if (name := served_name(variant)) is not None]
    models = dict.fromkeys(variant.model for _label, variant in variants if not variant.remote)
    if not variants:
        models = dict.fromkeys(_planned(source))
    return [
        *(Choice(label, name) for label, name in served),
        *(Choice(_("{model}, as the service holds it").format(model=model_words(each)), each) for each in models),
    ]


def _planned(source: Sources) -> list[str]:
    """Return the model that nothing has been measured of yet, where it is known."""
    for each in source.given:
        desk = getattr(each, "desk", None)
        inner = getattr(desk, "sources", None)
        if isinstance(inner, Sources):
            return [model for one in inner.given for model in _planned(Sources((one,)))]
        model = plain(getattr(desk, "model", None))
        if isinstance(model, str) and model:
            return [model]
    return []


def _variant(source: Sources, row: Result) -> Variant:
    """Return the variant of a row; those of a `ComparePanel`, which has no spec of its own, tell theirs."""
    compares = hasattr(getattr(source.given[0], "desk", None), "sources")
    return variant_of(row, "" if compares else str(getattr(source.spec(), "model", "")))


def named(choices: Sequence[Choice], served: str) -> Choice | None:
    """Return the choice that is called so, else the first, or None where there is none."""
    return next((each for each in choices if each.served == served), choices[0] if choices else None)
