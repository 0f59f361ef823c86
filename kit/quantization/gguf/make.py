"""A GGUF file made of a folder of safetensors, with the tensors held as a method says."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy

from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.llamacpp.blocks import rounded
from kit.i18n import _
from kit.quantization.calibration import Calibration
from kit.quantization.gguf.importance import importance_of
from kit.quantization.gguf.recipe import FILE_TYPES, base_of, types
from kit.quantization.gguf.tensors import Source, Tensor
from kit.quantization.gguf.writer import Header, write
from kit.quantization.registry import Method
from kit.report import Report

FILE = "model.gguf"
FACTS = "gguf.json"  # beside it: what was decided

logging.getLogger("gguf").setLevel(logging.ERROR)


def make(source: Path, method: Method, into: Path, report: Report, calibration: Calibration | None = None) -> None:
    """Write the model in `source`, held as `method` says, to model.gguf in `into`.

    Raises
    ------
    UnsupportedError
        llama.cpp has no place for such weights, or no such tokenizer.
    Stopped
        Somebody asked it to stop.
    """
    model, tokenizer = Source(source), load_tokenizer(source)
    recipe = base_of(method.name)
    shapes = [(tensor.name, tensor.shape) for tensor in model.tensors]
    chosen = types(shapes, recipe, blocks=model.config["num_hidden_layers"])
    importance = {} if calibration is None else importance_of(source, calibration.tokens(tokenizer), report)
    write_file(model, tokenizer, into, report, chosen=chosen, file_type=FILE_TYPES[recipe], importance=importance)


def write_file(
    model: Source,
    tokenizer: Any,
    into: Path,
    report: Report,
    *,
    chosen: dict[str, str],
    file_type: int,
    importance: dict[str, numpy.ndarray],
    facts: dict[str, Any] | None = None,
) -> None:
    """Write model.gguf with the tensors held as `chosen` says, and gguf.json, which tells it.

    Parameters
    ----------
    chosen : dict
        The type of each tensor, by name.
    file_type : int
        What most of the file is, as llama.cpp numbers it.
    importance : dict
        How much an error in each column of a matrix weighs, by its name; where it is left out, all weigh the same.
    facts : dict, optional
        What else is to be told.
    """
    header = Header(model, tokenizer, name=model.config.get("_name_or_path") or model.folder.name)
    if header.differing:
        warning = _("llama.cpp's own tokenizer will cut some texts otherwise, such as {text!r}.")
        report.message(warning.format(text=header.differing))
    writer = header.open(into / FILE, file_type)

    def held(tensor: Tensor, kind: str) -> numpy.ndarray:
        values = model.values(tensor)
        table = values.reshape(-1, values.shape[-1])
        return in_bytes(table, kind, importance.get(tensor.name))

    for done, _tensor in enumerate(write(writer, model.tensors, chosen, held), start=1):
        report.progress("quantizing", done, len(model.tensors), "tensors")
        report.check()
    told = {"types": chosen, "differs": header.differing, **(facts or {})}
    (into / FACTS).write_text(json.dumps(told, indent=1), encoding="utf-8")


def in_bytes(values: numpy.ndarray, kind: str, importance: numpy.ndarray | None = None) -> numpy.ndarray:
    """Return a matrix as the bytes of the type `kind`: ndarray [rows, bytes of a row], uint8."""
    if kind == "f32":
        return values.astype(numpy.float32).view(numpy.uint8)
    if kind == "f16":
        return values.astype(numpy.float16).view(numpy.uint8)
    return rounded(values, kind, importance)
