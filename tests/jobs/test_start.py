"""Starting: at once, in a process of its own that nothing here can take down."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kit.jobs import find_run, run_here, start
from kit.spec import Spec, load_spec


def _count(steps: int, pause_s: float = 0.0) -> Spec:
    from tinywork import CountSpec

    return CountSpec(steps=steps, pause_s=pause_s)


def test_start_returns_at_once() -> None:
    times, runs = [], []
    for _ in range(5):
        began = time.perf_counter()
        runs.append(start(_count(1)))
        times.append(time.perf_counter() - began)
        runs[-1].wait(30)
    assert statistics.median(times) < 0.3
    assert {run.status.state for run in runs} == {"finished"}
    assert len({run.id for run in runs}) == 5


def test_a_run_leaves_its_folder() -> None:
    run = start(_count(2), origin="TunePanel").wait(30)
    assert load_spec(run.folder / "spec.json") == run.spec == _count(2)
    assert run.about["origin"] == "TunePanel"
    assert run.about["cwd"] == os.getcwd()
    assert json.loads((run.folder / "result.json").read_text(encoding="utf-8"))["status"] == "finished"
    assert run.result.metrics["pid"] != os.getpid()
    assert run.result.provenance["machine"]["cores"] >= 1
    assert run.artifact("numbers").read_text(encoding="utf-8") == "2"
    assert "-count-" in run.id


def test_a_run_survives_the_kernel_that_started_it() -> None:
    program = (
        "import time; from tinywork import CountSpec; from kit.jobs import start\n"
        "print(start(CountSpec(steps=40, pause_s=0.05)).id, flush=True); time.sleep(60)\n"
    )
    kernel = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert kernel.stdout is not None
    run = find_run(kernel.stdout.readline().strip())
    kernel.send_signal(signal.SIGKILL)
    kernel.communicate()
    assert not run.status.over
    run.wait(30)
    look = (
        "import sys; from kit.jobs import find_run\n"
        "run = find_run(sys.argv[1]); print(run.status.state, len(run.status.curves['number']), run.result.status)"
    )
    other = subprocess.run([sys.executable, "-c", look, run.id], capture_output=True, text=True, check=True)
    assert other.stdout.split() == ["finished", "40", "finished"]


def test_a_run_survives_a_hangup_of_its_terminal() -> None:
    run = start(_count(40, 0.05))
    next(event for event in run.watch(30) if event["kind"] == "metric")
    worker = psutil.Process(int(json.loads((run.folder / "process.json").read_text(encoding="utf-8"))["pid"]))
    assert os.getsid(worker.pid) == worker.pid != os.getsid(0)  # a leader of its own session gets no hang-up
    run.stop()
    run.wait(30)


def test_a_folder_that_is_gone_does_not_hinder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert start(_count(1)).wait(30).status.state == "finished"


def test_run_here_is_a_run_too() -> None:
    run = run_here(_count(3))
    assert run.status.state == "finished"
    assert run.result.metrics["pid"] == os.getpid()
    assert find_run(run.id) == run
