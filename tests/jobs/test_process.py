"""Whose process a run is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from kit.jobs import process


def test_this_process_lives(tmp_path: Path) -> None:
    process.write_identity(tmp_path, os.getpid())
    assert process.alive(tmp_path)
    identity = process.read_identity(tmp_path)
    assert identity is not None
    assert identity["pid"] == os.getpid()


@pytest.mark.parametrize("text", [None, "", "{", "null", "[]", '{"pid": 1}'])
def test_without_a_readable_identity_nobody_lives(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "process.json").write_text(text, encoding="utf-8")
    assert process.read_identity(tmp_path) is None
    assert not process.alive(tmp_path)


@pytest.mark.parametrize("change", [{"ticks": 1}, {"boot": "of an earlier start of the machine"}])
def test_a_process_id_used_again_fools_nobody(tmp_path: Path, change: dict[str, object]) -> None:
    process.write_identity(tmp_path, os.getpid())
    identity = process.read_identity(tmp_path)
    (tmp_path / "process.json").write_text(json.dumps({**(identity or {}), **change}), encoding="utf-8")
    assert not process.alive(tmp_path)


@pytest.mark.parametrize(("late_s", "lives"), [(0, True), (60, False)])
def test_where_there_are_no_ticks_the_date_of_the_start_counts(tmp_path: Path, late_s: float, lives: bool) -> None:
    identity = {"pid": os.getpid(), "created": psutil.Process().create_time() - late_s}
    (tmp_path / "process.json").write_text(json.dumps(identity), encoding="utf-8")
    assert process.alive(tmp_path) is lives


def test_setting_the_clock_changes_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    process.write_identity(tmp_path, os.getpid())
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: 0.0)  # a date, which moves with the clock
    assert process.alive(tmp_path)


def test_the_starter_counts_until_the_worker_is_there(tmp_path: Path) -> None:
    process.write_starter(tmp_path, os.getpid())
    assert process.alive(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process.write_identity(tmp_path, child.pid)
    child.communicate()
    assert not process.alive(tmp_path)
    process.write_starter(tmp_path, os.getpid(), anew=True)
    assert process.alive(tmp_path)
    (tmp_path / "exit.json").touch()  # its parent saw it end before it could say who it was
    assert not process.alive(tmp_path)


def test_a_dead_process_is_dead_before_and_after_it_is_reaped(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process.write_identity(tmp_path, child.pid)
    assert process.alive(tmp_path)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead and still a zombie
    assert not process.alive(tmp_path)
    child.communicate()
    assert not process.alive(tmp_path)


def test_a_process_that_is_gone_has_no_identity(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    process.write_identity(tmp_path, child.pid)
    assert process.read_identity(tmp_path) is None
