"""lm-eval on one variant, loaded as its users load it: tasks as it is told, numbers and seconds as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

_DTYPES = {"fp32": "float32", "fp16": "float16"}
_BITS: dict[str, dict[str, Any]] = {
    "bnb-int8": {"load_in_8bit": True},
    "bnb-nf4": {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": "bfloat16"},
    "bnb-fp4": {"load_in_4bit": True, "bnb_4bit_quant_type": "fp4", "bnb_4bit_compute_dtype": "bfloat16"},
    "bnb-nf4-double": {
        "load_in_4bit": True,
        "bnb_4bit_quant_type": "nf4",
        "bnb_4bit_use_double_quant": True,
        "bnb_4bit_compute_dtype": "bfloat16",
    },
}


def main() -> None:
    """Do what standard input names: "model", "method", "tasks" (files), perhaps "limit" and "batch_size"."""
    asked = json.load(sys.stdin)
    started = time.perf_counter()
    import lm_eval
    from lm_eval.models.huggingface import HFLM
    from lm_eval.tasks import TaskManager

    model = HFLM(
        pretrained=asked["model"],
        dtype=_DTYPES.get(asked["method"], "bfloat16"),
        device="cpu",
        batch_size=asked.get("batch_size", 8),
        **(_torchao() if asked["method"] == "torchao-int8" else _BITS.get(asked["method"], {})),
    )
    files = [Path(task) for task in asked["tasks"]]
    manager = TaskManager(include_path=str(files[0].parent), include_defaults=False)
    found = lm_eval.simple_evaluate(
        model=model,
        tasks=[file.stem for file in files],
        task_manager=manager,
        limit=asked.get("limit"),
        bootstrap_iters=0,
    )
    print(json.dumps({"results": found["results"], "seconds": time.perf_counter() - started}, default=str))


def _torchao() -> dict[str, Any]:
    from torchao.quantization import Int8WeightOnlyConfig
    from transformers import TorchAoConfig

    return {"quantization_config": TorchAoConfig(Int8WeightOnlyConfig())}


if __name__ == "__main__":
    main()
