"""What can be asked and told of a run, however it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from kit.errors import RunFailedError, RunNotFoundError
from kit.jobs import Run, find_run, runs, start
from kit.jobs.process import write_starter
from kit.jobs.start import create_run
from kit.spec import Spec


def _count(steps: int, pause_s: float = 0.0) -> Spec:
    from tinywork import CountSpec

    return CountSpec(steps=steps, pause_s=pause_s)


def _misbehave(how: str) -> Spec:
    from tinywork import MisbehaveSpec

    return MisbehaveSpec(how=how)


def _counting(spec: Spec) -> tuple[Run, int]:
    """Start `spec` and wait until its work has begun; return the run and its process id."""
    run = start(spec)
    for event in run.watch(30):
        if event["kind"] in ("metric", "message"):  # the worker says itself that it is starting
            break
    return run, int(json.loads((run.folder / "process.json").read_text(encoding="utf-8"))["pid"])


def test_stop_keeps_what_there_is() -> None:
    run, _ = _counting(_count(10_000, 0.02))
    run.stop()
    assert run.status.state in ("stopping", "stopped")
    assert run.wait(30).status.state == "stopped"
    assert run.result.status == "stopped"
    assert 0 < len(run.status.curves["number"]) < 10_000


def test_a_stop_before_the_beginning_counts() -> None:
    run = start(_count(10_000, 0.02))
    run.stop()
    assert run.wait(30).status.state == "stopped"


def test_sigterm_stops() -> None:
    run, pid = _counting(_count(10_000, 0.02))
    os.kill(pid, signal.SIGTERM)
    assert run.wait(30).status.state == "stopped"
    assert run.result.status == "stopped"


def test_a_killed_run_is_crashed() -> None:
    run, pid = _counting(_count(10_000, 0.02))
    os.kill(pid, signal.SIGKILL)
    status = run.wait(30).status
    assert status.state == "crashed"
    assert "killed (SIGKILL" in status.cause
    assert "Resume it" in status.fix
    assert run.resumable
    with pytest.raises(RunFailedError, match="no result: it is crashed"):
        _ = run.result
    assert Run(run.folder).status.state == "crashed"  # whoever looks


def test_a_process_id_used_again_fools_nobody() -> None:
    run = create_run(_count(1))
    identity = {"pid": os.getpid(), "created": psutil.Process().create_time() - 3600}
    (run.folder / "process.json").write_text(json.dumps(identity), encoding="utf-8")
    assert run.status.state == "crashed"


def test_a_run_whose_starter_went_first_never_began() -> None:
    run = create_run(_count(1))
    assert run.status.state == "starting"
    gone = subprocess.Popen(["sleep", "60"])
    write_starter(run.folder, gone.pid)
    assert run.status.state == "starting"
    gone.kill()
    gone.wait()
    assert run.status.state == "crashed"
    assert "never began" in run.status.cause
    assert run.resume().wait(30).status.state == "finished"


@pytest.mark.parametrize(
    ("how", "cause", "fix"),
    [
        ("kit_error", "The left sock is missing.", "Look under the bed."),
        ("error", "ZeroDivisionError: by hand", "log.txt"),
        ("exit", "a library gave up", "log.txt"),
        ("unwritable", "int64", "log.txt"),
    ],
)
def test_a_failed_run_tells_cause_and_fix(how: str, cause: str, fix: str) -> None:
    run = start(_misbehave(how)).wait(30)
    assert run.status.state == "failed"
    assert cause in run.status.cause
    assert fix in run.status.fix
    with pytest.raises(RunFailedError, match=cause) as caught:
        _ = run.result
    assert caught.value.fix == run.status.fix
    assert "to be found in the log" in run.log
    assert ("Traceback" in run.log) == (how != "kit_error")  # an error of ours needs none


def test_what_cannot_run_here_is_a_result_with_its_reason() -> None:
    run = start(_misbehave("unsupported")).wait(30)
    assert (run.status.state, run.status.cause) == ("failed", "This machine has no feet.")
    assert run.result.status == "unsupported"


def test_text_that_is_not_unicode_is_kept() -> None:
    text = b"caf\xe9".decode("utf-8", "surrogateescape")
    run = start(_misbehave("odd_text")).wait(30)
    assert run.status.state == "finished"
    assert text in run.status.messages
    assert run.result.facts == {"text": text}


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"steps": -3}, "steps=-3"),
        ({"stepz": 3}, "stepz=3"),
        ({"spec": "__main__:NotebookSpec"}, "__main__:NotebookSpec cannot be imported"),
        ({"spec": "no_such_package.spec:XSpec"}, "no_such_package"),
        ({"spec": "tinywork:HomelessSpec", "steps": None}, "steps"),
    ],
)
def test_a_spec_that_cannot_be_used_is_a_failure(
    change: dict[str, Any], cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = _count(3)
    written = {**spec.to_dict(), **change}
    monkeypatch.setattr(type(spec), "to_json", lambda self: json.dumps(written))
    run = start(spec).wait(30)
    assert run.status.state == "failed"
    assert cause in run.status.cause
    assert run.status.fix
    with pytest.raises(RunFailedError, match="failed"):
        _ = run.result


@pytest.mark.parametrize("text", ["", "{", "[]", "\0"])
def test_a_damaged_spec_file_is_a_failure(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = _count(3)
    monkeypatch.setattr(type(spec), "to_json", lambda self: text)
    run = start(spec).wait(30)
    assert run.status.state == "failed"
    assert run.status.cause


def test_work_that_does_not_exist_is_a_failure() -> None:
    from tinywork import HomelessSpec

    run = start(HomelessSpec()).wait(30)
    assert run.status.state == "failed"
    assert "tinywork:nothing_of_this_name" in run.status.cause


def test_waiting_has_an_end() -> None:
    run, _ = _counting(_count(10_000, 0.02))
    began = time.monotonic()
    with pytest.raises(TimeoutError, match="still running"):
        run.wait(0.3)
    assert 0.3 <= time.monotonic() - began < 2
    run.stop()
    run.wait(30)


def test_watching_shows_every_event_from_the_first() -> None:
    run = start(_count(50, 0.01))
    events = list(run.watch(30))
    assert [e["step"] for e in events if e["kind"] == "metric"] == list(range(50))
    assert [e["state"] for e in events if e["kind"] == "state"] == ["starting", "running", "finished"]
    assert list(run.watch()) == events  # and again, later


def test_watching_has_an_end() -> None:
    run, _ = _counting(_count(10_000, 0.02))
    began = time.monotonic()
    assert list(run.watch(0.3))
    assert time.monotonic() - began < 2
    assert not run.status.over
    run.stop()
    run.wait(30)


def test_two_lookers_agree() -> None:
    run = start(_count(20, 0.02))
    other, seen = Run(run.folder), []
    thread = threading.Thread(target=lambda: seen.extend(other.watch(30)))
    thread.start()
    run.wait(30)
    thread.join(30)
    assert other.status.state == run.status.state == "finished"
    assert len([e for e in seen if e["kind"] == "metric"]) == 20


def test_no_result_yet_says_so() -> None:
    run, _ = _counting(_count(10_000, 0.02))
    with pytest.raises(RunFailedError, match="no result: it is running") as caught:
        _ = run.result
    assert "run.wait()" in caught.value.fix
    run.stop()
    run.wait(30)


def test_an_unknown_artifact_names_those_there_are() -> None:
    run = start(_count(1)).wait(30)
    with pytest.raises(RunNotFoundError, match=r"made no 'adapter'; it made: numbers"):
        run.artifact("adapter")


def _created(spec: Spec, at: float, **about: Any) -> Run:
    run = create_run(spec, **about)
    values = {**run.about, "created": at}
    (run.folder / "about.json").write_text(json.dumps(values), encoding="utf-8")
    return run


def test_runs_are_listed_newest_first() -> None:
    assert runs() == []
    now = time.time()
    made = [_created(_misbehave("x") if i % 2 else _count(1), now + i / 100) for i in range(6)]  # within one second
    assert runs() == made[::-1]


def test_runs_of_a_panel_are_found() -> None:
    mine = create_run(_count(1), origin="TunePanel")
    create_run(_count(1), origin="SweepPanel")
    create_run(_count(1))
    assert runs(origin="TunePanel") == [mine]
    assert len(runs()) == 3


def test_what_is_no_run_is_not_listed() -> None:
    run = create_run(_count(1))
    (run.folder.parent / "notes").mkdir()
    (run.folder.parent / "notes.txt").write_text("x", encoding="utf-8")
    assert runs() == [run]


def test_a_run_is_found_by_the_ends_of_its_name() -> None:
    run = create_run(_count(1))
    assert find_run(run.id) == find_run(run.id[-4:]) == find_run(run.id[:12]) == run
    other = create_run(_misbehave("x"))
    with pytest.raises(RunNotFoundError, match="2 runs answer") as caught:
        find_run(run.id[:4])
    assert run.id in caught.value.fix
    assert find_run(other.id) == other


@pytest.mark.parametrize("name", ["", "nothing", "*", "../x"])
def test_an_unknown_name_is_told(name: str) -> None:
    with pytest.raises(RunNotFoundError, match="0 runs answer") as caught:
        find_run(name)
    assert "no runs yet" in caught.value.fix
    run = create_run(_count(1))
    with pytest.raises(RunNotFoundError) as caught:
        find_run(name)
    assert run.id in caught.value.fix


def test_runs_are_plain_values_in_specs(tmp_path: Path) -> None:
    run = create_run(_count(1))
    assert _misbehave(run).how == f"run:{run.id}"  # type: ignore[arg-type, attr-defined]
    assert len({run, Run(run.folder)}) == 1
    assert repr(run) == f"Run({run.id!r}: starting)"
