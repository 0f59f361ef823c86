"""The whole model that quantization-aware training made, in bf16: what the method it was trained for rounds.

Rounding this model gives exactly the weights that training saw. Merged anew from the adapter and a base in float32, a
few weights would fall on the other side of a step.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch

from kit.engines.hf.convert import say_rope_theta
from kit.engines.hf.load import load_model, load_tokenizer
from kit.tuning.adapters.saved import NOTE
from kit.tuning.durable import os_errors, rebuilt
from kit.tuning.qat.aware import aware_layers
from kit.tuning.qat.layer import merged_weight

_PEFT = "base_model.model."  # before the names of a model that peft has wrapped


def save_merged(model: Any, folder: Path, *, base: Path, adapter: Path, note: dict[str, Any]) -> None:
    """Write the model of `aware` layers to `folder` as plain bf16 safetensors with its tokenizer.

    Parameters
    ----------
    model : PeftModel
        From `make_aware`.
    folder : Path
        An earlier one is replaced when the new one is complete.
    base : Path
        The folder that the model was opened from.
    adapter : Path
        Where the adapter of the same training is saved.
    note : dict
        Kept in ``tunebook.json``, as beside the adapter.

    Raises
    ------
    OSError
        It cannot be written; an earlier one is as it was.
    """
    plain = load_model(base, dtype=torch.bfloat16, device=torch.device("cpu"))
    for name, layer in aware_layers(model).items():
        plain.get_submodule(name.removeprefix(_PEFT)).weight.data = merged_weight(layer).cpu()
    say_rope_theta(plain.config)
    with rebuilt(folder) as building:
        with os_errors(folder):
            plain.save_pretrained(building)
        load_tokenizer(base).save_pretrained(building)
        told = {**note, "adapter_sha256": _sha256(adapter / "adapter_model.safetensors")}
        (building / NOTE).write_text(json.dumps(told, indent=2, ensure_ascii=False), encoding="utf-8")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
