"""Measured variants that nobody measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kit.result import Measurement, Result


def look(
    right: Sequence[int], tpot_s: float | Sequence[float] = 0.1, ram: float = 1000.0, *, others: float = 0.0
) -> Result:
    """Return what one measurement of a variant showed."""
    times = tuple(tpot_s) if isinstance(tpot_s, Sequence) else (tpot_s,)
    facts: dict[str, Any] = {"right": [int(x) for x in right], "others_cpu_share": others}
    share = sum(facts["right"]) / len(facts["right"])
    error = (share * (1 - share) / len(facts["right"])) ** 0.5
    return Result(
        spec={},
        metrics={"acc": share, "acc_stderr": error, "max_ram_mib": ram},
        measurements={"tpot_s": Measurement("tpot_s", "s", times)},
        facts=facts,
        provenance={"data_hash": "h"},
    )
