"""What was predicted of a tuning, beside what was then measured."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from kit.models import keep_error
from kit.tuning.fitting.seconds import method_of

if TYPE_CHECKING:
    from accelerate import Accelerator

    from kit.tuning.fitting.settling import Settled
    from kit.tuning.progress import Progress


def foretold(settled: Settled, progress: Progress, accelerator: Accelerator) -> dict[str, Any]:
    """Return what was predicted, and keep for this machine by how much that was off."""
    told = settled.foretold
    if accelerator.device.type != "cpu":  # what a GPU holds is not what was measured
        told.pop("peak_memory_mib", None)
    measured = {"peak_memory_mib": progress.peak_mib, "training_s": 0.0 if progress.resumed_at else progress.seconds}
    if accelerator.is_main_process:
        with contextlib.suppress(OSError):
            for name, predicted in told.items():
                keep_error(
                    name,
                    model=settled.spec.model,
                    method=method_of(settled.spec),
                    predicted=predicted,
                    measured=measured[name],
                )
    return {"foretold": told} if told else {}
