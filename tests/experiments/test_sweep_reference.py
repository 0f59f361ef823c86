"""A sweep reads its reference once, and compares every other method with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.engines.hf.engine import TransformersEngine
from kit.errors import KitError
from kit.experiments import SweepSpec
from kit.experiments.each import variant_spec
from kit.experiments.sweep import sweep
from kit.isolated import error_dict
from kit.measure.costs import Cost
from kit.measure.evaluate import evaluate
from kit.report import ListReport, Report
from kit.result import Result
from kit.spec import Spec


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> SweepSpec:
    return SweepSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows_file)),
        methods=("fp32", "bf16", "fp16"),
        measures=("reference",),
        reference_tokens=200,
    )


class _Here:
    """Carries variants out in this process, which is quicker to start, and counts what is read of each."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: dict[str, int] = {}
        self.fails: set[str] = set()
        original = TransformersEngine.distributions

        def counted(engine: TransformersEngine, texts: Any, *, places: int = 64) -> Iterator[Any]:
            for chunk in original(engine, texts, places=places):
                name = str(engine.model.dtype).removeprefix("torch.")
                self.read[name] = self.read.get(name, 0) + len(chunk.tokens)
                yield chunk

        monkeypatch.setattr(TransformersEngine, "distributions", counted)
        monkeypatch.setattr("kit.experiments.apart.carry_out_isolated", self.carry_out)

    def carry_out(self, spec: Any, report: Report) -> Result:
        try:
            if spec.variant.method in self.fails:
                raise KitError("It has no feet.")
            # As it comes from another process: through JSON.
            return Result.from_dict(json.loads(evaluate(spec, report).to_json()))
        except KitError as exc:
            return Result(spec=spec.to_dict(), status="failed", error=error_dict(exc))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> _Here:
    return _Here(monkeypatch)


def _told(result: Result) -> list[tuple[str, str, bool]]:
    """Each method that was measured, what it was compared with, and whether it differs."""
    return [
        (part.facts["method"], part.facts["reference"]["method"], part.metrics["kld_mean"] > 0)
        for part in result.parts
        if part.status == "finished"
    ]


def test_the_first_method_is_read_once_for_all(spec: SweepSpec, here: _Here, tmp_path: Path) -> None:
    result = sweep(spec, ListReport(tmp_path))
    assert _told(result) == [("fp32", "fp32", False), ("bf16", "fp32", True), ("fp16", "fp32", True)]
    assert len(set(here.read.values())) == 1
    assert result.parts[1].metrics["kld_mean"] > result.parts[2].metrics["kld_mean"]  # fp16 has more digits
    assert not (tmp_path / "checkpoint" / "reference").exists()


def test_a_first_method_that_failed_is_the_reference_once_it_can_be_measured(
    spec: SweepSpec, here: _Here, tmp_path: Path
) -> None:
    here.fails = {"fp32"}
    assert _told(sweep(spec, ListReport(tmp_path))) == [("bf16", "bf16", False), ("fp16", "bf16", True)]
    here.fails = set()
    again = sweep(spec, ListReport(tmp_path))
    assert _told(again) == [("fp32", "fp32", False), ("bf16", "fp32", True), ("fp16", "fp32", True)]


def test_costs_are_passed_on(spec: SweepSpec, here: _Here, tmp_path: Path) -> None:
    costs = (Cost(gold="up", answer="down", cost=7),)
    (part,) = sweep(spec.replace(methods=("fp32",), measures=("accuracy",), costs=costs), ListReport(tmp_path)).parts
    assert part.facts["costs"]["matrix"] == [[0, 1], [7, 0]]
    assert part.metrics["cost_mean_best_decision"] >= 0
    assert "reference" not in part.facts


def test_specs_without_it_are_carried_out_as_before(spec: Spec) -> None:
    one = variant_spec(spec.replace(measures=("accuracy",)), "bf16")  # type: ignore[arg-type]
    assert one.reference is None
