"""A GGUF file of at most so many MiB, in which the layers that suffer most from rounding have more bits.

What each group suffers in 4 bits is measured (`sensitivity`). What it would suffer in another type follows from that: a
small change of weights moves expectations by a divergence that grows with its square, so the harm of a type is the
measured one times the ratio of the errors that both make in the group's outputs. `budget` then spends the bytes.

The measuring is kept in the cache: another size needs only to decide and to write anew.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import torch

from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.llamacpp.blocks import block_of, bytes_of, rounded, unrounded
from kit.errors import ParameterError
from kit.i18n import _
from kit.models.hashes import file_hash
from kit.place import cache, write_atomic
from kit.quantization.calibration import Calibration
from kit.quantization.gguf.budget import Choice, decide, least
from kit.quantization.gguf.importance import in_names_of_gguf, mean_squares
from kit.quantization.gguf.make import write_file
from kit.quantization.gguf.names import budget_mib
from kit.quantization.gguf.sensitivity import Group, pieces_of, scan, weighted_error
from kit.quantization.gguf.tensors import Source
from kit.quantization.gguf.writer import Header
from kit.quantization.registry import Method
from kit.report import Report

# From few bits to many; those of a row that 256 does not divide are the ones with blocks of 32.
_KINDS = ("q3_k", "q4_0", "iq4_nl", "q4_k", "q5_0", "q5_k", "q6_k", "q8_0")
_MEASURED = "q4_0"  # the type in which every group is measured: 4 bits, blocks of 32
_ROUND = 1  # raised when the measuring changes
_ROWS = 512  # of a matrix by which errors are told: its rows are rounded alike
_MIB = 2**20
# Matrices that have much the same part in a layer are rounded alike; llama.cpp reads any mixture.
_PARTS = {
    "attn_q": "attn_qk",
    "attn_k": "attn_qk",
    "attn_v": "attn_vo",
    "attn_output": "attn_vo",
    "ffn_gate": "ffn_gate_up",
    "ffn_up": "ffn_gate_up",
}
_FILE_TYPES = {"q3_k": 11, "q4_0": 2, "iq4_nl": 25, "q4_k": 14, "q5_0": 8, "q5_k": 16, "q6_k": 18, "q8_0": 7}


@dataclass(frozen=True)
class Measured:
    """What the scan tells.

    Parameters
    ----------
    divergence : dict
        Of each group in `_MEASURED`, in nats.
    errors : dict
        Of each group and type: the error of its outputs.
    """

    divergence: dict[str, float]
    errors: dict[str, dict[str, float]]


def make(source: Path, method: Method, into: Path, report: Report, calibration: Calibration | None = None) -> None:
    """Write the model in `source` to model.gguf in `into`, as large as the name of `method` allows.

    Raises
    ------
    ParameterError
        Even with the fewest bits the file would be larger.
    UnsupportedError
        llama.cpp has no place for such weights, or no such tokenizer.
    Stopped
        Somebody asked it to stop.
    """
    assert calibration is not None, "the method is calibrated"
    model, tokenizer = Source(source), load_tokenizer(source)
    groups = groups_of(model)
    rows = calibration.tokens(tokenizer)
    importance, measured = _measured(model, groups, rows, report, key=calibration.key())
    choices = {group.name: choices_of(model, group, measured) for group in groups}
    beside = _beside(model, tokenizer)
    budget = budget_mib(method.name) * _MIB - beside
    if least(choices) > budget:
        smallest = -(-(least(choices) + beside) // _MIB)
        allowed = _("gguf-mixed-{n}mib or larger: the fewest bits of this model take that").format(n=smallest)
        raise ParameterError("method", method.name, allowed=allowed)
    decided = decide(choices, budget)
    types = {tensor.name: "f32" for tensor in model.tensors if len(tensor.shape) < 2}
    by_source = {tensor.source: tensor.name for tensor in model.tensors}
    for group in groups:
        types |= {by_source[weight]: decided[group.name].kind for weight in group.weights}
    told = [
        {"layer": group.name, "type": decided[group.name].kind, "kl": measured.divergence[group.name]}
        for group in groups
    ]
    facts = {"budget_mib": budget_mib(method.name), "measured_in": _MEASURED, "layers": told}
    write_file(
        model,
        tokenizer,
        into,
        report,
        chosen=types,
        file_type=_FILE_TYPES[_most(model, types)],
        importance=importance,
        facts=facts,
    )


def groups_of(model: Source) -> list[Group]:
    """Return the matrices of `model` in groups that are rounded alike, in the order of the layers."""
    found: dict[str, list[str]] = defaultdict(list)
    layers: dict[str, int | None] = {}
    for tensor in model.tensors:
        if len(tensor.shape) < 2:
            continue
        name = tensor.name.removesuffix(".weight")
        start, _dot, part = name.rpartition(".")
        name = f"{start}.{_PARTS.get(part, part)}" if start else name
        found[name].append(tensor.source)
        layers[name] = int(start.split(".")[1]) if start.startswith("blk.") else None
    groups = [Group(name, layers[name], tuple(weights)) for name, weights in found.items()]
    return sorted(groups, key=lambda group: (group.layer is not None, group.layer or 0, group.name))


def choices_of(model: Source, group: Group, measured: Measured) -> list[Choice]:
    """Return the ways in which `group` can be held, each with its bytes and the harm that follows."""
    shapes = [tensor.shape for tensor in model.tensors if tensor.source in group.weights]
    errors, harm = measured.errors[group.name], measured.divergence[group.name]
    return [
        Choice(kind, sum(bytes_of(kind, *shape) for shape in shapes), harm * error / max(errors[_MEASURED], 1e-30))
        for kind, error in errors.items()
    ]


def kinds_for(columns: int) -> list[str]:
    """Return the types whose blocks divide rows of `columns` weights; where a type of 256 does, its like of 32 too."""
    return [kind for kind in _KINDS if columns % block_of(kind) == 0]


def _measured(
    model: Source, groups: list[Group], rows: list[list[int]], report: Report, *, key: str
) -> tuple[dict[str, numpy.ndarray], Measured]:
    """Return importance and sensitivity, measured once for each model and each calibration."""
    digest = hashlib.sha256(f"{_ROUND}:{key}:{_KINDS}:{_MEASURED}".encode())
    for path in sorted(model.folder.glob("*.safetensors")):
        digest.update(file_hash(path, report).encode())
    place = cache() / "sensitivity" / digest.hexdigest()[:16]
    told, weights = place.with_suffix(".json"), place.with_suffix(".npz")
    if told.is_file() and weights.is_file():
        with numpy.load(weights) as kept:
            return dict(kept), Measured(**json.loads(told.read_text(encoding="utf-8")))
    opened = load_model(model.folder, dtype=torch.float32)
    importance = in_names_of_gguf(mean_squares(opened, rows, report), model)
    names = {tensor.source: tensor.name for tensor in model.tensors}

    def held(name: str, values: torch.Tensor) -> torch.Tensor:
        table = values.numpy()
        return torch.from_numpy(unrounded(rounded(table, _MEASURED, importance.get(names[name])), _MEASURED))

    divergence = scan(opened, pieces_of(rows), groups, held, report)
    measured = Measured(divergence, _errors(opened, groups, importance, names, report))
    weights.parent.mkdir(parents=True, exist_ok=True)
    numpy.savez(weights, **importance)  # type: ignore[arg-type]
    write_atomic(told, json.dumps({"divergence": measured.divergence, "errors": measured.errors}))
    return importance, measured


def _errors(
    opened: Any, groups: list[Group], importance: dict[str, numpy.ndarray], names: dict[str, str], report: Report
) -> dict[str, dict[str, float]]:
    """Return, for each group and each type that it can be held in, the error of its outputs."""
    parameters = dict(opened.named_parameters())
    found: dict[str, dict[str, float]] = {}
    for done, group in enumerate(groups, start=1):
        tables = {name: parameters[name].data.numpy() for name in group.weights}
        fitting = [set(kinds_for(table.shape[-1])) for table in tables.values()]
        found[group.name] = {
            kind: sum(_error(table, kind, importance.get(names[name])) for name, table in tables.items())
            for kind in kinds_for_all(fitting)
        }
        report.progress("measuring errors", done, len(groups), "layers")
        report.check()
    return found


def kinds_for_all(fitting: list[set[str]]) -> list[str]:
    """Return the types that every matrix of a group can be held in, from few bits to many."""
    return [kind for kind in _KINDS if all(kind in each for each in fitting)]


def _error(table: numpy.ndarray, kind: str, importance: numpy.ndarray | None) -> float:
    some = table[:: -(-len(table) // _ROWS)]
    error = weighted_error(some, unrounded(rounded(some, kind, importance), kind), importance)
    return error * len(table) / len(some)


def _beside(model: Source, tokenizer: Any) -> int:
    """Return the bytes that no choice changes: settings, tokenizer, vectors, filling between tensors; at most."""
    whole = Header(model, tokenizer).size()
    vectors = sum(4 * int(numpy.prod(tensor.shape)) for tensor in model.tensors if len(tensor.shape) < 2)
    return whole + vectors + 64 * len(model.tensors) + 4096


def _most(model: Source, types: dict[str, str]) -> str:
    """Return the type in which most weights are held."""
    count: dict[str, int] = defaultdict(int)
    for tensor in model.tensors:
        if len(tensor.shape) > 1:
            count[types[tensor.name]] += int(numpy.prod(tensor.shape))
    return max(count, key=lambda kind: count[kind])
