"""A file is hashed once, however often it is asked for, and again when it has changed."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from kit.errors import Stopped
from kit.models import hashes
from kit.models.hashes import file_hash, known_hash, remember_hash
from kit.report import ListReport


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(os.urandom(100_000))
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _hashes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_computed", lambda *_: pytest.fail("it was hashed again"))


def test_it_is_computed_once(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert known_hash(file) is None
    assert file_hash(file) == _sha256(file)
    _hashes_nothing(monkeypatch)
    assert file_hash(file) == known_hash(file) == _sha256(file)


def test_what_somebody_else_computed_is_taken(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember_hash(file, "12ab")
    _hashes_nothing(monkeypatch)
    assert file_hash(file) == "12ab"


def test_a_changed_file_is_hashed_again(file: Path) -> None:
    before = file_hash(file)
    file.write_bytes(os.urandom(100_001))
    assert known_hash(file) is None
    assert file_hash(file) == _sha256(file) != before
    stat = file.stat()
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert known_hash(file) is None


def test_a_damaged_memory_is_made_anew(file: Path) -> None:
    file_hash(file)
    for memory in (Path(os.environ["TUNEBOOK_CACHE"]) / "hashes").iterdir():
        memory.write_text("{")
    assert known_hash(file) is None
    assert file_hash(file) == _sha256(file)
    assert known_hash(file) == _sha256(file)


def test_without_room_it_is_computed_each_time(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flat").write_text("no folder can be made here")
    monkeypatch.setenv("TUNEBOOK_CACHE", str(tmp_path / "flat"))
    assert file_hash(file) == file_hash(file) == _sha256(file)
    assert known_hash(file) is None


def test_the_hub_s_cache_names_large_files_by_their_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs, snapshot = tmp_path / "models--a--b" / "blobs", tmp_path / "models--a--b" / "snapshots" / "0123"
    blobs.mkdir(parents=True)
    snapshot.mkdir(parents=True)
    large, small = blobs / ("ab" * 32), blobs / ("cd" * 20)  # SHA-256 in the large file storage, git's SHA-1 outside it
    for blob, name in ((large, "model.safetensors"), (small, "config.json")):
        blob.write_text("{}")
        (snapshot / name).symlink_to(blob)
    assert known_hash(snapshot / "model.safetensors") == "ab" * 32
    assert known_hash(snapshot / "config.json") is None
    assert file_hash(snapshot / "config.json") == hashlib.sha256(b"{}").hexdigest()


def test_a_large_file_shows_its_progress(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashes, "_SHOWN_FROM", 1)
    report = ListReport(tmp_path)
    file_hash(file, report)
    assert [(e["phase"], e["done"], e["total"]) for e in report.events] == [
        ("hashing model.safetensors", 0, 0.1),
        ("hashing model.safetensors", 0.1, 0.1),
    ]


def test_a_stop_is_heeded_and_nothing_half_done_is_remembered(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "_SHOWN_FROM", 1)
    monkeypatch.setattr(hashes, "_CHUNK", 1000)
    report = _StopsAfterTheFirst(tmp_path)
    with pytest.raises(Stopped):
        file_hash(file, report)
    assert known_hash(file) is None


class _StopsAfterTheFirst(ListReport):
    def stop_asked(self) -> bool:
        return bool(self.events)
