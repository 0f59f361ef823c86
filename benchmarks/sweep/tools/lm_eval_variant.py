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

    model = HFLM(**_opened(asked["model"], asked["method"]), batch_size=asked.get("batch_size", 8))
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


def _opened(model: str, method: str) -> dict[str, Any]:
    dtype = _DTYPES.get(method, "bfloat16")
    if method not in _BITS and method != "torchao-int8":
        return {"pretrained": model, "dtype": dtype, "device": "cpu"}
    # lm-eval hands on settings of bitsandbytes that Transformers 5 no longer takes: its users load such a model first.
    from transformers import AutoModelForCausalLM, AutoTokenizer

    held = AutoModelForCausalLM.from_pretrained(model, dtype=dtype, quantization_config=_bits(method))
    return {"pretrained": held, "tokenizer": AutoTokenizer.from_pretrained(model)}


def _bits(method: str) -> Any:
    from transformers import BitsAndBytesConfig, TorchAoConfig

    if method in _BITS:
        return BitsAndBytesConfig(**_BITS[method])
    from torchao.quantization import Int8WeightOnlyConfig

    return TorchAoConfig(Int8WeightOnlyConfig())


if __name__ == "__main__":
    main()
