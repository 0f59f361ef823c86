"""A tuning that was stopped or killed goes on as if nothing had been: on the CPU to the last bit."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from tinytuning import (
    CURVES,
    STEPS,
    Copies,
    Whole,
    assert_equal_weights,
    checkpoints,
    curves,
    messages,
    said,
    stopped,
    weights,
)

from kit.errors import Stopped
from kit.report import ListReport
from kit.result import Result
from kit.tuning import TuneSpec
from kit.tuning.keeper import Keeper
from kit.tuning.tune import tune


@pytest.mark.parametrize("step", random.Random(5).sample(range(1, STEPS), 3))
def test_a_stopped_tuning_goes_on_exactly(asked: TuneSpec, whole: Whole, tmp_path: Path, step: int) -> None:
    first = stopped(asked, tmp_path, step)
    second = ListReport(tmp_path)
    result = tune(asked, second)
    assert result.status == "finished"
    assert said(second, "loss") == list(range(step + 1, STEPS + 1))
    assert curves(first, second) == curves(whole.report)
    assert_equal_weights(whole.report.folder, tmp_path)
    assert _but_cost(result) == _but_cost(whole.result)
    peaks = [facts["foretold"]["peak_memory_mib"] for facts in (result.facts, whole.result.facts)]
    assert peaks[0] == peaks[1]
    assert result.facts == {**whole.result.facts, "foretold": result.facts["foretold"], "resumed_at": [step]}
    assert whole.result.facts["resumed_at"] == []
    assert f"Going on from step {step} of {STEPS}." in messages(second)


def _but_cost(result: Result) -> dict[str, float]:
    return {name: value for name, value in result.metrics.items() if name not in ("peak_memory_mib", "training_s")}


def test_what_was_measured_is_not_measured_again(asked: TuneSpec, whole: Whole, tmp_path: Path) -> None:
    stopped(asked, tmp_path, 6)
    second = ListReport(tmp_path)
    tune(asked, second)
    assert said(whole.report, "validation_loss") == [0, 4, 9, 13]
    assert said(second, "validation_loss") == [9, 13]
    assert _answers(second) == _answers(whole.report)[-2:]


def _answers(report: ListReport) -> list[dict[str, Any]]:
    return [event["data"] for event in report.events if event["kind"] == "record" and event["name"] == "answer"]


def test_dropout_is_at_work(asked: TuneSpec, whole: Whole, tmp_path: Path) -> None:
    """Or else equal curves would prove nothing about what is random."""
    without = ListReport(tmp_path)
    tune(asked.replace(dropout=0.0), without)
    pairs = zip(without.values("loss")[1:], whole.report.values("loss")[1:], strict=True)
    assert all(a != b for a, b in pairs)


def test_the_peak_of_memory_is_that_of_all_attempts(asked: TuneSpec, tmp_path: Path) -> None:
    ballast = torch.ones(300 * 2**20 // 4)
    peaks = stopped(asked, tmp_path / "parts", 6).values("peak_memory_mib")
    del ballast
    without = tune(asked, ListReport(tmp_path / "without")).metrics["peak_memory_mib"]
    again = tune(asked, ListReport(tmp_path / "parts")).metrics["peak_memory_mib"]
    assert without + 150 < again == pytest.approx(max(peaks))


def test_a_killed_tuning_goes_on_exactly(
    asked: TuneSpec, whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Keeper, "due", lambda self: True)  # a checkpoint after each step
    count = len(whole.report.events)
    at = {0, *random.Random(11).sample(range(count), 5), count - 1}
    never_killed = Copies(tmp_path / "run", at)
    tune(asked, never_killed)
    for number in at:
        before = ListReport(never_killed.folder)
        before.events = never_killed.events[:number]
        after = ListReport(never_killed.copy(number))
        assert tune(asked, after).status == "finished"
        assert curves(before, after) == curves(whole.report), f"killed at event {number}"
        assert_equal_weights(whole.report.folder, after.folder)
        done, again = said(before, "loss"), said(after, "loss")
        assert again[:1] in ([], done[-1:], [len(done) + 1]), "more than the step it was in is done again"


def test_many_breaks_in_a_row(asked: TuneSpec, whole: Whole, tmp_path: Path) -> None:
    attempts = [stopped(asked, tmp_path, step) for step in (2, 3, 7, 12)]
    attempts.append(ListReport(tmp_path))
    assert tune(asked, attempts[-1]).facts["resumed_at"] == [2, 3, 7, 12]
    assert curves(*attempts) == curves(whole.report)
    assert_equal_weights(whole.report.folder, tmp_path)


def test_killed_after_the_last_step_it_only_writes_what_was_made(asked: TuneSpec, whole: Whole, tmp_path: Path) -> None:
    shutil.copytree(whole.report.folder / "checkpoint", tmp_path / "checkpoint")
    again = ListReport(tmp_path)
    result = tune(asked, again)
    assert said(again, "loss") == said(again, "validation_loss") == []
    assert _but_cost(result) == _but_cost(whole.result)
    assert result.facts["resumed_at"] == [STEPS]
    assert_equal_weights(whole.report.folder, tmp_path)


def test_what_stays_of_checkpoints(asked: TuneSpec, tmp_path: Path) -> None:
    stopped(asked, tmp_path, 6)
    assert [path.name for path in checkpoints(tmp_path)] == [f"{asked.key}-{n:08d}.safetensors" for n in (4, 6)]
    size = checkpoints(tmp_path)[-1].stat().st_size
    tune(asked, ListReport(tmp_path))
    assert [path.name for path in checkpoints(tmp_path)] == [f"{asked.key}-{STEPS:08d}.safetensors"]
    assert checkpoints(tmp_path)[0].stat().st_size < size / 2, "the optimizer, which nobody needs any more, is in it"


def test_others_in_the_same_folder_are_left_alone(asked: TuneSpec, tmp_path: Path) -> None:
    other = tmp_path / "checkpoint" / "aaaabbbbcccc-00000099.safetensors"
    other.parent.mkdir()
    other.write_bytes(b"of another variant")
    tune(asked.replace(steps=2), ListReport(tmp_path))
    assert other.read_bytes() == b"of another variant"


class _AsksOnceTold(ListReport):
    """Asks to stop from outside, as a person would: the processes hear of it some steps later."""

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or event.get("name") == "loss"


@pytest.mark.slow
def test_two_processes_go_on_exactly(spec: TuneSpec, tmp_path: Path) -> None:
    together = spec.replace(processes=2, batch_size=5, dropout=0.1, steps=60, evaluations=1)
    uninterrupted = ListReport(tmp_path / "whole")
    tune(together, uninterrupted)
    first = _AsksOnceTold(tmp_path / "parts")
    with pytest.raises(Stopped) as caught:
        tune(together, first)
    stopped_at = int(caught.value.result.metrics["steps"])
    assert 0 < stopped_at < 60
    second = ListReport(tmp_path / "parts")
    result = tune(together, second)
    assert (result.status, result.facts["resumed_at"], result.facts["processes"]) == ("finished", [stopped_at], 2)
    found, expected = curves(first, second), curves(uninterrupted)
    for name in CURVES:
        assert found[name] == pytest.approx(expected[name], rel=1e-4)
    for name, weight in weights(tmp_path / "whole").items():
        torch.testing.assert_close(weights(tmp_path / "parts")[name], weight, rtol=1e-3, atol=2e-5)
