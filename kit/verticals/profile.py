"""What a vertical is: its question, its limits, how it tunes and what it tries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What counts where a profile names nothing else: by the task of the rows.
METRICS = {"classify": "acc", "choose": "acc", "answer": "f1"}


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a vertical is, for one kind of rows.

    Parameters
    ----------
    vertical : str
        "finance", "medical" or "manufacturing".
    title : str
        The question, marked for translation.
    limits : str
        What its answers are not for, in one sentence, marked for translation.
    adds : str, default ""
        What a language model adds where the baseline is as good or better, in one sentence, marked for translation.
    metric : str, default ""
        What counts; left empty, accuracy where one of several answers is given, else F1 of words.
    baseline : {"auto", "tfidf", "boosting", "choice", "retrieval"}, default "auto"
        What is not a language model; "auto" goes by the rows.
    tuning, quick_tuning : mapping
        Fields of a `TuneSpec`; those of quick mode come on top.
    methods : tuple of str
        Ways of holding the tuned model that the sweep tries; the first is the reference.
    instruction : str, default ""
        What a model is told to do; left empty, that of the task.
    personal : tuple of str, default ("all",)
        Kinds of personal data that are taken out of the rows.
    rows, quick_rows : tuple of two int
        Rows for training and for the test, at most.
    validation_share : float, default 0.1
        Share of the training rows that the adapter does not learn from.
    """

    vertical: str
    title: str
    limits: str
    adds: str = ""
    metric: str = ""
    baseline: str = "auto"
    tuning: Mapping[str, Any] = field(default_factory=dict)
    quick_tuning: Mapping[str, Any] = field(default_factory=dict)
    methods: tuple[str, ...] = ("bf16", "bnb-int8", "gguf-q8_0", "gguf-q4_k_m")
    instruction: str = ""
    personal: tuple[str, ...] = ("all",)
    rows: tuple[int, int] = (3000, 600)
    quick_rows: tuple[int, int] = (48, 24)
    validation_share: float = 0.1

    def metric_of(self, task: str) -> str:
        """Return what counts for rows of `task`."""
        return self.metric or METRICS[task]
