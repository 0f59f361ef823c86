"""Progress is told sparingly, in MB, and a stop is heeded."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.errors import KitError, Stopped
from kit.models.meter import ByteMeter, require_room
from kit.report import ListReport


def test_a_thousand_steps_are_told_a_few_times(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    meter = ByteMeter(report, "downloading", 1e6)
    for step in range(1, 1001):
        meter.at(step * 1000)
    said = [(event["done"], event["total"]) for event in report.events]
    assert said[0] == (0, 1.0)
    assert said[-1] == (1.0, 1.0)
    assert len(said) < 20


def test_a_stop(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    meter = ByteMeter(report, "downloading")
    report.stop = True
    with pytest.raises(Stopped):
        meter.at(1)


def test_room_on_the_disk(tmp_path: Path) -> None:
    require_room(tmp_path / "not" / "yet", 1)
    with pytest.raises(KitError, match=str(tmp_path)):
        require_room(tmp_path / "not" / "yet", 1e18)
