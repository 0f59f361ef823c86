"""Files travel whole, those that are wanted, and never out of their folder."""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from kit.runners import parcel as module
from kit.runners.parcel import pack, unpack


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "there"
    _write(made / "artifacts" / "adapter" / "weights", "1234")
    _write(made / "checkpoint" / "abc-1.json", "a")
    _write(made / "checkpoint" / "abc-parts" / "x", "b")
    _write(made / "checkpoint" / "other-1.json", "c")
    return made


def test_everything_arrives(folder: Path, tmp_path: Path) -> None:
    packed = pack(folder)
    assert packed is not None
    _write(tmp_path / "here" / "checkpoint" / "abc-1.json", "older")
    unpack(packed, tmp_path / "here")
    assert _files(tmp_path / "here") == _files(folder)


def test_only_what_is_wanted_travels(folder: Path, tmp_path: Path) -> None:
    packed = pack(folder, below="checkpoint", beginning="abc")
    assert packed is not None
    unpack(packed, tmp_path / "here")
    assert _files(tmp_path / "here") == {"checkpoint/abc-1.json": "a", "checkpoint/abc-parts/x": "b"}


def test_nothing_is_a_parcel_too(tmp_path: Path) -> None:
    packed = pack(tmp_path / "nowhere")
    assert packed is not None
    unpack(packed, tmp_path / "here")
    unpack(b"", tmp_path / "here")
    assert _files(tmp_path) == {}


def test_links_stay_behind(folder: Path, tmp_path: Path) -> None:
    _write(tmp_path / "secret", "s")
    os.symlink(tmp_path / "secret", folder / "artifacts" / "link")
    packed = pack(folder)
    assert packed is not None
    unpack(packed, tmp_path / "here")
    assert "artifacts/link" not in _files(tmp_path / "here")


def test_what_is_too_large_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 6)
    assert pack(folder) is None
    assert pack(folder, below="checkpoint") is not None


@pytest.mark.parametrize("name", ["../out", "/tmp/tunebook-out"])
def test_nothing_lands_outside(tmp_path: Path, name: str) -> None:
    parcel = io.BytesIO()
    with tarfile.open(fileobj=parcel, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    here = tmp_path / "here"
    try:
        unpack(parcel.getvalue(), here)
    except tarfile.TarError:
        assert name == "../out"
    assert not (tmp_path / "out").exists()
    assert not Path("/tmp/tunebook-out").exists()
