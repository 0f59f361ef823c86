"""How many steps and rows, the learning rate and the evaluations over the steps."""

from __future__ import annotations

import math


def total_steps(rows: int, batch_size: int, epochs: float, steps: int | None) -> int:
    """Return how many optimizer steps a run takes: `steps`, or as many as `epochs` passes need."""
    return steps or max(math.ceil(math.ceil(rows / batch_size) * epochs), 1)


def rows_at_a_time(batch_size: int, micro_batch_size: int | None, processes: int) -> int:
    """Return how many rows each process reads at a time, at least one."""
    return max((micro_batch_size or batch_size) // processes, 1)


def share_of_peak(step: int, *, total: int, warmup_share: float, schedule: str) -> float:
    """Return the learning rate of `step` (from 0) as a share of its highest.

    Rises linearly over the first ``warmup_share`` of the steps; then falls linearly to 0 ("linear"), as half a cosine
    ("cosine") or stays ("constant").
    """
    warmup = math.ceil(total * warmup_share)
    if step < warmup:
        return (step + 1) / warmup
    if schedule == "constant":
        return 1.0
    done = (step - warmup) / max(total - warmup, 1)
    return 1 - done if schedule == "linear" else 0.5 * (1 + math.cos(math.pi * done))


def evaluation_steps(total: int, evaluations: int) -> set[int]:
    """Return after which steps validation is measured: evenly spaced, the last step included."""
    count = min(evaluations, total)
    return {round(total * (i + 1) / count) for i in range(count)}
