"""A small tuning that can be broken off, and what tells whether it went on as if nothing had been."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from tinymodel import write_rows

from kit.data import DataSpec
from kit.report import ListReport
from kit.result import Result
from kit.tuning import TuneSpec
from kit.tuning.tune import tune

STEPS = 13
CURVES = ("loss", "learning_rate", "validation_loss", "validation_accuracy")


@dataclass(frozen=True)
class Whole:
    """A tuning that nothing interrupted."""

    spec: TuneSpec
    report: ListReport
    result: Result


def breakable_spec(model: Path, folder: Path) -> TuneSpec:
    """Of 54 rows in batches of 12 each epoch has five steps, the last with six rows: two epochs and a half, dropout."""
    subjects, ways = ("The share", "Der Kurs", "A bond"), ("up", "down")
    texts = [f"{subject} {i} goes {way}" for i in range(10) for subject in subjects for way in ways]
    rows = write_rows(folder / "rows.jsonl", texts, [text.split()[-1] for text in texts])
    return TuneSpec(
        model=str(model),
        data=DataSpec(source=str(rows), instruction="Up or down?"),
        precision="fp32",
        batch_size=12,
        micro_batch_size=4,
        dropout=0.1,
        steps=STEPS,
        evaluations=3,
    )


class StopsAfter(ListReport):
    """Asks the tuning to stop once it has said the loss of `step`."""

    def __init__(self, folder: Path, step: int) -> None:
        super().__init__(folder)
        self._step = step

    def emit(self, event: dict[str, Any]) -> None:
        super().emit(event)
        self.stop = self.stop or (event.get("name") == "loss" and event["step"] == self._step)


class Copies(ListReport):
    """Copies the folder of the run, as a kill would leave it, at the events whose numbers are in `at`."""

    def __init__(self, folder: Path, at: set[int]) -> None:
        super().__init__(folder)
        self._at = at
        folder.mkdir()

    def emit(self, event: dict[str, Any]) -> None:
        if len(self.events) in self._at:
            shutil.copytree(self.folder, self.copy(len(self.events)))
        super().emit(event)

    def copy(self, at: int) -> Path:
        """Return where the copy made at event `at` is."""
        return self.folder.with_name(f"killed-{at}")


def stopped(spec: TuneSpec, folder: Path, step: int) -> ListReport:
    """Carry `spec` out until `step` and return what was said."""
    report = StopsAfter(folder, step)
    result = tune(spec, report)
    assert (result.status, result.metrics["steps"]) == ("stopped", step)
    return report


def curves(*attempts: ListReport) -> dict[str, dict[int, float]]:
    """Fold what several attempts said: a step that is said again takes the place of the earlier one."""
    found: dict[str, dict[int, float]] = {name: {} for name in CURVES}
    for event in (event for attempt in attempts for event in attempt.events):
        if event["kind"] == "metric" and event["name"] in CURVES:
            found[event["name"]][event["step"]] = event["value"]
    return found


def said(report: ListReport, name: str) -> list[int]:
    """Return the steps of which a value of the curve `name` was said."""
    return [event["step"] for event in report.events if event["kind"] == "metric" and event["name"] == name]


def messages(report: ListReport) -> list[str]:
    """Return every sentence that was said."""
    return [event["text"] for event in report.events if event["kind"] == "message"]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """Return the adapter that the run in `folder` left."""
    found: dict[str, torch.Tensor] = load_file(folder / "artifacts" / "adapter" / "adapter_model.safetensors")
    return found


def assert_equal_weights(one: Path, other: Path) -> None:
    """Hold the adapters of two runs to be equal in every bit."""
    expected, found = weights(one), weights(other)
    assert set(found) == set(expected)
    assert all(torch.equal(found[name], weight) for name, weight in expected.items())


def checkpoints(folder: Path) -> list[Path]:
    """Return the checkpoints of the run in `folder`, oldest first."""
    return sorted((folder / "checkpoint").iterdir())
