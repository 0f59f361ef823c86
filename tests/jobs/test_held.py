"""The memory of all processes of a run together."""

from __future__ import annotations

from kit.jobs.held import Held
from kit.jobs.state import Status
from kit.report import Event


def said(now: float, peak: float, pid: int = 1, part: str = "", **more: float) -> Event:
    """What one process says."""
    event: Event = {"kind": "memory", "t": 1.0, "pid": pid, "now_mib": now, "peak_mib": peak, **more}
    return {**event, "part": part} if part else event


def folded(*events: Event) -> Held:
    """Fold events."""
    held = Held()
    for event in events:
        held.add(event)
    return held


def test_nothing_is_known_before_the_first_word() -> None:
    held = Held()
    assert (held.now_mib, held.peak_mib) == (None, None)
    held.add({"kind": "memory", "gpu_now_mib": 3.0, "gpu_peak_mib": 4.0})
    assert (held.now_mib, held.peak_mib) == (None, None)


def test_one_process_has_its_own_peak() -> None:
    held = folded(said(100, 100), said(50, 300), said(80, 300))
    assert (held.now_mib, held.peak_mib) == (80, 300)


def test_processes_are_summed_and_those_that_ended_count_no_more() -> None:
    held = folded(said(60, 60), said(500, 500, 2, "bf16"), said(0, 700, 2, "bf16"), said(200, 200, 3, "nf4"))
    assert held.now_mib == 260
    assert held.peak_mib == 760  # 700 in bf16 while the first one held 60


def test_an_old_peak_of_one_process_is_not_added_to_what_others_came_to_hold_later() -> None:
    held = folded(said(50, 1000), said(400, 400, 2))
    assert held.peak_mib == 1000
    held.add(said(60, 1000))
    assert held.peak_mib == 1000


def test_two_processes_of_one_part_are_two() -> None:
    assert folded(said(10, 10, 1, "a"), said(20, 20, 2, "a")).now_mib == 30


def test_a_status_knows_memory_now_and_peak() -> None:
    status = Status()
    assert (status.memory_mib, status.memory_peak_mib, status.gpu_memory_mib) == (None, None, None)
    status.add({"kind": "state", "t": 1, "state": "running"})
    status.add(said(100, 150, gpu_now_mib=5.0, gpu_peak_mib=9.0))
    assert (status.memory_mib, status.memory_peak_mib) == (100, 150)
    assert (status.gpu_memory_mib, status.gpu_memory_peak_mib) == (5, 9)
    status.add({"kind": "state", "t": 2, "state": "finished"})
    assert (status.memory_mib, status.memory_peak_mib, status.gpu_memory_mib) == (None, 150, None)


def test_a_new_attempt_holds_nothing_yet_and_keeps_the_peak() -> None:
    status = Status()
    for event in ({"kind": "state", "t": 1, "state": "starting"}, said(100, 150)):
        status.add(event)
    status.add({"kind": "state", "t": 9, "state": "starting"})  # the one before was killed
    assert (status.memory_mib, status.memory_peak_mib) == (None, 150)
    status.add(said(20, 20, pid=7))
    assert (status.memory_mib, status.memory_peak_mib) == (20, 150)
