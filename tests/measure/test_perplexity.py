"""Perplexity against Transformers' own loss."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from kit.engines import Score
from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.measure.perplexity import perplexity

TEXTS = ("The price of the share goes up.", "Der Kurs fällt 😀", "up", "A rather longer text on a bond, and a price.")


def test_it_is_the_exponential_of_transformers_loss(tiny_model: Path) -> None:
    model, tokenizer = load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model)
    total, count = 0.0, 0
    for text in TEXTS:
        ids = torch.tensor([[0, *tokenizer(text, add_special_tokens=False)["input_ids"]]])
        with torch.inference_mode():
            loss = model(input_ids=ids, labels=ids).loss  # a mean over all tokens but the first
        total += float(loss) * (ids.shape[1] - 1)
        count += ids.shape[1] - 1
    engine = TransformersEngine(model, tokenizer, batch_size=3)
    scores = [row[0] for row in engine.score([""] * len(TEXTS), [[text] for text in TEXTS])]
    value, stderr = perplexity(scores)
    assert value == pytest.approx(math.exp(total / count), rel=1e-4)
    assert 0 < stderr < value


def test_tokens_count_alike_whatever_their_text() -> None:
    value, _stderr = perplexity([Score(-30.0, 10), Score(-1.0, 1)])
    assert value == pytest.approx(math.exp(31 / 11))


def test_standard_error_is_that_of_the_spread_over_samples() -> None:
    draw = torch.Generator().manual_seed(0)

    def sample() -> list[Score]:
        tokens = torch.randint(5, 40, (80,), generator=draw)
        loss = tokens * 3 + tokens.sqrt() * torch.randn(80, generator=draw) * 2
        return [Score(-float(x), int(n)) for x, n in zip(loss, tokens, strict=True)]

    found = [perplexity(sample()) for _ in range(400)]
    spread = float(torch.tensor([value for value, _ in found]).std())
    assert sum(stderr for _, stderr in found) / 400 == pytest.approx(spread, rel=0.12)


def test_one_text_has_no_spread() -> None:
    assert perplexity([Score(-6.0, 3)]) == (pytest.approx(math.exp(2)), 0.0)
