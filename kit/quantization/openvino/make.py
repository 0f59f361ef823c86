"""What OpenVINO opens, made of a folder of safetensors: the graph once, and from it those of fewer bits."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from kit.engines.hf.tokenizer import load_tokenizer
from kit.quantization.artefacts import made
from kit.quantization.aside import make_aside
from kit.quantization.calibration import Calibration
from kit.quantization.registry import Method, get_method
from kit.report import Report

_FULL, _HALF = "openvino-fp32", "openvino-bf16"
_GRAPH, _COMPRESS = "kit.quantization.openvino.graph", "kit.quantization.openvino.compress"


def make(source: Path, method: Method, into: Path, report: Report, calibration: Calibration | None) -> None:
    """Write the graph of the model in `source` to `into`, held as `method` says.

    Raises
    ------
    Stopped
        Somebody asked to stop.
    RuntimeError
        The model cannot be converted.
    """
    if method.name == _FULL:
        report.progress("writing the graph")
        make_aside(f"{_GRAPH}:write_graph", (os.fspath(source), os.fspath(into)), report)
        return
    graph = os.fspath(made(source, get_method(_FULL), report))
    report.progress("quantizing")
    if method.name == _HALF:
        make_aside(f"{_GRAPH}:write_half", (graph, os.fspath(into)), report)
        return
    with tempfile.TemporaryDirectory() as work:
        rows = _written(calibration, source, Path(work)) if calibration else ""
        way = method.name.removeprefix("openvino-")
        make_aside(f"{_COMPRESS}:write_compressed", (graph, os.fspath(into), way, rows), report)


def _written(calibration: Calibration, source: Path, work: Path) -> str:
    path = work / "rows.json"
    path.write_text(json.dumps(calibration.tokens(load_tokenizer(source))), encoding="utf-8")
    return os.fspath(path)
