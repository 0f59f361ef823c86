"""What the result of a sweep says first."""

from __future__ import annotations

from typing import Any

from kit.experiments.summary import sweep_summary
from kit.result import Result, Status


def _part(method: str, status: Status = "finished", **facts: Any) -> Result:
    return Result(spec={}, status=status, facts={"method": method, **facts})


def test_who_was_measured_and_who_not() -> None:
    parts = [
        _part("fp32", verdict={"kind": "reference"}),
        _part("bf16", verdict={"kind": "no evidence"}),
        _part("bnb-nf4", verdict={"kind": "worse"}),
        _part("gptq", "unsupported"),
    ]
    assert sweep_summary(parts) == "measured: fp32 (reference), bf16, bnb-nf4 (worse); not measured: gptq"
    assert sweep_summary(parts[3:]) == "not measured: gptq"
    assert sweep_summary([]) == ""
