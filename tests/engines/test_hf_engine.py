"""The Transformers engine: what it answers, and how large it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from tinymodel import SHAPE, save_model
from transformers import AutoModelForCausalLM, LlamaConfig

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.protocol import Prompt
from kit.errors import ModelNotFoundError, UnsupportedError
from kit.models import locate
from kit.quantization.bnb import load as load_bnb
from kit.quantization.registry import get_method

# Numbers of the tiny model: linear layers of its two blocks, and everything else (embedding, output layer, norms).
LINEAR = 2 * (2 * 64 * 64 + 2 * 32 * 64 + 3 * 128 * 64)
LINEAR_ROWS = 2 * (2 * 64 + 2 * 32 + 2 * 128 + 64)
REST = 2 * 400 * 64 + 5 * 64
ROTARY = 2 * 8 * 4  # bytes of two buffers


@pytest.fixture
def engine(tiny_model: Path) -> TransformersEngine:
    return TransformersEngine(load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model))


def _plain(engine: TransformersEngine, prompt: list[int], answer: list[int]) -> float:
    with torch.inference_mode():
        table = engine.model(input_ids=torch.tensor([prompt + answer])).logits[0].double().log_softmax(-1)
    return sum(float(table[len(prompt) + i - 1, token]) for i, token in enumerate(answer))


def _asked(text: str) -> Prompt:
    return [{"role": "user", "content": text}]


def _ids(engine: TransformersEngine, text: str) -> list[int]:
    return list(engine.tokenizer(text, add_special_tokens=False)["input_ids"])


def _asked_ids(engine: TransformersEngine, text: str) -> list[int]:
    return _ids(engine, f"<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n")


def test_labels_that_begin_each_other_are_scored_with_their_end(engine: TransformersEngine) -> None:
    texts = ["Up we go", "Down", "The bond"]
    found = engine.score([_asked(text) for text in texts], [("up", "up, down")] * 3)
    for text, row in zip(texts, found, strict=True):
        for label, score in zip(("up", "up, down"), row, strict=True):
            ids = [*_ids(engine, label), 2]
            assert score.tokens == len(ids)
            assert score.logprob == pytest.approx(_plain(engine, _asked_ids(engine, text), ids), rel=1e-4)


def test_each_prompt_may_have_its_own_continuations(engine: TransformersEngine) -> None:
    prompts = ["The price", "The share of the bond", "Der"]
    choices = [[" goes up", " falls"], [" up"], [" Kurs", " x", "😀"]]
    found = engine.score(prompts, choices)
    assert [len(row) for row in found] == [2, 1, 3]
    for prompt, texts, row in zip(prompts, choices, found, strict=True):
        for text, score in zip(texts, row, strict=True):
            wanted = _plain(engine, _ids(engine, prompt), _ids(engine, text))
            assert score.logprob == pytest.approx(wanted, rel=1e-4)
            assert score.tokens == len(_ids(engine, text))


def test_an_empty_prompt_begins_at_the_beginning_of_text(engine: TransformersEngine) -> None:
    ((score,),) = engine.score([""], [["The price"]])
    assert score.logprob == pytest.approx(_plain(engine, [0], _ids(engine, "The price")), rel=1e-4)


def test_nothing_to_score(engine: TransformersEngine) -> None:
    assert engine.score([], []) == []


def test_a_prompt_longer_than_the_context_is_cut(engine: TransformersEngine) -> None:
    long = "up down " * 2000
    assert engine.count_tokens(long) == SHAPE["max_position_embeddings"]
    ((up, down),) = engine.score([_asked(long)], [["up", "down"]])
    assert up.logprob < 0 > down.logprob
    assert len(list(engine.generate(long, max_new_tokens=5, ignore_end=True))) == 5


def test_count_tokens(engine: TransformersEngine) -> None:
    assert engine.count_tokens(_asked("The price")) == len(_asked_ids(engine, "The price"))
    assert engine.count_tokens("The price") == len(_ids(engine, "The price"))
    assert engine.count_tokens("") == 1


def test_footprint_counts_every_weight(engine: TransformersEngine) -> None:
    assert engine.footprint() == 4 * (LINEAR + REST) + ROTARY


def test_footprint_counts_shared_weights_once(tmp_path: Path) -> None:
    folder = save_model(tmp_path / "tied", LlamaConfig(**SHAPE, tie_word_embeddings=True))
    tied = TransformersEngine(load_model(folder, dtype=torch.float32), load_tokenizer(folder))
    assert tied.footprint() == 4 * (LINEAR + REST - 400 * 64) + ROTARY
    assert tied.file_size() == (folder / "model.safetensors").stat().st_size


@pytest.mark.parametrize(
    ("method", "linear"),
    [
        ("bnb-int8", LINEAR + 4 * LINEAR_ROWS),  # one scale for each row
        ("bnb-nf4", LINEAR // 2 + 4 * LINEAR // 64 + 14 * 16 * 4),  # one for each block of 64, and the 16 values
    ],
)
def test_footprint_counts_the_constants_of_quantization(tiny_model: Path, method: str, linear: int) -> None:
    engine = load_bnb(tiny_model, get_method(method), 8)
    # Packed for a processor with bf16 instructions, scales of blocks have 16 bits.
    packed = any(_packed(weight) for weight in engine.model.parameters())
    assert engine.footprint() == linear - packed * 2 * LINEAR // 64 + 2 * REST + ROTARY


def _packed(weight: Any) -> bool:
    return bool(getattr(getattr(weight, "quant_state", None), "packing_format_for_cpu", False))


def test_footprint_of_8_bits_stays_when_the_model_is_used(tiny_model: Path) -> None:
    """bitsandbytes moves the scales from the weights to the layers in the first pass."""
    engine = load_bnb(tiny_model, get_method("bnb-int8"), 8)
    before = engine.footprint()
    engine.score(["The price"], [[" goes"]])
    assert engine.footprint() == before


def test_file_size_is_that_of_the_saved_weights(engine: TransformersEngine, tiny_model: Path, tmp_path: Path) -> None:
    assert engine.file_size() == (tiny_model / "model.safetensors").stat().st_size
    nf4 = load_bnb(tiny_model, get_method("bnb-nf4"), 8)
    size = nf4.file_size()
    nf4.model.save_pretrained(tmp_path / "kept")
    assert size == (tmp_path / "kept" / "model.safetensors").stat().st_size
    assert size < engine.file_size() / 2


@pytest.mark.parametrize("method", ["bnb-int8", "bnb-nf4", "bnb-fp4"])
def test_a_model_that_was_weighed_answers_as_before(tiny_model: Path, method: str) -> None:
    """Where bitsandbytes has packed 4-bit weights for the processor, saving them unpacks half of it."""
    engine = load_bnb(tiny_model, get_method(method), 8)
    before = engine.score(["The price"], [[" goes", " falls"]])
    size = engine.file_size()
    assert engine.score(["The price"], [[" goes", " falls"]]) == before
    assert engine.file_size() == size


def test_close_lets_go_of_the_weights(engine: TransformersEngine) -> None:
    engine.close()
    assert engine.model is None


def test_damaged_weights_are_a_clear_error(tiny_model: Path, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(str(tiny_model))
    model.save_pretrained(tmp_path / "m")
    (tmp_path / "m" / "config.json").write_text('{"model_type": "no such architecture"}')
    with pytest.raises(ModelNotFoundError, match="cannot be opened"):
        load_model(tmp_path / "m", dtype=torch.float32)


def test_pickles_are_refused(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pickled"
    folder.mkdir()
    (folder / "config.json").write_bytes((tiny_model / "config.json").read_bytes())
    torch.save(load_model(tiny_model, dtype=torch.float32).state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(UnsupportedError, match="pickles"):
        locate(str(folder))
    with pytest.raises(ModelNotFoundError):
        load_model(folder, dtype=torch.float32)
