"""Train one model in one way for two steps, and print its peak memory as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_STEPS = 2  # the optimizer's moments are there from the second on


def main() -> None:
    """Measure the setting that standard input names."""
    asked = json.load(sys.stdin)
    del asked["shape"]
    print(json.dumps(_measured(Path(asked.pop("folder")), **asked)))


def _measured(
    folder: Path,
    *,
    how: str,
    precision: str,
    batch: int,
    tokens: int,
    answers: int,
    rank: int,
    targets: list[str],
    checkpointing: bool,
) -> dict[str, Any]:
    import torch

    from kit.memory import MIB, PeakMemory
    from kit.tuning.example import Example
    from kit.tuning.loss import AnswerLoss

    with PeakMemory() as memory:
        model = _model(folder, how, precision, rank, targets)
        if checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
            model.enable_input_require_grads()
        model.train()
        weights = [weight for weight in model.parameters() if weight.requires_grad]
        optimizer = torch.optim.AdamW(weights, lr=1e-4)
        loss_of = AnswerLoss(model, pad=0)
        for step in range(_STEPS):
            rows = [_row(Example, 1 + 7 * row + 1000 * step, tokens, answers) for row in range(batch)]
            loss_of(rows).backward()
            optimizer.step()
            optimizer.zero_grad()
    peak = torch.cuda.max_memory_reserved() / MIB if torch.cuda.is_available() else memory.peak_mib
    return {"peak_mib": peak, "trained": sum(weight.numel() for weight in weights)}


def _row(kind: Any, first: int, tokens: int, answers: int) -> Any:
    """Return a row of `tokens` tokens that begins as no other does, so that nothing is shared."""
    ids = [2 + (first + i) % 30000 for i in range(tokens + 1)]
    return kind(question=ids[: tokens + 1 - answers], answer=ids[tokens + 1 - answers :])


def _model(folder: Path, how: str, precision: str, rank: int, targets: list[str]) -> Any:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import BitsAndBytesConfig

    from kit.engines.hf.load import load_model

    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    config = None
    if how == "qlora":
        config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype)
    model = load_model(folder, dtype=dtype, quantization_config=config)
    if how == "full":
        return model.requires_grad_(True)
    return get_peft_model(model, LoraConfig(r=rank, target_modules=targets, task_type="CAUSAL_LM"))


if __name__ == "__main__":
    main()
