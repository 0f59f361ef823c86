"""What is written is there whole or not at all, whenever the writer is killed."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import save_file

from kit.tuning.durable import mend, os_errors, rebuilt, write_durably

# Kills itself, as a power cut would, at the n-th time that a file or folder is to be moved.
KILLED = """
import os, signal, sys
from pathlib import Path
from kit.tuning import durable

target, nth = Path(sys.argv[1]), int(sys.argv[2])
replace, calls = os.replace, []

def kill_or_replace(source, destination):
    calls.append(destination)
    if len(calls) == nth:
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, destination)

os.replace = kill_or_replace
if target.suffix:
    durable.write_durably(target, b"new")
else:
    with durable.rebuilt(target) as building:
        (building / "a").write_text("new")
"""


def _killed(target: Path, nth: int) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(target), str(nth)], check=False)
    assert done.returncode == -9


def _fill(folder: Path, text: str) -> None:
    with rebuilt(folder) as building:
        (building / "a").write_text(text, encoding="utf-8")


def _content(folder: Path) -> str:
    return (folder / "a").read_text(encoding="utf-8")


@pytest.mark.parametrize("nth", [1, 2], ids=["before it is moved away", "while it is away"])
def test_a_folder_outlives_a_kill(tmp_path: Path, nth: int) -> None:
    folder = tmp_path / "adapter"
    _fill(folder, "old")
    _killed(folder, nth)
    assert folder.exists() is (nth == 1)
    mend(folder)
    assert _content(folder) == "old"
    assert os.listdir(tmp_path) == ["adapter"], "something half-made was left"


@pytest.mark.parametrize("nth", [1, 2])
def test_the_next_one_mends_it_too(tmp_path: Path, nth: int) -> None:
    folder = tmp_path / "adapter"
    _fill(folder, "old")
    _killed(folder, nth)
    _fill(folder, "newer")
    assert _content(folder) == "newer"
    assert os.listdir(tmp_path) == ["adapter"]


def test_a_kill_while_the_first_is_put_in_place_leaves_none(tmp_path: Path) -> None:
    _killed(tmp_path / "adapter", 1)
    mend(tmp_path / "adapter")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_filled_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "adapter"
    _fill(folder, "old")

    def half() -> None:
        with rebuilt(folder) as building:
            (building / "a").write_text("half", encoding="utf-8")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        half()
    assert _content(folder) == "old"
    assert os.listdir(tmp_path) == ["adapter"]


def test_a_folder_that_cannot_be_put_in_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "adapter"
    _fill(folder, "old")
    replace, calls = os.replace, []

    def refuse_the_second(source: Path, destination: Path) -> None:
        calls.append(destination)
        if len(calls) == 2:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        replace(source, destination)

    monkeypatch.setattr(os, "replace", refuse_the_second)
    with pytest.raises(OSError, match="quota"):
        _fill(folder, "new")
    assert _content(folder) == "old"
    assert os.listdir(tmp_path) == ["adapter"]


def test_a_file_outlives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "key-00000001.safetensors"
    write_durably(path, b"old")
    _killed(path, 1)
    assert path.read_bytes() == b"old"
    left = [name for name in os.listdir(tmp_path) if name != path.name]
    assert len(left) == 1
    assert left[0].startswith(".key-00000001.")


def test_a_file_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    replace, sync = os.replace, os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (done.append("fsync"), sync(handle))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append("replace"), replace(a, b))[1])
    write_durably(tmp_path / "a.bin", b"new")
    assert done == ["fsync", "replace", "fsync"]
    done.clear()
    _fill(tmp_path / "adapter", "new")
    assert done == ["fsync", "fsync", "replace", "fsync"], "the file, its folder, and the folder above"


def test_what_safetensors_says_of_the_disk_is_an_error_of_the_disk(tmp_path: Path) -> None:
    import torch

    path = tmp_path / "nowhere" / "a.safetensors"
    with pytest.raises(FileNotFoundError) as caught, os_errors(path):
        save_file({"a": torch.zeros(3)}, path)
    assert caught.value.filename == str(path)
