"""A medical model as a notebook leaves it, and a service that answers in its place."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tinygateway import TOKEN, tiny_gateway
from tinyserver import tiny_server

from kit.service.note import note_place, write_note
from kit.service.spec import ServiceSpec
from kit.verticals.outcome import outcome_of
from kit.verticals.outcome import write as write_outcome

BINS = [
    {
        "low": 0.0,
        "high": 0.7,
        "rows": 20,
        "confidence": 0.6,
        "accuracy": 0.6,
        "accuracy_low": 0.39,
        "accuracy_high": 0.78,
    },
    {
        "low": 0.7,
        "high": 1.0,
        "rows": 20,
        "confidence": 0.9,
        "accuracy": 0.9,
        "accuracy_low": 0.7,
        "accuracy_high": 0.97,
    },
]


def tuned(model: Path | str, *, threshold: float = 0.7, **changes: Any) -> None:
    """Leave what a notebook leaves that has tuned `model`."""
    ask = {
        "task": "classify",
        "instruction": "Is it up or down?",
        "labels": ["down", "up"],
        "model": "tiny",
        "learnt_from": 40,
        "rows": 40,
        "threshold": threshold,
        "bins": BINS,
        "examples": [{"text": "The price goes up", "context": "", "choices": [], "answer": "up"}],
        **changes,
    }
    values = {
        "vertical": "medical",
        "limits": "Only for a test.",
        "data": "prices",
        "metric": "acc",
        "tuned_model": str(model),
        "tuned": {"value": 0.8, "low": 0.65, "high": 0.9},
        "facts": {"ask": ask},
    }
    write_outcome(outcome_of("medical", "prices"), values, key="k")


class Weighing:
    """What a server says of tokens: of each the same log-probability, by its place in the answer and its number."""

    def __init__(self, up: float = -0.1) -> None:
        self.up = up
        self.bodies: list[dict[str, Any]] = []

    def __call__(self, body: dict[str, Any]) -> dict[str, Any]:
        self.bodies.append(body)
        [(token, _bias)] = body["logit_bias"].items()
        return {"choices": [{"text": "x", "logprobs": {"token_logprobs": [self.of(int(token))], "tokens": ["x"]}}]}

    def of(self, token: int) -> float:
        return self.up if token % 2 else -1.5


@contextlib.contextmanager
def served(model: Path, says: Callable[..., Any] | None) -> Iterator[None]:
    """Serve `model`; `says` answers in its place."""
    routes = {} if says is None else {"/v1/completions": says}
    spec = ServiceSpec(slots=2, models=(str(model),))
    with tiny_server(routes=routes) as behind, tiny_gateway(behind.url, spec=spec) as found:
        write_note(f"{found.url}/v1", TOKEN)
        yield
        note_place().unlink()
