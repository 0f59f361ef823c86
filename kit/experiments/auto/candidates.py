"""What a search may try: every model held by every method, cheapest first, with the reason where one cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kit.engines import Variant
from kit.errors import KitError, UnsupportedError
from kit.experiments.auto.limits import refused
from kit.i18n import _
from kit.isolated import error_dict
from kit.models import DEFAULT, METHOD_BITS, ModelCard, available, card_of, catalogue, weights_bytes
from kit.models.fit import fit
from kit.quantization.load import check_runs_here
from kit.quantization.registry import Method, get_method, methods

if TYPE_CHECKING:
    from kit.experiments.auto.spec import AutoSpec

_CONTEXT = 2048  # tokens of question and answer for which a model has to fit


@dataclass(frozen=True)
class Candidate:
    """One variant that a search may try.

    Parameters
    ----------
    name : str
        As tables call it: the method, with the model where there are several.
    variant : Variant
        The model and how it is held.
    weight : float, bytes
        Of all weights, by which cheap is told from dear; 0 where it is not known.
    size : float
        Parameters that take part in each token; 0 where it is not known.
    error : dict, optional
        Why it cannot be tried here, as results have it.
    """

    name: str
    variant: Variant
    weight: float = 0.0
    size: float = 0.0
    error: dict[str, str] | None = field(default=None, hash=False)

    @property
    def model(self) -> str:
        """The model, as the spec calls it."""
        return self.variant.model


def candidates(spec: AutoSpec) -> list[Candidate]:
    """Return every model held by every method, cheapest first; those that cannot run come last."""
    models = spec.models or default_models()
    held = [get_method(name) for name in spec.methods or methods()]
    short = _short_names(models)
    found = [
        _candidate(spec, model, method, short[model] if len(models) > 1 else "") for model in models for method in held
    ]
    return sorted(found, key=lambda each: (each.error is not None, each.weight))


def default_models() -> tuple[str, ...]:
    """Return the models of the catalogue that are on this machine and fit its memory, or else the default model."""
    here = [(name, card) for name, card in catalogue().items() if available(name)]
    able = [name for name, card in here if fit(card, context=min(_CONTEXT, card.context)).state != "no"]
    return tuple(able) or (DEFAULT,)


def _short_names(models: Sequence[str]) -> dict[str, str]:
    """Return the last part of each name, or the whole where two end alike."""
    ends = {model: model.rstrip("/").rpartition("/")[2] for model in models}
    return {model: end if list(ends.values()).count(end) == 1 else model for model, end in ends.items()}


def _candidate(spec: AutoSpec, model: str, method: Method, short: str) -> Candidate:
    card = _card(model)
    weight = 0.0 if card is None else weights_bytes(card, METHOD_BITS.get(method.name, method.bits))
    try:
        check_runs_here(method)
        _check_fits(spec, model, card, method)
    except KitError as exc:
        error: dict[str, Any] | None = error_dict(exc)
    else:
        error = None
    size = 0.0 if card is None else float(card.active_parameters)
    name = f"{short} {method.name}".strip()
    return Candidate(name, Variant(model=model, method=method.name), weight, size, error)


def _check_fits(spec: AutoSpec, model: str, card: ModelCard | None, method: Method) -> None:
    """Raise `UnsupportedError` where limits or the memory of this machine rule a variant out."""
    why = refused(spec.limits, model, card)
    if why:
        raise UnsupportedError(why, fix=_("Leave the model out, or the limit."))
    if card is None or method.name not in METHOD_BITS:
        return
    found = fit(card, method.name, context=min(_CONTEXT, card.context))
    if found.state == "no":
        raise UnsupportedError(" ".join(found.reasons), fix=found.advice)


def _card(model: str) -> ModelCard | None:
    try:
        return card_of(model)
    except (KitError, OSError):
        return None  # a model that is still to be converted, say: the work itself will tell what is wrong
