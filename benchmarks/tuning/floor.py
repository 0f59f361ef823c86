"""The time that the arithmetic of a training step alone would take.

Training an adapter takes four operations a token for each frozen weight: two forward, two for the gradient that goes
on to the layer before (that of the weight itself is not needed). The output layer is needed at answer tokens only, and
what all rows of a batch begin with is needed once. Attention's own products and the adapter's are left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import torch

_SIDE = 2048


def layer_weights(folder: str) -> tuple[int, int]:
    """Return how many weights the linear layers of the model in `folder` have, and how many its output layer has."""
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder))
    head = model.get_output_embeddings()
    layers = [module.weight for module in model.modules() if isinstance(module, torch.nn.Linear) and module is not head]
    return sum(weight.numel() for weight in layers), head.weight.numel()


def necessary(questions: Sequence[Sequence[int]], answers: Sequence[Sequence[int]]) -> tuple[int, int]:
    """Return the tokens of a batch that must be read, what all begin with once, and the answer tokens."""
    shared = 0
    if len(questions) > 1:
        first, last = min(map(tuple, questions)), max(map(tuple, questions))  # in dictionary order they differ earliest
        length = min(len(question) for question in questions)
        shared = next((i for i in range(length) if first[i] != last[i]), length)
    read = sum(len(q) + len(a) - 1 for q, a in zip(questions, answers, strict=True))
    return read - shared * (len(questions) - 1), sum(map(len, answers))


def operations(tokens: float, answers: float, weights: tuple[int, int]) -> float:
    """Return the operations of training steps with so many necessary tokens and answer tokens."""
    return 4.0 * (tokens * weights[0] + answers * weights[1])


def matmul_rate(dtype: torch.dtype = torch.bfloat16, tries: int = 8) -> float:
    """Return operations a second of a large matrix product, the best of `tries`."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    side = _SIDE * 4 if device.type == "cuda" else _SIDE
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    best = float("inf")
    for _ in range(tries):
        if device.type == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        a @ b
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - started)
    return 2.0 * side**3 / best
