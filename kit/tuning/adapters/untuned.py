"""A model as it was before training, for as long as it is looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

from kit.engines.hf.load import load_model
from kit.errors import KitError
from kit.i18n import _
from kit.tuning.adapters.prepared import prepared_as
from kit.tuning.adapters.prompt import prompt_of
from kit.tuning.adapters.start import put_back


@contextlib.contextmanager
def without_adapter(model: Any) -> Iterator[None]:
    """Let `model` answer as it did before the first step, inside the block.

    LoRA and IA3 are switched off, a learned prompt is left out (`begun` adds none), PiSSA and LoftQ go back to where
    they began. Of full tuning nothing else is left: the weights are read from their folder again, which takes as much
    memory once more as they do, when gradients do not.

    Raises
    ------
    KitError
        Nobody knows what the model was.
    """
    prepared, learned = prepared_as(model), prompt_of(model)
    if prepared is not None and prepared.start:
        with put_back(model, prepared.start):
            yield
    elif hasattr(model, "disable_adapter"):
        with model.disable_adapter():
            yield
    elif learned is not None:
        learned.off = True
        try:
            yield
        finally:
            learned.off = False
    elif prepared is not None:
        with put_back(model, dict(load_model(prepared.folder, dtype=torch.float32, device=model.device).state_dict())):
            yield
    else:
        raise KitError(_("This model has no adapter to leave out."), fix=_("Make it with prepare_model."))
