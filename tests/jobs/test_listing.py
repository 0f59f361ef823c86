"""Listing runs: fast, filtered, and only what changed looked at again."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import ParameterError, UnknownNameError
from kit.jobs import Listing, Run, find_run, runs
from kit.jobs.events import EventReader, EventWriter
from kit.jobs.process import write_identity
from kit.jobs.summary import forget_summary, write_summary
from kit.place import runs_folder

SPEC = {"spec": "kit.tuning.spec:TuneSpec", "model": "smollm2", "data": {"source": "alerts.csv"}}


def leave(
    id: str,
    state: str = "finished",
    *,
    spec: dict[str, Any] = SPEC,
    created: float = 1e9,
    origin: str | None = None,
    cause: str = "",
    events: Iterable[dict[str, Any]] = (),
    alive: bool = False,
) -> Run:
    """Leave a run as a worker would have; a state of "" says no last word."""
    folder = runs_folder() / id
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    writer = EventWriter(folder / "events.jsonl")
    last = [{"kind": "state", "state": state, "cause": cause}] if state else []
    for place, event in enumerate([{"kind": "state", "state": "running"}, *events, *last]):
        writer.write({"t": created + place, **event})
    writer.close()
    if alive:
        write_identity(folder, os.getpid())
    (folder / "about.json").write_text(json.dumps({"created": created, "cwd": ".", "origin": origin}), encoding="utf-8")
    write_summary(folder)
    return Run(folder)


def long_ago() -> None:
    """Let the last change of the folder of all runs be long past."""
    at = time.time() - 60
    os.utime(runs_folder(), (at, at))


def test_a_thousand_finished_runs_are_listed_at_once() -> None:
    steps = [{"kind": "metric", "name": "loss", "value": 1.0, "step": step} for step in range(100)]
    first = leave("20260101-000000-tune-0000", events=steps)
    for place in range(1, 1000):
        folder = runs_folder() / f"20260101-000000-tune-{place:04d}"
        shutil.copytree(first.folder, folder)
    began = time.perf_counter()
    states = [run.status.state for run in runs()]
    seconds = time.perf_counter() - began
    assert states == ["finished"] * 1000
    assert seconds < 2, f"{seconds:.2f} s"  # 0.13 s on two cores; the bound is for busy machines
    listing = Listing()
    listing.look()
    long_ago()
    listing.look()
    began = time.perf_counter()
    assert not listing.look()
    assert time.perf_counter() - began < 0.05  # where nothing has changed it looks at one folder


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, "abcdef"),
        ({"state": "finished"}, "af"),
        ({"state": ["failed", "crashed"]}, "bd"),
        ({"state": "living"}, "e"),
        ({"state": []}, ""),
        ({"kind": "sweep"}, "cf"),
        ({"kind": ("tune", "sweep")}, "abcdef"),
        ({"kind": "unknown"}, ""),
        ({"text": "QWEN"}, "cf"),
        ({"text": "memory, smollm2"}, "d"),
        ({"text": "of memory smollm2"}, "bd"),
        ({"text": "smollm2 qwen"}, ""),
        ({"text": "  "}, "abcdef"),
        ({"text": "tune-b"}, "b"),
        ({"origin": "TunePanel"}, "a"),
        ({"state": "finished", "kind": "sweep", "text": "qwen"}, "f"),
    ],
)
def test_runs_are_chosen(wanted: dict[str, Any], found: str) -> None:
    sweep = {"spec": "kit.experiments.spec:SweepSpec", "model": "Qwen/qwen3", "data": {"source": "x"}}
    leave("x-tune-a", created=6e8, origin="TunePanel")
    leave("x-tune-b", "failed", created=5e8, cause="Out of Memory")
    leave("x-sweep-c", "stopped", created=4e8, spec=sweep)
    leave("x-tune-d", "", created=3e8)
    leave("x-tune-e", "", created=2e8, alive=True)
    leave("x-sweep-f", created=1e8, spec=sweep)
    assert "".join(run.id[-1] for run in runs(**wanted)) == found


@pytest.mark.parametrize("wanted", [{"state": "done"}, {"state": ["finished", "finishd"]}])
def test_an_unknown_state_is_told_with_the_nearest(wanted: dict[str, Any]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        runs(**wanted)
    assert "stopping" in str(caught.value)


@pytest.mark.parametrize("wrong", [3, [3], [None]])
def test_what_is_no_text_is_told(wrong: Any) -> None:
    with pytest.raises(ParameterError, match="kind="):
        runs(kind=wrong)


def test_a_list_sees_runs_come_and_go() -> None:
    listing = Listing()
    assert not listing.look()
    assert listing.pick() == []
    run = leave("a")
    assert listing.look()
    assert [each.id for each in listing.pick()] == ["a"]
    assert not listing.look()
    shutil.rmtree(run.folder)
    assert listing.look()
    assert listing.pick() == []


def test_a_run_whose_folder_was_there_before_it_became_one_is_seen() -> None:
    listing = Listing()
    run = leave("a")
    (run.folder / "about.json").rename(run.folder / "later")
    (run.folder / "summary.json").unlink()
    long_ago()
    assert not listing.look()
    (run.folder / "later").rename(run.folder / "about.json")
    assert listing.look()


def test_a_living_run_is_followed_without_a_bell() -> None:
    run = leave("a", "", alive=True)
    listing = Listing()
    listing.look()
    long_ago()
    listing.look()
    assert not listing.look()
    writer = EventWriter(run.folder / "events.jsonl")
    writer.write({"t": 1.0, "kind": "metric", "name": "acc", "value": 0.5})
    assert listing.look()
    assert listing.summaries["a"].figures == {"acc": 0.5}
    writer.write({"t": 2.0, "kind": "state", "state": "finished"})
    writer.close()
    assert listing.look()
    assert listing.summaries["a"].state == "finished"


def test_a_finished_run_that_is_taken_up_again_rings() -> None:
    run = leave("a")
    listing = Listing()
    listing.look()
    long_ago()
    listing.look()
    forget_summary(run.folder)
    write_identity(run.folder, os.getpid())
    writer = EventWriter(run.folder / "events.jsonl")
    writer.write({"t": 2.0, "kind": "state", "state": "running"})
    writer.close()
    assert listing.look()
    assert listing.summaries["a"].state == "running"


def test_a_crashed_run_that_is_taken_up_again_is_seen_without_a_bell() -> None:
    run = leave("a", "")
    listing = Listing()
    for _ in range(3):
        listing.look()
    assert listing.summaries["a"].state == "crashed"
    long_ago()
    listing.look()
    write_identity(run.folder, os.getpid())
    writer = EventWriter(run.folder / "events.jsonl")
    writer.write({"t": 2.0, "kind": "state", "state": "running"})
    writer.close()
    assert listing.look()
    assert listing.summaries["a"].state == "running"


def test_what_is_over_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    leave("a")
    leave("b", "")  # crashed: no summary
    listing = Listing()
    for _ in range(3):
        listing.look()
    long_ago()
    listing.look()
    looks: list[Path] = []
    monkeypatch.setattr(EventReader, "read", lambda self: looks.append(self.path) or [])
    assert not listing.look()
    assert looks == []


def test_a_home_that_moves_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leave("a")
    listing = Listing()
    listing.look()
    monkeypatch.setenv("TUNEBOOK_HOME", str(tmp_path / "elsewhere"))
    assert listing.look()
    assert listing.pick() == []


def test_a_run_is_found_by_its_letters_among_many() -> None:
    for letters in ("abcd", "efgh"):
        leave(f"20260101-000000-tune-{letters}")
    assert find_run("efgh").id == "20260101-000000-tune-efgh"
