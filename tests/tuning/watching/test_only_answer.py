"""A model that gives every row the same answer has not learnt to tell rows apart, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.tune import tune
from kit.tuning.validate import Validation
from kit.tuning.watching.told import only_answer


@pytest.mark.parametrize(
    ("given", "right", "only"),
    [
        (("none", "none"), ("none", "power"), "none"),
        (("none", "power"), ("none", "power"), None),
        (("none", "none"), ("none", "none"), None),  # there is nothing to tell apart
        ((), ("none", "power"), None),  # answers are written
    ],
)
def test_whether_there_is_one_answer_only(given: tuple[str, ...], right: tuple[str, ...], only: str | None) -> None:
    assert only_answer(Validation(0.1, 0.5, given), right) == only


def test_nothing_is_said_of_what_was_not_measured() -> None:
    assert only_answer(None, ("up", "down")) is None


def test_a_tuning_that_learns_nothing_says_so(spec: TuneSpec, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = tune(spec.replace(steps=1, evaluations=1, learning_rate=1e-9), report)
    told = [event["text"] for event in report.events if event["kind"] == "message"]
    label = result.facts["only_answer"]
    assert label in ("up", "down")
    assert f"gives every row the same answer, '{label}'" in result.facts["summary"]
    assert any(f"the same answer, '{label}'" in text and 'class_weights="balanced"' in text for text in told)


def test_a_tuning_that_learns_does_not(spec: TuneSpec, tmp_path: Path) -> None:
    every = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    result = tune(spec.replace(steps=30, learning_rate=1e-2, target_modules=every), ListReport(tmp_path))
    assert "only_answer" not in result.facts
