"""How closely a variant is measured: on a part of the rows first, on all of them where it is still in the race.

Where in the end only a time keeps a variant in the set, time is left, and there is a fair chance that it tells, its
times are measured again.
"""

from __future__ import annotations

from typing import Literal

from kit.data import Dataset
from kit.engines import Variant
from kit.experiments.auto.spec import AutoSpec
from kit.measure.spec import EvaluateSpec

Fidelity = Literal["part", "all", "again", "third"]
AGAIN: tuple[Fidelity, ...] = ("again", "third")  # times only
ALL: tuple[Fidelity, ...] = ("part", "all", *AGAIN)

FEWEST_ROWS = 48  # of a part; rows that are fewer than twice as many are asked all at once
_SHARE = 6  # a part is one row in so many
_FEWEST_REQUESTS = 3
_MOST_TASK_ROWS = 50


def part_rows(rows: int) -> int | None:
    """Return how many of `rows` a first look asks, or None where it asks all."""
    return None if rows < 2 * FEWEST_ROWS else max(FEWEST_ROWS, -(-rows // _SHARE))


def part_requests(requests: int) -> int:
    """Return how many of `requests` answers a first look times."""
    return min(requests, max(_FEWEST_REQUESTS, requests // 3))


def evaluation(spec: AutoSpec, variant: Variant, fidelity: Fidelity, data: Dataset) -> EvaluateSpec:
    """Return what is measured of one variant."""
    whole = EvaluateSpec(variant=variant, data=spec.data, **spec.measuring())
    if fidelity == "all":
        return whole
    wanted = {goal.measure for goal in spec.goals}
    if fidelity in AGAIN:  # another seed, so that an evaluation of its own keeps it
        load = spec.load.replace(seed=(spec.load.seed + 1 + AGAIN.index(fidelity)) % 2**31)
        timed = tuple(name for name in ("latency", "energy") if name in wanted)
        return whole.replace(measures=timed, tasks=(), task_limit=None, load=load)
    # A part may lack a label, and the question must be the same: so the labels are named.
    labels = {"labels": data.labels} if spec.data.task == "classify" and len(data.labels) > 1 else {}
    return whole.replace(
        data=spec.data.replace(limit=part_rows(len(data)), **labels),
        measures=tuple(name for name in spec.measures if name != "energy" or name in wanted),
        tasks=spec.tasks if "tasks" in wanted else (),
        task_limit=min(spec.task_limit or _MOST_TASK_ROWS, _MOST_TASK_ROWS) if "tasks" in wanted else None,
        requests=part_requests(spec.requests),
    )
