"""How it learns, when it ends and what is watched meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class LearningFields(Spec):
    """How it learns, when it ends and what is watched meanwhile."""

    learning_rate: float = param(1e-3, label=N_("Learning rate"), help=N_("At its highest"), above=0, high=1)
    schedule: str = param(
        "linear", label=N_("Schedule"), help=N_("After the warm-up"), choices=("linear", "cosine", "constant")
    )
    warmup_share: float = param(
        0.06, label=N_("Warm-up"), help=N_("Share of the steps in which the learning rate rises"), low=0, high=0.5
    )
    weight_decay: float = param(0.0, label=N_("Weight decay"), help=N_("Of AdamW"), low=0, high=1)
    max_grad_norm: float = param(1.0, label=N_("Gradient norm"), help=N_("At most; longer ones are cut"), above=0)
    epochs: float = param(3.0, label=N_("Epochs"), help=N_("Passes over the data"), above=0, high=1000)
    steps: int | None = param(None, label=N_("Steps"), help=N_("Given, it counts instead of epochs"), low=1)
    batch_size: int = param(8, label=N_("Batch size"), help=N_("Rows for each optimizer step"), low=1, high=4096)
    max_length: int = param(
        512, label=N_("Max length"), help=N_("Longer questions lose their middle"), unit="tokens", low=16, high=131072
    )
    label_smoothing: float = param(
        0.0, label=N_("Label smoothing"), help=N_("Share of the target that all tokens have together"), low=0, high=0.9
    )
    class_weights: str = param(
        "none", label=N_("Class weights"), help=N_("Balanced: rare labels count more"), choices=("none", "balanced")
    )
    neftune_noise_alpha: float | None = param(
        None, label=N_("NEFTune"), help=N_("Noise on the embeddings while training, such as 5"), above=0
    )
    evaluations: int = param(
        4, label=N_("Evaluations"), help=N_("How often validation is measured, the end included"), low=1, high=1000
    )
    early_stopping: int | None = param(
        None, label=N_("Early stopping"), help=N_("Ends after so many evaluations without a lower loss"), low=1
    )
    keep: str = param(
        "best",
        label=N_("Keep"),
        help=N_("Best: the newest adapter that is not clearly worse than the best one on the validation rows"),
        choices=("best", "last"),
    )
    sample_answers: int = param(
        3, label=N_("Sample answers"), help=N_("Validation rows answered at each evaluation"), low=0, high=50
    )
    general: DataSpec | None = param(
        None, label=N_("General data"), help=N_("Measured before and after: what the model forgets")
    )
    seed: int = param(0, label=N_("Seed"), help=N_("Of the order of rows and the adapter"), low=0, high=2**31 - 1)
