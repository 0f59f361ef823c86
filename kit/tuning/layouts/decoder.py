"""Where the layers of a causal language model are."""

from __future__ import annotations

from typing import Any

from torch import nn

from kit.errors import UnsupportedError
from kit.i18n import _


def inner(model: Any) -> Any:
    """Return what computes the hidden states of `model`: embeddings, layers, norm."""
    base = base_of(model)
    return getattr(base, base.base_model_prefix)


def base_of(model: Any) -> Any:
    """Return the causal language model without what peft wraps around it."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def decoder_layers(model: Any) -> nn.ModuleList:
    """Return the layers of `model`, one after the other.

    Raises
    ------
    UnsupportedError
        It keeps them in another way than most.
    """
    found = getattr(inner(model), "layers", None)
    if not isinstance(found, nn.ModuleList):
        kind = type(base_of(model)).__name__
        problem = _("{kind} cannot be divided: its layers do not stand in one list.").format(kind=kind)
        raise UnsupportedError(problem, fix=_('Choose layout="ddp".'))
    return found
