"""The queue: one run on a GPU, as many on the CPU as memory takes, in an order that can be changed."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.errors import KitError, ParameterError
from kit.jobs import Run, begin_now, move, queue, start
from kit.machine.facts import memory_free_mib


def _hungry(steps: int = 500, device: str = "cuda:0", memory_mib: float | None = None, *, now: bool = False) -> Run:
    from tinywork import HungrySpec

    return start(HungrySpec(steps=steps, pause_s=0.02, device=device, memory_mib=memory_mib), now=now)


def _until(true: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def _state(run: Run, state: str) -> None:
    _until(lambda: run.status.state == state)


def _counts(run: Run) -> None:
    _until(lambda: bool(run.status.curves["number"]))


@pytest.fixture(autouse=True)
def nobody_stays() -> object:
    """Stop every run that a test leaves."""
    yield
    from kit.jobs import runs

    for run in runs(state="living"):
        run.stop()
        run.wait(30)


def test_a_device_is_for_one_run_at_a_time() -> None:
    first = _hungry(30)
    _counts(first)
    second = _hungry(1)
    _state(second, "queued")
    assert second.status.cause == f"Waits for cuda:0, which {first.id} uses."
    assert queue() == [second]
    assert not second.status.over
    assert first.wait(30).status.state == "finished"
    status = second.wait(30).status
    assert (status.state, status.cause) == ("finished", "")
    assert (status.elapsed_s or 0) < 2
    assert queue() == []


def test_other_devices_are_free() -> None:
    _counts(_hungry(device="cuda:0"))
    assert _hungry(1, device="cuda:1").wait(30).status.state == "finished"


def test_the_turn_passes_on_when_its_holder_is_killed() -> None:
    first = _hungry()
    _counts(first)
    second = _hungry(1)
    _state(second, "queued")
    third = _hungry(1)
    _state(third, "queued")
    for run in (second, first):  # one that waits, and the one that has its turn
        os.kill(int(json.loads((run.folder / "process.json").read_text(encoding="utf-8"))["pid"]), signal.SIGKILL)
    assert third.wait(30).status.state == "finished"
    assert first.status.state == second.status.state == "crashed"
    assert second.resume().wait(30).status.state == "finished"


def test_the_order_can_be_changed() -> None:
    first = _hungry()
    _counts(first)
    waiting = []
    for _ in range(3):
        waiting.append(_hungry(1))
        _state(waiting[-1], "queued")
    a, b, c = waiting
    assert queue() == [a, b, c]
    move(c, 0)
    assert queue() == [c, a, b]
    move(a, 99)
    assert queue() == [c, b, a]
    first.stop()
    ended = [run.wait(30).status.ended or 0 for run in (c, b, a)]
    assert ended == sorted(ended)


def test_one_that_waits_can_begin_now() -> None:
    first = _hungry()
    _counts(first)
    second = _hungry(1)
    _state(second, "queued")
    begin_now(second)
    assert second.wait(10).status.state == "finished"
    assert not first.status.over
    assert _hungry(1, now=True).wait(10).status.state == "finished"


def test_one_that_waits_can_be_stopped_and_resumed() -> None:
    first = _hungry()
    _counts(first)
    second = _hungry(1)
    _state(second, "queued")
    second.stop()
    assert second.wait(10).status.state == "stopped"
    assert queue() == []
    second.resume()
    _state(second, "queued")
    first.stop()
    assert second.wait(30).status.state == "finished"


def test_the_cpu_takes_what_fits_into_memory() -> None:
    half = memory_free_mib() * 0.6
    first = _hungry(device="cpu", memory_mib=half)
    _counts(first)
    small = _hungry(1, device="cpu", memory_mib=100)
    assert small.wait(10).status.state == "finished"
    second = _hungry(1, device="cpu", memory_mib=half)
    _state(second, "queued")
    assert second.status.cause.startswith("Waits for memory: it needs about")
    assert first.id in second.status.cause
    first.stop()
    assert second.wait(30).status.state == "finished"


def test_who_comes_later_does_not_overtake() -> None:
    half = memory_free_mib() * 0.6
    first = _hungry(device="cpu", memory_mib=half)
    _counts(first)
    large = _hungry(1, device="cpu", memory_mib=half)
    _state(large, "queued")
    small = _hungry(1, device="cpu", memory_mib=1)
    _state(small, "queued")
    assert large.id in small.status.cause
    first.stop()
    assert large.wait(30).status.state == small.wait(30).status.state == "finished"


def test_unknown_memory_waits_until_it_is_alone() -> None:
    first = _hungry(device="cpu", memory_mib=10)
    _counts(first)
    second = _hungry(1, device="cpu")
    _state(second, "queued")
    assert "cannot be estimated" in second.status.cause
    first.stop()
    assert second.wait(30).status.state == "finished"


def test_what_needs_more_than_there_is_goes_alone() -> None:
    assert _hungry(1, device="cpu", memory_mib=1e9).wait(30).status.state == "finished"


def test_who_does_not_wait_has_no_place() -> None:
    run = _hungry(1).wait(30)
    with pytest.raises(KitError, match="does not wait in the queue: it is finished"):
        move(run, 0)
    with pytest.raises(ParameterError, match="place=-1"):
        move(run, -1)


def test_without_room_for_a_ticket_the_work_goes_on(tmp_path: Path) -> None:
    home = Path(os.environ["TUNEBOOK_HOME"])
    home.mkdir()
    (home / "queue").write_text("in the way", encoding="utf-8")
    run = _hungry(1).wait(30)
    assert run.status.state == "finished"
    assert "queue cannot be used" in run.status.messages[0]
