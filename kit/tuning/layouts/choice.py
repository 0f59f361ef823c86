"""The layout that a spec asks for."""

from __future__ import annotations

from typing import Any

import torch

from kit.tuning.layouts.matrices import Matrices, ShardedMatrices
from kit.tuning.layouts.pipeline import Pipeline
from kit.tuning.layouts.places import find_place
from kit.tuning.layouts.plain import Layout
from kit.tuning.layouts.sharded import Sharded
from kit.tuning.loss import AnswerLoss
from kit.tuning.spec import TuneSpec

_LAYOUTS: dict[str, type[Layout]] = {
    "ddp": Layout,
    "fsdp": Sharded,
    "tp": Matrices,
    "pp": Pipeline,
    "ddp+tp": Matrices,
    "fsdp+tp": ShardedMatrices,
    "ddp+pp": Pipeline,
}

# What takes whole layers as they are, or differs between processes that must do the same.
_NOT_DIVIDED = {"fused": False, "cache_frozen": False, "compile": False}


def lay_out(model: Any, spec: TuneSpec, device: torch.device, *, processes: int, pad: int) -> Layout:
    """Return the layout of `spec` with `model` divided as it says, what is fast there switched on and off.

    Parameters
    ----------
    model : causal language model, with its adapter
        Changed in place: it keeps what this process computes.
    device : torch.device
        Of this process.
    processes : int
        How many train together, this one included; for one there is nothing to divide.
    pad : int
        Any token id; padding is masked.

    Raises
    ------
    ParameterError
        The model cannot be divided among so many.
    UnsupportedError
        It cannot be divided in this way.
    """
    kind = _LAYOUTS[spec.layout] if processes > 1 else Layout
    computed = spec if kind is Layout else spec.replace(**_NOT_DIVIDED)
    places = find_place(device, readers=processes // spec.sharers)
    return kind(AnswerLoss(model, computed, pad=pad), places)
