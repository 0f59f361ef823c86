"""An error of memory that ran out, told with what would need less."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Iterator

import torch

from kit.errors import KitError
from kit.i18n import _
from kit.tuning.schedule import rows_at_a_time
from kit.tuning.spec import TuneSpec

# What PyTorch's allocators say beside torch.OutOfMemoryError, which on the CPU they do not raise.
_WORDS = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")
_LEAST_LENGTH = 16


@contextlib.contextmanager
def told_shortage(spec: TuneSpec, kept: Callable[[], int | None]) -> Iterator[None]:
    """Raise an error of memory that ran out as one that says what was asked for and what to change.

    Parameters
    ----------
    spec : TuneSpec
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
        raise _shortage(spec, kept()) from exc


def _is_shortage(exc: Exception) -> bool:
    text = str(exc)
    return isinstance(exc, MemoryError | torch.OutOfMemoryError) or any(words in text for words in _WORDS)


def _shortage(spec: TuneSpec, kept: int | None) -> KitError:
    size = spec.micro_batch_size or spec.batch_size
    problem = _(
        "Memory ran out. Asked for: batch_size={batch_size}, {size} rows at a time (micro_batch_size), "
        "max_length={max_length}."
    ).format(batch_size=spec.batch_size, size=size, max_length=spec.max_length)
    fix = _("Try {change}, or make room by ending other programs.").format(change=_smaller(spec, size))
    if kept is not None:
        fix += " " + _("As it is, the run goes on from step {n} when it is resumed.").format(n=kept)
    return KitError(problem, fix=fix)


def _smaller(spec: TuneSpec, size: int) -> str:
    if rows_at_a_time(spec.batch_size, spec.micro_batch_size, spec.processes) > 1:
        smaller = next(n for n in range(size // 2, 0, -1) if spec.batch_size % n == 0)
        return f"micro_batch_size={smaller}"
    if spec.max_length > _LEAST_LENGTH:
        return f"max_length={max(spec.max_length // 2, _LEAST_LENGTH)}"
    return _("a smaller model")
