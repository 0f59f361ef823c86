"""A type for each layer within a size: measured, decided, written, told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from tinymodel import SHAPE, save_model
from transformers import LlamaConfig

from kit.data import DataSpec
from kit.engines import Variant
from kit.engines.hf.load import load_model
from kit.engines.llamacpp.blocks import TYPES, rounded, unrounded
from kit.errors import ParameterError, Stopped
from kit.models.estimates.weights import bits_of
from kit.quantization import get_method
from kit.quantization.calibration import Calibration
from kit.quantization.gguf import mixed
from kit.quantization.gguf.make import FACTS, FILE
from kit.quantization.gguf.sensitivity import Group, Scan, pieces_of
from kit.quantization.load import load
from kit.report import ListReport, Report

ROWS = [[5 + (7 * place + 31 * row) % 380 for place in range(60)] for row in range(6)]
LAYERS = 4


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of four layers whose third has weights that suffer."""
    shape = {**SHAPE, "hidden_size": 128, "intermediate_size": 512, "num_hidden_layers": LAYERS}
    folder: Path = save_model(
        tmp_path_factory.mktemp("mixed") / "llama", LlamaConfig(**shape, tie_word_embeddings=True)
    )
    model = load_model(folder, dtype=torch.float32)
    with torch.no_grad():
        down = model.model.layers[2].mlp.down_proj.weight
        down[:, ::32] *= 40  # one large weight in each block takes the steps from the others
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for all tests here, so that the model is measured once."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(autouse=True)
def shared_cache(own_folders: None, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNEBOOK_CACHE", str(kept))


def by_rounding(_name: str, values: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(unrounded(rounded(values.numpy(), "q4_0"), "q4_0"))


def test_divergence_is_that_of_the_whole_model(model_folder: Path) -> None:
    model, tokens = load_model(model_folder, dtype=torch.float32), pieces_of(ROWS)
    group = Group("blk.2.ffn_down", 2, ("model.layers.2.mlp.down_proj.weight",))
    measured = Scan(model, tokens)
    found = measured.divergence(group, by_rounding)
    places = torch.arange(3, tokens.shape[1], 4)
    with torch.inference_mode():
        expected = model(tokens).logits[:, places].log_softmax(-1)
        weight = model.model.layers[2].mlp.down_proj.weight
        weight.data = by_rounding("", weight.data)
        changed = model(tokens).logits[:, places].log_softmax(-1)
    wanted = (
        torch.nn.functional.kl_div(changed, expected, log_target=True, reduction="sum") / places.numel() / len(tokens)
    )
    assert found == pytest.approx(float(wanted), rel=1e-3)
    assert found > 0


def test_the_model_is_as_it_was(model_folder: Path) -> None:
    model, tokens = load_model(model_folder, dtype=torch.float32), pieces_of(ROWS)
    with torch.inference_mode():
        before = model(tokens).logits
        Scan(model, tokens).divergence(Group("x", 3, ("model.layers.3.self_attn.v_proj.weight",)), by_rounding)
        assert torch.equal(model(tokens).logits, before)


def test_pieces_are_spread_over_all_rows() -> None:
    assert pieces_of([[1, 2, 3], [4]]).tolist() == [[1, 2, 3, 4]]
    many = pieces_of([list(range(100)) for _ in range(100)])
    assert many.shape == (4, 128)
    assert many[0, :3].tolist() == [0, 1, 2]


def variant(folder: Path, rows_file: Path, size: int) -> Variant:
    method = f"gguf-mixed-{size}mib"
    return Variant(model=str(folder), method=method, calibration=DataSpec(source=str(rows_file)))


def made(folder: Path, into: Path, rows_file: Path, size: int, report: Report | None = None) -> dict[str, Any]:
    into.mkdir()
    method = get_method(f"gguf-mixed-{size}mib")
    mixed.make(folder, method, into, report or Report(into), Calibration(DataSpec(source=str(rows_file))))
    told: dict[str, Any] = json.loads((into / FACTS).read_text())
    return told


def test_the_size_is_kept_and_the_layer_that_suffers_has_more_bits(
    model_folder: Path, tmp_path: Path, rows_file: Path
) -> None:
    told = made(model_folder, tmp_path / "made", rows_file, 1)
    assert 0.9 * 2**20 < (tmp_path / "made" / FILE).stat().st_size <= 2**20
    layers = {each["layer"]: each for each in told["layers"]}
    assert len(layers) == 4 * LAYERS + 1
    down = {layer: layers[f"blk.{layer}.ffn_down"] for layer in range(LAYERS)}
    assert down[2]["kl"] > down[3]["kl"]
    bits = [TYPES[each["type"]][2] for each in sorted(down.values(), key=lambda each: each["kl"])]
    assert bits[-1] > bits[0]


def test_another_size_is_decided_without_measuring_again(
    model_folder: Path, tmp_path: Path, rows_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(model_folder, tmp_path / "one", rows_file, 1)
    monkeypatch.setattr(mixed, "scan", None)
    monkeypatch.setattr(mixed, "load_model", None)
    second = made(model_folder, tmp_path / "two", rows_file, 2)
    assert [each["kl"] for each in first["layers"]] == [each["kl"] for each in second["layers"]]
    assert {each["type"] for each in second["layers"]} == {"q8_0"}


def test_a_size_below_the_smallest_tells_the_smallest(
    model_folder: Path, tmp_path: Path, rows_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mixed, "_MIB", 2**18)
    with pytest.raises(ParameterError, match=r"gguf-mixed-\dmib or larger") as caught:
        made(model_folder, tmp_path / "small", rows_file, 1)
    assert "gguf-mixed-1mib" in str(caught.value)
    smallest = int(caught.value.allowed.split("mixed-")[1].split("mib")[0])
    made(model_folder, tmp_path / "enough", rows_file, smallest)
    assert (tmp_path / "enough" / FILE).stat().st_size <= smallest * 2**18


def test_it_is_opened_by_its_name(model_folder: Path, tmp_path: Path, rows_file: Path) -> None:
    engine = load(variant(model_folder, rows_file, 2), ListReport(tmp_path))
    assert engine.footprint() < 2 * 2**20
    assert len(list(engine.generate("The price", max_new_tokens=3, ignore_end=True))) == 3
    engine.close()


def test_it_stops_when_asked(
    model_folder: Path, tmp_path: Path, rows_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUNEBOOK_CACHE", str(tmp_path / "empty"))
    report = ListReport(tmp_path)
    report.stop = True
    with pytest.raises(Stopped):
        made(model_folder, tmp_path / "made", rows_file, 2, report)


@pytest.mark.parametrize(
    "name", ["gguf-mixed-90", "gguf-mixed-0mib", "gguf-mixed-mib", "gguf-mixed-1.5mib", "gguf-mixed-"]
)
def test_a_name_without_a_size_is_refused(name: str) -> None:
    with pytest.raises(ParameterError, match="gguf-mixed-<N>mib") as caught:
        get_method(name)
    assert "gguf-mixed-90mib" in caught.value.allowed


def test_the_name_tells_the_engine_and_estimates_know_it() -> None:
    assert Variant(model="m", method="gguf-mixed-90mib").engine == "llama.cpp"
    assert get_method("gguf-mixed-90mib").calibrated
    assert 4 <= bits_of("gguf-mixed-90mib") < 5
