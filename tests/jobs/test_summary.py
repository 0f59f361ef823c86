"""Summaries: quick to read, and never believed against the log."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from kit.jobs import Run, run_here
from kit.jobs.events import EventReader, EventWriter
from kit.jobs.lock import run_lock
from kit.jobs.process import write_identity
from kit.jobs.start import _begin_attempt, create_run
from kit.jobs.state import Status
from kit.jobs.summary import forget_summary, read_summary, summarize, write_summary
from kit.spec import Spec


def _count(steps: int = 3) -> Spec:
    from tinywork import CountSpec

    return CountSpec(steps=steps)


def _misbehave(how: str) -> Spec:
    from tinywork import MisbehaveSpec

    return MisbehaveSpec(how=how)


def say(run: Run, *events: dict[str, Any]) -> None:
    """Append events to the log of a run."""
    writer = EventWriter(run.folder / "events.jsonl")
    for event in events:
        writer.write({"t": time.time(), **event})
    writer.close()


def folded(run: Run) -> Status:
    """Return the status that the log alone gives."""
    status = Status()
    for event in EventReader(run.folder / "events.jsonl").read():
        status.add(event)
    return status


@pytest.mark.parametrize("spec", [_count, lambda: _misbehave("kit_error")])
def test_a_summary_says_what_the_log_says(spec: Any) -> None:
    run = Run(run_here(spec()).folder)
    truth, stored = folded(run), read_summary(run.folder)
    assert stored is not None
    assert stored == summarize(run.folder, truth)
    for name in ("state", "cause", "fix", "started", "ended", "phase", "done", "total", "unit", "memory_peak_mib"):
        assert getattr(run.status, name) == getattr(truth, name)
    assert stored.created == run.about["created"]
    assert stored.took_s == pytest.approx(truth.elapsed_s)
    assert (stored.memory_peak_mib or 0) > 10
    assert (stored.memory_mib, stored.throughput) == (None, None)


def test_the_state_is_told_without_the_log_and_the_rest_read_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(run_here(_count()).folder)
    read, looks = EventReader.read, []
    monkeypatch.setattr(EventReader, "read", lambda self: looks.append(self.path) or read(self))
    assert str(run.status) == "finished"
    assert run.summary.kind == "count"
    assert run.status.eta_s is None
    assert looks == []
    assert run.status.curves["number"] == [(0, 0), (1, 1), (2, 2)]
    assert run.status.messages == ["done counting"]
    assert run.artifact("numbers").read_text() == "3"
    assert len(looks) == 1  # once, for all of it
    with pytest.raises(AttributeError):
        _ = run.status.nothing  # type: ignore[attr-defined]


def test_a_log_that_goes_on_outweighs_its_summary() -> None:
    run = Run(run_here(_count()).folder)
    assert run.status.state == "finished"
    write_identity(run.folder, os.getpid())
    say(run, {"kind": "state", "state": "running"})  # by somebody who forgot to remove the summary
    assert run.status.state == "running"
    assert Run(run.folder).summary.state == "running"
    assert read_summary(run.folder) is None


def test_a_run_that_is_taken_up_again_has_none_until_it_ends() -> None:
    run = Run(run_here(_count()).folder)
    assert run.status.state == "finished"
    forget_summary(run.folder)
    write_identity(run.folder, os.getpid())
    say(run, {"kind": "state", "state": "running"}, {"kind": "metric", "name": "acc", "value": 0.5})
    assert run.status.state == "running"
    assert run.summary.figures == {"acc": 0.5}
    write_summary(run.folder)
    assert not (run.folder / "summary.json").exists()  # it is not over
    say(run, {"kind": "state", "state": "stopped"})
    write_summary(run.folder)
    assert run.status.state == Run(run.folder).status.state == "stopped"


def test_a_resumed_run_has_no_summary_until_its_end() -> None:
    from tinywork import MisbehaveSpec

    run = run_here(MisbehaveSpec(how="kit_error"))
    assert read_summary(run.folder) is not None
    with run_lock(run.folder):
        _begin_attempt(run)
        assert not (run.folder / "summary.json").exists()
        assert run.status.state == "starting"
    assert read_summary(run.folder) is None


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"log_bytes": 1}', '{"state": "running", "log_bytes": %d}', "\0"]
)
def test_a_damaged_summary_counts_for_nothing(text: str) -> None:
    run = run_here(_count())
    size = (run.folder / "events.jsonl").stat().st_size
    (run.folder / "summary.json").write_text(text.replace("%d", str(size)), encoding="utf-8")
    assert read_summary(run.folder) is None
    assert Run(run.folder).status.state == "finished"
    assert Run(run.folder).summary.kind == "count"


def test_a_summary_of_a_newer_version_counts_for_nothing() -> None:
    run = run_here(_count())
    path = run.folder / "summary.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "mood": "good"}), encoding="utf-8")
    assert Run(run.folder).summary.state == "finished"


def test_a_full_disk_costs_the_summary_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kit.jobs.summary.write_atomic", full)
    run = run_here(_count())
    assert not (run.folder / "summary.json").exists()
    assert run.result.status == run.status.state == "finished"


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"spec": "a.b:TuneSpec", "model": "m", "data": {"spec": "c:D", "source": "d"}}, ("tune", "m", "d")),
        ({"spec": "a:EvaluateSpec", "variant": {"model": "m"}, "data": {"source": "d"}}, ("evaluate", "m", "d")),
        ({"spec": "a:AnswerSpec", "variants": [{"method": "x"}, {"model": "m"}]}, ("answer", "m", "")),
        ({"spec": "a:GetSpec", "name": "m"}, ("get", "m", "")),
        ({"spec": 3, "model": ["m"]}, ("3", "", "")),
        ([1], ("", "", "")),
    ],
)
def test_model_and_data_are_found_in_any_spec(values: Any, names: tuple[str, str, str]) -> None:
    run = create_run(_count())
    (run.folder / "spec.json").write_text(json.dumps(values), encoding="utf-8")
    made = summarize(run.folder, Status())
    assert (made.kind, made.model, made.data) == names


def test_only_key_figures_are_kept() -> None:
    status = Status(metrics={"acc": 0.8, "bf16/acc": 0.7, "learning_rate": 1.0, "tokens_per_s": 9.0})
    assert summarize(create_run(_count()).folder, status).figures == {"acc": 0.8, "bf16/acc": 0.7}


def test_what_is_no_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        summarize(tmp_path, Status())


def test_the_end_of_a_log_is_read_without_the_rest() -> None:
    run = create_run(_count())
    assert run.log_tail() == ""
    (run.folder / "log.txt").write_text("x" * 50_000 + "é" * 3000 + "end", encoding="utf-8")
    assert run.log_tail(100) == run.log[-100:]
    assert len(run.log_tail(10**6)) == 53_003
