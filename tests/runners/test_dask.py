"""Runs on the workers of a real scheduler, each a process of its own: what comes back, and what a kill costs."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tinywork import CountSpec, ThoroughSpec

import kit
from kit.data import DataSpec
from kit.errors import KitError, ServerError
from kit.experiments import SearchSpec
from kit.experiments.search.search import search
from kit.report import Event, ListReport
from kit.result import Result
from kit.runners import runner_of
from kit.runners.scheduler import DaskRunner, _WorkerLost
from kit.tuning import TuneSpec
from kit.version import version


class _OnScheduler(ListReport):
    """A report of a run that was started on a scheduler."""

    def __init__(self, folder: Path, on: str) -> None:
        super().__init__(folder)
        self._on = on

    @property
    def on(self) -> str:
        return self._on


def _said(report: ListReport) -> str:
    return "\n".join(event["text"] for event in report.events if event["kind"] == "message")


def _search(rows: Path, **more: Any) -> SearchSpec:
    tune = TuneSpec(model="smollm2-135m-instruct", data=DataSpec(source=str(rows)), rank=4, warmup_share=0.4)
    tune = tune.replace(evaluations=8)
    space = ("learning_rate=1e-5..1e-1 log", "rank=4,8,16")
    values: dict[str, Any] = {"objectives": ("validation_loss",), "trials": 4, "pruning": "none", **more}
    return SearchSpec(tune=tune, space=space, **values)


class _KillsOne(_OnScheduler):
    """Starts two workers once it hears that there are none, and kills the second when both are at work."""

    def __init__(self, folder: Path, cluster: Any) -> None:
        super().__init__(folder, cluster.address)
        self._cluster, self._workers = cluster, []
        self._steps: dict[str, int] = {}
        self.killed = False

    def emit(self, event: Event) -> None:
        super().emit(event)
        if event["kind"] == "message" and event["text"].startswith("No worker is there yet"):
            self._workers = [self._cluster.add_worker(name) for name in ("one", "two")]
        if event["kind"] == "metric" and not self.killed:
            self._steps[event["name"]] = event["step"]
            early = [name for name, step in self._steps.items() if step <= 4]  # of eight: neither is about to end
            if len(early) == 2:
                self.killed = True
                self._workers[1].kill()


def test_a_worker_is_killed_and_nothing_is_lost(
    cluster: Any, rows_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.experiments.search.search._WORK", "tinytrial:tuned")
    report = _KillsOne(tmp_path / "run", cluster)
    result = search(_search(rows_file), report)
    assert report.killed
    assert "is gone; what it was at begins anew" in _said(report)
    assert (result.status, [part.facts["state"] for part in result.parts]) == ("finished", ["finished"] * 4)
    rows = [event["data"] for event in report.events if event["kind"] == "record"]
    assert sorted(row["trial"] for row in rows) == [1, 2, 3, 4], "each once"
    assert len({json.dumps(row["settings"]) for row in rows}) == 4
    assert (tmp_path / "run" / "artifacts" / "adapter" / "adapter_model.safetensors").read_text() == "weights"
    assert all(part.facts["worker"] for part in result.parts)

    # The same folder again, without the scheduler: everything that had ended is known.
    assert search(_search(rows_file), ListReport(tmp_path / "run")).status == "finished"


def test_a_scheduler_that_goes_is_told(cluster: Any, tmp_path: Path) -> None:
    report = _OnScheduler(tmp_path, cluster.address)
    with runner_of(report) as runner:
        threading.Timer(1.0, cluster.scheduler.kill).start()
        with pytest.raises(ServerError, match=r"No scheduler answers at .*Then resume the run"):
            runner.slots()
    assert "dask worker" in _said(report)


def test_one_spec_is_carried_out_by_a_worker(shared: Any) -> None:
    run = kit.start(CountSpec(steps=5), on=shared.address).wait(120)
    assert run.status.state == "finished", run.status
    assert [value for _step, value in run.status.curves["number"]] == [0, 1, 2, 3, 4]
    assert run.status.messages == ["done counting"]
    assert run.artifact("numbers").read_text() == "5"
    assert "tcp://" in run.result.facts["worker"]
    assert run.on == shared.address
    log = (run.folder / "log.txt").read_text()
    assert "distributed" not in log, "Dask says nothing of its own"


def test_a_stopped_run_goes_on_from_what_came_back(shared: Any) -> None:
    run = kit.start(ThoroughSpec(steps=100, pause_s=0.1), on=shared.address)
    until = time.monotonic() + 60
    while len(run.status.curves["number"]) < 3:
        assert time.monotonic() < until, run.status
        time.sleep(0.05)
    run.stop()
    run.wait(60)
    assert run.status.state == "stopped", run.status
    (kept,) = (run.folder / "checkpoint").iterdir()
    counted = json.loads(kept.read_text())
    assert counted == list(range(len(counted)))
    kept.write_text(json.dumps(list(range(98))))  # nearly done
    with pytest.raises(ServerError, match=r"No scheduler answers at tcp://127\.0\.0\.1:1:"):
        run.resume(on="tcp://127.0.0.1:1")
    assert run.on == shared.address
    moved = shared.address.replace("127.0.0.1", "localhost")
    run.resume(on=moved).wait(60)
    assert run.on == moved, "kept for the next time"
    assert run.status.state == "finished", run.status
    assert run.result.facts["counted"] == list(range(100))
    assert [step for step, _value in run.status.curves["number"]][-2:] == [98, 99]


def test_another_version_is_refused(shared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.runners.scheduler.version", lambda: "9.9")
    report = _OnScheduler(tmp_path, shared.address)
    with runner_of(report) as runner, pytest.raises(KitError) as caught:
        runner.slots()
    assert f"has Tunebook {version()}, this run has 9.9" in str(caught.value)
    assert "pip install 'tunebook[dask]==9.9'" in caught.value.fix


def test_what_loses_every_worker_is_given_up(shared: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*_: object) -> Result:
        raise _WorkerLost

    monkeypatch.setattr(DaskRunner, "_on_worker", lose)
    report = _OnScheduler(tmp_path, shared.address)
    with runner_of(report) as runner:
        result = runner.carry_out("kit.isolated:carry_out_isolated", CountSpec(), report)
    assert result.status == "failed"
    assert result.error is not None
    assert result.error["message"] == "3 workers were lost while they carried it out."


def test_importing_the_kit_loads_no_dask() -> None:
    program = "import kit, kit.runners, kit.experiments.search, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"dask", "distributed", "optuna"} & {name.split(".")[0] for name in loaded.stdout.split()} == set()
