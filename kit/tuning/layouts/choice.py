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

# What would let processes do different things at a time when all must do the same.
_NOT_DIVIDED = {"cache_frozen": False, "compile": False}
_NOT_IN_COLUMNS = {"fused": False}  # it takes a matrix as a whole


def lay_out(model: Any, spec: TuneSpec, device: torch.device, *, processes: int, pad: int) -> Layout:
    """Return the layout of `spec` with `model` divided as it says, what does not go with it off.

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
    off = {} if kind is Layout else _NOT_DIVIDED | (_NOT_IN_COLUMNS if "tp" in spec.layout else {})
    places = find_place(device, readers=processes // spec.sharers)
    return kind(AnswerLoss(model, spec.replace(**off), pad=pad), places)
