"""What the weights of a model take, in memory and on disk."""

from __future__ import annotations

import contextlib
import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch.utils._python_dispatch import is_traceable_wrapper_subclass


def footprint(model: Any) -> int:
    """Return the bytes of all weights in memory, quantization constants included, shared weights once."""
    seen: dict[int, int] = {}
    for tensor in _tensors(model):
        storage = tensor.untyped_storage()
        seen[storage.data_ptr()] = storage.nbytes()
    return sum(seen.values())


def file_size(model: Any) -> int:
    """Return the bytes of the safetensors that `model` saves to (it is saved for it, and deleted)."""
    with tempfile.TemporaryDirectory() as folder, _left_as_it_is(model):
        if any(map(is_traceable_wrapper_subclass, model.parameters())):  # which Transformers cannot save
            save_file(_by_name(model), Path(folder) / "model.safetensors")
        else:
            model.save_pretrained(folder)
        return sum(path.stat().st_size for path in Path(folder).glob("*.safetensors"))


@contextlib.contextmanager
def _left_as_it_is(model: Any) -> Iterator[None]:
    """Put back what saving takes apart.

    On processors with bf16 instructions bitsandbytes packs 4-bit weights anew when they are first used. Saving brings
    them back to the usual form, but not all of their constants: such a model answers nonsense from then on.
    """
    packed = [weight for weight in model.parameters() if _is_packed(weight)]
    states = [(weight.data, copy.copy(weight.quant_state)) for weight in packed]
    try:
        yield
    finally:
        for weight, (data, state) in zip(packed, states, strict=True):
            weight.data = data
            weight.quant_state.__dict__.update(state.__dict__)


def _is_packed(weight: Any) -> bool:
    return bool(getattr(getattr(weight, "quant_state", None), "packing_format_for_cpu", False))


def _tensors(model: Any) -> Iterator[torch.Tensor]:
    """Yield every tensor that holds weights.

    bitsandbytes hangs its constants on the weight itself and, with 8 bits, moves them to the layer's `state` when the
    layer is first used.
    """
    for weight in (*model.parameters(), *model.buffers()):
        yield from _inside(weight)
        for holder in (getattr(weight, "quant_state", None), weight):
            yield from _constants(holder)
    for layer in model.modules():
        yield from _constants(getattr(layer, "state", None))


def _inside(weight: torch.Tensor) -> Iterator[torch.Tensor]:
    """Yield what a tensor made of others (torchao's) holds, or itself."""
    if not is_traceable_wrapper_subclass(weight):
        yield weight
        return
    for name in weight.__tensor_flatten__()[0]:
        yield from _inside(getattr(weight, name))


def _by_name(model: Any) -> dict[str, torch.Tensor]:
    """Return every tensor that holds weights, shared ones once, by a name of its own."""
    pairs = (
        (f"{name}.{i}", part) for name, weight in model.named_parameters() for i, part in enumerate(_inside(weight))
    )
    return {name: part.detach().contiguous() for name, part in pairs}


def _constants(holder: Any) -> Iterator[torch.Tensor]:
    for name in ("absmax", "code", "offset", "SCB", "CB"):
        value = getattr(holder, name, None)
        if isinstance(value, torch.Tensor):
            yield value
    nested = getattr(holder, "state2", None)
    if nested is not None:
        yield from _constants(nested)
