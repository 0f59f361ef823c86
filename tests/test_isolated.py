"""Work in a process of its own: what it says, how it may end, and that nothing is left of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kit import isolated
from kit.errors import Stopped
from kit.isolated import carry_out_isolated, end_child, start_child, worker_environment
from kit.report import Event, ListReport
from kit.spec import Spec

TESTS = Path(__file__).parent


@pytest.fixture(autouse=True)
def importable_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process and its children import `tinywork`."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.syspath_prepend(str(TESTS))


def _count(steps: int, pause_s: float = 0.0) -> Spec:
    from tinywork import CountSpec

    return CountSpec(steps=steps, pause_s=pause_s)


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Look that the test leaves no child behind that was not there before."""
    before = set(psutil.Process().children())
    yield
    assert not set(psutil.Process().children()) - before


def _misbehave(how: str) -> Spec:
    from tinywork import MisbehaveSpec

    return MisbehaveSpec(how=how)


def test_events_and_result_come_through(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = carry_out_isolated(_count(5), report)
    assert result.status == "finished"
    assert result.spec == _count(5).to_dict()
    assert result.metrics["pid"] != os.getpid()
    assert result.measurements["pause_s"].samples == (0.0,)
    assert report.values("number") == [0, 1, 2, 3, 4]
    assert [event["kind"] for event in report.events[-3:]] == ["message", "artifact", "memory"]
    assert report.events[-1]["pid"] == result.metrics["pid"]
    assert report.events[-1]["now_mib"] == 0 < report.events[-1]["peak_mib"]
    assert (tmp_path / "artifacts" / "numbers.txt").read_text(encoding="utf-8") == "5"


def test_what_libraries_print_does_not_disturb(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    carry_out_isolated(_misbehave("kit_error"), ListReport(tmp_path))
    assert "to be found in the log" in capfd.readouterr().err


UNFORESEEN = "Nobody foresaw this; log.txt in the run's folder tells where it came up."


@pytest.mark.parametrize(
    ("how", "status", "error"),
    [
        (
            "kit_error",
            "failed",
            {"type": "KitError", "message": "The left sock is missing.", "fix": "Look under the bed."},
        ),
        (
            "unsupported",
            "unsupported",
            {"type": "UnsupportedError", "message": "This machine has no feet.", "fix": "Use another machine."},
        ),
        ("error", "failed", {"type": "ZeroDivisionError", "message": "ZeroDivisionError: by hand", "fix": UNFORESEEN}),
        ("exit", "failed", {"type": "SystemExit", "message": "SystemExit: a library gave up", "fix": UNFORESEEN}),
    ],
)
def test_errors_are_results(how: str, status: str, error: dict[str, str], tmp_path: Path) -> None:
    result = carry_out_isolated(_misbehave(how), ListReport(tmp_path))
    assert (result.status, result.error) == (status, error)


@pytest.mark.parametrize("how", ["kill", "half_a_line"])
def test_a_crash_is_a_failed_result_with_its_signal(how: str, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = carry_out_isolated(_misbehave(how), report)
    assert result.status == "failed"
    assert result.error is not None
    assert "SIGKILL" in result.error["message"]
    assert "memory" in result.error["fix"]
    assert report.events[-1]["text"] == f"about to: {how}"  # said before the crash, and heard


def test_a_child_that_was_killed_holds_nothing_any_more(tmp_path: Path) -> None:
    class Deadly(ListReport):
        def emit(self, event: Event) -> None:
            super().emit(event)
            if event["kind"] == "memory" and event["now_mib"]:
                os.kill(event["pid"], signal.SIGKILL)

    report = Deadly(tmp_path)
    assert carry_out_isolated(_count(10_000, 0.02), report).status == "failed"
    first, last = (event for event in report.events if event["kind"] == "memory")
    assert {**first, "now_mib": 0.0, "t": 0} == {**last, "t": 0}
    assert last["t"] >= first["t"]


def test_children_that_nobody_hears_are_known_while_they_live(tmp_path: Path) -> None:
    child = start_child(_misbehave("silence"), tmp_path, environment={})
    hearing = threading.Thread(target=isolated.result_of_child, args=(child,))
    hearing.start()
    until = time.monotonic() + 5
    while child.process.pid not in isolated._silent and time.monotonic() < until:
        time.sleep(0.01)
    assert child.process.pid in isolated._silent
    child.process.send_signal(signal.SIGKILL)
    hearing.join()
    end_child(child, patience_s=5)
    assert child.process.pid not in isolated._silent


def test_a_result_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    result = carry_out_isolated(_misbehave("unwritable"), ListReport(tmp_path))
    assert result.status == "failed"
    assert result.error is not None
    assert "int64" in result.error["message"]


def test_text_that_is_not_unicode_comes_through(tmp_path: Path) -> None:
    text = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert carry_out_isolated(_misbehave("odd_text"), ListReport(tmp_path)).facts == {"text": text}


def test_work_that_cannot_be_imported_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = _count(1)
    monkeypatch.delenv("PYTHONPATH")
    result = carry_out_isolated(spec, ListReport(tmp_path))
    assert result.status == "failed"
    assert result.error is not None
    assert "tinywork:CountSpec cannot be imported" in result.error["message"]


@pytest.mark.usefixtures("nothing_left")
def test_a_stop_is_passed_on(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    timer = threading.Timer(0.8, setattr, (report, "stop", True))
    timer.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        carry_out_isolated(_count(10_000, 0.02), report)
    assert time.monotonic() - began < 10


@pytest.mark.usefixtures("nothing_left")
def test_a_stop_ends_a_silent_child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolated, "_PATIENCE_S", 0.5)
    report = ListReport(tmp_path)
    timer = threading.Timer(1.0, setattr, (report, "stop", True))
    timer.start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        carry_out_isolated(_misbehave("silence"), report)
    assert time.monotonic() - began < 10


@pytest.mark.usefixtures("nothing_left")
def test_a_reporter_that_fails_leaves_no_child(tmp_path: Path) -> None:
    class Broken(ListReport):
        def emit(self, event: dict[str, object]) -> None:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        carry_out_isolated(_count(10_000, 0.02), Broken(tmp_path))


def test_a_deaf_child_is_ended(tmp_path: Path) -> None:
    child = start_child(_misbehave("silence"), tmp_path)
    assert child.said is not None
    child.said.readline()
    end_child(child, patience_s=5)
    assert child.process.returncode is not None


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tinywork import CountSpec\n"
        "from kit.isolated import start_child\n"
        "child = start_child(CountSpec(steps=10_000, pause_s=0.02), Path(sys.argv[1]))\n"
        "child.said.readline(); print(child.process.pid, flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running()
    parent.send_signal(signal.SIGKILL)
    parent.communicate()
    psutil.wait_procs([child], timeout=10)
    assert not child.is_running()


def test_the_callers_environment_counts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    environment = worker_environment({"EXTRA": "1"})
    assert environment["TOKENIZERS_PARALLELISM"] == "true"
    assert environment["OMP_WAIT_POLICY"] == "active"
    assert environment["EXTRA"] == "1"
