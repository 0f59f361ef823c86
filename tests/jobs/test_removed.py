"""What becomes of a run whose files somebody removes, and what its log says."""

from __future__ import annotations

import json
import shutil
import time

import psutil

from kit.jobs import Run, queue, start
from kit.machine import this_machine


def _count(steps: int = 500) -> Run:
    from tinywork import CountSpec

    run = start(CountSpec(steps=steps, pause_s=0.02))
    next(event for event in run.watch(30) if event["kind"] == "metric")
    return run


def test_a_worker_whose_run_is_removed_ends_and_leaves_no_ghost() -> None:
    run = _count()
    worker = psutil.Process(json.loads((run.folder / "process.json").read_text(encoding="utf-8"))["pid"])
    shutil.rmtree(run.folder)
    psutil.wait_procs([worker], timeout=10)
    assert not worker.is_running()
    assert not run.folder.exists()


def test_a_log_that_is_removed_is_begun_anew() -> None:
    run = _count()
    (run.folder / "events.jsonl").unlink()
    until = time.monotonic() + 10
    while not (run.folder / "events.jsonl").exists():
        assert time.monotonic() < until
        time.sleep(0.02)
    status = Run(run.folder).status
    assert status.state == "running"
    assert status.messages == ["The log was removed, and is begun anew here."]
    run.stop()
    assert Run(run.folder).wait(10).status.state == "stopped"


def test_the_log_tells_what_the_work_did() -> None:
    from tinywork import MisbehaveSpec

    run = _count(3).wait(10)
    assert "counting" in run.log
    assert "done counting" in run.log
    assert "finished" in run.log
    failed = start(MisbehaveSpec(how="kit_error")).wait(30)
    assert "failed · The left sock is missing. · Look under the bed." in failed.log


def test_the_cpu_takes_no_more_runs_than_it_has_cores() -> None:
    from tinywork import HungrySpec

    spec = HungrySpec(steps=500, pause_s=0.02, device="cpu", memory_mib=1)
    going = [start(spec) for _ in range(max(this_machine().cores, 2))]
    for run in going:
        next(event for event in run.watch(30) if event["kind"] == "metric")
    one_more = start(spec.replace(steps=1))
    until = time.monotonic() + 20
    while one_more.status.state != "queued":
        assert time.monotonic() < until
        time.sleep(0.05)
    assert "Waits for a core" in one_more.status.cause
    assert queue() == [one_more]
    for run in going:
        run.stop()
    assert one_more.wait(30).status.state == "finished"
