"""Make a model of 4 bits by AWQ."""

from __future__ import annotations

from pathlib import Path

import torch

from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.quantization.awq.feeders import feeder_of
from kit.quantization.awq.search import best_scales
from kit.quantization.calibration import Calibration
from kit.quantization.int4.clip import closest_steps
from kit.quantization.int4.files import write
from kit.quantization.int4.groups import Groups, nearest, rounded
from kit.quantization.int4.walk import Stop, walk
from kit.quantization.registry import Method
from kit.report import Report


@torch.inference_mode()
def make(source: Path, method: Method, into: Path, report: Report, calibration: Calibration | None) -> None:
    """Write the model in `source` to `into`, the linear layers of its blocks in 4 bits.

    Raises
    ------
    Stopped
        Somebody asked it to stop.
    """
    assert calibration is not None
    model = load_model(source, dtype=torch.bfloat16)
    made: dict[str, Groups] = {}
    for stop in walk(model, calibration.tokens(load_tokenizer(source)), report):
        scales = scale_block(stop, report)
        for layer, part in stop.watch.layers.items():
            report.check()
            found = _rounded(part.weight.float(), stop, layer, scales.get(layer))
            made[f"{stop.name}.{layer}"] = found
            part.weight.data = found.written_out().to(part.weight.dtype)
    write(model, made, into)


def scale_block(stop: Stop, report: Report) -> dict[str, torch.Tensor]:
    """Make columns of the block greater and what feeds them smaller; return by how much, for each such layer.

    Before anything is rounded the block says what it said before.
    """
    scales: dict[str, torch.Tensor] = {}
    for seen in stop.watch.groups():
        report.check()
        feeder = feeder_of(stop, seen.layers)
        if feeder is None:
            continue
        parts = [stop.watch.layers[layer] for layer in seen.layers]
        by = feeder.divide(best_scales([part.weight.float() for part in parts], seen))
        for layer, part in zip(seen.layers, parts, strict=True):
            part.weight.data = (part.weight.float() * by).to(part.weight.dtype)
            scales[layer] = by
    return scales


def _rounded(weight: torch.Tensor, stop: Stop, layer: str, scales: torch.Tensor | None) -> Groups:
    seen = stop.watch.found.get(layer)
    if seen is None:
        return rounded(weight)
    products = seen.products if scales is None else seen.products / scales.outer(scales)
    return nearest(weight, *closest_steps(weight, products))
