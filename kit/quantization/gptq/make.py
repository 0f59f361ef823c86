"""Make a model of 4 bits by GPTQ."""

from __future__ import annotations

from pathlib import Path

import torch

from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.quantization.calibration import Calibration
from kit.quantization.gptq.solve import compensated
from kit.quantization.int4.files import write
from kit.quantization.int4.groups import Groups, rounded
from kit.quantization.int4.walk import walk
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
        for layer, part in stop.watch.layers.items():
            report.check()
            seen = stop.watch.found.get(layer)
            weight = part.weight.float()
            found = compensated(weight, seen.products) if seen else rounded(weight)
            made[f"{stop.name}.{layer}"] = found
            part.weight.data = found.written_out().to(part.weight.dtype)
    write(model, made, into)
