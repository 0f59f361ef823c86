"""Make a model of 4 bits by half-quadratic quantization."""

from __future__ import annotations

from pathlib import Path

import torch

from kit.engines.hf.load import best_device, load_model
from kit.quantization.calibration import Calibration
from kit.quantization.hqq.solve import half_quadratic
from kit.quantization.int4.blocks import blocks_of, layers_of
from kit.quantization.int4.files import write
from kit.quantization.int4.groups import Groups
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
    model = load_model(source, dtype=torch.bfloat16)
    blocks = blocks_of(model)
    made: dict[str, Groups] = {}
    for done, (name, block) in enumerate(blocks.items()):
        report.check()
        report.progress("quantizing", done, len(blocks), "layers")
        for layer, part in layers_of(block).items():
            made[f"{name}.{layer}"] = half_quadratic(part.weight.float().to(best_device()))
    report.progress("quantizing", len(blocks), len(blocks), "layers")
    report.check()
    write(model, made, into)
