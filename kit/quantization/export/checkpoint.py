"""GPTQ and AWQ checkpoints: written from layers of 4 bits in the form that other libraries read, and read again."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from kit.errors import UnsupportedError
from kit.i18n import _
from kit.models.folder import read_json
from kit.quantization.export.packed import Tensors, awq_groups, awq_tensors, gptq_groups, gptq_tensors
from kit.quantization.int4.files import FILE, read_layers
from kit.quantization.int4.groups import GROUP, Groups

_OWN = ("codes", "scales", "zeros")
_WRITE: dict[str, Callable[[Groups], Tensors]] = {"gptq": gptq_tensors, "awq": awq_tensors}
_READ: dict[str, Callable[[Tensors], Groups]] = {"gptq": gptq_groups, "awq": awq_groups}


def write_checkpoint(folder: Path, kind: str) -> None:
    """Turn what `kit.quantization.int4.files.write` left in `folder` into a checkpoint of `kind`, in its place.

    Parameters
    ----------
    kind : {"gptq", "awq"}

    Raises
    ------
    UnsupportedError
        A layer has numbers that the format has no place for.
    """
    layers = read_layers(folder)
    tensors = {name: each for name, each in load_file(folder / FILE).items() if not _is_of(name, layers)}
    for name, groups in layers.items():
        _check(name, groups)
        tensors |= {f"{name}.{part}": each for part, each in _WRITE[kind](groups).items()}
    plain = sorted(_plain_layers(tensors))
    written = folder / f"new-{FILE}"  # tensors that were not changed are views into the old file
    save_file(tensors, written, metadata={"format": "pt"})
    os.replace(written, folder / FILE)
    config = read_json(folder / "config.json") or {}
    config |= {"dtype": "bfloat16", "quantization_config": _settings(kind, plain)}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


def _is_of(name: str, layers: Mapping[str, Groups]) -> bool:
    layer, _dot, part = name.rpartition(".")
    return part in _OWN and layer in layers


def _check(name: str, groups: Groups) -> None:
    """Raise where zeros lie between codes, or scales are too small for 16-bit floats."""
    held = groups.scales.half().bfloat16()
    if groups.zeros.is_floating_point() or not torch.allclose(held.float(), groups.scales.float(), rtol=0.01):
        problem = _("The layer {name} cannot be written as other libraries read it: its scales or zeros do not fit.")
        raise UnsupportedError(problem.format(name=name), fix=_("Export bf16, or another method."))


def _plain_layers(tensors: Tensors) -> Iterator[str]:
    """Yield the matrices inside blocks that stayed in 16 bits."""
    for name, each in tensors.items():
        if re.search(r"\.\d+\.", name) and name.endswith(".weight") and each.dim() == 2:
            yield name.removesuffix(".weight")


def _settings(kind: str, plain: list[str]) -> dict[str, Any]:
    """Return what config.json tells those that open the checkpoint."""
    shared = {"quant_method": kind, "bits": 4, "group_size": GROUP}
    if kind == "awq":
        kept = {"modules_to_not_convert": plain} if plain else {}
        return {**shared, "version": "gemm", "zero_point": True, **kept}
    kept_as_is: dict[str, Any] = {"dynamic": {f"-:^{re.escape(name)}$": {} for name in plain}} if plain else {}
    return {**shared, "checkpoint_format": "gptq", "desc_act": False, "sym": False, "lm_head": False, **kept_as_is}


def read_checkpoint(folder: Path) -> tuple[dict[str, Groups], Tensors]:
    """Return the layers of 4 bits of a checkpoint by name, and its other tensors."""
    settings = (read_json(folder / "config.json") or {})["quantization_config"]
    tensors = load_file(folder / FILE)
    names = [name.removesuffix(".qweight") for name in tensors if name.endswith(".qweight")]
    layers = {}
    for name in names:
        parts = ("qweight", "qzeros", "scales", "g_idx")
        found = {part: tensors.pop(f"{name}.{part}") for part in parts if f"{name}.{part}" in tensors}
        layers[name] = _READ[settings["quant_method"]](found)
    return layers, tensors


@contextlib.contextmanager
def as_made(folder: Path) -> Iterator[Path]:
    """Yield a folder as the method's own `load` opens it, made of nothing but the checkpoint in `folder`."""
    layers, others = read_checkpoint(folder)
    with tempfile.TemporaryDirectory() as place:
        for path in folder.iterdir():
            if path.suffix != ".safetensors":
                shutil.copy2(path, place)
        config = read_json(folder / "config.json") or {}
        del config["quantization_config"]
        Path(place, "config.json").write_text(json.dumps(config), encoding="utf-8")
        tensors = dict(others)
        for name, groups in layers.items():
            pairs = groups.codes.view(len(groups.codes), -1, 2)
            tensors[f"{name}.codes"] = (pairs[..., 0] | pairs[..., 1] << 4).contiguous()
            tensors[f"{name}.scales"], tensors[f"{name}.zeros"] = groups.scales, groups.zeros
        save_file(tensors, Path(place, FILE), metadata={"format": "pt"})
        yield Path(place)
