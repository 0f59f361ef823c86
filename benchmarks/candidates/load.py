"""Clients who ask a server at once."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from benchmarks.candidates.known import Candidate
from benchmarks.candidates.process import Running
from benchmarks.candidates.questions import question
from benchmarks.visitors.load import Told, answer

_PATIENCE_S = 600.0


@dataclass(frozen=True)
class Load:
    """What clients saw who asked at once.

    Parameters
    ----------
    ttft_s, e2el_s : sequence of float, seconds
        Of each answer: to its first word, to its end.
    tokens : int
        Of all answers.
    errors : int
        Questions without an answer, or with a shorter one than asked for.
    seconds : float
        From the first question to the last answer.
    """

    ttft_s: Sequence[float]
    e2el_s: Sequence[float]
    tokens: int
    errors: int
    seconds: float

    @property
    def rate(self) -> float:
        """Tokens a second of all together."""
        return self.tokens / self.seconds


async def ask_at_once(
    candidate: Candidate, running: Running, *, clients: int, questions: int, new_tokens: int, seed: int
) -> Load:
    """Let `clients` ask `questions` each, one after the other, all clients at once."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    told = [Told() for _ in range(clients)]
    async with httpx.AsyncClient(timeout=_PATIENCE_S, limits=limits, trust_env=False) as http:

        async def client(who: int) -> None:
            for turn in range(questions):
                body = chat(candidate, running, question(seed, who, turn), new_tokens)
                before = told[who].tokens
                try:
                    await answer(http, f"{running.url}/chat/completions", running.headers, body, told[who])
                except (httpx.HTTPError, ValueError, RuntimeError):
                    told[who].errors += 1
                else:
                    told[who].errors += told[who].tokens - before != new_tokens

        began = time.perf_counter()
        await asyncio.gather(*(client(who) for who in range(clients)))
        seconds = time.perf_counter() - began
    ttft = [each for one in told for each in one.ttft_s]
    e2el = [each for one in told for each in one.e2el_s]
    return Load(ttft, e2el, sum(one.tokens for one in told), sum(one.errors for one in told), seconds)


def chat(candidate: Candidate, running: Running, text: str, new_tokens: int) -> dict[str, Any]:
    """Return the body of a request for a streamed answer."""
    asked = {"model": running.model, "messages": [{"role": "user", "content": text}], "stream": True}
    return {**asked, **candidate.limits(new_tokens)}


def summed(clients: int, loads: Sequence[Load]) -> dict[str, Any]:
    """Return what a table tells of the same load in several rounds: times of all answers, the median of the rates."""
    ttft, e2el = sorted(t for each in loads for t in each.ttft_s), sorted(t for each in loads for t in each.e2el_s)
    rates = sorted(each.rate for each in loads)
    times = {"ttft_s": ttft, "e2el_s": e2el}
    quantiles = {f"p{p}_{name}": quantile(values, p) for name, values in times.items() for p in (50, 95)}
    return {
        "clients": clients,
        "output_throughput": round(statistics.median(rates), 1),
        "throughput_spread": [round(rates[0], 1), round(rates[-1], 1)],
        **quantiles,
        "answers": len(e2el),
        "errors": sum(each.errors for each in loads),
    }


def quantile(values: Sequence[float], percent: int) -> float | None:
    """Return the value below which `percent` of sorted values lie; None of none."""
    return round(values[min(len(values) * percent // 100, len(values) - 1)], 3) if values else None
