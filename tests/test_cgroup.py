"""Limits of control groups, read from made-up trees of both versions and, here, against the system itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit import cgroup

GB = 10**9
MIB = 2**20


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty system: what is asked of /proc and /sys is read from here."""
    monkeypatch.setattr(cgroup, "_ROOT", tmp_path)
    return tmp_path


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(f"{text}\n", encoding="utf-8")


def _new(root: Path, own: str = "/box", beginning: str = "/") -> None:
    """A system of version 2."""
    _write(root, "proc/self/cgroup", f"0::{own}")
    _write(root, "proc/self/mountinfo", f"30 23 0:26 {beginning} /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw")


def _old(root: Path, own: str = "/docker/abc", beginning: str = "/") -> None:
    """A system of version 1, with the empty tree of version 2 that many have beside it."""
    _write(root, "proc/self/cgroup", f"9:name=systemd:/\n4:memory:{own}\n3:cpu,cpuacct:{own}\n0::/")
    lines = [
        "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
        f"32 31 0:29 {beginning} /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct",
        f"35 31 0:32 {beginning} /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    ]
    _write(root, "proc/self/mountinfo", "\n".join(lines))


def test_a_system_without_groups_has_no_limits(root: Path) -> None:
    told = (cgroup.memory_limit(), cgroup.memory_left(), cgroup.cpu_quota(), cgroup.oom_kills())
    assert told == (None, None, None, None)


def test_the_own_limit_counts(root: Path) -> None:
    _new(root)
    _write(root, "sys/fs/cgroup/box/memory.max", str(8 * GB))
    _write(root, "sys/fs/cgroup/box/memory.current", str(5 * GB))
    _write(root, "sys/fs/cgroup/box/cpu.max", "150000 100000")
    assert (cgroup.memory_limit(), cgroup.memory_left(), cgroup.cpu_quota()) == (8 * GB, 3 * GB, 1.5)


def test_the_limit_of_a_group_above_counts(root: Path) -> None:
    """As Kubernetes has it: the pod is limited, its container is not."""
    _new(root, own="/pods/pod1/container")
    _write(root, "sys/fs/cgroup/pods/pod1/container/memory.max", "max")
    _write(root, "sys/fs/cgroup/pods/pod1/container/cpu.max", "max 100000")
    _write(root, "sys/fs/cgroup/pods/pod1/memory.max", str(4 * GB))
    _write(root, "sys/fs/cgroup/pods/pod1/memory.current", str(1 * GB))
    _write(root, "sys/fs/cgroup/pods/pod1/cpu.max", "200000 50000")
    _write(root, "sys/fs/cgroup/pods/memory.max", str(16 * GB))
    _write(root, "sys/fs/cgroup/pods/memory.current", str(14 * GB))
    assert cgroup.memory_limit() == 4 * GB
    assert cgroup.memory_left() == 2 * GB  # neighbours have taken what the pod was promised
    assert cgroup.cpu_quota() == 4.0


def test_files_in_the_cache_are_free_memory(root: Path) -> None:
    _new(root)
    _write(root, "sys/fs/cgroup/box/memory.max", str(8 * GB))
    _write(root, "sys/fs/cgroup/box/memory.current", str(7 * GB))
    _write(root, "sys/fs/cgroup/box/memory.stat", f"anon {2 * GB}\ninactive_file {4 * GB}\nactive_file {1 * GB}")
    assert cgroup.memory_left() == 6 * GB


@pytest.mark.parametrize("own", ["/docker/abc", "/elsewhere/on/the/host"])
def test_a_container_sees_its_own_group_as_the_topmost(own: str, root: Path) -> None:
    """Its path is told from the root of the host, its tree begins with its own group."""
    _old(root, own=own, beginning="/docker/abc")
    _write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", str(2 * GB))
    _write(root, "sys/fs/cgroup/memory/memory.usage_in_bytes", str(1 * GB))
    assert (cgroup.memory_limit(), cgroup.memory_left()) == (2 * GB, 1 * GB)


def test_version_one_counts_too(root: Path) -> None:
    _old(root)
    folder = "sys/fs/cgroup/memory/docker"
    _write(root, f"{folder}/abc/memory.limit_in_bytes", "9223372036854771712")  # none
    _write(root, f"{folder}/memory.limit_in_bytes", str(6 * GB))
    _write(root, f"{folder}/memory.usage_in_bytes", str(5 * GB))
    _write(root, f"{folder}/memory.stat", f"inactive_file 0\ntotal_inactive_file {2 * GB}\ntotal_active_file 0")
    _write(root, f"{folder}/abc/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3")
    _write(root, "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "250000")
    _write(root, "sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000")
    _write(root, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1")
    _write(root, "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000")
    assert (cgroup.memory_limit(), cgroup.memory_left()) == (6 * GB, 3 * GB)
    assert cgroup.cpu_quota() == 2.5
    assert cgroup.oom_kills() == 3


def test_a_path_that_leads_out_of_what_can_be_seen(root: Path) -> None:
    _new(root, own="/../other")
    _write(root, "sys/fs/cgroup/memory.max", str(3 * GB))
    _write(root, "sys/fs/other/memory.max", str(1 * GB))
    assert cgroup.memory_limit() == 3 * GB


def test_processes_that_were_ended_for_memory_are_counted(root: Path) -> None:
    _write(root, "proc/vmstat", "pgfault 1\noom_kill 2\nswap_ra 0")
    assert cgroup.oom_kills() == 2
    _new(root)
    _write(root, "sys/fs/cgroup/box/memory.events", "low 0\noom 6\noom_kill 5\noom_group_kill 1")
    assert cgroup.oom_kills() == 5
