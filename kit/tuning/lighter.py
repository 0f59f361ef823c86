"""What would need less memory than a tuning that has no room here, of least harm first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kit.models import card_here
from kit.models.change import smaller
from kit.tuning.estimate import micro_batch
from kit.tuning.fitting.deciding import may_be_quantized

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

_LEAST_LENGTH = 64  # tokens; a question cut shorter than this says little


def lighter_changes(spec: TuneSpec, *, may_quantize: bool = False) -> Iterator[dict[str, Any]]:
    """Yield fields to change: first what gives the same result later, then what changes it little, then the rest.

    Fewer rows at a time, checkpoints, one process, bf16, 4-bit weights, each alone and with those before; then shorter
    questions, and last a smaller model of the family.

    Parameters
    ----------
    spec : TuneSpec
    may_quantize : bool, default False
        Offer 4-bit weights too? A tuning that does not name them takes them by itself where nothing else fits.
    """
    least: dict[str, Any] = {}
    for rows in _fewer_rows(spec):
        least = rows
        yield least
    for change in _same_rows(spec, may_quantize=may_quantize):
        if least:
            yield change
        least = {**least, **change}
        yield least
    for length in _shorter(spec.max_length):
        yield {**least, "max_length": length}
    card = card_here(spec.model)
    for other in [] if card is None else smaller(card):
        yield {"model": other.name}
        if least:
            yield {"model": other.name, **least}


def _same_rows(spec: TuneSpec, *, may_quantize: bool) -> Iterator[dict[str, Any]]:
    if spec.gradient_checkpointing is False:
        yield {"gradient_checkpointing": True}
    if spec.processes > 1 and spec.layout == "ddp":
        yield {"processes": 1}
    if spec.precision != "bf16":
        yield {"precision": "bf16"}
    if may_quantize and may_be_quantized(spec):
        yield {"quantization": "bnb-nf4"}


def _fewer_rows(spec: TuneSpec) -> Iterator[dict[str, Any]]:
    rows, parts = micro_batch(spec), spec.readers
    for n in range(0 if rows is None else rows // 2, 0, -1):
        if spec.batch_size % n:
            continue
        if n >= parts:
            accumulated = spec.gradient_accumulation_steps is not None
            yield {"gradient_accumulation_steps": spec.batch_size // n} if accumulated else {"micro_batch_size": n}


def _shorter(length: int) -> Iterator[int]:
    while length > _LEAST_LENGTH:
        length = max(length // 2, _LEAST_LENGTH)
        yield length
