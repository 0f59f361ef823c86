"""What was rounded to 4 bits, as safetensors: written once, opened in seconds.

A rounded layer ``x`` is ``x.codes`` (uint8 [rows, columns / 2], the even column in the low half), ``x.scales`` (bf16
[rows, columns / 64]) and ``x.zeros`` (uint8 or bf16, as scales); everything else is bf16, under its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from accelerate import init_empty_weights
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import best_device
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import ModelNotFoundError
from kit.i18n import _
from kit.memory import give_back_free_memory
from kit.quantization.artefacts import made_size
from kit.quantization.int4.groups import Groups
from kit.quantization.int4.linear import Int4Linear
from kit.quantization.registry import Method

FILE = "model.safetensors"


class MadeEngine(TransformersEngine):
    """An `Engine` around a model that was made before, and whose file is there."""

    folder: Path

    def file_size(self) -> int:
        """Return the bytes of the file that it was opened from."""
        return made_size(self.folder)


def load(folder: Path, method: Method, batch_size: int) -> MadeEngine:
    """Open what was written to `folder`."""
    engine = MadeEngine(open_model(folder), load_tokenizer(folder), batch_size=batch_size)
    engine.folder = folder
    return engine


def write(model: Any, made: Mapping[str, Groups], into: Path) -> None:
    """Write `model` to the folder `into`, its layers of these names in 4 bits and all else in bf16."""
    tensors: dict[str, torch.Tensor] = {}
    seen: set[int] = set()  # tied weights are written once
    for name, weight in (*model.named_parameters(), *_kept_buffers(model)):
        if id(weight) in seen or name.removesuffix(".weight") in made:
            continue
        seen.add(id(weight))
        tensors[name] = _in_bf16(weight.detach()).contiguous()
    for name, groups in made.items():
        pairs = groups.codes.view(len(groups.codes), -1, 2)
        tensors[f"{name}.codes"] = (pairs[..., 0] | pairs[..., 1] << 4).contiguous()
        tensors[f"{name}.scales"], tensors[f"{name}.zeros"] = groups.scales.contiguous(), groups.zeros.contiguous()
    save_file(tensors, into / FILE, metadata={"format": "pt"})


def read_layers(folder: Path) -> dict[str, Groups]:
    """Return every rounded layer of what was written to `folder`, by name."""
    with safe_open(folder / FILE, framework="pt") as file:
        names = [name.removesuffix(".codes") for name in file.keys() if name.endswith(".codes")]  # noqa: SIM118
        return {name: _groups(file, name) for name in names}


def open_model(folder: Path) -> Any:
    """Return the model that was written to `folder`, ready to answer.

    Raises
    ------
    ModelNotFoundError
        Something is missing in it.
    """
    config = AutoConfig.from_pretrained(str(folder), trust_remote_code=False)
    with init_empty_weights(include_buffers=False):
        model: Any = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    device = best_device()
    with safe_open(folder / FILE, framework="pt") as file:
        for name in file.keys():  # noqa: SIM118
            _put(model, name, file, device)
    model.tie_weights()
    empty = [name for name, weight in model.named_parameters() if weight.is_meta]
    if empty:
        problem = _("{folder} lacks weights of its model: {names}.").format(folder=folder, names=", ".join(empty[:3]))
        raise ModelNotFoundError(problem, fix=_("Delete the folder; it is made anew."))
    give_back_free_memory()
    return model.to(device).eval()


def _put(model: Any, name: str, file: Any, device: torch.device) -> None:
    path, _dot, kind = name.rpartition(".")
    if kind in ("scales", "zeros") and f"{path}.codes" in file.keys():  # noqa: SIM118
        return  # taken together with the codes
    owner = model.get_submodule(path)
    if kind == "codes":
        layer = _groups(file, path)
        on_device = Groups(layer.codes.to(device), layer.scales.to(device), layer.zeros.to(device))
        bias = file.get_tensor(f"{path}.bias").to(device) if owner.bias is not None else None
        model.set_submodule(path, Int4Linear(on_device, bias))
    elif isinstance(owner, Int4Linear):
        return  # its bias, which it has
    elif kind in owner._buffers:
        owner._buffers[kind] = file.get_tensor(name).to(device)
    else:
        # A copy: a view would keep the pages of the whole file.
        weight = file.get_tensor(name).clone().to(device)
        owner._parameters[kind] = nn.Parameter(weight, requires_grad=False)


def _groups(file: Any, name: str) -> Groups:
    pairs = file.get_tensor(f"{name}.codes")
    codes = torch.stack([pairs & 15, pairs >> 4], dim=2).view(len(pairs), -1)
    return Groups(codes, file.get_tensor(f"{name}.scales"), file.get_tensor(f"{name}.zeros"))


def _kept_buffers(model: Any) -> list[tuple[str, torch.Tensor]]:
    saved = model.state_dict(keep_vars=True)
    return [(name, buffer) for name, buffer in model.named_buffers() if name in saved]


def _in_bf16(weight: torch.Tensor) -> torch.Tensor:
    return weight.bfloat16() if weight.is_floating_point() else weight
