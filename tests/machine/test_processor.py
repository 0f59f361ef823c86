"""What the processor is called and counts, from made-up systems and against this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from kit.machine import processor

INTEL = "processor : 0\nmodel name\t: Intel(R) Xeon(R)  Gold\nflags\t\t: fpu avx2 avx512f amx_tile\n"
ARM = "processor : 0\nFeatures : fp asimd sve\nCPU part : 0xd40\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "proc").mkdir()
    monkeypatch.setattr(processor, "_ROOT", tmp_path)
    monkeypatch.setattr(processor.sys, "platform", "linux")
    return tmp_path


def test_name_and_instruction_sets_are_those_of_the_first_core(root: Path) -> None:
    (root / "proc/cpuinfo").write_text(INTEL + "\nprocessor : 1\nmodel name : other\nflags : sve\n", encoding="utf-8")
    assert processor.cpu_name() == "Intel(R) Xeon(R) Gold"
    assert processor.instruction_sets() == ("AVX2", "AVX-512", "AMX")


def test_an_arm_has_no_name_but_instruction_sets(root: Path) -> None:
    (root / "proc/cpuinfo").write_text(ARM, encoding="utf-8")
    assert processor.cpu_name() == os.uname().machine
    assert processor.instruction_sets() == ("NEON", "SVE")


def test_nothing_is_known_of_a_system_that_tells_nothing(root: Path) -> None:
    assert processor.instruction_sets() == ()
    assert processor.cpu_name()
    assert 1 <= processor.physical_cores() <= len(os.sched_getaffinity(0))


def test_two_threads_of_one_core_are_one_core(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "_allowed", lambda: [0, 1, 2, 3])
    monkeypatch.setattr(processor, "cpu_quota", lambda: None)
    for number, (package, core) in enumerate([(0, 0), (0, 0), (0, 1), (1, 0)]):
        folder = root / f"sys/devices/system/cpu/cpu{number}/topology"
        folder.mkdir(parents=True)
        (folder / "physical_package_id").write_text(f"{package}\n", encoding="ascii")
        (folder / "core_id").write_text(f"{core}\n", encoding="ascii")
    assert (processor.cores(), processor.physical_cores()) == (4, 3)


@pytest.mark.parametrize(("quota", "seen"), [(0.5, 1), (1.5, 2), (2.0, 2), (64.0, 4)])
def test_a_quota_of_time_is_as_good_as_fewer_cores(quota: float, seen: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processor, "_allowed", lambda: [0, 1, 2, 3])
    monkeypatch.setattr(processor, "cpu_quota", lambda: quota)
    assert processor.cores() == seen


def test_this_processor_as_the_system_tells_it() -> None:
    assert processor.physical_cores() <= (psutil.cpu_count(logical=False) or processor.cores())
    if sys.platform == "linux":
        told = subprocess.run(["lscpu"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"})
        fields = {key.strip(): value.strip() for key, _c, value in (s.partition(":") for s in told.stdout.splitlines())}
        if "x86" in fields["Architecture"]:
            assert processor.cpu_name() == " ".join(fields["Model name"].split())
            assert ("AVX2" in processor.instruction_sets()) == ("avx2" in fields["Flags"].split())


def test_a_mac_is_asked_by_sysctl(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"machdep.cpu.brand_string": "Apple M4", "hw.optional.neon": "1", "hw.optional.arm.FEAT_BF16": "1"}

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        if command[2] not in known:
            raise subprocess.CalledProcessError(1, command)
        return subprocess.CompletedProcess(command, 0, known[command[2]] + "\n", "")

    monkeypatch.setattr(processor.sys, "platform", "darwin")
    monkeypatch.setattr(processor.subprocess, "run", run)
    monkeypatch.setattr(processor, "cpu_quota", lambda: None)
    monkeypatch.setattr(processor.psutil, "cpu_count", lambda logical=True: 10 if logical else 8)
    assert processor.cpu_name() == "Apple M4"
    assert processor.instruction_sets() == ("NEON", "bf16")
    assert (processor.cores(), processor.physical_cores()) == (10, 8)
