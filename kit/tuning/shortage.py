"""An error of memory that ran out, told with what would have fitted."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import torch

from kit.errors import KitError
from kit.i18n import _
from kit.machine.facts import MIB
from kit.tuning.estimate import micro_batch
from kit.tuning.fitting.remedy import Remedy, remedy
from kit.words import memory as memory_words

if TYPE_CHECKING:
    from kit.tuning.fitting.settling import Settled

# What PyTorch's allocators say beside torch.OutOfMemoryError, which on the CPU they do not raise.
_WORDS = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")


@contextlib.contextmanager
def told_shortage(settled: Settled, kept: Callable[[], int | None]) -> Iterator[None]:
    """Raise an error of memory that ran out as one that says what was asked for and what to change.

    Parameters
    ----------
    settled : Settled
        The tuning, and what was decided for it.
    kept : callable
        Returns the step from which the run can go on, or None.

    Raises
    ------
    KitError
        Memory ran out inside the block; every other error goes through as it is.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as exc:
        if not _is_shortage(exc):
            raise
        traceback.clear_frames(exc.__traceback__)  # they hold the activations, which the caller needs the room of
        raise _shortage(settled, kept()) from exc


def _is_shortage(exc: Exception) -> bool:
    text = str(exc)
    return isinstance(exc, MemoryError | torch.OutOfMemoryError) or any(words in text for words in _WORDS)


def _shortage(settled: Settled, kept: int | None) -> KitError:
    spec = settled.spec
    problem = _(
        "Memory ran out. Asked for: batch_size={batch_size}, {size} rows at a time (micro_batch_size), "
        "max_length={max_length}."
    ).format(batch_size=spec.batch_size, size=micro_batch(spec) or spec.batch_size, max_length=spec.max_length)
    if settled.decision.peak_bytes:
        problem += " " + _("Predicted were {peak}.").format(peak=_memory(settled.decision.peak_bytes))
    fix = _("Try {change}, or make room by ending other programs.").format(change=_words(remedy(settled)))
    if kept is not None:
        fix += " " + _("As it is, the run goes on from step {n} when it is resumed.").format(n=kept)
    return KitError(problem, fix=fix)


def _words(found: Remedy) -> str:
    if not found.changes:
        return _("a smaller model")
    change = ", ".join(f"{name}={value!r}" for name, value in found.changes.items())
    if found.peak_bytes is None:
        return change
    return _("{change} (predicted: {peak})").format(change=change, peak=_memory(found.peak_bytes))


def _memory(number_of_bytes: float) -> str:
    return memory_words(number_of_bytes / MIB)
