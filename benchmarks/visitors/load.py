"""Visitors who ask at once: how long each waits, and whether all are treated alike."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from kit.service import Found

_PATIENCE_S = 600.0


@dataclass
class Told:
    """What one visitor saw: times of each answer, tokens, errors, and how long all took."""

    ttft_s: list[float] = field(default_factory=list)
    e2el_s: list[float] = field(default_factory=list)
    tokens: int = 0
    errors: int = 0
    seconds: float = 0.0


async def visit(
    found: Found, model: str, *, visitors: int, questions: int, new_tokens: int, seed: int
) -> dict[str, Any]:
    """Let `visitors` ask `questions` each, one after the other, all visitors at once."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(timeout=_PATIENCE_S, limits=limits, trust_env=False) as http:
        began = time.perf_counter()
        told = await asyncio.gather(
            *(_one(http, found, model, who, questions, new_tokens, seed) for who in range(visitors))
        )
        seconds = time.perf_counter() - began
    ttft, e2el = sorted(t for each in told for t in each.ttft_s), sorted(t for each in told for t in each.e2el_s)
    return {
        "visitors": visitors,
        "p50_ttft_s": round(statistics.median(ttft), 3),
        "p95_ttft_s": round(ttft[min(len(ttft) * 95 // 100, len(ttft) - 1)], 3),
        "p50_e2el_s": round(statistics.median(e2el), 3),
        "p95_e2el_s": round(e2el[min(len(e2el) * 95 // 100, len(e2el) - 1)], 3),
        "output_throughput": round(sum(each.tokens for each in told) / seconds, 1),
        "errors": sum(each.errors for each in told),
        "fairness": round(max(each.seconds for each in told) / min(each.seconds for each in told), 3),
    }


async def _one(
    http: httpx.AsyncClient, found: Found, model: str, who: int, questions: int, new_tokens: int, seed: int
) -> Told:
    told, began = Told(), time.perf_counter()
    for turn in range(questions):
        text = (
            f"Visitor {seed}-{who} asks question {turn}: what does a bank do in town {seed * 1000 + who * 37 + turn}?"
        )
        body = {
            "model": model,
            "messages": [{"role": "user", "content": text}],
            "max_tokens": new_tokens,
            "temperature": 0,
            "ignore_eos": True,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        headers = {**found.headers, "X-Tunebook-Visitor": f"visitor-{who}"}
        try:
            await answer(http, f"{found.url}/chat/completions", headers, body, told)
        except (httpx.HTTPError, ValueError, RuntimeError):
            told.errors += 1
    told.seconds = time.perf_counter() - began
    return told


async def answer(http: httpx.AsyncClient, url: str, headers: dict[str, str], body: dict[str, Any], told: Told) -> None:
    """Ask for an answer that is streamed, and add its times and tokens to what was told.

    Raises
    ------
    httpx.HTTPError, ValueError, RuntimeError
        There was no whole answer.
    """
    first, asked = None, time.perf_counter()
    async with http.stream("POST", url, json=body, headers=headers) as response:
        if response.status_code != 200:
            raise RuntimeError(str(response.status_code))
        async for line in response.aiter_lines():
            if not line.startswith("data:") or line.endswith("[DONE]"):
                continue
            event = json.loads(line[5:])
            if "error" in event:
                raise RuntimeError(str(event["error"]))
            if first is None and any(choice.get("delta", {}).get("content") for choice in event.get("choices", ())):
                first = time.perf_counter()
            if event.get("usage"):
                told.tokens += event["usage"]["completion_tokens"]
    ended = time.perf_counter()
    told.ttft_s.append((first or ended) - asked)
    told.e2el_s.append(ended - asked)


async def cached(found: Found, model: str, new_tokens: int, rounds: int) -> float:
    """Return how many times as long an answer takes that is not kept as one that is (medians)."""
    times: dict[bool, list[float]] = {True: [], False: []}
    async with httpx.AsyncClient(timeout=_PATIENCE_S, trust_env=False) as http:
        for turn in range(rounds):
            text = f"What does a bank do on day {turn}?"
            body = {"model": model, "messages": [{"role": "user", "content": text}], "max_tokens": new_tokens}
            for again in (False, True):
                asked = time.perf_counter()
                headers = {**found.headers, "X-Tunebook-Visitor": "cache"}
                asking = {**body, "temperature": 0, "ignore_eos": True}
                answer = await http.post(f"{found.url}/chat/completions", json=asking, headers=headers)
                answer.raise_for_status()
                times[again].append(time.perf_counter() - asked)
    return statistics.median(times[False]) / statistics.median(times[True])
