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
    assert process.is_this(tmp_path)
    assert process.read_identity(tmp_path) == {"pid": os.getpid(), "created": psutil.Process().create_time()}


@pytest.mark.parametrize("text", [None, "", "{", "null", "[]", '{"pid": 1}'])
def test_without_a_readable_identity_nobody_lives(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "process.json").write_text(text, encoding="utf-8")
    assert process.read_identity(tmp_path) is None
    assert not process.alive(tmp_path)
    assert not process.is_this(tmp_path)


def test_a_process_id_used_again_fools_nobody(tmp_path: Path) -> None:
    identity = {"pid": os.getpid(), "created": psutil.Process().create_time() - 60}
    (tmp_path / "process.json").write_text(json.dumps(identity), encoding="utf-8")
    assert not process.alive(tmp_path)
    assert not process.is_this(tmp_path)


def test_a_dead_process_is_dead_before_and_after_it_is_reaped(tmp_path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    process.write_identity(tmp_path, child.pid)
    assert process.alive(tmp_path)
    assert not process.is_this(tmp_path)
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
