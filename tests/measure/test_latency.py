"""Latency by its definitions, on an engine that takes exactly known times by a clock of the test's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from kit.engines import Prompt, Token
from kit.measure import latency
from kit.measure.latency import WARM_UP, measure_latency


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def perf_counter(self) -> float:
        return self.now


class _Engine:
    """Reads a token in 10 ms, writes one in 50 ms; each request is a tenth slower than the one before."""

    def __init__(self, clock: _Clock) -> None:
        self.clock = clock
        self.asked: list[tuple[Prompt, int, bool]] = []

    def count_tokens(self, prompt: Prompt) -> int:
        return len(prompt)

    def generate(self, prompt: Prompt, *, max_new_tokens: int, ignore_end: bool = False, **_: Any) -> Iterator[Token]:
        slower = 1.1 ** len(self.asked)
        self.asked.append((prompt, max_new_tokens, ignore_end))
        self.clock.now += 0.010 * len(prompt) * slower
        for i in range(max_new_tokens):
            if i:
                self.clock.now += 0.050 * slower
            yield Token(i, "x")


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> _Engine:
    clock = _Clock()
    monkeypatch.setattr(latency, "time", clock)
    return _Engine(clock)


def _measure(engine: Any, prompts: Sequence[Prompt], **options: Any) -> Any:
    return measure_latency(engine, prompts, **options)


def test_definitions(engine: _Engine) -> None:
    found = _measure(engine, ["four", "sixsix"], requests=3, new_tokens=9)
    slower = [1.1**i for i in range(WARM_UP, WARM_UP + 3)]
    lengths = [4, 6, 4]
    ttft = [0.010 * n * s for n, s in zip(lengths, slower, strict=True)]
    tpot = [0.050 * s for s in slower]
    assert found["ttft_s"].samples == pytest.approx(ttft)
    assert found["tpot_s"].samples == pytest.approx(tpot)
    assert found["e2el_s"].samples == pytest.approx([a + 8 * b for a, b in zip(ttft, tpot, strict=True)])
    assert found["prefill_tokens_per_s"].samples == pytest.approx([n / t for n, t in zip(lengths, ttft, strict=True)])
    assert found["decode_tokens_per_s"].samples == pytest.approx([1 / t for t in tpot])


def test_every_request_does_the_same_work(engine: _Engine) -> None:
    heard: list[int] = []
    _measure(engine, ["a", "b"], requests=4, new_tokens=5, on_progress=heard.append)
    assert len(engine.asked) == 4 + WARM_UP
    assert {asked[1:] for asked in engine.asked} == {(5, True)}
    assert [prompt for prompt, *_ in engine.asked[WARM_UP:]] == ["a", "b", "a", "b"]
    assert heard == [0, 0, 1, 2, 3, 4]


def test_units_and_what_a_sample_counts_are_said(engine: _Engine) -> None:
    found = _measure(engine, ["a"], requests=1, new_tokens=7)
    assert {name: m.unit for name, m in found.items()} == {
        "ttft_s": "s",
        "tpot_s": "s",
        "e2el_s": "s",
        "prefill_tokens_per_s": "tokens/s",
        "decode_tokens_per_s": "tokens/s",
    }
    assert all(name == m.name and len(m.samples) == 1 for name, m in found.items())
    assert found["tpot_s"].counts == "one request alone, prompt from the data, 7 new tokens, the first left out"
    assert found["decode_tokens_per_s"].counts.startswith("derived")
