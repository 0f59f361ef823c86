"""What is predicted and measured: models, ways to hold them, prompts; and trainings."""

from __future__ import annotations

from dataclasses import dataclass

from kit.models.estimates.training import ALL_LINEAR

_FEW = ("q_proj", "v_proj")


@dataclass(frozen=True)
class Answering:
    """Load a model of `shape` as `method`, and answer `batch` prompts of `prompt` tokens at a time."""

    shape: str
    method: str
    prompt: int = 512
    batch: int = 1


@dataclass(frozen=True)
class Training:
    """Train a model of `shape` on `batch` rows of `tokens` tokens, of which `answers` are learned."""

    shape: str
    how: str = "lora"
    precision: str = "bf16"
    batch: int = 8
    tokens: int = 128
    answers: int = 8
    rank: int = 16
    targets: tuple[str, ...] = _FEW
    checkpointing: bool = False


ANSWERING = (
    Answering("0.1B", "fp32"),
    Answering("0.1B", "bf16"),
    Answering("0.1B", "bnb-int8"),
    Answering("0.1B", "bnb-nf4"),
    Answering("0.4B", "bf16", prompt=2048),
    Answering("0.5B", "fp32", prompt=256),
    Answering("0.5B", "bnb-nf4", prompt=256),
    Answering("1.1B", "bf16"),
    Answering("1.1B", "bf16", prompt=512, batch=4),
    Answering("1.1B", "bnb-int8", prompt=256),
    Answering("1.1B", "bnb-nf4", prompt=256),
    Answering("1.5B", "bf16", prompt=256),
)
TRAINING = (
    Training("0.1B"),
    Training("0.1B", precision="fp32"),
    Training("0.1B", targets=ALL_LINEAR),
    Training("0.1B", batch=16, checkpointing=True),
    Training("0.1B", how="full", precision="fp32"),
    Training("0.4B", batch=4, tokens=256, rank=64),
    Training("0.5B", answers=64),
    Training("0.5B", how="qlora", batch=4),
    Training("1.1B", batch=2, targets=ALL_LINEAR),
    Training("1.1B", batch=4, tokens=256, checkpointing=True),
    Training("1.5B", batch=2),
)
QUICK = (ANSWERING[1], ANSWERING[3], TRAINING[0], TRAINING[3])
