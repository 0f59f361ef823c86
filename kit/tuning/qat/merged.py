"""The whole model that quantization-aware training made, in bf16: what the method it was trained for rounds.

Rounding this model gives exactly the weights that training saw. Merged anew from the adapter and a base in float32, a
few weights would fall on the other side of a step; so whoever opens the adapter gets this (`kit.engines.hf.merge`).
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from peft import PeftModel
from peft.tuners.lora import Linear

from kit.engines.hf.convert import say_rope_theta
from kit.engines.hf.load import load_model
from kit.engines.hf.merge import adapter_hash
from kit.engines.hf.tokenizer import load_tokenizer
from kit.tuning.adapters.saved import NOTE
from kit.tuning.durable import os_errors, rebuilt
from kit.tuning.qat.layer import merged_weight


def save_merged(adapter: Path, folder: Path, *, base: Path, dtype: torch.dtype, method: str) -> None:
    """Write the model that `adapter` makes of `base` to `folder`: plain bf16 safetensors, with its tokenizer.

    Parameters
    ----------
    adapter : Path
        As `save_adapter` left it.
    folder : Path
        An earlier one is replaced when the new one is complete.
    base : Path
        The folder that the model was opened from.
    dtype : torch.dtype
        Of its weights while it trained.
    method : str
        For which it was trained; kept in ``tunebook.json`` with what stands beside the adapter.

    Raises
    ------
    OSError
        It cannot be written; an earlier one is as it was.
    """
    tuned = PeftModel.from_pretrained(load_model(base, dtype=dtype, device=torch.device("cpu")), str(adapter))
    for layer in [layer for layer in tuned.modules() if isinstance(layer, Linear)]:
        layer.get_base_layer().weight.data = merged_weight(layer).to(dtype)
    plain = tuned.unload().to(torch.bfloat16)
    say_rope_theta(plain.config)
    told = json.loads((adapter / NOTE).read_text(encoding="utf-8"))
    told |= {"quantization_aware": method, "adapter_sha256": adapter_hash(adapter)}
    with rebuilt(folder) as building:
        with os_errors(folder):
            plain.save_pretrained(building)
        load_tokenizer(base).save_pretrained(building)
        (building / NOTE).write_text(json.dumps(told, indent=2, ensure_ascii=False), encoding="utf-8")
