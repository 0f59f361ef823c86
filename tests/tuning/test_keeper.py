"""When a tuning writes, and what a disk without room costs it."""

from __future__ import annotations

import errno
import itertools
from pathlib import Path
from typing import Any

import pytest
from tinytuning import StopsAfter, Whole, assert_equal_weights, curves, messages, stopped

from kit.errors import KitError
from kit.report import ListReport
from kit.tuning import TuneSpec, checkpoint, keeper
from kit.tuning import kept as kept_module
from kit.tuning.keeper import Keeper
from kit.tuning.tune import tune


def _refuse(*arguments: Any, **options: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "somewhere")


class _RefusesAtFirst:
    """A writer that finds no room `times` times, then writes."""

    def __init__(self, write: Any, times: int) -> None:
        self._write, self._times, self.calls = write, times, 0

    def __call__(self, *arguments: Any, **options: Any) -> None:
        self.calls += 1
        (_refuse if self.calls <= self._times else self._write)(*arguments, **options)


@pytest.fixture
def always_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keeper, "due", lambda self: True)


class _Clock:
    """A clock that goes on by `writing` seconds with each writing and otherwise by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, writing: float) -> None:
        self.now = 100.0
        write = checkpoint.write_durably

        def slowly(path: Path, data: bytes) -> None:
            self.now += writing
            write(path, data)

        monkeypatch.setattr(checkpoint, "write_durably", slowly)
        monkeypatch.setattr(keeper.time, "monotonic", lambda: self.now)


@pytest.mark.parametrize(("writing", "pause"), [(0.001, 10.0), (0.5, 50.0)])
def test_writing_takes_less_than_a_hundredth_of_the_time(
    asked: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writing: float, pause: float
) -> None:
    clock = _Clock(monkeypatch, writing=writing)
    written: list[float] = []
    keep = Keeper.keep
    monkeypatch.setattr(Keeper, "keep", lambda self, progress: (keep(self, progress), written.append(clock.now)))

    class Steps(ListReport):
        def emit(self, event: dict[str, Any]) -> None:
            super().emit(event)
            clock.now += 7 if event.get("name") == "loss" else 0

    tune(asked.replace(steps=30, evaluations=1), Steps(tmp_path))
    in_between = written[:-2]  # those at the end come when they come
    pauses = [after - before - writing for before, after in itertools.pairwise(in_between)]
    assert pauses, "nothing was written in between"
    assert all(pause <= each < pause + 7.1 for each in pauses)


@pytest.mark.usefixtures("always_due")
def test_a_full_disk_costs_one_message_and_no_training(
    asked: TuneSpec, whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "write_durably", _refuse)
    report = ListReport(tmp_path)
    assert tune(asked, report).status == "finished"
    told = [text for text in messages(report) if "cannot be written" in text]
    assert told == [
        "A checkpoint cannot be written (No space left on device); the training goes on. The newest one: none yet."
    ]
    assert curves(report) == curves(whole.report)
    assert_equal_weights(whole.report.folder, tmp_path)


@pytest.mark.usefixtures("always_due")
def test_room_that_comes_back_is_used(asked: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "write_durably", _RefusesAtFirst(checkpoint.write_durably, 3))
    stopped(asked, tmp_path, 6)
    assert tune(asked, ListReport(tmp_path)).facts["resumed_at"] == [6]


def test_the_last_adapter_waits_for_room(asked: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.place._RETRY_S", 0.01)
    save = _RefusesAtFirst(kept_module.save_adapter, 6)  # after two evaluations, then four times at the end
    monkeypatch.setattr(kept_module, "save_adapter", save)
    report = ListReport(tmp_path)
    assert tune(asked, report).status == "finished"
    assert save.calls == 7
    assert (tmp_path / "artifacts" / "adapter" / "adapter_model.safetensors").exists()
    assert sum("Waiting" in text for text in messages(report)) == 1


def test_a_stop_without_room_can_be_resumed(asked: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.place._RETRY_S", 0.01)
    with monkeypatch.context() as full:
        full.setattr(kept_module, "save_adapter", _refuse)
        with pytest.raises(KitError) as caught:
            tune(asked, StopsAfter(tmp_path, 6))
    assert "No space left on device" in caught.value.problem
    assert "resume" in caught.value.fix
    assert tune(asked, ListReport(tmp_path)).facts["resumed_at"] == [6]
