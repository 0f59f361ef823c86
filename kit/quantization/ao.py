"""torchao's integers for weights: 8 bits with a scale for each row, 4 bits with a scale and a middle for each group.

Weights of linear layers are bf16 first. Those of a row or group are rounded to even steps between their least and
greatest, without a look at data; products are computed in bf16. Embeddings and the output layer stay bf16, and so does
a layer whose width the groups do not divide. `kit.tuning.qat` trains a model for the rounding of weights alone.

With 8-bit activations what flows into a layer is rounded too, a scale for each token. Products with 8-bit weights are
then of integers. For 4-bit weights the published packages of torchao have no such product on a CPU: each weight is kept
in a byte, both sides are multiplied out to bf16 each time, and only the rounding is what it would be elsewhere.
"""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import nn

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import UnsupportedError
from kit.i18n import _
from kit.memory import give_back_free_memory
from kit.quantization.registry import Method

GROUP = 64  # weights that share a scale in 4 bits, as many as in a block of bitsandbytes


def load(folder: Path, method: Method, batch_size: int) -> TransformersEngine:
    """Open `folder` with the linear layers rounded; the rest is bf16."""
    model = load_model(folder, dtype=torch.bfloat16)
    round_weights(model, method.name)
    give_back_free_memory()
    return TransformersEngine(model, load_tokenizer(folder), batch_size=batch_size)


def round_weights(model: Any, method: str) -> None:
    """Hold the linear layers of `model`, which is bf16, as `method` does.

    Raises
    ------
    UnsupportedError
        There is no layer that `method` could hold.
    """
    layers = {id(layer) for _name, layer in rounded_layers(model, method)}
    if not layers:
        problem = _("{method} takes layers whose width {group} divides, and this model has none.")
        raise UnsupportedError(problem.format(method=method, group=GROUP), fix=_("Choose another method."))
    with quietly():
        from torchao.quantization import quantize_

        quantize_(model, _config(method, model.device.type), lambda module, _name: id(module) in layers)


def rounded_layers(model: Any, method: str) -> Iterator[tuple[str, nn.Linear]]:
    """Yield the layers of `model` that `method` holds in integers, with their names."""
    output = model.get_output_embeddings()
    for name, module in model.named_modules():
        if isinstance(module, nn.Linear) and module is not output and fits(module, method):
            yield name, module


def fits(layer: nn.Linear, method: str) -> bool:
    """Does the width of `layer` divide into the groups of `method`?"""
    return not method.endswith("int4") or layer.in_features % GROUP == 0


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Keep back what torchao says to its own developers while it is imported and used."""
    loggers = [logging.getLogger(name) for name in ("torchao", "torch.utils._pytree")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _config(method: str, device: str) -> Any:
    """Return what torchao calls `method`; in 4 bits another packing on each kind of device, of the same numbers."""
    if method == "torchao-int8":
        from torchao.quantization import Int8WeightOnlyConfig

        return Int8WeightOnlyConfig(set_inductor_config=False)
    if method == "torchao-int8-dynamic":
        from torchao.quantization import Int8DynamicActivationInt8WeightConfig

        return Int8DynamicActivationInt8WeightConfig(set_inductor_config=False)
    if method == "torchao-int8-int4":
        from torchao.quantization import Int8DynamicActivationIntxWeightConfig, PerGroup

        int4: Any = vars(torch)["int4"]  # which PyTorch has and does not list
        return Int8DynamicActivationIntxWeightConfig(weight_dtype=int4, weight_granularity=PerGroup(GROUP))
    if device == "cpu":
        from torchao.prototype.quantization.int4 import PrototypeInt4WeightOnlyConfig

        return PrototypeInt4WeightOnlyConfig(group_size=GROUP, set_inductor_config=False)
    from torchao.quantization import Int4WeightOnlyConfig

    return Int4WeightOnlyConfig(group_size=GROUP, int4_packing_format="tile_packed_to_4d", set_inductor_config=False)
