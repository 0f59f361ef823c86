"""Whoever starts runs stays as light as before."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import gc, sys, psutil, kit
from tinywork import CountSpec

def one():
    run = kit.start(CountSpec(steps=200))
    for event in run.watch(60):
        pass
    assert run.status.state == "finished" and run.result.status == "finished"
    run.summary, run.status.curves

def memory():
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6

one()
before, files = memory(), psutil.Process().num_fds()
for _ in range(10):
    one()
zombies = [child for child in psutil.Process().children() if child.status() == psutil.STATUS_ZOMBIE]
print(memory() - before, psutil.Process().num_fds() - files, len(zombies), "torch" in sys.modules)
"""


def test_ten_runs_leave_nothing_in_the_parent() -> None:
    said = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout.split()
    growth_mb, files, zombies, torch = float(said[0]), int(said[1]), int(said[2]), said[3]
    assert growth_mb < 5
    assert files <= 0
    assert zombies == 0
    assert torch == "False"
