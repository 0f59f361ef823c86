"""Scores against one plain forward pass a pair: no cache, no padding, no sharing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from kit.engines.hf.load import load_model
from kit.engines.hf.prefix import can_share, shared_length
from kit.engines.hf.score import score_labels, score_pairs

# One token, several, and one that begins another.
LABELS = ((17,), (17, 40, 41), (90, 91), (5, 6, 7, 8, 9))


@pytest.fixture(scope="module", params=["tiny_model", "sliding_model"])
def model(request: pytest.FixtureRequest) -> Any:
    return load_model(request.getfixturevalue(request.param), dtype=torch.float32)


def _plain(model: Any, prompt: Sequence[int], answer: Sequence[int]) -> float:
    """The reference: the log-probability of `answer`, read with its prompt in one pass, in float64."""
    with torch.inference_mode():
        logits = model(input_ids=torch.tensor([[*prompt, *answer]]), use_cache=False).logits[0].double()
    table = logits.log_softmax(-1)
    return sum(float(table[len(prompt) + i - 1, token]) for i, token in enumerate(answer))


def _prompts(shared: int, *, seed: int = 0) -> list[list[int]]:
    draw = random.Random(seed)
    start = [draw.randrange(400) for _ in range(shared)]
    return [start + [draw.randrange(400) for _ in range(length)] for length in (1, 12, 5, 30, 2, 12, 7)]


def test_only_plain_caches_are_shared(tiny_model: Path, sliding_model: Path) -> None:
    assert can_share(load_model(tiny_model, dtype=torch.float32))
    assert not can_share(load_model(sliding_model, dtype=torch.float32))
    assert not can_share(object())


@pytest.mark.parametrize("batch_size", [1, 3, 100])
@pytest.mark.parametrize("shared", [0, 20])
def test_labels_equal_the_plain_way(model: Any, shared: int, batch_size: int) -> None:
    prompts = _prompts(shared)
    heard: list[int] = []
    table = score_labels(model, prompts, LABELS, batch_size=batch_size, pad=0, on_progress=heard.append)
    wanted = torch.tensor([[_plain(model, prompt, label) for label in LABELS] for prompt in prompts])
    torch.testing.assert_close(table, wanted.float(), rtol=1e-4, atol=1e-4)
    assert heard == sorted(heard)
    assert heard[-1] == len(prompts)


@pytest.mark.parametrize("batch_size", [1, 3, 100])
@pytest.mark.parametrize("shared", [0, 20])
def test_pairs_equal_the_plain_way(model: Any, shared: int, batch_size: int) -> None:
    pairs = [(prompt, LABELS[i % len(LABELS)]) for i, prompt in enumerate(_prompts(shared, seed=1))]
    heard: list[int] = []
    found = score_pairs(model, pairs, batch_size=batch_size, pad=0, on_progress=heard.append)
    wanted = torch.tensor([_plain(model, *pair) for pair in pairs])
    torch.testing.assert_close(found, wanted.float(), rtol=1e-4, atol=1e-4)
    assert heard[-1] == len(pairs)


def test_one_prompt_and_the_same_prompt_twice(model: Any) -> None:
    prompt = _prompts(20)[3]
    wanted = torch.tensor([[_plain(model, prompt, label) for label in LABELS]])
    for n in (1, 2):
        table = score_labels(model, [prompt] * n, LABELS, batch_size=8, pad=0)
        torch.testing.assert_close(table, wanted.float().expand(n, -1), rtol=1e-4, atol=1e-4)


def test_what_the_padding_token_is_does_not_matter(model: Any) -> None:
    tables = [score_labels(model, _prompts(0), LABELS, batch_size=100, pad=pad) for pad in (0, 399)]
    torch.testing.assert_close(tables[0], tables[1], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("rows", "length"),
    [
        ([[1] * 20, [1] * 20], 19),  # a token of each row is left over
        ([[1] * 20 + [2], [1] * 20 + [3, 4]], 20),
        ([[1] * 20 + [2], [1] * 20], 19),
        ([[1] * 7 + [2], [1] * 7 + [3]], 0),  # too short to be worth it
        ([[1] * 20 + [2], [1] * 20 + [3], [9]], 0),
        ([[1] * 20], 0),
        ([[1] * 30, [1] * 12 + [0] * 30, [1] * 20 + [5] * 3], 12),
    ],
)
def test_shared_length(rows: list[list[int]], length: int) -> None:
    assert shared_length(rows) == length
