"""Scores against one plain forward pass a pair: no cache, no padding, no sharing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from kit.engines.hf import batch
from kit.engines.hf.batch import in_batches
from kit.engines.hf.load import load_model
from kit.engines.hf.prefix import can_share, shared_length
from kit.engines.hf.score import score_answers
from kit.engines.hf.sheet import Sheet
from kit.engines.hf.tree import line, tree
from kit.engines.protocol import Score

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
def test_the_same_answers_to_all_equal_the_plain_way(model: Any, shared: int, batch_size: int) -> None:
    prompts = _prompts(shared)
    heard: list[int] = []
    found = score_answers(model, prompts, [LABELS] * len(prompts), batch_size=batch_size, on_progress=heard.append)
    _assert_plain(model, prompts, [LABELS] * len(prompts), found)
    assert heard == sorted(heard)
    assert heard[-1] == len(prompts)


@pytest.mark.parametrize("batch_size", [1, 3, 100])
@pytest.mark.parametrize("shared", [0, 20])
def test_answers_of_their_own_equal_the_plain_way(model: Any, shared: int, batch_size: int) -> None:
    prompts = _prompts(shared, seed=1)
    answers = [LABELS[: i % 5] for i in range(len(prompts))]  # one has none
    found = score_answers(model, prompts, answers, batch_size=batch_size)
    _assert_plain(model, prompts, answers, found)


def test_one_prompt_and_the_same_prompt_twice(model: Any) -> None:
    prompt = _prompts(20)[3]
    for n in (1, 2):
        found = score_answers(model, [prompt] * n, [LABELS] * n, batch_size=8)
        _assert_plain(model, [prompt] * n, [LABELS] * n, found)


def test_an_answer_that_is_likeliest_at_each_token_is_told(model: Any) -> None:
    prompt = _prompts(12)[3]
    best: list[int] = []
    with torch.inference_mode():
        for _step in range(4):
            best.append(int(model(input_ids=torch.tensor([[*prompt, *best]]), use_cache=False).logits[0, -1].argmax()))
    other = [*best[:3], (best[3] + 1) % 400]
    ((first, whole, last_differs),) = score_answers(model, [prompt], [[best[:1], best, other]], batch_size=8)
    assert (first.greedy, whole.greedy, last_differs.greedy) == (True, True, False)


@pytest.mark.parametrize("implementation", ["eager", "sdpa"])
def test_ways_of_computing_attention_agree(tiny_model: Path, implementation: str) -> None:
    model = load_model(tiny_model, dtype=torch.float32)
    model.set_attn_implementation(implementation)
    prompts = _prompts(20)
    found = score_answers(model, prompts, [LABELS] * len(prompts), batch_size=4)
    _assert_plain(model, prompts, [LABELS] * len(prompts), found)


def test_the_model_is_left_as_it_was(model: Any) -> None:
    ids = torch.tensor([_prompts(0)[3]])
    before = model(input_ids=ids).logits
    score_answers(model, _prompts(20), [LABELS] * 7, batch_size=4)
    assert model(input_ids=ids).logits.shape == before.shape
    with pytest.raises(IndexError):
        score_answers(model, [[1, 2, 399_999]], [[[1]]], batch_size=4)
    assert torch.equal(model(input_ids=ids).logits, before)


def test_batches_end_before_memory_does(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [line([1] * n, (0, [2] * answer)) for n, answer in ((90, 2), (10, 30), (50, 1), (10, 1), (10, 1))]
    assert in_batches(rows, 2, 400) == [[0, 2], [1, 3], [4]]
    monkeypatch.setattr(batch, "_BATCH_TOKENS", 120)  # of rows with 91, 50, 39, 10 and 10
    assert in_batches(rows, 3, 400) == [[0], [2, 1, 3], [4]]
    monkeypatch.setattr(batch, "_BATCH_BYTES", 10 * 400 * 30)  # 30 logits: a row that needs as many is alone
    assert in_batches(rows, 3, 400) == [[0], [2], [1], [3, 4]]


@pytest.mark.parametrize("seed", range(4))
def test_rows_that_share_a_line_lose_no_token(seed: int) -> None:
    draw = random.Random(seed)
    rows = [tree([draw.randrange(9)] * draw.randrange(1, 40), [(0, [1] * draw.randrange(1, 9))]) for _ in range(30)]
    shared, alone = Sheet(rows, several=True), Sheet(rows, several=False)
    assert len(shared.ids) < len(alone.ids) == 30
    taken = [shared.place(number, at) for number, row in enumerate(rows) for at in range(len(row.ids))]
    assert len(set(taken)) == len(taken)
    assert shared.ids.flatten()[taken].tolist() == [token for row in rows for token in row.ids]
    assert alone.plain
    assert not shared.plain


def _assert_plain(model: Any, prompts: Any, answers: Any, found: list[list[Score]]) -> None:
    for prompt, each, scores in zip(prompts, answers, found, strict=True):
        assert [score.tokens for score in scores] == [len(ids) for ids in each]
        wanted = [_plain(model, prompt, ids) for ids in each]
        assert [score.logprob for score in scores] == pytest.approx(wanted, rel=1e-4, abs=1e-4)


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
