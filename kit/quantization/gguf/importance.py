"""How much an error in each column of a matrix weighs: llama.cpp's importance matrix, measured with Transformers.

The output of a linear layer is W·x, so rounding W to W + D changes it by D·x, whose expected square is, where inputs
are taken as independent, the sum over columns j of E[x_j²]·D_j². E[x_j²] is the mean over all tokens read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import nn

from kit.engines.hf.load import best_device, has_fast_bf16, load_model
from kit.quantization.gguf.tensors import Source
from kit.report import Report


def importance_of(folder: Path, rows: Sequence[Sequence[int]], report: Report) -> dict[str, numpy.ndarray]:
    """Return the importance of each column of each matrix, by the name of the matrix in GGUF.

    Parameters
    ----------
    folder : Path
        The model, as Transformers reads it.
    rows : sequence of sequences of int
        Token ids of texts.
    report : Report
        Hears how far it is, and may ask to stop.

    Returns
    -------
    dict of str to ndarray [columns], float32
    """
    dtype = torch.bfloat16 if has_fast_bf16(best_device()) else torch.float32
    model = load_model(folder, dtype=dtype)
    return in_names_of_gguf(mean_squares(model, rows, report), Source(folder))


def in_names_of_gguf(found: dict[str, numpy.ndarray], source: Source) -> dict[str, numpy.ndarray]:
    """Return `found`, by the names of modules, by those of GGUF; of tied tables the output layer decides."""
    named = {tensor.source.removesuffix(".weight"): tensor.name for tensor in source.tensors}
    if source.tied and "lm_head" in found:
        named["lm_head"] = "token_embd.weight"
    return {named[module]: squares for module, squares in found.items() if module in named}


def mean_squares(model: Any, rows: Sequence[Sequence[int]], report: Report) -> dict[str, numpy.ndarray]:
    """Return the mean of the squared input of each column of each linear layer of `model`, by the layer's name."""
    sums: dict[str, torch.Tensor] = {}
    tokens = 0
    with torch.inference_mode(), _heard(model, sums):
        for done, row in enumerate(rows, start=1):
            model(input_ids=torch.tensor([list(row)], device=model.device), use_cache=False)
            tokens += len(row)
            report.progress("calibrating", done, len(rows), "rows")
            report.check()
    return {name: (total / tokens).cpu().numpy() for name, total in sums.items()}


@contextmanager
def _heard(model: Any, sums: dict[str, torch.Tensor]) -> Iterator[None]:
    """Add up in `sums` what the linear layers of `model` read meanwhile."""

    def listener(name: str) -> Callable[..., None]:
        def hear(_layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            squares = inputs[0].detach().flatten(0, -2).float().square().sum(dim=0)
            sums[name] = sums[name] + squares if name in sums else squares

        return hear

    linear = [(name, module) for name, module in model.named_modules() if isinstance(module, nn.Linear)]
    hooks = [module.register_forward_pre_hook(listener(name)) for name, module in linear]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
