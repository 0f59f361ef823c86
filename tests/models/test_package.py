"""Models inside packages are found as files; nothing is imported."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.models import locate
from kit.models.package import find, model_files

Make = Callable[..., Path]


def install(site: Path, package: str, files: list[str]) -> None:
    info = site / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "RECORD").write_text("".join(f"{name},,\n" for name in files))


def test_an_installed_gguf_file(tmp_path: Path, make_gguf: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    path = make_gguf(site / "tiny_model" / "tiny.gguf")
    (site / "tiny_model" / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    install(site, "tiny_model", ["tiny_model/__init__.py", "tiny_model/tiny.gguf"])
    monkeypatch.syspath_prepend(str(site))
    location = locate("package:Tiny.Model")
    assert (location.path, location.origin) == (path, "package")
    assert "tiny_model" not in sys.modules


def test_an_installed_folder(tmp_path: Path, make_model: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_model(tmp_path / "site" / "tiny_model" / "data")
    names = [f"tiny_model/data/{path.name}" for path in folder.iterdir()]
    install(tmp_path / "site", "tiny_model", names)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    assert locate("package:tiny-model").path == folder


def test_an_installed_package_without_a_model() -> None:
    assert find("pytest") is None


def test_the_largest_gguf_file_is_taken() -> None:
    assert model_files({"p/a.Q4.gguf": 4, "p/a.Q8.gguf": 8, "p/config.json": 1}) == ("p/a.Q8.gguf",)


def test_a_folder_is_taken_whole_and_without_what_does_not_belong() -> None:
    sizes = dict.fromkeys(["p/__init__.py", "p/m/config.json", "p/m/model.safetensors", "p/m/run.py", "p/x.json"], 1)
    assert model_files(sizes) == ("p/m/config.json", "p/m/model.safetensors")


def test_a_folder_without_safetensors_is_no_model() -> None:
    assert model_files({"p/config.json": 1, "p/pytorch_model.bin": 1}) == ()
