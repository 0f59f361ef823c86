"""Counters of energy from a tree of files as the kernel has it, made up by the test."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from kit.machine.energy import Counter, EnergyMeter, find_counters, sources


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two packages, each with its cores, one with memory, and the whole board."""
    for zone, name, energy in (
        ("intel-rapl:0", "package-0", 1_000_000),
        ("intel-rapl:0:0", "core", 5),
        ("intel-rapl:0:1", "dram", 2_000_000),
        ("intel-rapl:1", "package-1", 3_000_000),
        ("intel-rapl:2", "psys", 7),
        ("intel-rapl-mmio:0", "package-0", 11),
    ):
        (tmp_path / zone).mkdir()
        (tmp_path / zone / "name").write_text(f"{name}\n", encoding="ascii")
        (tmp_path / zone / "energy_uj").write_text(f"{energy}\n", encoding="ascii")
        (tmp_path / zone / "max_energy_range_uj").write_text("10000000\n", encoding="ascii")
    return tmp_path


def _set(tree: Path, zone: str, microjoules: int) -> None:
    (tree / zone / "energy_uj").write_text(f"{microjoules}\n", encoding="ascii")


def test_packages_and_memory_are_counted_once(tree: Path) -> None:
    found = find_counters(tree, gpus=False)
    assert [counter.name for counter in found.counters] == ["package-0", "dram", "package-1"]
    assert found.missing == ()
    with EnergyMeter(found.counters) as meter:
        assert meter.joules() == 0.0
        _set(tree, "intel-rapl:0", 1_500_000)
        _set(tree, "intel-rapl:0:0", 400_000)  # a part of the package
        _set(tree, "intel-rapl:0:1", 2_250_000)
        _set(tree, "intel-rapl:2", 900_000)  # holds both packages
        assert meter.joules() == pytest.approx(0.75)
        _set(tree, "intel-rapl:1", 4_000_000)
        assert meter.by_counter() == pytest.approx({"package-0": 0.5, "dram": 0.25, "package-1": 1.0})


def test_a_counter_that_was_full_begins_anew(tree: Path) -> None:
    with EnergyMeter(find_counters(tree, gpus=False).counters) as meter:
        for reading, joules in ((9_000_000, 8.0), (500_000, 9.5), (400_000, 19.4)):
            _set(tree, "intel-rapl:0", reading)
            assert meter.joules() == pytest.approx(joules)


def test_a_turn_is_not_missed_between_two_questions() -> None:
    readings, looked = iter([0, 6, 2, 8, 4]), threading.Event()

    def read() -> int:
        reading = next(readings, 4)
        if reading == 4:
            looked.set()
        return reading * 1_000_000

    with EnergyMeter([Counter("package-0", read, 10_000_000)], look_s=0.001) as meter:
        assert looked.wait(10)
        assert meter.joules() == pytest.approx(6 + 6 + 6 + 6)  # asked once, it would be 4


def test_a_counter_that_was_reset_counts_nothing_wrong() -> None:
    readings = iter([5_000_000, 6_000_000, 1_000_000, 3_000_000])
    with EnergyMeter([Counter("gpu", lambda: next(readings))]) as meter:
        assert [meter.joules() for _ in range(3)] == [1.0, 1.0, 3.0]


def test_what_may_not_be_read_is_told_with_the_command_that_allows_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path) -> int:
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr(sources, "_number", refused)  # root may read any file, and tests may run as root
    found = find_counters(tree, gpus=False)
    assert found.counters == ()
    files = [tree / zone / "energy_uj" for zone in ("intel-rapl:0", "intel-rapl:0:1", "intel-rapl:1")]
    assert f"sudo chmod a+r {' '.join(map(str, files))}" in found.missing[0]


def test_a_machine_that_tells_nothing_is_told_of(tmp_path: Path) -> None:
    found = find_counters(tmp_path / "powercap", gpus=False)
    assert found.counters == ()
    assert "there is no intel-rapl in" in found.missing[0]


def test_gpus_are_counted_where_their_driver_tells(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class NVMLError(Exception):
        pass

    energy = {0: 1_000, 1: None}

    def total(handle: int) -> int:
        if energy[handle] is None:
            raise NVMLError("Not Supported")
        return energy[handle] or 0

    fake = SimpleNamespace(
        NVMLError=NVMLError,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda place: place,
        nvmlDeviceGetName=lambda handle: "H200",
        nvmlDeviceGetTotalEnergyConsumption=total,
    )
    monkeypatch.setitem(sys.modules, "pynvml", fake)
    found = find_counters(tmp_path)
    assert [counter.name for counter in found.counters] == ["H200 0"]
    assert any("H200 1 does not tell its energy (Not Supported)" in words for words in found.missing)
    with EnergyMeter(found.counters) as meter:
        energy[0] = 4_500  # millijoules
        assert meter.joules() == pytest.approx(3.5)
