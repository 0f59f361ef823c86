"""From the times of tokens to the numbers that people compare, by vLLM's definitions.

- ``ttft_s``: from when a request was to be asked to its first token.
- ``itl_s``: each gap between one piece of an answer and the next.
- ``tpot_s``: (end - first token) / (tokens - 1), of each request.
- ``e2el_s``: from when a request was to be asked to its last token.
- ``request_throughput``, ``output_throughput``: answers and tokens a second, from the first request to the last token.
- ``goodput``: answers a second that keep every limit; ``goodput_share``: their share of all requests, failed ones too.

https://docs.vllm.ai/en/latest/cli/bench/serve.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kit.i18n import _
from kit.measure.loads.request import Outcome
from kit.result import Measurement, Unit

_DIGITS = 9  # of seconds: no clock here is finer than a nanosecond


@dataclass(frozen=True)
class Timed:
    """What one load gave: raw samples, numbers about the whole, and facts."""

    measurements: dict[str, Measurement] = field(default_factory=dict)
    metrics: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain = {name: measurement.to_dict() for name, measurement in self.measurements.items()}
        return {"measurements": plain, "metrics": self.metrics, "facts": self.facts}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Timed:
        """Make one from what `to_dict` returned."""
        found = {name: Measurement.from_dict(m) for name, m in values["measurements"].items()}
        return cls(found, dict(values["metrics"]), dict(values["facts"]))


def numbers(
    outcomes: Sequence[Outcome],
    *,
    shape: str,
    new_tokens: int,
    limits: dict[str, float],
    prompt_tokens: Callable[[int], int | None],
) -> Timed:
    """Return what `outcomes` tell; failed requests count where answers are counted, and have no times.

    Parameters
    ----------
    shape : str
        The load in words.
    new_tokens : int
        Asked for in each request.
    limits : dict of str to float, seconds
        What an answer must keep to be good, by ``ttft_s``, ``tpot_s`` and ``e2el_s``.
    prompt_tokens : callable
        Given the number of a request whose prompt the server did not count, counts it; None where nobody can.

    Raises
    ------
    KitError
        Every request failed.
    """
    answered = [outcome for outcome in outcomes if outcome.failure is None]
    if not answered:
        failures = [outcome.failure for outcome in outcomes if outcome.failure is not None]
        raise failures[0]
    seconds = max(outcome.times[-1] for outcome in outcomes if outcome.times)
    one = _("one request, {shape}, prompt from the data, {n} new tokens").format(shape=shape, n=new_tokens)
    samples = _samples(answered, prompt_tokens)
    units: dict[str, tuple[Unit, str]] = {
        "ttft_s": ("s", one),
        "itl_s": ("s", _("one gap between two pieces of an answer, {shape}").format(shape=shape)),
        "tpot_s": ("s", f"{one}, the first left out"),
        "e2el_s": ("s", one),
        "prefill_tokens_per_s": ("tokens/s", "derived: prompt tokens / ttft"),
        "decode_tokens_per_s": ("tokens/s", "derived: 1 / tpot"),
    }
    found = {
        name: Measurement(name, unit, tuple(samples[name]), counts)
        for name, (unit, counts) in units.items()
        if samples[name]
    }
    tokens = sum(outcome.tokens for outcome in answered)
    return Timed(
        found,
        {
            **{name: measurement.p50 for name, measurement in found.items()},
            "request_throughput": len(answered) / seconds,
            "output_throughput": tokens / seconds,
            **_goodput(answered, len(outcomes), seconds, limits),
        },
        _facts(outcomes, answered, shape=shape, new_tokens=new_tokens, limits=limits),
    )


def _samples(answered: Sequence[Outcome], prompt_tokens: Callable[[int], int | None]) -> dict[str, list[float]]:
    tpot = [outcome.tpot_s for outcome in answered if outcome.tpot_s is not None]
    read = [(o, prompt_tokens(o.number) if o.prompt_tokens is None else o.prompt_tokens) for o in answered]
    samples = {
        "ttft_s": [outcome.ttft_s for outcome in answered],
        "itl_s": [b - a for outcome in answered for a, b in pairwise(outcome.times)],
        "tpot_s": tpot,
        "e2el_s": [outcome.e2el_s for outcome in answered],
        "prefill_tokens_per_s": [n / o.ttft_s for o, n in read if n is not None and o.ttft_s > 0],
        "decode_tokens_per_s": [1 / value for value in tpot if value > 0],
    }
    return {name: [round(value, _DIGITS) for value in values] for name, values in samples.items()}


def is_good(outcome: Outcome, limits: dict[str, float]) -> bool:
    """Is this a whole answer that keeps every limit? One of a single token has no time per token to miss one by."""
    if outcome.failure is not None:
        return False
    values = {"ttft_s": outcome.ttft_s, "tpot_s": outcome.tpot_s or 0.0, "e2el_s": outcome.e2el_s}
    return all(values[name] <= limit for name, limit in limits.items())


def _goodput(answered: Sequence[Outcome], asked: int, seconds: float, limits: dict[str, float]) -> dict[str, float]:
    if not limits:
        return {}
    good = sum(is_good(outcome, limits) for outcome in answered)
    return {"goodput": good / seconds, "goodput_share": good / asked}


def _facts(
    outcomes: Sequence[Outcome],
    answered: Sequence[Outcome],
    *,
    shape: str,
    new_tokens: int,
    limits: dict[str, float],
) -> dict[str, Any]:
    failures = Counter(str(outcome.failure) for outcome in outcomes if outcome.failure is not None)
    return {
        "load": shape,
        "requests": len(outcomes),
        "failed": len(outcomes) - len(answered),
        "failures": dict(failures.most_common()),
        "short_answers": sum(outcome.tokens < new_tokens for outcome in answered),
        "tokens_counted": _counted(answered),
        "limits": limits,
    }


def _counted(answered: Sequence[Outcome]) -> str:
    """Return who counted the tokens, in words."""
    told = sum(outcome.counted for outcome in answered)
    if told == len(answered):
        return _("by the server")
    return _("piece by piece as they came") if not told else _("by the server for {n} answers").format(n=told)
