"""Tokens are chosen as Transformers' own processors of logits would have it, and only where they may come."""

from __future__ import annotations

import functools
import json
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tinymodel import make_tokenizer
from transformers import (
    LogitsProcessorList,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from kit.engines.local import probability
from kit.service.batching import choosing
from kit.service.batching.choosing import Chooser, Choosing
from kit.service.batching.grammar import json_grammar

SIZE = 60
ROUNDED = 3e-5  # where a share ends, sums of 32-bit floats may disagree about a token as unlikely as that
temperatures = st.sampled_from([0.05, 0.3, 0.7, 1.0, 1.7])
shares = st.floats(0, 1)
tokenizer = functools.lru_cache(make_tokenizer)


def _logits(seed: int, size: int = SIZE) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=3, size=size).astype(np.float32)


def _chances(chooser: Chooser, logits: np.ndarray) -> np.ndarray:
    """Return the probabilities with which the next token is drawn."""
    seen: list[np.ndarray] = []

    def drawn(changed: np.ndarray, temperature: float, draw: np.random.Generator) -> int:
        seen.append(probability.log_softmax(changed / temperature))
        return probability.drawn(changed, temperature, draw)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "drawn", drawn)
        token = chooser.choose(logits)
    (found,) = seen
    assert found[token] > -np.inf
    chances: np.ndarray = np.exp(found)
    return chances


def _theirs(question: list[int], logits: np.ndarray, *steps: Any) -> np.ndarray:
    """Return the probabilities that Transformers' processors leave."""
    changed = LogitsProcessorList(steps)(torch.LongTensor([question]), torch.FloatTensor(logits)[None])
    found: np.ndarray = changed.softmax(-1)[0].numpy()
    return found


@given(st.integers(0, 2**16), temperatures, st.integers(1, SIZE + 5))
@settings(deadline=None)
def test_the_likeliest_few_are_those_of_transformers(seed: int, temperature: float, top_k: int) -> None:
    chooser = Chooser(Choosing(temperature=temperature, top_k=top_k), [1])
    wanted = _theirs([1], _logits(seed), TemperatureLogitsWarper(temperature), TopKLogitsWarper(top_k))
    np.testing.assert_allclose(_chances(chooser, _logits(seed)), wanted, atol=ROUNDED)


@given(st.integers(0, 2**16), temperatures, shares)
@settings(deadline=None)
def test_those_of_a_share_together_are_those_of_transformers(seed: int, temperature: float, top_p: float) -> None:
    chooser = Chooser(Choosing(temperature=temperature, top_p=top_p), [1])
    wanted = _theirs([1], _logits(seed), TemperatureLogitsWarper(temperature), TopPLogitsWarper(top_p))
    np.testing.assert_allclose(_chances(chooser, _logits(seed)), wanted, atol=ROUNDED)


@given(st.integers(0, 2**16), temperatures, shares)
@settings(deadline=None)
def test_those_of_a_share_of_the_likeliest_are_those_of_transformers(
    seed: int, temperature: float, min_p: float
) -> None:
    chooser = Chooser(Choosing(temperature=temperature, min_p=min_p), [1])
    wanted = _theirs([1], _logits(seed), TemperatureLogitsWarper(temperature), MinPLogitsWarper(min_p))
    np.testing.assert_allclose(_chances(chooser, _logits(seed)), wanted, atol=ROUNDED)


@given(
    st.integers(0, 2**16),
    temperatures,
    st.floats(0.1, 10),
    st.integers(1, SIZE),
    shares,
    shares,
    st.lists(st.integers(0, SIZE - 1), min_size=1),
)
@settings(deadline=None)
def test_all_together_are_those_of_transformers(
    seed: int, temperature: float, repetition: float, top_k: int, min_p: float, top_p: float, question: list[int]
) -> None:
    how = Choosing(temperature=temperature, repetition=repetition, top_k=top_k, min_p=min_p, top_p=top_p)
    wanted = _theirs(
        question,
        _logits(seed),
        RepetitionPenaltyLogitsProcessor(repetition),
        TemperatureLogitsWarper(temperature),
        TopKLogitsWarper(top_k),
        MinPLogitsWarper(min_p),
        TopPLogitsWarper(top_p),
    )
    np.testing.assert_allclose(_chances(Chooser(how, question), _logits(seed)), wanted, atol=ROUNDED)


@pytest.mark.parametrize("temperature", [0, 1.0])
def test_the_answer_repeats_as_much_as_the_question(temperature: float) -> None:
    chooser = Chooser(Choosing(temperature=temperature, repetition=1.8), [3, 4])
    text = [3, 4]
    for seed in range(20):
        logits = _logits(seed)
        wanted = _theirs(text, logits, RepetitionPenaltyLogitsProcessor(1.8))
        if temperature:
            np.testing.assert_allclose(_chances(Chooser(Choosing(repetition=1.8), text), logits), wanted, atol=ROUNDED)
        text.append(chooser.choose(logits))
        assert temperature or text[-1] == wanted.argmax()


def test_penalties_count_the_answer_and_biases_are_added() -> None:
    body = {
        "temperature": 0,
        "frequency_penalty": 0.7,
        "presence_penalty": -0.4,
        "logit_bias": {"5": 2.5, "6": -100, "9999": 100},
    }
    chooser, made = Chooser(Choosing.of(body), [1, 5, 6]), list[int]()
    for seed in range(60):
        logits = _logits(seed, 12)
        wanted = logits.astype(np.float64)
        for token in range(12):
            wanted[token] -= 0.7 * made.count(token) - 0.4 * (token in made)
        wanted[5] += 2.5
        wanted[6] -= 100
        made.append(chooser.choose(logits))
        assert made[-1] == wanted.argmax()
    assert len(set(made)) > 6


def test_draws_have_the_probabilities_of_the_softmax() -> None:
    """Chi-square on 6000 draws: below the 99.9 % quantile of 5 degrees of freedom, 20.52."""
    logits = np.array([2.0, 1.0, 0.5, 0.0, -1.0, -1.5, -8.0], dtype=np.float32)
    chooser = Chooser(Choosing(temperature=1.5, top_k=6, seed=0), [1])
    found = np.bincount([chooser.choose(logits) for _ in range(6000)], minlength=7)
    wanted = np.exp(logits[:6] / 1.5) / np.exp(logits[:6] / 1.5).sum() * 6000
    assert found[6] == 0
    assert float(((found[:6] - wanted) ** 2 / wanted).sum()) < 20.52


def test_the_same_seed_draws_the_same_and_none_draws_another_each_time() -> None:
    def answer(seed: int | None) -> list[int]:
        chooser = Chooser(Choosing.of({} if seed is None else {"seed": seed}), [1])
        return [chooser.choose(np.zeros(1000, dtype=np.float32)) for _ in range(8)]

    assert answer(7) == answer(7)
    assert len({tuple(answer(seed)) for seed in (0, 1, 2, None, None)}) == 5


@given(st.integers(0, 2**16))
def test_without_temperature_the_likeliest_comes_whatever_else_is_asked(seed: int) -> None:
    likeliest = int(_logits(seed).argmax())
    for other in ({}, {"top_p": 0}, {"top_k": 3}, {"min_p": 0.5}, {"seed": 1}):
        assert Chooser(Choosing.of({"temperature": 0, **other}), [1]).choose(_logits(seed)) == likeliest


@pytest.mark.parametrize("temperature", [0.1, 0.9, 1.0, 2.0])
def test_a_share_of_nothing_leaves_the_likeliest(temperature: float) -> None:
    chooser = Chooser(Choosing(temperature=temperature, top_p=0), [1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [chooser.choose(_logits(seed)) for seed in range(50)] == [_logits(seed).argmax() for seed in range(50)]


def test_logits_stay_as_they_are() -> None:
    body = {"top_p": 0.5, "top_k": 9, "min_p": 0.1, "repetition_penalty": 2, "frequency_penalty": 1}
    for how in (Choosing.of({**body, "logit_bias": {"1": 3}}), Choosing(temperature=0)):
        chooser = Chooser(how, [1, 2], never=(3,) if how.temperature else ())
        logits = _logits(1)
        logits.setflags(write=False)
        for _ in range(5):
            chooser.choose(logits)
        np.testing.assert_array_equal(logits, _logits(1))


@pytest.mark.parametrize("temperature", [0, 1.5])
def test_what_must_not_come_does_not(temperature: float) -> None:
    chooser = Chooser(Choosing(temperature=temperature, biases={3: 100.0}), [1], never=(3, 5))
    assert not {3, 5} & {chooser.choose(_logits(seed, 8)) for seed in range(200)}


def test_questions_are_read_with_the_names_that_clients_give_them() -> None:
    assert Choosing.of({}) == Choosing()
    assert Choosing.of({"top_k": -1}).top_k == 0
    assert Choosing.of({"repeat_penalty": 1.5}) == Choosing.of({"repetition_penalty": 1.5}) == Choosing(repetition=1.5)


@given(st.integers(0, 2**16), st.integers(0, 40), st.sampled_from([0.0, 1.0]), st.sampled_from([0, 30]))
@settings(max_examples=60, deadline=None)
def test_whatever_is_likely_comes_out_as_a_json_object(seed: int, wild: int, temperature: float, beyond: int) -> None:
    """After `wild` tokens, what closes becomes likely: an object of random words may else never end."""
    words = tokenizer()
    vocabulary = len(words) + beyond
    grammar = json_grammar(words, vocabulary)
    chooser = Chooser(Choosing(temperature=temperature, seed=seed), [1], grammar=grammar)
    draw, made = np.random.default_rng(seed), list[int]()
    closing = words.convert_tokens_to_ids(['"', words.eos_token, "}", "]", ":"])
    for place in range(300):
        logits = draw.normal(scale=4, size=vocabulary).astype(np.float32)
        logits[closing] += np.arange(500, 0, -100) * (place >= wild)
        made.append(chooser.choose(logits))
        if made[-1] == words.eos_token_id:
            break
    assert made.pop() == words.eos_token_id
    said = b"".join(_bytes(words, token) for token in made).decode("utf-8", "strict")
    assert isinstance(json.loads(said), dict)


def _bytes(words: Any, token: int) -> bytes:
    """Return what a token of a byte-level vocabulary stands for; special ones stand for nothing that is written."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    known = {character: byte for byte, character in bytes_to_unicode().items()}
    assert token not in words.all_special_ids
    return bytes(known[character] for character in words.convert_ids_to_tokens(token))
