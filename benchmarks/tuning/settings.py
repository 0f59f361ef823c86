"""With what settings each tool runs: the best that were found on a CPU, and what else was tried.

``python -m benchmarks.tuning --try trl`` trains some steps with each of them, in turns. A tool's own default is never
faster: trl and LLaMA-Factory make gradient checkpoints unless they are told not to, which computes everything twice.
"""

from __future__ import annotations

from typing import Any

Settings = dict[str, Any]

_LENGTH = {"train_sampling_strategy": "group_by_length"}
_TRL = {"dtype": "bfloat16"}
_PACK = 1024  # tokens: about as many rows of a headline and its instruction as a batch has

TRIED: dict[str, dict[str, Settings]] = {
    "trl": {
        "bf16 weights": _TRL,
        "bf16 weights, rows of like length": {**_TRL, **_LENGTH},
        "bf16 weights, eager attention, rows of like length": {**_TRL, **_LENGTH, "attn_implementation": "eager"},
        "bf16 weights, padding-free": {**_TRL, "padding_free": True, "max_length": None},
        "bf16 weights, packed": {**_TRL, "packing": True, "max_length": _PACK, "per_device_train_batch_size": 1},
        "autocast to bf16, rows of like length": {"bf16": True, **_LENGTH},
        "fp32, rows of like length": _LENGTH,
    },
    "llamafactory": {
        "bf16": {},
        "bf16, rows of like length": _LENGTH,
        "bf16, eager attention, rows of like length": {**_LENGTH, "flash_attn": "disabled"},
        "bf16, packed": {"neat_packing": True, "cutoff_len": _PACK, "per_device_train_batch_size": 1},
        "fp32, rows of like length": {"bf16": False, **_LENGTH},
    },
}

BEST = {"trl": "bf16 weights, rows of like length", "llamafactory": "bf16, rows of like length"}

TOOLS = {"trl": "sft", "llamafactory": "factory", "tutorial": "tutorial", "ours": "ours"}
DISTRIBUTIONS = {"trl": ("trl", "transformers", "peft"), "llamafactory": ("llamafactory", "transformers", "peft")}
