"""What this computer is, against what the system says by other means."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import types
from typing import Any

import psutil
import pytest

from kit import cgroup
from kit.machine import Gpu, Machine, facts, memory_free_mib, this_machine


def test_cores_are_those_this_process_may_use() -> None:
    quota = cgroup.cpu_quota()
    allowed = len(os.sched_getaffinity(0))
    assert this_machine().cores == (allowed if quota is None else min(allowed, max(math.ceil(quota), 1)))


def test_fewer_cores_are_seen_where_fewer_are_allowed() -> None:
    program = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
        "from kit.machine import this_machine; print(this_machine().cores)"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "1"


def test_memory_is_no_more_than_there_is() -> None:
    total = psutil.virtual_memory().total / 2**20
    assert 0 < memory_free_mib() <= this_machine().memory_mib <= total + 0.1


def test_plain_values_fit_json() -> None:
    values = this_machine().to_dict()
    assert json.loads(json.dumps(values)) == values
    assert values["cores"] == this_machine().cores
    twice = Machine(1, ("AVX2",), 1.0, (Gpu("H200", 2.0),), "Linux").to_dict()
    known = {"name": "H200", "memory_mib": 2.0, "driver": "", "capability": ""}
    assert (twice["gpus"], twice["instruction_sets"]) == ([known], ["AVX2"])


def test_it_reads_as_a_line() -> None:
    small = Machine(2, ("AVX2", "AVX-512", "AMX"), 24_000 / 1.048576, (), "Linux")
    assert str(small) == "2 cores · 24 GB · AMX · no GPU"
    large = Machine(16, ("NEON",), 128_000 / 1.048576, (Gpu("H200", 141_000 / 1.048576),) * 2, "Linux")
    assert str(large) == "16 cores · 128 GB · NEON · H200 141 GB, H200 141 GB"


def test_the_limit_of_a_container_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroup, "memory_limit", lambda: 64 * 2**20)
    monkeypatch.setattr(cgroup, "memory_left", lambda: 40 * 2**20)
    assert facts._memory_limit() == 64 * 2**20
    assert memory_free_mib() == 40


def test_a_limit_above_what_there_is_counts_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = types.SimpleNamespace(total=50 * 2**20, available=30 * 2**20)
    monkeypatch.setattr(facts.psutil, "virtual_memory", lambda: machine)
    for limit, left in ((None, None), (2**40, 2**40)):
        monkeypatch.setattr(cgroup, "memory_limit", lambda limit=limit: limit)
        monkeypatch.setattr(cgroup, "memory_left", lambda left=left: left)
        assert facts._memory_limit() == 50 * 2**20
        assert memory_free_mib() == 30


class _NVMLError(Exception):
    pass


def _driver(**changes: Any) -> types.SimpleNamespace:
    """A driver with three GPUs, the last of which shares the memory of the machine."""

    def memory(place: int) -> types.SimpleNamespace:
        if place == 2:
            raise _NVMLError
        return types.SimpleNamespace(total=(place + 1) * 2**30, used=0)

    return types.SimpleNamespace(
        **{
            "NVMLError": _NVMLError,
            "nvmlInit": lambda: None,
            "nvmlShutdown": lambda: None,
            "nvmlSystemGetDriverVersion": lambda: "580.1",
            "nvmlDeviceGetCount": lambda: 3,
            "nvmlDeviceGetHandleByIndex": lambda place: place,
            "nvmlDeviceGetHandleByUUID": lambda name: {"GPU-b": 1}[name],
            "nvmlDeviceGetName": lambda place: "ABC"[place],
            "nvmlDeviceGetMemoryInfo": memory,
            "nvmlDeviceGetCudaComputeCapability": lambda place: (9, 0),
            **changes,
        }
    )


def test_gpus_are_told_by_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", _driver())
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    total = psutil.virtual_memory().total / 2**20
    assert facts._gpus() == (
        Gpu("A", 1024, "580.1", "9.0"),
        Gpu("B", 2048, "580.1", "9.0"),
        Gpu("C", total, "580.1", "9.0"),
    )


def test_a_driver_that_tells_little_is_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(place: int) -> tuple[int, int]:
        raise _NVMLError

    driver = _driver(nvmlDeviceGetCudaComputeCapability=refuse, nvmlDeviceGetCount=lambda: 1)
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    assert facts._gpus() == (Gpu("A", 1024),)


@pytest.mark.parametrize(
    ("told", "seen"), [("", ""), ("-1", ""), ("1,0", "BA"), ("GPU-b", "B"), ("0,9,1", "A"), ("0,1,2", "ABC")]
)
def test_hidden_gpus_are_not_there(told: str, seen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As torch.cuda has it."""
    monkeypatch.setitem(sys.modules, "pynvml", _driver())
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", told)
    assert "".join(gpu.name for gpu in facts._gpus()) == seen
