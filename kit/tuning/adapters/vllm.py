"""A LoRA adapter as vLLM reads it: one rank and one alpha for all layers.

A layer of a lower rank is filled up with zeros, and what it counts for is put into its B.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from kit.tuning.adapters.folder import CONFIG, PREFIX, WEIGHTS, lora_pairs, read_config
from kit.tuning.adapters.formats import check_format
from kit.tuning.durable import rebuilt


def write_vllm_adapter(folder: Path, target: Path, *, max_lora_rank: int = 16) -> Path:
    """Write the adapter in `folder` to the folder `target` so that vLLM and plain peft load it, and return that.

    Parameters
    ----------
    folder : Path
        Of a plain LoRA adapter; ranks may differ from layer to layer.
    target : Path
        Replaced only when the new one is complete.
    max_lora_rank : int, default 16
        As vLLM is started with.

    Raises
    ------
    UnsupportedError
        It is something else than plain LoRA, or its largest rank is above `max_lora_rank`.
    """
    pairs = list(lora_pairs(folder))
    rank = max(pair.rank for pair in pairs)
    weights: dict[str, torch.Tensor] = {}
    for pair in pairs:
        missing = rank - pair.rank
        a = torch.nn.functional.pad(pair.a, (0, 0, 0, missing))
        b = torch.nn.functional.pad(pair.b * pair.scaling, (0, missing))
        weights |= {f"{PREFIX}{pair.layer}.lora_A.weight": a, f"{PREFIX}{pair.layer}.lora_B.weight": b}
    same = {"r": rank, "lora_alpha": rank, "rank_pattern": {}, "alpha_pattern": {}, "use_rslora": False}
    config = {**read_config(folder), **same}
    with rebuilt(target) as building:
        save_file({name: weight.contiguous() for name, weight in weights.items()}, building / WEIGHTS)
        (building / CONFIG).write_text(json.dumps(config, indent=2), encoding="utf-8")
        check_format(building, "vllm", max_lora_rank=max_lora_rank)
    return target
