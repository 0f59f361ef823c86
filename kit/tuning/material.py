"""What a tuning works with: rows, model, tokenizer, devices."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed

from kit.data import Dataset
from kit.engines.hf.load import best_device, has_fast_bf16
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.prepare import ready_folder
from kit.models import Location
from kit.report import Report
from kit.tuning.adapters.prepare import prepare_model, weights_dtype
from kit.tuning.adapters.prompt import begun
from kit.tuning.example import Encoded, Example, encode_rows, weighted
from kit.tuning.fitting.checkpointing import with_checkpoints
from kit.tuning.fitting.settling import Settled, counted_rows
from kit.tuning.spec import TuneSpec
from kit.tuning.validate import at_most, training_and_validation

Teach = Callable[[Encoded, Dataset, Any], Encoded]


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a tuning works with.

    Parameters
    ----------
    train, held : Dataset
        Rows to train on and to validate with.
    encoded : Encoded
        The rows to train on, as tokens.
    held_examples : list of Example
        Those to validate with, as tokens.
    location : Location
        Of the model.
    base : str
        How the adapter names the model it stands on.
    accelerator : Accelerator
        This process among those that train together, and its device.
    tokenizer : tokenizer of Transformers
    model : causal language model, with its adapter
    dtype : torch.dtype
        Of the frozen weights.
    settled : Settled
        What the spec leaves open, decided.
    """

    train: Dataset
    held: Dataset
    encoded: Encoded
    held_examples: list[Example]
    location: Location
    base: str
    accelerator: Accelerator
    tokenizer: Any
    model: Any
    dtype: torch.dtype
    settled: Settled

    @property
    def examples(self) -> list[Example]:
        """What is trained on."""
        return begun(self.model, self.encoded.examples)

    @property
    def pad(self) -> int:
        """A token id to pad with."""
        return self.tokenizer.pad_token_id or 0

    @property
    def hub_id(self) -> str | None:
        """The public name of the model that the adapter stands on, where it has one."""
        return self.location.card.hub_id if self.location.card and self.location.adapter is None else None

    @property
    def precision(self) -> str:
        """The type of the frozen weights, such as "bfloat16"."""
        return str(self.dtype).removeprefix("torch.")


def gather(spec: TuneSpec, report: Report, teach: Teach | None = None) -> Material:
    """Read the rows of `spec`, load its model and put a new adapter on it, drawn by its seed.

    `teach` is handed the rows to train on, as tokens and as they are, before the model loads, and returns the former
    with what a teacher expects of them.
    """
    report.progress("loading")
    train, held = training_and_validation(spec.data, spec.validation, spec.seed)
    folder, location = ready_folder(spec.model, report)
    report.progress("loading")
    accelerator = Accelerator(cpu=best_device().type == "cpu")
    set_seed(spec.seed)
    tokenizer = load_tokenizer(folder)
    encoded = weighted(encode_rows(tokenizer, train, spec.max_length), train, spec.class_weights)
    encoded = encoded if teach is None else teach(encoded, train, tokenizer)
    settled = Settled(spec, report, counted_rows(encoded.examples))
    spec = settled.spec
    dtype = weights_dtype(spec, _dtype(spec.precision))
    pieces = encode_rows(tokenizer, held, spec.max_length).examples  # of other tasks than plain text, one for each row
    return Material(
        train=train,
        held=held,
        encoded=encoded,
        held_examples=[pieces[i] for i in at_most(len(pieces), spec.seed)],
        location=location,
        base=_base_name(spec.model, location, folder),
        accelerator=accelerator,
        tokenizer=tokenizer,
        model=with_checkpoints(prepare_model(spec, folder, dtype=dtype, device=_opened_on(spec, accelerator)), spec),
        dtype=dtype,
        settled=settled,
    )


def _opened_on(spec: TuneSpec, accelerator: Accelerator) -> torch.device:
    """Return where the whole model is opened: on the CPU where each device gets a part, since the whole may not fit."""
    divided = spec.processes > 1 and spec.layout != "ddp"
    return torch.device("cpu") if divided and spec.quantization is None else accelerator.device


def _dtype(wanted: str) -> torch.dtype:
    fast = has_fast_bf16(best_device())
    return torch.bfloat16 if wanted == "bf16" or (wanted == "auto" and fast) else torch.float32


def _base_name(model: str, location: Location, folder: Path) -> str:
    """Return how the adapter names the model it stands on, so that it is found from any folder."""
    if location.adapter is not None:
        return str(folder)
    return os.path.abspath(os.path.expanduser(model)) if location.origin == "local" else model
