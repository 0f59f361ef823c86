"""What this computer is, against what the system says by other means."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from kit.machine import Gpu, Machine, facts, memory_free_mib, this_machine


def test_cores_are_those_this_process_may_use() -> None:
    assert this_machine().cores == len(os.sched_getaffinity(0))


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
    assert (twice["gpus"], twice["instruction_sets"]) == ([{"name": "H200", "memory_mib": 2.0}], ["AVX2"])


def test_it_reads_as_a_line() -> None:
    small = Machine(2, ("AVX2", "AVX-512", "AMX"), 24_000 / 1.048576, (), "Linux")
    assert str(small) == "2 cores · 24 GB · AMX · no GPU"
    large = Machine(16, ("NEON",), 128_000 / 1.048576, (Gpu("H200", 141_000 / 1.048576),) * 2, "Linux")
    assert str(large) == "16 cores · 128 GB · NEON · H200 141 GB, H200 141 GB"


@pytest.fixture
def cgroup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A made-up control group: what is asked of /proc and /sys is read from here."""
    folder = tmp_path / "sys" / "fs" / "cgroup" / "box"
    folder.mkdir(parents=True)
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text("0::/box\n", encoding="utf-8")
    monkeypatch.setattr(facts, "Path", lambda path: tmp_path / str(path).lstrip("/"))
    return folder


def test_the_limit_of_a_container_counts(cgroup: Path) -> None:
    (cgroup / "memory.max").write_text(f"{64 * 2**20}\n", encoding="utf-8")
    (cgroup / "memory.current").write_text(f"{24 * 2**20}\n", encoding="utf-8")
    assert facts._memory_limit() == 64 * 2**20
    assert memory_free_mib() == 40


def test_no_limit_is_no_limit(cgroup: Path) -> None:
    (cgroup / "memory.max").write_text("max\n", encoding="utf-8")
    assert facts._memory_limit() == psutil.virtual_memory().total


def test_instruction_sets_are_read_from_the_first_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cpuinfo").write_text("processor : 0\nflags\t\t: fpu avx2 avx512f amx_tile\n", encoding="utf-8")
    monkeypatch.setattr(facts, "Path", lambda path: tmp_path / Path(path).name)
    assert facts._instruction_sets() == ("AVX2", "AVX-512", "AMX")
    (tmp_path / "cpuinfo").unlink()
    assert facts._instruction_sets() == ()
