"""What a tuning leaves open about memory, decided from what it is predicted to need.

Nothing that was asked for is changed. Left open, the micro-batch becomes the largest that fits; checkpoints are made
only where the smallest would not fit without; and last, plain frozen weights are quantized (QLoRA). The first two give
the same result, the last nearly the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from kit.i18n import _
from kit.models import ModelCard
from kit.tuning.estimate import micro_batch, peak_of
from kit.words import count
from kit.words import memory as memory_words

if TYPE_CHECKING:
    from kit.tuning.lengths import Rows
    from kit.tuning.spec import TuneSpec

_MIB = 1024 * 1024
_COMFORT = 0.75  # of the room: estimates can be wrong, and other programs need memory too
TRIED = 3  # micro-batches among which the fastest is looked for


@dataclass(frozen=True)
class Choice:
    """One field that was decided.

    Parameters
    ----------
    field : str
        Of the spec.
    value : int, bool or str
        What it became.
    why : str
        In a sentence with numbers.
    """

    field: str
    value: Any
    why: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"field": self.field, "value": self.value, "why": self.why}


@dataclass(frozen=True)
class Decision:
    """A tuning with nothing left open about memory.

    Parameters
    ----------
    spec : TuneSpec
        With micro-batch and checkpointing given, and quantized where that was needed.
    choices : tuple of Choice
        What is not as it would be with plenty of memory.
    peak_bytes : int
        Predicted for one process.
    room_bytes : float
        What one process may take.
    sizes : tuple of int
        Micro-batches to look for the fastest among, the largest first; one where it was given.
    """

    spec: TuneSpec
    choices: tuple[Choice, ...]
    peak_bytes: int
    room_bytes: float
    sizes: tuple[int, ...]

    @property
    def fits(self) -> bool:
        """Is there room for it, as far as is known?"""
        return self.peak_bytes <= self.room_bytes


def decide(spec: TuneSpec, card: ModelCard, room_bytes: float, rows: Rows, *, may_quantize: bool = True) -> Decision:
    """Return `spec` with what it leaves open decided; pure and quick, so that it can be shown before anything starts.

    Parameters
    ----------
    spec : TuneSpec
    card : ModelCard
        Of its model.
    room_bytes : float
        What one process may take: see `room_of_process`.
    rows : Rows
        That are trained on, counted (`kit.tuning.fitting.worker`) or guessed (`guessed_rows`).
    may_quantize : bool, default True
        Is QLoRA among what may be chosen?
    """
    decided = None
    for way in _ways(spec, may_quantize=may_quantize):
        decided = _with_size(way, card, room_bytes, rows)
        if decided.fits:
            break
    assert decided is not None
    return Decision(
        decided.spec, tuple(_explained(spec, decided, card, rows)), decided.peak_bytes, room_bytes, decided.sizes
    )


def sizes_of(spec: TuneSpec) -> list[int]:
    """Return the micro-batches that `spec` allows, the largest first: the one given, or all that divide a batch."""
    given = micro_batch(spec)
    if given is not None:
        return [given]
    batch, parts = spec.batch_size, spec.readers
    return [n for n in range(batch, 0, -1) if batch % n == 0 and n % parts == 0] or [batch]


def may_be_quantized(spec: TuneSpec) -> bool:
    """Could the frozen weights of `spec` be held in 4 bits here?"""
    return (
        spec.quantization is None
        and spec.quantization_aware is None
        and spec.method in ("lora", "dora")
        and spec.init_lora_weights in ("default", "gaussian")
        and spec.mixed_precision == "no"
        and (spec.processes == 1 or spec.layout == "ddp")
        and find_spec("bitsandbytes") is not None
    )


def _ways(spec: TuneSpec, *, may_quantize: bool) -> Iterator[TuneSpec]:
    """Yield what `spec` allows, of least harm first, micro-batches still open."""
    quantized = [spec.replace(quantization="bnb-nf4")] if may_quantize and may_be_quantized(spec) else []
    for each in (spec, *quantized):
        for checkpointing in (False, True) if spec.gradient_checkpointing is None else (spec.gradient_checkpointing,):
            yield each.replace(gradient_checkpointing=checkpointing)


def _with_size(spec: TuneSpec, card: ModelCard, room: float, rows: Rows) -> Decision:
    """Return `spec` with its largest micro-batch that fits comfortably, or the smallest."""
    given, sizes = micro_batch(spec), sizes_of(spec)
    peak = 0
    for i, size in enumerate(sizes):
        tried = spec if given else spec.replace(micro_batch_size=size)
        peak = peak_of(tried, card, rows)
        if peak <= _COMFORT * room:
            return Decision(tried, (), peak, room, tuple(sizes[i : i + TRIED]))
    return Decision(tried, (), peak, room, (sizes[-1],))


def _explained(spec: TuneSpec, decided: Decision, card: ModelCard, rows: Rows) -> Iterator[Choice]:
    found, room = decided.spec, decided.room_bytes
    if found.quantization != spec.quantization:
        plain = found.replace(quantization=None, gradient_checkpointing=spec.gradient_checkpointing is not False)
        why = _("With plain weights it would need at least {needed}, and there is room for {room}.")
        yield Choice("quantization", found.quantization, _told(why, peak_of(plain, card, rows), room))
    if spec.gradient_checkpointing is None and found.gradient_checkpointing:
        without = peak_of(found.replace(gradient_checkpointing=False), card, rows)
        why = _("Without it, it would need at least {needed}, and there is room for {room}.")
        yield Choice("gradient_checkpointing", True, _told(why, without, room))
    size = found.micro_batch_size
    if micro_batch(spec) is None and size is not None and size < spec.batch_size:
        whole = peak_of(found.replace(micro_batch_size=spec.batch_size), card, rows)
        why = _("All {n} rows of a batch at once would need {needed}, and there is room for {room}.")
        yield Choice("micro_batch_size", size, _told(why, whole, room, n=count(spec.batch_size)))


def _told(text: str, needed: float, room: float, **more: str) -> str:
    return text.format(needed=memory_words(needed / _MIB), room=memory_words(room / _MIB), **more)
