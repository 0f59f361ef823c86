"""Several adapters become one that plain peft loads, by a call and as a run."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from tinyadapters import logits, plain
from tinymodel import SHAPE, save_model
from transformers import LlamaConfig

from kit.errors import ParameterError, UnsupportedError
from kit.models import locate
from kit.report import ListReport
from kit.result import Result
from kit.spec import load_spec
from kit.tuning import MergeSpec
from kit.tuning.merging.merge import merge

Deltas = dict[str, torch.Tensor]
Make = Callable[..., str]


@pytest.fixture
def make(tiny_model: Path, tmp_path: Path) -> Make:
    """Make an adapter by plain peft, as if trained."""

    def adapter(name: str, *, seed: int, base: Path = tiny_model, **fields: Any) -> str:
        torch.manual_seed(seed)
        usual = {"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "down_proj"], "task_type": "CAUSAL_LM"}
        model: Any = get_peft_model(plain(base), LoraConfig(**{**usual, **fields}))
        for each, weight in model.named_parameters():
            if "lora_B" in each:
                torch.nn.init.normal_(weight, std=0.2)
        folder = tmp_path / name
        model.save_pretrained(folder)
        note = {"base": str(base), "labels": ["down", "up"], "instruction": f"As {name} does."}
        (folder / "tunebook.json").write_text(json.dumps(note), encoding="utf-8")
        return str(folder)

    return adapter


def _merged(place: Path, **fields: Any) -> Result:
    return merge(MergeSpec(**fields), ListReport(place))


def _deltas(folder: str | Path, base: Path) -> Deltas:
    before = plain(base).state_dict()
    after = PeftModel.from_pretrained(plain(base), str(folder)).merge_and_unload().state_dict()
    return {name: after[name] - weight for name, weight in before.items()}


@pytest.mark.parametrize("fields", [{"combination": "cat"}, {"combination": "svd", "rank": 12}], ids=str)
def test_what_they_add_is_added(make: Make, tiny_model: Path, tmp_path: Path, fields: dict[str, Any]) -> None:
    """Also of different ranks and scalings; the sum has rank 12, so svd loses nothing."""
    one, two = make("one", seed=1), make("two", seed=2, r=8, lora_alpha=4, use_rslora=True)
    result = _merged(tmp_path / "run", adapters=(one, two), weights=(0.5, 2.0), **fields)
    assert result.facts["rank"] == 12
    found = _deltas(tmp_path / "run" / result.artifacts["adapter"], tiny_model)
    ours = zip(_deltas(one, tiny_model).items(), _deltas(two, tiny_model).values(), strict=True)
    for (name, first), second in ours:
        torch.testing.assert_close(found[name], 0.5 * first + 2.0 * second, rtol=1e-3, atol=1e-4)


def test_linear_combines_the_matrices(make: Make, tiny_model: Path, tmp_path: Path) -> None:
    """By hand: each A and B counts the root of weight times scaling (here 0.5 · 8 / 4 and 0.5 · 16 / 4)."""
    one, two = make("one", seed=1), make("two", seed=2, lora_alpha=16)
    result = _merged(tmp_path / "run", adapters=(one, two), combination="linear")
    assert (result.facts["weights"], result.facts["rank"]) == ([0.5, 0.5], 4)
    found = _deltas(tmp_path / "run" / "artifacts" / "adapter", tiny_model)
    first, second = (load_file(Path(each) / "adapter_model.safetensors") for each in (one, two))
    mixed = {name: math.sqrt(1.0) * a + math.sqrt(2.0) * second[name] for name, a in first.items()}
    layer = "model.layers.1.self_attn.q_proj"
    a, b = (mixed[f"base_model.model.{layer}.lora_{side}.weight"] for side in "AB")
    torch.testing.assert_close(found[f"{layer}.weight"], b @ a, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("combination", ["ties", "dare_linear"])
def test_of_two_equal_ones_all_numbers_kept_is_the_same_one(
    make: Make, tiny_model: Path, tmp_path: Path, combination: str
) -> None:
    one = make("one", seed=1)
    _merged(tmp_path / "all", adapters=(one, one), combination=combination, density=1.0, weights=(0.25, 0.25))
    found, usual = _deltas(tmp_path / "all" / "artifacts" / "adapter", tiny_model), _deltas(one, tiny_model)
    factor = 1.0 if combination == "dare_linear" else 0.25  # (2 · sqrt 0.25)², and a mean of equal ones
    for name, delta in usual.items():
        torch.testing.assert_close(found[name], factor * delta, rtol=1e-3, atol=1e-4)


def test_dare_follows_the_seed(make: Make, tmp_path: Path) -> None:
    one, two = make("one", seed=1), make("two", seed=2)
    drawn = []
    for i, seed in enumerate((3, 3, 4)):
        _merged(tmp_path / str(i), adapters=(one, two), combination="dare_linear", seed=seed)
        drawn.append(load_file(tmp_path / str(i) / "artifacts" / "adapter" / "adapter_model.safetensors"))
    assert all(torch.equal(drawn[0][name], drawn[1][name]) for name in drawn[0])
    assert not all(torch.equal(drawn[0][name], drawn[2][name]) for name in drawn[0])


def test_what_lies_in_the_folder(make: Make, tiny_model: Path, tmp_path: Path) -> None:
    _merged(tmp_path / "run", adapters=(make("one", seed=1), make("two", seed=2)))
    folder = tmp_path / "run" / "artifacts" / "adapter"
    assert {p.name for p in folder.iterdir()} == {"adapter_config.json", "adapter_model.safetensors", "tunebook.json"}
    note = json.loads((folder / "tunebook.json").read_text(encoding="utf-8"))
    assert note == {"base": str(tiny_model), "labels": ["down", "up"]}, "the instructions differ: none is kept"
    assert (locate(str(folder)).path, locate(str(folder)).adapter) == (tiny_model, folder)
    assert torch.isfinite(logits(PeftModel.from_pretrained(plain(tiny_model), str(folder)))).all()


def test_others_are_refused(make: Make, tiny_model: Path, tmp_path: Path) -> None:
    one = make("one", seed=1)
    base = save_model(tmp_path / "other", LlamaConfig(**SHAPE), seed=5)
    with pytest.raises(ParameterError, match="as the first"):
        _merged(tmp_path / "run", adapters=(one, make("elsewhere", seed=2, base=base)))
    with pytest.raises(ParameterError, match=r'"cat" or "svd" where ranks differ \(4, 8\)'):
        _merged(tmp_path / "run", adapters=(one, make("large", seed=2, r=8)), combination="ties")
    with pytest.raises(UnsupportedError, match="not plain LoRA"):
        _merged(tmp_path / "run", adapters=(one, make("dora", seed=2, use_dora=True)))
    with pytest.raises(ParameterError, match="a whole model"):
        _merged(tmp_path / "run", adapters=(one, str(tiny_model)))
    assert not (tmp_path / "run").exists()


def test_what_a_spec_refuses() -> None:
    for fields in (
        {"adapters": ("a",)},
        {"adapters": ("a", "b"), "weights": (1.0,)},
        {"adapters": ("a", "b"), "rank": 4},
    ):
        with pytest.raises(ParameterError):
            MergeSpec(**fields)
    spec = MergeSpec(adapters=("a", "b"), weights=(1, 2), combination="svd", rank=4)
    assert load_spec(spec.to_dict()) == spec
