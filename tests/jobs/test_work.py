"""The worker: hears a stop, ends what it began in writing."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from kit.errors import Stopped
from kit.jobs import Run
from kit.jobs.events import EventReader
from kit.jobs.start import create_run
from kit.jobs.work import FolderReport, work


def test_a_file_named_stop_stops(tmp_path: Path) -> None:
    report = FolderReport(tmp_path)
    report.check()
    (tmp_path / "stop").touch()
    report._looked = 0.0  # the last look is long ago
    with pytest.raises(Stopped):
        report.check()


def test_the_file_is_not_looked_for_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report, looks = FolderReport(tmp_path), []
    monkeypatch.setattr(Path, "exists", lambda path: bool(looks.append(path)))
    for _ in range(10_000):
        report.check()
    assert 1 <= len(looks) <= 20  # ten a second


def test_a_signal_stops(tmp_path: Path) -> None:
    report = FolderReport(tmp_path)
    report.ask_stop(signal.SIGTERM, None)
    with pytest.raises(Stopped):
        report.check()


def test_work_leaves_the_signals_of_its_host_alone() -> None:
    from tinywork import CountSpec

    before = signal.getsignal(signal.SIGTERM)
    assert work(create_run(CountSpec(steps=1)).folder).status == "finished"
    assert signal.getsignal(signal.SIGTERM) is before


def test_an_interrupt_is_written_down_and_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    import tinywork

    def interrupt(spec: object, report: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tinywork, "count", interrupt)
    run = create_run(tinywork.CountSpec(steps=1))
    with pytest.raises(KeyboardInterrupt):
        work(run.folder)
    assert Run(run.folder).result.status == "stopped"
    assert EventReader(run.folder / "events.jsonl").read()[-1]["state"] == "stopped"
