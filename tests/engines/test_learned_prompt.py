"""A learned prompt that was put into a model answers as peft has it, whatever asks the model."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel, PromptTuningConfig, get_peft_model
from tinymodel import SHAPE, save_model
from transformers import AutoModelForCausalLM, LlamaConfig

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.merge import merged_folder
from kit.engines.hf.prompt import encode
from kit.engines.hf.tokenizer import load_tokenizer
from kit.report import Report

COUNT = 6
ASKED: Any = [{"role": "user", "content": "The price goes"}]


def _plain(folder: Path) -> Any:
    return AutoModelForCausalLM.from_pretrained(str(folder), dtype=torch.float32)


@pytest.fixture(params=["tied", "untied", "spare rows"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A model whose layers have as many rows as its tokenizer has tokens, or more."""
    rows = {"vocab_size": 512} if request.param == "spare rows" else {"vocab_size": len(_tokenizer(tmp_path))}
    config = LlamaConfig(**{**SHAPE, **rows}, tie_word_embeddings=request.param == "tied")
    return save_model(tmp_path / "base", config)


def _tokenizer(place: Path) -> Any:
    return load_tokenizer(save_model(place / "any", LlamaConfig(**SHAPE)))


@pytest.fixture
def adapter(base: Path, tmp_path: Path) -> Path:
    """A prompt by plain peft, with vectors far from those of any token."""
    torch.manual_seed(3)
    config = PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=COUNT, base_model_name_or_path=str(base))
    get_peft_model(_plain(base), config).save_pretrained(tmp_path / "adapter")
    return tmp_path / "adapter"


@torch.inference_mode()
def _logprobs(model: Any, ids: list[int]) -> torch.Tensor:
    found: torch.Tensor = model.eval()(torch.tensor([ids])).logits[0, -1].log_softmax(-1)
    return found


def test_it_answers_as_peft_does(base: Path, adapter: Path, tmp_path: Path) -> None:
    tokenizer, whole = load_tokenizer(base), _plain(base)
    size = whole.get_input_embeddings().num_embeddings
    asked = encode(tokenizer, ASKED)
    expected = _logprobs(PeftModel.from_pretrained(whole, str(adapter)), asked)
    folder = merged_folder(base, adapter, Report(tmp_path))
    ids = encode(load_tokenizer(folder), ASKED)
    assert ids[COUNT:] == asked
    assert ids[:COUNT] == [*range(len(tokenizer), len(tokenizer) + COUNT)]
    lost = expected - _logprobs(_plain(folder), ids)[:size]
    assert float(lost.max() - lost.min()) < 1e-4, "not the same off all tokens"
    limit = 0.0 if size > len(tokenizer) else math.log(1 + COUNT / size)
    assert -1e-4 < float(lost.mean()) < limit + 1e-4
    assert (expected - _logprobs(_plain(base), asked)).abs().max() > 0.5, "the prompt says nothing: a weak test"


def test_plain_texts_begin_with_it_too(base: Path, adapter: Path, tmp_path: Path) -> None:
    folder = merged_folder(base, adapter, Report(tmp_path))
    tokenizer = load_tokenizer(folder)
    ids = encode(tokenizer, "The price goes")
    assert ids[COUNT:] == encode(load_tokenizer(base), "The price goes")
    assert tokenizer.decode(ids, skip_special_tokens=True) == "The price goes"


def test_the_engine_opens_it(base: Path, adapter: Path, tmp_path: Path) -> None:
    folder = merged_folder(base, adapter, Report(tmp_path))
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["tie_word_embeddings"] is False
    model = load_model(folder, dtype=torch.float32, device=torch.device("cpu"))
    engine = TransformersEngine(model, load_tokenizer(folder))
    ((score,),) = engine.score([ASKED], [["up"]])
    asked = encode(load_tokenizer(base), ASKED)
    (up,) = load_tokenizer(base)("up", add_special_tokens=False)["input_ids"]
    theirs = _logprobs(PeftModel.from_pretrained(_plain(base), str(adapter)), asked)[up]
    assert score.logprob == pytest.approx(float(theirs), abs=math.log(1 + COUNT / 300) + 1e-4)
