"""The peak memory of this process, by the system's own mark and by looking."""

from __future__ import annotations

import time

import pytest

from kit.machine import memory
from kit.machine.memory import PeakMemory, resident_mib

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
    assert peak._sampler is not None
    assert not peak._sampler._thread.is_alive()
