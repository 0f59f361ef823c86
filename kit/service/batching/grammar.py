"""Answers that must be a JSON object: llguidance says which tokens may come next."""

from __future__ import annotations

import functools
from typing import Any

import numpy

_OBJECT = '{"type": "object"}'


class JsonGrammar:
    """Lets an answer be a JSON object and nothing else (see `kit.service.batching.choosing.Grammar`)."""

    def __init__(self, tokens: Any) -> None:
        from llguidance import LLMatcher

        self._matcher = LLMatcher(tokens, LLMatcher.grammar_from_json_schema(_OBJECT))

    def forbid(self, logits: numpy.ndarray) -> None:
        """Set to minus infinity what may not come next; after the object nothing may but the end."""
        bits = numpy.frombuffer(self._matcher.compute_bitmask(), dtype=numpy.uint8)
        allowed = numpy.unpackbits(bits, bitorder="little")[: len(logits)].astype(bool)
        logits[: len(allowed)][~allowed] = -numpy.inf
        logits[len(allowed) :] = -numpy.inf

    def written(self, token: int) -> None:
        """Go on after `token`."""
        self._matcher.consume_token(token)


def json_grammar(tokenizer: Any, vocabulary: int) -> JsonGrammar:
    """Return what lets an answer be a JSON object."""
    return JsonGrammar(_tokens(tokenizer, vocabulary))


@functools.lru_cache(maxsize=1)  # it takes a tenth of a second, and there is one tokenizer in a process
def _tokens(tokenizer: Any, vocabulary: int) -> Any:
    from llguidance.hf import from_tokenizer

    return from_tokenizer(tokenizer, n_vocab=max(vocabulary, len(tokenizer)))
