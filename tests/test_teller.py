"""What memory a piece of work holds is said while it goes on, and only what changed."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kit import teller
from kit.memory import PeakMemory, resident_mib
from kit.report import Event, ListReport, PrefixedReport
from kit.teller import MemoryTeller

MIB = 2**20


def _touch(mib: int) -> bytearray:
    block = bytearray(mib * MIB)
    block[::4096] = b"x" * len(block[::4096])
    return block


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look every twentieth of a second."""
    monkeypatch.setattr(teller, "_EVERY_S", 0.05)


def until(found: Callable[[], Any]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 10
    while not found():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.usefixtures("often")
def test_what_changes_is_said_and_the_rest_is_not(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    before = resident_mib()
    with MemoryTeller(report):
        until(lambda: report.events)
        block = _touch(300)
        until(lambda: report.events[-1]["now_mib"] > before + 200)
        time.sleep(0.4)  # nothing changes
        del block
        until(lambda: report.events[-1]["now_mib"] < before + 200)
    *_earlier, first_low, last = report.events
    assert 3 <= len(report.events) < 12
    assert {event["kind"] for event in report.events} == {"memory"}
    assert last["now_mib"] == 0
    assert last["peak_mib"] - before == pytest.approx(300, abs=60)
    assert first_low["peak_mib"] == pytest.approx(last["peak_mib"], abs=30)


def test_short_work_says_its_peak_at_its_end(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    before = resident_mib()
    with MemoryTeller(report):
        _touch(100)
    (said,) = report.events
    assert said["now_mib"] == 0
    assert said["peak_mib"] - before == pytest.approx(100, abs=30)


@pytest.mark.usefixtures("often")
def test_it_neither_spoils_nor_is_spoilt_by_a_measurement_inside(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    _touch(8)
    before = resident_mib()
    with MemoryTeller(report):
        block = _touch(300)
        del block
        with PeakMemory() as measured:
            _touch(50)
            time.sleep(0.2)  # it looks meanwhile
    assert measured.peak_mib - before < 150
    assert report.events[-1]["peak_mib"] - before == pytest.approx(300, abs=60)


@pytest.mark.usefixtures("often")
def test_processes_that_do_not_speak_are_counted(tmp_path: Path) -> None:
    program = "block = b'x' * (200 * 2**20); print(flush=True); input()"
    report = ListReport(tmp_path)
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        own = resident_mib()
        with MemoryTeller(report, lambda: [child.pid]):
            until(lambda: report.events)
        child.kill()
    assert report.events[0]["now_mib"] - own == pytest.approx(205, abs=40)
    assert report.events[-1]["peak_mib"] >= report.events[0]["now_mib"]


@pytest.mark.usefixtures("often")
def test_memory_of_gpus_is_said_from_when_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    report = ListReport(tmp_path)
    cuda = SimpleNamespace(
        is_initialized=lambda: True,
        device_count=lambda: 1,
        memory_reserved=lambda device: 500 * MIB,
        max_memory_reserved=lambda device: 700 * MIB,
    )
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    with MemoryTeller(report):
        until(lambda: report.events)
        monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
        until(lambda: "gpu_now_mib" in report.events[-1])
    assert "gpu_now_mib" not in report.events[0]
    assert (report.events[-2]["gpu_now_mib"], report.events[-2]["gpu_peak_mib"]) == (500, 700)
    assert (report.events[-1]["gpu_now_mib"], report.events[-1]["gpu_peak_mib"]) == (0, 700)


@pytest.mark.usefixtures("often")
def test_a_disk_that_is_full_for_a_while_costs_the_work_nothing(tmp_path: Path) -> None:
    class Full(ListReport):
        full = True

        def emit(self, event: Event) -> None:
            if self.full:
                raise OSError(28, "No space left on device")
            super().emit(event)

    report = Full(tmp_path)
    with MemoryTeller(report):
        time.sleep(0.2)
        report.full = False
        until(lambda: report.events)
    assert report.events[-1]["now_mib"] == 0


@pytest.mark.usefixtures("often")
def test_nothing_is_left_of_it_after_an_error(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    with pytest.raises(ZeroDivisionError), MemoryTeller(report):
        raise ZeroDivisionError
    assert report.events[-1]["now_mib"] == 0
    assert "memory" not in [thread.name for thread in threading.enumerate()]


def test_a_part_is_told_by_its_label(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    PrefixedReport(report, "nf4").memory(10.04, 12.06)
    (said,) = report.events
    assert (said["part"], said["now_mib"], said["peak_mib"]) == ("nf4", 10.0, 12.1)


def test_a_look_costs_next_to_nothing(tmp_path: Path) -> None:
    watch = MemoryTeller(ListReport(tmp_path))
    with watch:
        began = time.thread_time()
        for _ in range(100):
            watch._look()
        assert (time.thread_time() - began) / 100 < 0.002  # 0.1 ms; a thousandth of the two seconds between two looks
