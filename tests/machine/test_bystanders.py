"""How much of the processor others use."""

from __future__ import annotations

import subprocess
import sys
import time

from kit.machine import this_machine
from kit.machine.bystanders import Bystanders


def _spin(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def test_what_others_use_is_seen_and_what_is_ours_is_not() -> None:
    with Bystanders() as alone:
        _spin(0.8)
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(0.3)
        with Bystanders() as beside:
            time.sleep(0.8)
    finally:
        other.kill()
        other.wait()
    assert beside.share > 0.7 / this_machine().cores
    assert alone.share < beside.share + 0.5  # a busy machine adds to both; our own spinning to neither


def test_it_is_a_share() -> None:
    with Bystanders() as others:
        time.sleep(0.05)
    assert 0 <= others.share <= 1
