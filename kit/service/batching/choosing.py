"""Which token comes next: from logits, by the parameters of OpenAI's protocol and its usual extensions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy

from kit.engines.local.probability import drawn

_COLDEST = 1e-4  # below it, logits divided by it leave the likeliest alone


class Grammar(Protocol):
    """What an answer must look like."""

    def forbid(self, logits: numpy.ndarray) -> None:
        """Set to minus infinity what may not come next."""
        ...

    def written(self, token: int) -> None:
        """Go on after `token`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Choosing:
    """How tokens are chosen.

    Parameters
    ----------
    temperature : float, default 1.0
        0 takes the likeliest.
    top_k : int, default 0
        Only the likeliest k; 0 for all.
    top_p, min_p : float, default 1.0 and 0.0
        Only the likeliest that have a share of `top_p` together, or `min_p` of the likeliest's own.
    repetition : float, default 1.0
        Logits of tokens that stand in question or answer are divided by it, or multiplied where they are negative
        (Keskar et al. 2019, arXiv:1909.05858).
    frequency, presence : float, default 0.0
        Taken from logits of tokens in the answer, for each time and once.
    biases : mapping of int to float
        Added to logits.
    seed : int, optional
        Of the chance; the same gives the same where logits are the same.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    repetition: float = 1.0
    frequency: float = 0.0
    presence: float = 0.0
    biases: Mapping[int, float] = field(default_factory=dict)
    seed: int | None = None

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Choosing:
        """Return what a question asks for."""
        temperature = body.get("temperature", 1.0)
        return cls(
            temperature=temperature if temperature >= _COLDEST else 0.0,
            top_k=max(body.get("top_k", 0), 0),
            top_p=body.get("top_p", 1.0),
            min_p=body.get("min_p", 0.0),
            repetition=body.get("repetition_penalty", body.get("repeat_penalty", 1.0)),
            frequency=body.get("frequency_penalty", 0.0),
            presence=body.get("presence_penalty", 0.0),
            biases={int(token): float(bias) for token, bias in body.get("logit_bias", {}).items()},
            seed=body.get("seed"),
        )


class Chooser:
    """Chooses the tokens of one answer.

    Parameters
    ----------
    how : Choosing
    question : sequence of int
        Its tokens.
    never : tuple of int
        Tokens that must not come.
    grammar : Grammar, optional
    """

    def __init__(
        self, how: Choosing, question: list[int], *, never: tuple[int, ...] = (), grammar: Grammar | None = None
    ) -> None:
        self._how, self._grammar = how, grammar
        self._made: Counter[int] = Counter()
        self._seen = set(question) if how.repetition != 1 else set()
        self._never = list(never)
        self._draw = numpy.random.default_rng(how.seed)

    @property
    def plain(self) -> bool:
        """Is it the likeliest token, whatever came before?"""
        how = self._how
        changed = how.biases or self._never or self._grammar or how.frequency or how.presence or how.repetition != 1
        return how.temperature == 0 and not changed

    def choose(self, logits: numpy.ndarray) -> int:
        """Return the token that comes after logits of shape [vocabulary], which stay as they are."""
        token = int(logits.argmax()) if self.plain else self._chosen(logits.astype(numpy.float32, copy=True))
        if not self.plain:
            self._made[token] += 1
            self._seen.add(token)
            if self._grammar is not None:
                self._grammar.written(token)
        return token

    def _chosen(self, logits: numpy.ndarray) -> int:
        self._change(logits)
        if self._how.temperature == 0:
            return int(logits.argmax())
        self._leave_likely(logits)
        return drawn(logits, self._how.temperature, self._draw)

    def _change(self, logits: numpy.ndarray) -> None:
        how = self._how
        if how.repetition != 1 and self._seen:
            seen = numpy.fromiter(self._seen, dtype=numpy.int64)
            values = logits[seen]
            logits[seen] = numpy.where(values > 0, values / how.repetition, values * how.repetition)
        if self._made and (how.frequency or how.presence):
            made = numpy.fromiter(self._made, dtype=numpy.int64)
            times = numpy.fromiter(self._made.values(), dtype=numpy.float32)
            logits[made] -= how.frequency * times + how.presence
        for token, bias in how.biases.items():
            if token < len(logits):
                logits[token] += bias
        logits[self._never] = -numpy.inf
        if self._grammar is not None:
            self._grammar.forbid(logits)

    def _leave_likely(self, logits: numpy.ndarray) -> None:
        """Set to minus infinity what is not likely enough to be drawn."""
        how = self._how
        if 0 < how.top_k < len(logits):
            least = numpy.partition(logits, -how.top_k)[-how.top_k]
            logits[logits < least] = -numpy.inf
        if how.min_p > 0:
            logits[logits < logits.max() + how.temperature * numpy.log(how.min_p)] = -numpy.inf
        if how.top_p < 1:
            order = numpy.argsort(-logits)
            shares = numpy.exp((logits[order] - logits[order[0]]) / how.temperature)
            before = numpy.cumsum(shares) - shares
            logits[order[1:][before[1:] >= how.top_p * shares.sum()]] = -numpy.inf
