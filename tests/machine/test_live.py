"""How busy this machine is, against what the system and a made-up driver say."""

from __future__ import annotations

import shutil
import sys
import time
import types
from pathlib import Path
from typing import Any

import pytest

from kit.machine.live import cpu_percent, disk, gpu_loads, load_average

MIB = 2**20


class _NVMLError(Exception):
    pass


def _driver(**changes: Any) -> types.SimpleNamespace:
    """A driver with one whole GPU and one slice, which tells no load."""
    driver = types.SimpleNamespace(
        NVMLError=_NVMLError,
        ended=0,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda place: place,
        nvmlDeviceGetName=lambda place: ("H200", "H200 MIG")[place],
        nvmlDeviceGetMemoryInfo=lambda place: types.SimpleNamespace(total=100 * MIB, used=(25 + place) * MIB),
    )

    def rates(place: int) -> types.SimpleNamespace:
        if place:
            raise _NVMLError
        return types.SimpleNamespace(gpu=12)

    def shutdown() -> None:
        driver.ended += 1

    driver.nvmlDeviceGetUtilizationRates, driver.nvmlShutdown = rates, shutdown
    vars(driver).update(changes)
    return driver


def test_gpus_tell_memory_and_load(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = _driver()
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    whole, slice_ = gpu_loads()
    assert (whole.name, whole.memory_total_mib, whole.memory_used_mib, whole.load_percent) == ("H200", 100, 25, 12)
    assert (slice_.name, slice_.memory_used_mib, slice_.load_percent) == ("H200 MIG", 26, None)
    assert driver.ended == 1


def test_no_driver_means_no_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise _NVMLError

    monkeypatch.setitem(sys.modules, "pynvml", _driver(nvmlInit=refuse))
    assert gpu_loads() == ()
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert gpu_loads() == ()


def test_work_shows_in_the_load() -> None:
    cpu_percent()
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        sum(range(1000))
    assert 5 < cpu_percent() <= 100


def test_the_load_average_is_that_of_the_system() -> None:
    shown = float(Path("/proc/loadavg").read_text(encoding="ascii").split()[0])
    assert load_average() == pytest.approx(shown, abs=0.5)


def test_the_disk_of_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    free, total = disk(tmp_path / "not" / "yet")
    usage = shutil.disk_usage(tmp_path)
    assert total == usage.total
    assert free == pytest.approx(usage.free, rel=0.05)
