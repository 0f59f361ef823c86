"""Measured variants for the tests of figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kit.result import Measurement, Result


@pytest.fixture
def part() -> Callable[..., Result]:
    """Make the result of one measured variant: accuracy, median latency in seconds, memory in MiB, more facts."""

    def make(method: str, acc: float, seconds: float, memory_mib: float = 500.0, **facts: Any) -> Result:
        samples = tuple(seconds * factor for factor in (0.8, 1.0, 1.3))
        return Result(
            spec={},
            metrics={"acc": acc, "acc_stderr": 0.02, "max_ram_mib": memory_mib},
            measurements={"e2el_s": Measurement("e2el_s", "s", samples)},
            facts={"method": method, **facts},
        )

    return make
