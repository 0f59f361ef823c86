"""The default model itself: what no random weights can show."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from kit.engines import Engine, Score, Variant
from kit.engines.prepare import prepare
from kit.measure.perplexity import perplexity
from kit.models import DEFAULT, GetSpec, locate
from kit.quantization.load import load
from kit.report import Report

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_cache")]

TEXTS = (
    "The quick brown fox jumps over the lazy dog.",
    "The capital of France is Paris, and the capital of Germany is Berlin.",
    "Water boils at one hundred degrees at the level of the sea.",
)


def test_it_is_ready_at_once_the_second_time(tmp_path: Path) -> None:
    first = prepare(GetSpec(name=DEFAULT), Report(tmp_path))
    started = time.perf_counter()
    again = prepare(GetSpec(name=DEFAULT), Report(tmp_path))
    assert time.perf_counter() - started < 2
    assert again.facts == first.facts
    assert locate(DEFAULT).kind == "folder"


def test_it_knows_english_and_answers_in_turn(tmp_path: Path) -> None:
    engine = load(Variant(model=DEFAULT, method="bf16"), Report(tmp_path), batch_size=4)
    value, _stderr = perplexity(_read(engine, TEXTS))
    assert 1 < value < 60
    shuffled, _stderr = perplexity(_read(engine, [" ".join(sorted(text.split())) for text in TEXTS]))
    assert shuffled > 3 * value
    question = [{"role": "user", "content": "What is the capital of France? Answer with one word."}]
    ((paris, berlin, rome),) = engine.score([question], [["Paris", "Berlin", "Rome"]])
    assert paris.logprob > max(berlin.logprob, rome.logprob)
    answer = list(engine.generate(question, max_new_tokens=60))
    assert "Paris" in "".join(token.text for token in answer)
    assert len(answer) < 60, "it does not find its end"


def _read(engine: Engine, texts: Sequence[str]) -> list[Score]:
    return [score for (score,) in engine.score([""] * len(texts), [[text] for text in texts])]
