"""A short campaign of faults: one of each kind, and nothing is lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_one_fault_of_each_kind_loses_nothing() -> None:
    command = [sys.executable, "-m", "benchmarks.faults", "--json", "--faults", "11", "--seed", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["failures"] == []
    assert report["faults"] == 11
    assert report["lost_results"] == report["wrong_states"] == report["unresumable"] == 0
    assert len(report["by_kind"]) == 11 - len(report["impossible_here"])
    assert done.returncode == 0
