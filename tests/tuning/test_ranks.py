"""Several processes train together: what is heard of them, and that none waits for one that is gone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from tinyranks import RanksSpec

from kit.report import ListReport
from kit.tuning.ranks import tune_in_ranks

TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def importable_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes import `tinyranks`."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))


def _carried_out(folder: Path, **fields: Any) -> Any:
    before, started = set(psutil.Process().children()), time.monotonic()
    result = tune_in_ranks(RanksSpec(**fields), ListReport(folder))  # type: ignore[arg-type]
    assert time.monotonic() - started < 30, "they waited for one that was gone"
    assert not set(psutil.Process().children()) - before
    return result


def test_the_first_is_heard(tmp_path: Path) -> None:
    result = _carried_out(tmp_path, how="end", meanwhile="end")
    assert (result.status, result.metrics) == ("finished", {"rank": 0.0})


def test_one_that_is_killed_ends_all(tmp_path: Path) -> None:
    result = _carried_out(tmp_path, how="kill", bad=2)
    assert result.status == "failed"
    assert result.error["type"] == "Crashed"
    assert result.error["message"].startswith("Process 3 of 3: The process was ended by SIGKILL.")
    assert "process 2: kill" in result.error["message"], "the last that it said is missing"
    assert "memory ran out" in result.error["fix"]


@pytest.mark.parametrize("meanwhile", ["wait", "lose"])
def test_an_error_of_another_is_that_of_the_tuning(tmp_path: Path, meanwhile: str) -> None:
    """Also where the first fails too, because it lost the connection."""
    result = _carried_out(tmp_path, how="kit_error", meanwhile=meanwhile)
    assert result.status == "failed"
    assert result.error == {
        "type": "KitError",
        "message": "Process 2 of 3: The left sock is missing.",
        "fix": "Look under the bed.",
    }


def test_an_error_of_the_first_is_told_as_it_is(tmp_path: Path) -> None:
    result = _carried_out(tmp_path, how="kit_error", bad=0, meanwhile="lose")
    assert result.error["message"] == "The left sock is missing."
