"""What is drawn on a terminal, and what is written where there is none."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.jobs import terminal
from kit.jobs.state import Status
from kit.jobs.terminal import ProgressLine, TerminalReport


class Terminal:
    """A pseudo-terminal of some width, and what was written to it."""

    def __init__(self, columns: int) -> None:
        self._inner, outer = pty.openpty()
        fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.stream = os.fdopen(outer, "w", encoding="utf-8")

    def written(self) -> str:
        """Return what was written since the last time."""
        os.set_blocking(self._inner, False)
        try:
            return os.read(self._inner, 1 << 16).decode()
        except BlockingIOError:
            return ""

    def close(self) -> None:
        self.stream.close()
        os.close(self._inner)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal of fifty columns, drawn on at every word."""
    monkeypatch.setattr(terminal, "_EVERY_S", 0)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    made = Terminal(50)
    yield made
    made.close()


def _status(done: int = 5) -> Status:
    return Status(state="running", phase="counting", done=done, total=10, unit="numbers")


def test_a_line_is_drawn_over_the_one_before(screen: Terminal) -> None:
    line = ProgressLine(screen.stream)
    line.show(_status(1))
    first = screen.written()
    assert first.startswith("\r\x1b[2K\x1b[1mcounting\x1b[0m \x1b[32m━")
    assert first.endswith("1/10 numbers")
    line.show(_status(1))
    assert screen.written() == ""  # nothing is new
    line.show(_status(2))
    assert screen.written().startswith("\r\x1b[2K")
    line.say("a word")
    assert screen.written() == "\r\x1b[2Ka word\r\n"
    line.show(_status(2))
    assert screen.written().endswith("2/10 numbers")
    line.clear()
    assert screen.written() == "\r\x1b[2K"


def test_no_colour_means_none(screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    ProgressLine(screen.stream).show(_status())
    assert screen.written().replace("\r\x1b[2K", "").startswith("counting ━━━")


def test_it_is_not_drawn_all_the_time(screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_EVERY_S", 60)
    line = ProgressLine(screen.stream)
    for done in range(10):
        line.show(_status(done))
    assert screen.written().count("\r") == 1


def test_it_follows_the_width_of_its_own_terminal(screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    line = ProgressLine(screen.stream)
    line.show(_status(1))
    assert len(screen.written().replace("\r\x1b[2K", "")) <= 49
    fcntl.ioctl(screen.stream.fileno(), termios.TIOCSWINSZ, struct.pack("HHHH", 24, 20, 0, 0))
    line.show(_status(2))
    assert len(screen.written().replace("\r\x1b[2K", "")) <= 19


def test_a_dumb_terminal_gets_lines(screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    line = ProgressLine(screen.stream)
    line.show(_status(1))
    line.show(_status(2))
    line.clear()
    assert screen.written() == "counting …\r\n"


def test_where_there_is_no_terminal_each_phase_is_one_line() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    line.show(Status())
    for done in range(3):
        line.show(_status(done))
    line.say("a word")
    line.show(Status(phase="ending"))
    line.clear()
    assert stream.getvalue() == "counting …\na word\nending …\n"


def test_a_stream_that_knows_few_signs_gets_plain_ones(screen: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    plain = os.fdopen(os.dup(screen.stream.fileno()), "w", encoding="ascii")
    ProgressLine(plain).show(Status(phase="counting", done=5, total=10))
    plain.close()
    assert "counting ########" in screen.written()


def test_what_work_says_here_is_shown_whoever_says_it(tmp_path: Path) -> None:
    stream = io.StringIO()
    report = TerminalReport(tmp_path, ProgressLine(stream))

    def speak(who: str) -> None:
        for place in range(200):
            report.message(f"{who} {place}")
            report.memory(place, place)

    threads = [threading.Thread(target=speak, args=(who,)) for who in "ab"]
    for thread in threads:
        thread.start()
    report.progress("counting", 1, 2)
    for thread in threads:
        thread.join()
    said = [line for line in stream.getvalue().splitlines() if line[0] in "ab"]
    assert sorted(said) == sorted(f"{who} {place}" for who in "ab" for place in range(200))
    assert "counting …" in stream.getvalue().splitlines()


def test_a_line_is_drawn_quickly() -> None:
    status = Status(state="running")
    now = time.time()
    for step in range(1000):
        status.add({"kind": "progress", "t": now + step, "phase": "x", "done": step, "total": 2000, "unit": "steps"})
    began = time.thread_time()
    for _ in range(100):
        terminal.progress_line(status, 80)
    assert (time.thread_time() - began) / 100 < 0.005  # 0.1 ms
