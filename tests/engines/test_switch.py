"""One loaded model answers with several adapters in turn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import IA3Config, LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.switch import SwitchableEngine, switchable
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import ParameterError, UnknownNameError, UnsupportedError

CPU, FP32 = torch.device("cpu"), torch.float32
PROMPTS = ["The price goes", "Der Kurs"]
ANSWERS = [[" up", " down to the bond"], [" steigt", " fällt"]]


def _plain(folder: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(str(folder), dtype=FP32).eval()


@pytest.fixture
def adapters(tiny_model: Path, tmp_path: Path) -> dict[str, Path]:
    """Two adapters of different ranks and layers, one with a dot in its name."""
    shapes = {"one": (2, ["q_proj"]), "version 1.5": (4, ["v_proj", "down_proj"])}
    for seed, (name, (rank, modules)) in enumerate(shapes.items()):
        torch.manual_seed(seed)
        config = LoraConfig(r=rank, lora_alpha=16, target_modules=modules, task_type="CAUSAL_LM")
        model: Any = get_peft_model(_plain(tiny_model), config)
        for each, weight in model.named_parameters():
            if "lora_B" in each:
                torch.nn.init.normal_(weight, std=0.2)
        model.save_pretrained(tmp_path / name)
    return {name: tmp_path / name for name in shapes}


def _scores(engine: TransformersEngine) -> list[float]:
    return [score.logprob for row in engine.score(PROMPTS, ANSWERS) for score in row]


def test_it_answers_as_each_would_alone(tiny_model: Path, adapters: dict[str, Path]) -> None:
    engine = switchable(tiny_model, adapters, dtype=FP32, device=CPU)
    assert (list(engine.adapters), engine.used) == (list(adapters), None)
    tokenizer = load_tokenizer(tiny_model)
    alone = {None: _scores(TransformersEngine(_plain(tiny_model), tokenizer))}
    for name, folder in adapters.items():
        alone[name] = _scores(TransformersEngine(PeftModel.from_pretrained(_plain(tiny_model), str(folder)), tokenizer))
    assert len({tuple(round(value, 3) for value in scores) for scores in alone.values()}) == 3
    for name in (None, "one", "version 1.5", None, "version 1.5", "one", "one"):
        engine.use(name)
        assert engine.used == name
        assert _scores(engine) == pytest.approx(alone[name], abs=1e-4), name


def test_the_base_is_in_memory_once(tiny_model: Path, adapters: dict[str, Path]) -> None:
    alone = TransformersEngine(_plain(tiny_model), load_tokenizer(tiny_model)).footprint()
    engine = switchable(tiny_model, adapters, dtype=FP32, device=CPU)
    sizes = [(folder / "adapter_model.safetensors").stat().st_size for folder in adapters.values()]
    assert engine.footprint() <= alone + sum(sizes)


def test_it_writes_with_the_adapter_that_is_used(tiny_model: Path, adapters: dict[str, Path]) -> None:
    engine = switchable(tiny_model, adapters, dtype=FP32, device=CPU)
    written = {}
    for name in (None, *adapters):
        engine.use(name)
        written[name] = [token.text for token in engine.generate("The price", max_new_tokens=6, ignore_end=True)]
    assert len({"".join(texts) for texts in written.values()}) == 3


def test_what_it_cannot_switch_is_refused(tiny_model: Path, adapters: dict[str, Path], tmp_path: Path) -> None:
    engine: SwitchableEngine = switchable(tiny_model, adapters, dtype=FP32, device=CPU)
    with pytest.raises(UnknownNameError) as caught:
        engine.use("version 1.4")
    assert caught.value.near == "version 1.5"
    with pytest.raises(ParameterError, match="at least one"):
        switchable(tiny_model, {}, dtype=FP32, device=CPU)
    config = IA3Config(target_modules=["k_proj"], feedforward_modules=[], task_type="CAUSAL_LM")
    get_peft_model(_plain(tiny_model), config).save_pretrained(tmp_path / "ia3")
    with pytest.raises(UnsupportedError, match="IA3"):
        switchable(tiny_model, {"scaled": tmp_path / "ia3"}, dtype=FP32, device=CPU)
