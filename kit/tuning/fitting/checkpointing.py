"""Gradient checkpoints: keep what goes into each layer, and compute the layer a second time in the backward pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.errors import ParameterError
from kit.i18n import _

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec


def with_checkpoints(model: Any, spec: TuneSpec) -> Any:
    """Return `model`, which makes gradient checkpoints while it trains where `spec` says so (arXiv:1604.06174).

    The form that is not reentrant finds by itself what needs a gradient, so the embedding, which Transformers makes
    need one, is left alone: layers below the first adapter then need none and are computed once.

    Raises
    ------
    ParameterError
        The model has no layers that can be computed again.
    """
    if not spec.gradient_checkpointing:
        return model
    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    try:
        # Its name from Transformers 5.23 on; the older one warns there.
        enable = getattr(base, "activation_checkpointing_enable", None) or base.gradient_checkpointing_enable
        enable({"use_reentrant": False})
    except ValueError as exc:  # as Transformers says it of a design without them
        allowed = _("false, or left out: {model} has no checkpoints").format(model=type(base).__name__)
        raise ParameterError("gradient_checkpointing", True, allowed=allowed) from exc
    base.disable_input_require_grads()
    return model


def makes_checkpoints(model: Any) -> bool:
    """Does `model` compute its layers a second time? Then nothing may go into them but tensors: no cache of keys."""
    return any(getattr(module, "gradient_checkpointing", False) for module in model.modules())
