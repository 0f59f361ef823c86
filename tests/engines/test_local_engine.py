"""An engine around a decoder says what the Transformers engine says of the same model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers.cache_utils import DynamicCache

from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.engines.local.engine import LocalEngine
from kit.engines.local.probability import drawn, log_softmax


class TorchDecoder:
    """A decoder around the same model, which writes down what it reads."""

    def __init__(self, model: Any) -> None:
        self._model, self._cache = model, DynamicCache(config=model.config)
        self.vocabulary, self.context = model.config.vocab_size, model.config.max_position_embeddings
        self.read_lengths: list[int] = []
        self.length = 0

    def read(self, tokens: Sequence[int], *, keep: int) -> np.ndarray:
        self.read_lengths.append(len(tokens))
        self.length += len(tokens)
        with torch.inference_mode():
            out = self._model(input_ids=torch.tensor([list(tokens)]), past_key_values=self._cache, use_cache=True)
        return out.logits[0, -keep:].float().numpy()

    def forget(self, length: int) -> None:
        assert 0 <= length <= self.length
        if length == 0:
            self._cache = DynamicCache(config=self._model.config)
        elif length < self.length:
            self._cache.crop(length - self.length)
        self.length = length

    def footprint(self) -> int:
        return 1

    def file_size(self) -> int:
        return 2

    def close(self) -> None:
        self._model = None


@pytest.fixture
def engines(tiny_model: Path) -> tuple[LocalEngine, TransformersEngine, TorchDecoder]:
    model, tokenizer = load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model)
    decoder = TorchDecoder(model)
    return LocalEngine(decoder, tokenizer), TransformersEngine(model, tokenizer), decoder


PROMPTS = [
    [{"role": "user", "content": "Which part of the pump leaks? It drips at the seal."}],
    [{"role": "user", "content": "Which part of the pump leaks? Oil under the motor, warm bearings."}],
    "A plain beginning ",
    "",
]
ANSWERS = [
    ["seal", "the motor housing"],
    ["seal", "bearing", "bearing cover"],
    ["of a text"],
    ["A text from its start."],
]


def test_scores_are_those_of_transformers(engines: Any) -> None:
    ours, theirs, _decoder = engines
    heard: list[int] = []
    found = ours.score(PROMPTS, ANSWERS, on_progress=heard.append)
    wanted = theirs.score(PROMPTS, ANSWERS)
    assert [[score.tokens for score in row] for row in found] == [[score.tokens for score in row] for row in wanted]
    assert [[score.greedy for score in row] for row in found] == [[score.greedy for score in row] for row in wanted]
    for row, other in zip(found, wanted, strict=True):
        assert [score.logprob for score in row] == pytest.approx([score.logprob for score in other], abs=1e-4)
    assert heard[-1] == len(PROMPTS)


def test_a_shared_beginning_is_read_once(engines: Any) -> None:
    ours, _theirs, decoder = engines
    ours.score(PROMPTS[:1], ANSWERS[:1])
    first = sum(decoder.read_lengths)
    decoder.read_lengths.clear()
    ours.score(PROMPTS[:1], ANSWERS[:1])
    assert sum(decoder.read_lengths) < first / 2


def test_distributions_are_those_of_transformers(engines: Any) -> None:
    ours, theirs, _decoder = engines
    texts = ["The seal of the pump was worn and the bearing ran hot.", "Another text, somewhat shorter."]
    found, wanted = list(ours.distributions(texts, places=5)), list(theirs.distributions(texts, places=5))
    assert [part.text for part in found] == [part.text for part in wanted]
    for part, other in zip(found, wanted, strict=True):
        assert part.tokens.tolist() == other.tokens.tolist()
        assert part.logprobs.dtype == np.float32
        np.testing.assert_allclose(part.logprobs, other.logprobs, atol=1e-4)


def test_the_same_is_written(engines: Any) -> None:
    ours, theirs, _decoder = engines
    for prompt in PROMPTS:
        found = list(ours.generate(prompt, max_new_tokens=12, ignore_end=True))
        assert found == list(theirs.generate(prompt, max_new_tokens=12, ignore_end=True))
    assert ours.count_tokens(PROMPTS[0]) == theirs.count_tokens(PROMPTS[0])


def test_drawing_follows_the_probabilities_and_the_seed(engines: Any) -> None:
    ours, _theirs, _decoder = engines
    one, same, other = (
        [token.id for token in ours.generate("A", max_new_tokens=8, temperature=1.0, seed=seed, ignore_end=True)]
        for seed in (1, 1, 2)
    )
    assert one == same != other
    logits = np.log(np.array([0.7, 0.2, 0.1], dtype=np.float32)) * 2
    draw = np.random.default_rng(0)
    counts = np.bincount([drawn(logits, 2.0, draw) for _ in range(4000)], minlength=3) / 4000
    np.testing.assert_allclose(counts, [0.7, 0.2, 0.1], atol=0.03)


def test_large_logits_have_probabilities() -> None:
    table = log_softmax(np.array([[1000.0, 1000.0], [-1000.0, 0.0]], dtype=np.float32))
    np.testing.assert_allclose(np.exp(table), [[0.5, 0.5], [0.0, 1.0]], atol=1e-6)


def test_a_long_text_is_read_in_parts(engines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs, _decoder = engines
    monkeypatch.setattr("kit.engines.local.memory._AT_ONCE", 3)
    text = ["A text that is read in parts of three tokens each, whatever is looked at."]
    found, wanted = next(iter(ours.distributions(text))), next(iter(theirs.distributions(text)))
    np.testing.assert_allclose(found.logprobs, wanted.logprobs, atol=1e-4)
