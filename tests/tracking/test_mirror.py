"""Runs mirrored into a real tracking server by a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.jobs import Run, run_here, start
from kit.jobs.events import EventReader
from kit.spec import Spec
from kit.tracking.follow import only_one
from kit.tracking.mirror import mirror

PATIENCE_S = 60
DEAD = "http://someone:secret@127.0.0.1:9"  # nobody listens there


def _count(steps: int, pause_s: float = 0.0) -> Spec:
    from tinywork import CountSpec

    spec: Spec = CountSpec(steps=steps, pause_s=pause_s)
    return spec


def _started(run: Run, uri: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "kit.tracking.mirror", str(run.folder), *arguments]
    return subprocess.Popen(command, env={**os.environ, "MLFLOW_TRACKING_URI": uri})


def _said(run: Run, name: str) -> list[tuple[int, float]]:
    """The curve of a metric by the events themselves."""
    events = EventReader(run.folder / "events.jsonl").read()
    return [(e["step"], e["value"]) for e in events if e["kind"] == "metric" and e["name"] == name]


def _memory(run: Run) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((run.folder / "mlflow.json").read_text(encoding="utf-8"))
    return values


def _theirs(server: Any, run: Run) -> Any:
    return server.get_run(_memory(run)["run_id"])


def _curve(server: Any, run: Run, name: str) -> list[tuple[int, float]]:
    history = server.get_metric_history(_memory(run)["run_id"], name)
    return [(point.step, point.value) for point in history]


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.05)


def test_a_run_is_mirrored_while_it_goes_on(named_server: Any, server_uri: str) -> None:
    server = named_server
    run = start(_count(1000, 0.02))
    _until(lambda: (run.folder / "mlflow.json").exists() and len(_curve(server, run, "number")) > 20)
    living = _theirs(server, run)
    assert (living.info.status, living.data.tags["tunebook.state"]) == ("RUNNING", "running")
    assert not run.status.over
    run.stop()
    assert run.wait(30).status.state == "stopped"
    with only_one(run.folder, wait_s=PATIENCE_S) as free:
        assert free, "the mirror did not end"
    ended = _theirs(server, run)
    assert (ended.info.status, ended.data.tags["tunebook.state"]) == ("KILLED", "stopped")
    assert ended.info.run_name == run.id
    assert ended.info.end_time == int((run.status.ended or 0) * 1000)
    assert {"spec": "tinywork:CountSpec", "steps": "1000", "pause_s": "0.02"}.items() <= ended.data.params.items()
    assert {"tunebook.run": run.id, "tunebook.kind": "count"}.items() <= ended.data.tags.items()
    assert ended.data.tags["tunebook.version"] == run.result.provenance["tunebook"]
    assert ended.data.tags["tunebook.commit"] == str(run.result.provenance["commit"])
    assert _curve(server, run, "number") == _said(run, "number")
    assert _memory(run) == {
        "tracking_uri": server_uri,
        "experiment_id": ended.info.experiment_id,
        "run_id": ended.info.run_id,
        "events_read": (run.folder / "events.jsonl").stat().st_size,
    }
    assert not (run.folder / "mirror.txt").exists()


def test_a_finished_run_leaves_its_files(server: Any, server_uri: str, tmp_path: Path) -> None:
    run = run_here(_count(3))
    mirror(run.folder, server_uri)
    theirs = _theirs(server, run)
    assert theirs.info.status == "FINISHED"
    assert theirs.data.metrics["pid"] == os.getpid(), "a number that only the result tells"
    names = {file.path for file in server.list_artifacts(theirs.info.run_id)}
    assert names == {"numbers.txt", "result.json", "spec.json"}
    for name, ours in {"result.json": run.folder / "result.json", "numbers.txt": run.artifact("numbers")}.items():
        came = server.download_artifacts(theirs.info.run_id, name, str(tmp_path))
        assert Path(came).read_bytes() == ours.read_bytes()


def test_a_failed_run_says_why(server: Any, server_uri: str) -> None:
    from tinywork import MisbehaveSpec

    run = run_here(MisbehaveSpec(how="kit_error"))
    mirror(run.folder, server_uri)
    theirs = _theirs(server, run)
    assert (theirs.info.status, theirs.data.tags["tunebook.cause"]) == ("FAILED", "The left sock is missing.")


def test_a_killed_mirror_goes_on_without_doubles(server: Any, server_uri: str) -> None:
    run = start(_count(400, 0.02))
    first = _started(run, server_uri)
    _until(lambda: (run.folder / "mlflow.json").exists() and len(_curve(server, run, "number")) > 20)
    first.send_signal(signal.SIGKILL)
    first.wait()
    id = _memory(run)["run_id"]
    # The worst moment to die: the server has everything and its mirror has not written that down.
    memory = _memory(run) | {"events_read": 0}
    (run.folder / "mlflow.json").write_text(json.dumps(memory), encoding="utf-8")
    assert _started(run, server_uri).wait(PATIENCE_S) == 0
    assert _theirs(server, run).info.run_id == id
    assert _curve(server, run, "number") == _said(run, "number")
    assert len(_curve(server, run, "number")) == 400


def test_a_lost_memory_is_found_again(server: Any, server_uri: str) -> None:
    run = run_here(_count(5))
    mirror(run.folder, server_uri)
    before = _memory(run)
    (run.folder / "mlflow.json").unlink()
    mirror(run.folder, server_uri)
    assert _memory(run) == before
    assert _curve(server, run, "number") == _said(run, "number")


def test_a_resumed_run_goes_on_in_the_same_mlflow_run(server: Any, server_uri: str) -> None:
    run = start(_count(60, 0.05))
    _until(lambda: run.status.metrics.get("number", 0) > 5)
    run.stop()
    mirror(run.wait(30).folder, server_uri)
    before = _theirs(server, run)
    stopped_at = len(_curve(server, run, "number"))
    assert (before.info.status, before.data.tags["tunebook.state"]) == ("KILLED", "stopped")
    assert 5 < stopped_at < 60
    run.resume()
    mirror(run.folder, server_uri)
    after = _theirs(server, run)
    assert (after.info.run_id, after.info.status) == (before.info.run_id, "FINISHED")
    assert _curve(server, run, "number") == [(i, i) for i in range(60)], "the work says its steps again, from the first"


def test_a_relative_name_means_where_the_run_was_started(
    server: Any, server_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    shutil.copy(server_folder / "mlflow.db", tmp_path / "work" / "mine.db")  # a new one takes seconds to make
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")  # the server's own keeps its artifacts with the server
    monkeypatch.chdir(tmp_path / "work")
    run = run_here(_count(1))
    monkeypatch.chdir("/")
    from mlflow import MlflowClient

    assert _started(run, "sqlite:///mine.db").wait(PATIENCE_S) == 0
    assert _memory(run)["tracking_uri"] == "sqlite:///mine.db"
    theirs = MlflowClient(tracking_uri=f"sqlite:///{tmp_path / 'work' / 'mine.db'}").get_run(_memory(run)["run_id"])
    assert theirs.info.status == "FINISHED"
    assert sorted(path.name for path in (tmp_path / "work" / "mlruns").rglob("*.json")) == ["result.json", "spec.json"]


def test_one_mirror_at_a_time(server: Any, server_uri: str) -> None:
    run = start(_count(100, 0.03))
    processes = [_started(run, server_uri) for _ in range(2)]
    assert {process.wait(PATIENCE_S) for process in processes} == {0}
    assert len(server.search_runs([_memory(run)["experiment_id"]], f"tags.`tunebook.run` = '{run.id}'")) == 1
    assert _curve(server, run, "number") == _said(run, "number")


def test_a_dead_server_disturbs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", DEAD)
    run = start(_count(20, 0.05)).wait(30)
    assert (run.status.state, run.status.cause, run.result.status) == ("finished", "", "finished")
    _until((run.folder / "mirror.txt").exists)
    assert (run.folder / "mirror.txt").read_text(encoding="utf-8").startswith("Trying again: MLflow at http://127")
    os.kill(int((run.folder / "mirror.lock").read_text(encoding="utf-8")), signal.SIGKILL)


def test_a_server_that_stays_away_is_given_up() -> None:
    run = run_here(_count(2))
    assert _started(run, DEAD, "--patience", "1").wait(PATIENCE_S) == 0
    why = (run.folder / "mirror.txt").read_text(encoding="utf-8")
    assert why.startswith("Given up: MLflow at http://127.0.0.1:9 gives nothing now: it does not answer.")
    assert f"kit.tracking.mirror {run.folder}" in why
    assert "secret" not in why
    assert not (run.folder / "mlflow.json").exists()


def test_a_server_that_comes_late(server: Any, server_uri: str) -> None:
    run = run_here(_count(4))
    mirror(run.folder, DEAD, patience_s=0)
    assert (run.folder / "mirror.txt").exists()
    mirror(run.folder, server_uri)
    assert _curve(server, run, "number") == _said(run, "number")
    assert not (run.folder / "mirror.txt").exists()


def test_without_the_variable_there_is_no_mirror() -> None:
    run = run_here(_count(1))
    command = [sys.executable, "-m", "kit.tracking.mirror", str(run.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not (run.folder / "mirror.lock").exists()
    assert (done.returncode, done.stderr) == (2, "MLFLOW_TRACKING_URI is not set.\n")
