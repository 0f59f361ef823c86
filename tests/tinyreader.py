"""A reader of texts that computes nothing: what it says hangs on every token of a text, as it finds them in blocks."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from kit.engines.openvino.paged import Part
from kit.service.batching.batch import Text, Written
from kit.service.batching.choosing import Chooser, Choosing

VOCABULARY = 12
END = 0


class TinyReader:
    """Reads as `PagedDecoder` does; a wrong table of blocks, or one that two write to, makes it say something else.

    Parameters
    ----------
    blocks, block : int
        How many there are, and how many tokens have room in each.
    """

    def __init__(self, blocks: int = 64, block: int = 4) -> None:
        self.blocks, self.block = blocks, block
        self.passes: list[list[Part]] = []
        self.fails: Exception | None = None
        self._stands = np.full(blocks * block, -1, dtype=np.int64)
        self._told = np.zeros((0, VOCABULARY), dtype=np.float32)

    def read(self, parts: Sequence[Part]) -> np.ndarray:
        """Return the logits that the parts want; what was told before is overwritten."""
        self._told[:] = np.nan
        if self.fails is not None:
            raise self.fails
        self.passes.append([Part(list(part.tokens), part.past, list(part.blocks), part.keep) for part in parts])
        rows = []
        for part in parts:
            size = part.past + len(part.tokens)
            assert size > part.past
            assert 0 <= part.keep <= len(part.tokens)
            places = [block * self.block + within for block in part.blocks for within in range(self.block)][:size]
            assert len(places) == size
            for at, token in enumerate(part.tokens, start=part.past):
                self._stands[places[at]] = _state(self._stands[places[:at]], token)
            ends = range(size - part.keep + 1, size + 1)
            rows += [_logits(self._stands[places[:end]]) for end in ends]
        self._told = np.array(rows, dtype=np.float32).reshape(-1, VOCABULARY)
        return self._told

    @property
    def tokens(self) -> int:
        """How many were read in all."""
        return sum(len(part.tokens) for parts in self.passes for part in parts)


def says(tokens: Sequence[int]) -> np.ndarray:
    """Return the logits after each token of a text that lies in no blocks."""
    states = np.zeros(len(tokens), dtype=np.int64)
    for at, token in enumerate(tokens):
        states[at] = _state(states[:at], token)
    return np.array([_logits(states[: at + 1]) for at in range(len(tokens))])


def answer(question: Sequence[int], most: int, how: Choosing, ends: frozenset[int]) -> tuple[list[int], str]:
    """Return the tokens that answer a question, and why there are no more of them."""
    tokens, chooser = list(question), Chooser(how, list(question))
    for _ in range(most):
        token = chooser.choose(says(tokens)[-1])
        if token in ends:
            return tokens[len(question) :], "stop"
        tokens.append(token)
    return tokens[len(question) :], "length"


def asked(question: Sequence[int], most: int = 5, *, how: Choosing | None = None, **more: object) -> Text:
    """Return a text that is to be answered, greedily unless told otherwise."""
    return Text(list(question), most, Chooser(how or Choosing(temperature=0), list(question)), **more)  # type: ignore[arg-type]


def tokens_of(written: Sequence[Written]) -> list[int]:
    """Return the tokens that were written."""
    return [each.token for each in written]


def _state(before: np.ndarray, token: int) -> int:
    return zlib.crc32(before.tobytes() + token.to_bytes(8, "little"))


def _logits(states: np.ndarray) -> np.ndarray:
    return np.random.default_rng(states).normal(scale=2, size=VOCABULARY).astype(np.float32)
