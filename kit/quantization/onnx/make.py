"""What ONNX Runtime opens, made of a folder of safetensors: the graph once, and from it those of fewer bits."""

from __future__ import annotations

import os
from pathlib import Path

from kit.quantization.artefacts import made
from kit.quantization.aside import make_aside
from kit.quantization.calibration import Calibration
from kit.quantization.registry import Method, get_method
from kit.report import Report

_FULL = "onnx-fp32"


def make(source: Path, method: Method, into: Path, report: Report, calibration: Calibration | None) -> None:
    """Write the graph of the model in `source` to `into`, held as `method` says.

    Raises
    ------
    Stopped
        Somebody asked to stop.
    RuntimeError
        The model cannot be written as a graph.
    """
    if method.name == _FULL:
        report.progress("writing the graph")
        make_aside("kit.quantization.onnx.graph:write_graph", (os.fspath(source), os.fspath(into)), report)
        return
    graph = made(source, get_method(_FULL), report)
    report.progress("quantizing")
    arguments = (os.fspath(graph), os.fspath(into), int(method.bits))
    make_aside("kit.quantization.onnx.rounding:write_rounded", arguments, report)
