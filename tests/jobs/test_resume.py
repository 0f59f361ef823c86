"""Going on with a run: exactly one process does it, and nothing that was done is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kit.errors import KitError
from kit.jobs import Run, run_here, start
from kit.jobs.lock import RunBusyError, run_lock
from kit.spec import Spec


def _thorough(steps: int = 40, pause_s: float = 0.02) -> Spec:
    from tinywork import ThoroughSpec

    return ThoroughSpec(steps=steps, pause_s=pause_s)


def _begun(run: Run) -> int:
    """Wait until the work has done something and return the process id of its worker."""
    next(event for event in run.watch(30) if event["kind"] == "metric")
    return int(json.loads((run.folder / "process.json").read_text(encoding="utf-8"))["pid"])


def test_a_killed_run_goes_on_where_it_was() -> None:
    run = start(_thorough())
    os.kill(_begun(run), signal.SIGKILL)
    assert run.wait(10).status.state == "crashed"
    done = len(run.status.curves["number"])
    assert 0 < done < 40
    assert run.resume() is run
    assert not run.resumable
    status = run.wait(30).status
    assert (status.state, status.attempt, status.cause) == ("finished", 2, "")
    assert run.result.facts["counted"] == list(range(40))
    assert [step for step, _value in status.curves["number"]] == list(range(40))
    assert Run(run.folder).summary.attempt == 2


def test_a_stopped_run_goes_on_and_its_pause_counts_for_nothing() -> None:
    run = start(_thorough())
    _begun(run)
    run.stop()
    assert run.wait(10).status.state == "stopped"
    worked = run.status.elapsed_s
    time.sleep(1.5)
    assert run.status.elapsed_s == worked
    run.resume().wait(30)
    assert run.status.state == "finished"
    ended, started = run.status.ended, run.status.started
    assert ended is not None
    assert started is not None
    assert worked is not None
    assert worked < (run.status.elapsed_s or 0) < ended - started - 1.4


def test_what_fails_again_says_so_again() -> None:
    from tinywork import MisbehaveSpec

    run = run_here(MisbehaveSpec(how="kit_error"))
    run.resume()
    assert run.status.cause == ""
    status = run.wait(30).status
    assert (status.state, status.cause, status.attempt) == ("failed", "The left sock is missing.", 2)


def test_a_finished_run_is_not_resumed() -> None:
    run = run_here(_thorough(1))
    before = (run.folder / "events.jsonl").read_bytes()
    with pytest.raises(KitError, match=r"it is finished. Start it anew with kit.start\(run.spec\)"):
        run.resume()
    assert (run.folder / "events.jsonl").read_bytes() == before


def test_a_living_run_is_not_resumed() -> None:
    run = start(_thorough())
    _begun(run)
    with pytest.raises(KitError, match=r"it is running\. It goes on by itself"):
        run.resume()
    run.stop()
    run.wait(30)


def test_of_many_who_resume_one_does() -> None:
    run = run_here(_thorough(1))
    spec = _thorough(60, 0.01)
    (run.folder / "spec.json").write_text(spec.to_json(), encoding="utf-8")
    with open(run.folder / "events.jsonl", "a", encoding="utf-8") as log:
        log.write(json.dumps({"t": time.time(), "kind": "state", "state": "stopped"}) + "\n")
    program = (
        "import sys; from kit.jobs import find_run; from kit.errors import KitError\n"
        "run = find_run(sys.argv[1]); print('ready', flush=True); sys.stdin.readline()\n"
        "try: run.resume(); print('did')\n"
        "except KitError as exc: print('refused')\n"
    )
    command = [sys.executable, "-c", program, run.id]
    rivals = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) for _ in range(4)
    ]
    for rival in rivals:
        assert rival.stdout is not None
        assert rival.stdout.readline() == "ready\n"
    for rival in rivals:
        assert rival.stdin is not None
        rival.stdin.write("\n")
    said = sorted(rival.communicate()[0].strip() for rival in rivals)
    assert said == ["did", "refused", "refused", "refused"]
    again = Run(run.folder).wait(30)
    assert again.status.state == "finished"
    assert again.status.attempt == 2
    assert again.result.facts["counted"] == list(range(60))


def test_the_lock_is_let_go_with_its_holder(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from kit.jobs.lock import RunBusyError, run_lock\n"
        "with run_lock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(RunBusyError, match="carried out already"), run_lock(tmp_path):
        pass
    holder.kill()
    holder.communicate()
    with run_lock(tmp_path):
        pass


def test_a_run_is_resumed_in_the_folder_where_it_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    monkeypatch.chdir(first)
    run = start(_thorough())
    _begun(run)
    run.stop()
    run.wait(30)
    monkeypatch.chdir(second)
    run.resume()
    until = time.monotonic() + 20
    while not (run.folder / "process.json").exists():
        assert time.monotonic() < until
        time.sleep(0.01)
    pid = json.loads((run.folder / "process.json").read_text(encoding="utf-8"))["pid"]
    if sys.platform == "linux":
        assert os.readlink(f"/proc/{pid}/cwd") == str(first)
    assert run.wait(30).status.state == "finished"
