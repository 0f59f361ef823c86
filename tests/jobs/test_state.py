"""How events become a state."""

from __future__ import annotations

import time

import pytest

from kit.jobs.state import Status


def _status(*events: dict[str, object]) -> Status:
    status = Status()
    for event in events:
        status.add(event)
    return status


def _progress(t: float, done: float, total: float | None = 10, phase: str = "training") -> dict[str, object]:
    return {"kind": "progress", "t": t, "phase": phase, "done": done, "total": total, "unit": "steps"}


def test_events_are_folded() -> None:
    status = _status(
        {"kind": "state", "t": 5.0, "state": "running"},
        _progress(6.0, 2),
        {"kind": "metric", "t": 6.1, "name": "loss", "value": 2.0, "step": 1},
        {"kind": "metric", "t": 6.2, "name": "loss", "value": 1.0, "step": 2},
        {"kind": "metric", "t": 6.3, "name": "acc", "value": 0.5, "step": None},
        {"kind": "message", "t": 6.4, "text": "hello"},
        {"kind": "record", "t": 6.5, "name": "row", "data": {"acc": 1}},
        {"kind": "token", "t": 6.6, "part": "bf16", "text": "Hel"},
        {"kind": "token", "t": 6.7, "part": "bf16", "text": "lo"},
        {"kind": "artifact", "t": 6.8, "name": "adapter", "path": "artifacts/adapter"},
        {"kind": "something a newer version says", "t": 6.9},
        {"kind": "state", "t": 9.0, "state": "finished"},
    )
    assert (status.state, status.over, status.started, status.ended, status.elapsed_s) == ("finished", True, 5, 9, 4)
    assert (status.phase, status.done, status.total, status.unit, status.share) == ("training", 2, 10, "steps", 0.2)
    assert status.curves == {"loss": [(1, 2.0), (2, 1.0)]}
    assert status.metrics == {"loss": 1.0, "acc": 0.5}
    assert status.messages == ["hello"]
    assert status.records == {"row": [{"acc": 1}]}
    assert status.texts == {"bf16": "Hello"}
    assert status.artifacts == {"adapter": "artifacts/adapter"}


@pytest.mark.parametrize("state", ["stopped", "finished", "failed", "crashed"])
def test_ends_are_over(state: str) -> None:
    assert _status({"kind": "state", "t": 1.0, "state": state}).over


@pytest.mark.parametrize("state", ["starting", "running", "stopping"])
def test_other_states_are_not_over(state: str) -> None:
    assert not Status(state=state).over


def test_time_left_follows_the_pace_of_the_phase() -> None:
    now = time.time()
    assert _status(_progress(now - 4, 0), _progress(now, 4)).eta_s == pytest.approx(6, abs=0.2)
    resumed = _status(_progress(now - 4, 6, 14), _progress(now, 8, 14))  # 2 in 4 s, 6 to go
    assert resumed.eta_s == pytest.approx(12, abs=0.4)
    other_phase = _status(_progress(now - 90, 0, 10, "loading"), _progress(now - 1, 0), _progress(now, 5))
    assert other_phase.eta_s == pytest.approx(1, abs=0.1)
    assert _status(_progress(now - 60, 0), _progress(now - 50, 9)).eta_s == 0  # overdue, not negative


@pytest.mark.parametrize(
    ("state", "known"), [("running", True), ("starting", True), ("queued", False), ("stopping", False)]
)
def test_time_left_and_throughput_are_told_of_work_that_goes_on(state: str, known: bool) -> None:
    now = time.time()
    status = _status(*(_progress(now - 4 + step, step) for step in range(5)))
    status.state = state
    assert (status.eta_s is not None) == known
    assert (status.throughput == (pytest.approx(1), "steps/s")) == known


def test_throughput_is_told_in_tokens_where_the_phase_counts_them() -> None:
    def tokens(value: float, name: str = "tokens_per_s") -> dict[str, object]:
        return {"kind": "metric", "t": 1, "name": name, "value": value, "step": 1}

    status = _status(_progress(0, 0), tokens(1900), _progress(1, 1), tokens(1943), _progress(2, 2))
    assert status.throughput == (1943, "tokens/s")
    for step in range(4):
        status.add(_progress(2 + step / 2, step, 8, "validating"))
    assert status.throughput == (pytest.approx(2), "steps/s")
    status.add(_progress(4, 2))
    assert status.throughput == (1943, "tokens/s")
    status.add({"kind": "state", "t": 5, "state": "starting"})  # resumed
    status.add(_progress(6, 0, None, "loading"))
    assert status.throughput is None
    part = _status(_progress(0, 0, phase="bf16: training"), tokens(12, "bf16/tokens_per_s"))
    assert part.throughput == (12, "tokens/s")


def test_throughput_without_a_unit_says_nothing() -> None:
    words = [{**_progress(at, at), "unit": ""} for at in range(4)]
    assert _status(*words).throughput is None


def test_a_resumed_run_goes_on_at_the_pace_that_was_learnt() -> None:
    now = time.time()
    status = _status(
        {"kind": "state", "t": now - 4000, "state": "running"},
        *(_progress(now - 4000 + 2 * step, step, 100) for step in range(50)),
        {"kind": "state", "t": now - 20, "state": "starting"},
        _progress(now - 10, 0, None, "loading"),
        _progress(now, 40, 100),
    )
    assert status.eta_s == pytest.approx(120, abs=1)


def test_time_left_is_unknown_without_pace_or_total() -> None:
    assert _status(_progress(1, 3)).eta_s is None
    assert _status(_progress(1, 1, None), _progress(2, 3, None)).eta_s is None
    assert _status(_progress(1, 1), _progress(2, 3), {"kind": "state", "t": 3, "state": "stopped"}).eta_s is None


def test_a_share_stays_within_one() -> None:
    assert _status(_progress(1, 12)).share == 1.0
    assert _status(_progress(1, 12, None)).share is None


def test_it_reads_as_a_sentence() -> None:
    failed = _status({"kind": "state", "t": 1, "state": "failed", "cause": "No rows.", "fix": "Add some."})
    assert str(failed) == "failed · No rows. Add some."
    now = time.time()
    going = _status({"kind": "state", "t": 1, "state": "running"}, _progress(now - 4, 0), _progress(now, 4))
    assert str(going) == "running · training 4 of 10 steps · 10 s left"
    assert repr(going) == f"Status({going})"
