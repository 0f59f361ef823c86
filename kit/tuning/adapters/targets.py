"""Which matrices get an adapter, as a tuning names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.errors import KitError, ParameterError, UnknownNameError
from kit.i18n import _
from kit.tuning.adapters.places import Place, is_pattern, layer_count, output_name, places_of
from kit.tuning.fields.method import ALL_LINEAR


def chosen_places(model: Any, wanted: Sequence[str], *, first_layer: int = 0) -> list[Place]:
    """Return the places of `model` that get an adapter.

    Parameters
    ----------
    model : model of Transformers, quantized or not
    wanted : sequence of str
        Names ("q_proj", "experts"), patterns on full names ("*.mlp.*"), or "all-linear": every linear layer but the
        output (experts that are one parameter are asked for by name).
    first_layer : int, default 0
        Nothing below this layer is chosen.

    Raises
    ------
    UnknownNameError
        The model has nothing of such a name.
    ParameterError
        `first_layer` is beyond the model's layers, or nothing is left above it.
    """
    check_first_layer(model, first_layer)
    places, output = places_of(model), output_name(model)
    chosen: dict[str, Place] = {}
    for item in wanted:
        found = [place for place in places if _is_meant(place, item, output)]
        if not found:
            raise _unknown(item, places)
        chosen |= {place.name: place for place in found}
    above = [place for place in chosen.values() if _is_above(place, first_layer, output)]
    if not above:
        allowed = _("lower: none of target_modules is in layer {n} or above").format(n=first_layer)
        raise ParameterError("first_layer", first_layer, allowed=allowed)
    return above


def check_first_layer(model: Any, first_layer: int) -> None:
    """Raise `ParameterError` where `model` has no such layer."""
    layers = layer_count(model)
    if first_layer >= layers:
        allowed = _("at most {most}: the model has {n} layers, counted from 0").format(most=layers - 1, n=layers)
        raise ParameterError("first_layer", first_layer, allowed=allowed)


def names_for_peft(model: Any, chosen: Sequence[Place], *, layers: bool = True) -> tuple[list[str], list[int] | None]:
    """Return the shortest ``target_modules`` and ``layers_to_transform`` by which peft finds the modules in `chosen`.

    Short names are what other programs show and check; full ones are given only where short ones would mean more.

    Parameters
    ----------
    layers : bool, default True
        May layers be given by their numbers? IA3 of peft knows no such thing.
    """
    wanted = {place.name for place in chosen if not place.experts}
    short = sorted({name.rpartition(".")[2] for name in wanted})
    meant = [Place(name) for name, _module in model.named_modules() if name.rpartition(".")[2] in short]
    if {place.name for place in meant} == wanted:
        return short, None
    numbers = {Place(name).layer for name in wanted}
    if layers and {place.name for place in meant if place.layer in numbers} == wanted and None not in numbers:
        return short, sorted(number for number in numbers if number is not None)
    return sorted(wanted), None


def check_wrapped(model: Any, chosen: Sequence[Place]) -> None:
    """Hold peft to have put adapters on `chosen` and nothing else.

    Raises
    ------
    KitError
        It has rewritten the names, as it does for some models of experts.
    """
    wrapped = {*model.targeted_module_names, *getattr(model, "targeted_parameter_names", ())}
    wanted = {place.name for place in chosen}
    if wrapped != wanted:
        odd = ", ".join(sorted(wrapped ^ wanted)[:3])
        problem = _("peft puts adapters on other layers than those asked for: {names}.").format(names=odd)
        raise KitError(problem, fix=_("Name the layers in target_modules otherwise, such as the attention only."))


def _is_meant(place: Place, item: str, output: str | None) -> bool:
    if item == ALL_LINEAR:
        return not place.experts and place.name != output
    return place.is_called(item) and not (is_pattern(item) and place.name == output)


def _is_above(place: Place, first_layer: int, output: str | None) -> bool:
    if first_layer == 0 or place.name == output:
        return True
    return place.layer is not None and place.layer >= first_layer


def _unknown(item: str, places: Sequence[Place]) -> UnknownNameError:
    known = {name for place in places for name in place.names} | {ALL_LINEAR}
    fix = _("Patterns are matched with full names, such as {name}.").format(name=places[0].name) if places else ""
    return UnknownNameError("target_modules", item, known, fix=fix if is_pattern(item) else "")
