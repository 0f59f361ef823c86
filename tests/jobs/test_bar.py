"""The line that shows how far a run is: what stands in it, at any width."""

from __future__ import annotations

import re
import time

import pytest

from kit.jobs.bar import _cells, count_words, left_words, memory_words, progress_line, throughput_words
from kit.jobs.state import Status
from kit.report import Event


def training(done: int = 148, **more: object) -> Status:
    """A tuning, one second a step."""
    now, status = time.time(), Status()
    status.add({"kind": "state", "t": now - 200, "state": "running"})
    for step in range(done + 1):
        status.add(_progress(now - done + step, step, 300))
    status.add({"kind": "metric", "t": now, "name": "tokens_per_s", "value": 1943.2, "step": done})
    status.add({"kind": "memory", "t": now, "pid": 1, "now_mib": 1200, "peak_mib": 2250})
    return status


def _progress(at: float, done: float, total: float | None, phase: str = "training", unit: str = "steps") -> Event:
    return {"kind": "progress", "t": at, "phase": phase, "done": done, "total": total, "unit": unit}


def test_a_wide_terminal_shows_everything() -> None:
    line = progress_line(training(), 120)
    shown = "148/300 steps · 1,940 tokens/s · 1.3 GB (peak 2.4) · 2 min 40 s left"
    assert re.fullmatch(rf"training ━{{14,15}}╸?─{{14,15}}  {re.escape(shown)}", line)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (79, "148/300 · 1,940 tokens/s · 1.3 GB (peak 2.4) · 2 min 40 s left"),
        (70, "148/300 · 1,940 tokens/s · 1.3 GB · 2 min 40 s left"),
        (60, "148/300 · 1,940 tokens/s · 2 min 40 s left"),
        (50, "148/300 · 2 min 40 s left"),
        (39, "148/300 · 2 min 40 s"),
        (30, "148/300"),
    ],
)
def test_what_is_least_worth_knowing_goes_first(width: int, shown: str) -> None:
    line = progress_line(training(), width)
    assert line.endswith(f"  {shown}")
    assert line.startswith("training ━━")


@pytest.mark.parametrize("phase", ["training", "a phase with a rather long name", "学習", "bf16: scoring", ""])
@pytest.mark.parametrize("total", [None, 300])
def test_it_is_never_wider_than_the_terminal(phase: str, total: int | None) -> None:
    status = training()
    now = time.time()
    for done in (20, 148, 160):
        status.add(_progress(now, done, total, phase))
    for width in range(1, 130):
        line = progress_line(status, width)
        assert _cells(line) <= width
        assert "\n" not in line


@pytest.mark.parametrize(("share", "bar"), [(0, "──────"), (0.5, "━━━───"), (1, "━━━━━━"), (0.59, "━━━╸──")])
def test_the_bar_is_as_long_as_what_is_done(share: float, bar: str) -> None:
    status = Status(state="running", phase="x", done=share * 1000, total=1000)
    assert progress_line(status, 8) == f"x {bar}"


def test_plain_signs_are_drawn_where_others_cannot_be_written() -> None:
    line = progress_line(training(), 79, signs="##-")
    assert line.split()[1] == "###---"
    assert progress_line(Status(phase="x", done=1, total=1), 79, signs="##-").split()[1] == "#" * 30


def test_colours_change_nothing_but_colours() -> None:
    painted = progress_line(training(), 79, color=True)
    assert "\x1b[32m━" in painted
    assert re.sub(r"\x1b\[\d+m", "", painted) == progress_line(training(), 79)


def test_work_whose_end_is_unknown_shows_for_how_long_it_has_gone_on() -> None:
    now, status = time.time(), Status()
    status.add({"kind": "state", "t": now - 100, "state": "running"})
    status.add(_progress(now - 90, 0, None, "asking", ""))
    assert progress_line(status, 79) == "asking  1 min 40 s"
    for step in range(4):
        status.add(_progress(now - 4 + step, 10 * step, None, "downloading", "MB"))
    assert progress_line(status, 79) == "downloading  30 MB · 10 MB/s · 1 min 40 s"
    assert progress_line(status, 10) == "downloadi…"


def test_a_run_that_waits_or_stops_says_so() -> None:
    waiting = Status(state="queued", cause="run 20260101-tune-abcd is at work on cpu", phase="starting")
    assert progress_line(waiting, 79) == "queued · run 20260101-tune-abcd is at work on cpu"
    assert progress_line(waiting, 20) == "queued · run 202601…"
    status = training()
    status.state = "stopping"
    assert progress_line(status, 79).startswith("stopping · training ━")
    assert progress_line(Status(), 79) == "starting"


def test_words_are_empty_where_nothing_is_known() -> None:
    nothing = Status(state="running")
    assert [count_words(nothing), throughput_words(nothing), memory_words(nothing), left_words(nothing)] == [""] * 4
    assert count_words(Status(done=3.25, total=2000.5, unit="MB")) == "3.2/2,000 MB"


def test_memory_is_told_now_and_at_its_peak() -> None:
    status = Status()
    status.add({"kind": "memory", "t": 1, "pid": 1, "now_mib": 40, "peak_mib": 40})
    assert memory_words(status) == "42 MB (peak 42)"
    status.add({"kind": "memory", "t": 1, "pid": 1, "now_mib": 50, "peak_mib": 5000})
    assert memory_words(status) == "52 MB (peak 5.2 GB)"
    status.state = "finished"
    assert memory_words(status) == ""
