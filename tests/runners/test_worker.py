"""What a worker does for a run, without a scheduler: words, files, stops, and leaving when nobody asks any more."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from tinywork import CountSpec, MisbehaveSpec, ThoroughSpec

from kit.errors import Stopped
from kit.report import ListReport
from kit.result import Result
from kit.runners import worker
from kit.runners.errand import Errand
from kit.spec import Spec

_HERE = "kit.spec:carry_out"  # in this process: quick


def _carry_out(spec: Spec, *, token: str = "run/1", parcel: bytes = b"", lease_s: float = 30.0) -> dict[str, Any]:
    return worker.carry_out(token, _HERE, spec.to_dict(), parcel, insists=True, lease_s=lease_s)


def test_result_words_and_files_come_back(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = Errand(report).end(_carry_out(CountSpec(steps=3)))
    assert result.status == "finished"
    assert result.facts["worker"]
    assert report.values("number") == [0, 1, 2]
    assert (tmp_path / "artifacts" / "numbers.txt").read_text() == "3"
    assert [event["path"] for event in report.events if event["kind"] == "artifact"] == ["artifacts/numbers.txt"]
    assert abs(report.events[0]["t"] - time.time()) < 5


def test_words_are_fetched_while_it_works_and_each_once(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    errand, found = Errand(report), {}
    thread = threading.Thread(target=lambda: found.update(_carry_out(CountSpec(steps=20, pause_s=0.02))))
    thread.start()
    lost = 0
    while thread.is_alive():
        said = worker.said_after("run/1", errand.heard)
        lost += 1
        if said is not None and lost % 3:  # every third answer gets lost on its way
            errand.hear(said)
        time.sleep(0.03)
    assert report.values("number"), "some came before the end"
    errand.end(found)
    assert report.values("number") == list(range(20))
    assert worker.said_after("run/1", 0) is None


def test_a_clock_that_is_off_does_not_show(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    Errand(report).hear({"now": 1000.0, "events": [{"t": 990.0, "kind": "message", "text": "x"}]})
    assert report.events[0]["t"] == pytest.approx(time.time() - 10, abs=1)


def _stopped_by(how: Any, spec: Spec, tmp_path: Path, **more: Any) -> Stopped:
    found: dict[str, Any] = {}
    thread = threading.Thread(target=lambda: found.update(_carry_out(spec, **more)))
    thread.start()
    time.sleep(0.2)
    how()
    thread.join(10)
    assert not thread.is_alive()
    with pytest.raises(Stopped) as caught:
        Errand(ListReport(tmp_path)).end(found)
    return caught.value


def test_it_stops_and_goes_on_from_what_it_has_saved(tmp_path: Path) -> None:
    spec = ThoroughSpec(steps=1000, pause_s=0.01)
    stop = _stopped_by(lambda: worker.ask_stop("run/"), spec, tmp_path)
    assert stop.result.status == "stopped"
    (kept,) = (tmp_path / "checkpoint").iterdir()
    few = spec.replace(steps=3, pause_s=0.0)
    (tmp_path / "checkpoint" / f"{few.key}.json").write_text("[0, 1]")
    parcel = worker.pack(tmp_path, below="checkpoint", beginning=few.key)
    assert parcel is not None
    report = ListReport(tmp_path / "again")
    assert Errand(report).end(_carry_out(few, parcel=parcel)).facts["counted"] == [0, 1, 2]
    assert report.values("number") == [2]
    assert kept.name.startswith(spec.key)


def test_a_run_that_asks_no_more_is_taken_to_be_gone(tmp_path: Path) -> None:
    stop = _stopped_by(lambda: None, CountSpec(steps=10_000, pause_s=0.01), tmp_path, lease_s=0.3)
    assert stop.result.status == "stopped"


def test_a_worker_does_one_piece_at_a_time(tmp_path: Path) -> None:
    first = threading.Thread(target=_carry_out, args=(CountSpec(steps=1000, pause_s=0.01),), kwargs={"token": "a/1"})
    first.start()
    time.sleep(0.1)
    stop = _stopped_by(lambda: worker.ask_stop("b/"), CountSpec(steps=1), tmp_path, token="b/1")
    assert stop.result == Result(spec=stop.result.spec, status="stopped", facts=stop.result.facts)
    worker.ask_stop("a/")
    first.join(10)
    assert not first.is_alive()


@pytest.mark.parametrize(
    ("how", "message"),
    [("kit_error", "The left sock is missing."), ("error", "ZeroDivisionError: by hand"), ("exit", "SystemExit")],
)
def test_what_goes_wrong_tells_where(tmp_path: Path, how: str, message: str) -> None:
    result = Errand(ListReport(tmp_path)).end(_carry_out(MisbehaveSpec(how=how)))
    assert result.status == "failed"
    assert result.error is not None
    assert result.error["message"].startswith(message)
    assert result.error["fix"].endswith(
        f"It came up on {result.facts['worker']}: names and paths are those of that machine."
    )


def test_files_that_are_too_large_stay_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.runners.parcel.MOST_BYTES", 0)
    report = ListReport(tmp_path)
    result = Errand(report).end(_carry_out(CountSpec(steps=3)))
    left = Path(result.facts["left_in"])
    assert (left / "artifacts" / "numbers.txt").read_text() == "3"
    assert str(left) in "\n".join(e["text"] for e in report.events if e["kind"] == "message")
    assert [event for event in report.events if event["kind"] == "artifact"] == []
    for path in sorted(left.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    left.rmdir()


def test_processes_that_are_gone_hold_nothing(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    errand = Errand(report)
    said = {"kind": "memory", "t": 0.0, "pid": 7, "now_mib": 5.0, "peak_mib": 9.0}
    errand.hear({"now": 0.0, "events": [said]})
    errand.forget_memory()
    assert [(event["now_mib"], event["peak_mib"]) for event in report.events] == [(5.0, 9.0), (0.0, 9.0)]
