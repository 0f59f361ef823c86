"""The memory of this process, by the system's own mark and by looking, and that of GPUs where torch uses them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from kit import memory
from kit.memory import PeakMemory, gpu_mib, resident_mib

MIB = 2**20


def _touch(mib: int) -> bytearray:
    block = bytearray(mib * MIB)
    block[::4096] = b"x" * len(block[::4096])
    return block


@pytest.fixture(params=["mark", "looking"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to find the peak."""
    if request.param == "looking":
        monkeypatch.setattr(memory, "_CLEAR", memory.Path("/nothing/here"))
    return str(request.param)


@pytest.mark.usefixtures("way")
def test_a_peak_that_is_over_is_seen() -> None:
    _touch(8)
    before = resident_mib()
    with PeakMemory() as peak:
        block = _touch(200)
        time.sleep(0.05)
        del block
    assert peak.peak_mib - before == pytest.approx(200, abs=40)


@pytest.mark.usefixtures("way")
def test_an_earlier_peak_does_not_count() -> None:
    block = _touch(300)
    high = resident_mib()
    del block
    with PeakMemory() as peak:
        _touch(20)
    assert peak.peak_mib < high - 200


def test_looking_ends_with_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_CLEAR", memory.Path("/nothing/here"))
    peak = PeakMemory()
    with pytest.raises(ZeroDivisionError), peak:
        raise ZeroDivisionError
    assert peak.peak_mib > 0
    assert peak._looker is not None
    assert not peak._looker._thread.is_alive()


@pytest.mark.usefixtures("way")
def test_who_watches_inside_takes_nothing_from_who_watches_outside() -> None:
    _touch(8)
    before = resident_mib()
    with PeakMemory() as outer:
        block = _touch(200)
        time.sleep(0.05)
        del block
        with PeakMemory() as inner:
            _touch(20)
        assert inner.peak_mib - before < 120
        assert outer.peak_mib - before == pytest.approx(200, abs=40)
    assert outer.peak_mib - before == pytest.approx(200, abs=40)


def test_a_peak_between_two_looks_is_seen_where_it_is_the_highest_ever() -> None:
    program = (
        "from kit import memory; memory._CLEAR = memory.Path('/nothing/here')\n"
        "mib = int(memory._lifetime_mib()) + 100  # that of its parent counts as its own\n"
        "with memory.PeakMemory(every_s=60) as peak:\n"
        "    block = bytearray(mib * 2**20); block[::4096] = b'x' * len(block[::4096]); del block\n"
        "print(peak.peak_mib - mib)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert 0 < float(done.stdout) < 120


def test_other_processes_can_be_asked_and_those_that_are_gone_hold_nothing() -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        assert 0 < resident_mib(child.pid) < 50
        child.kill()
    assert resident_mib(child.pid) == 0
    assert resident_mib(os.getpid()) == pytest.approx(resident_mib(), rel=0.1)


def test_gpus_are_asked_only_where_torch_uses_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert gpu_mib() is None
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace())  # half imported, by another thread
    assert gpu_mib() is None
    cuda = SimpleNamespace(
        is_initialized=lambda: False,
        device_count=lambda: 2,
        memory_reserved=lambda device: (100 + device) * MIB,
        max_memory_reserved=lambda device: (200 + device) * MIB,
    )
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=cuda))
    assert gpu_mib() is None
    cuda.is_initialized = lambda: True
    assert gpu_mib() == (201, 401)
