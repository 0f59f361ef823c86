"""optimum-benchmark on one variant: how fast it answers, in seconds of the whole call."""

from __future__ import annotations

import json
import sys
import time
from typing import Any

_DTYPES = {"fp32": "float32", "fp16": "float16"}
_NF4 = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": "bfloat16"}
_BITS: dict[str, dict[str, Any]] = {
    "bnb-int8": {"load_in_8bit": True},
    "bnb-nf4": _NF4,
    "bnb-fp4": {**_NF4, "bnb_4bit_quant_type": "fp4"},
    "bnb-nf4-double": {**_NF4, "bnb_4bit_use_double_quant": True},
}


def main() -> None:
    """Do what standard input names: "model", "method", "prompt_tokens", "new_tokens", "requests"."""
    asked = json.load(sys.stdin)
    started = time.perf_counter()
    from optimum_benchmark import Benchmark, BenchmarkConfig, InferenceConfig, ProcessConfig, PyTorchConfig

    bits = _torchao() if asked["method"] == "torchao-int8" else _BITS.get(asked["method"])
    backend = PyTorchConfig(
        model=asked["model"],
        task="text-generation",
        library="transformers",
        device="cpu",
        no_weights=False,
        torch_dtype=_DTYPES.get(asked["method"], "bfloat16"),
        **({"quantization_scheme": asked["method"].split("-")[0], "quantization_config": bits} if bits else {}),
    )
    scenario = InferenceConfig(
        memory=True,
        latency=True,
        warmup_runs=2,
        duration=0,
        iterations=asked["requests"],
        input_shapes={"batch_size": 1, "sequence_length": asked["prompt_tokens"]},
        generate_kwargs={"max_new_tokens": asked["new_tokens"], "min_new_tokens": asked["new_tokens"]},
    )
    config = BenchmarkConfig(name=asked["method"], scenario=scenario, launcher=ProcessConfig(), backend=backend)
    told = Benchmark.launch(config)
    throughput = told.decode.throughput.value if getattr(told, "decode", None) else None
    print(json.dumps({"decode_tokens_per_s": throughput, "seconds": time.perf_counter() - started}))


def _torchao() -> dict[str, Any]:
    from torchao.core.config import config_to_dict
    from torchao.quantization import Int8WeightOnlyConfig

    return {"quant_type": {"default": config_to_dict(Int8WeightOnlyConfig())}}


if __name__ == "__main__":
    main()
