"""All texts that are being answered, read together pass by pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy

from kit.engines.local.probability import log_softmax
from kit.engines.openvino.paged import Part
from kit.service.batching.blocks import Blocks
from kit.service.batching.choosing import Chooser

_AT_ONCE = 256  # tokens of questions that one pass reads: whoever is being answered waits for it


@dataclass(frozen=True)
class Likely:
    """How likely a token was, and which were the likeliest, as natural logarithms; before anything changed them."""

    value: float
    best: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Written:
    """A token of an answer, or of a question that is told again."""

    token: int
    likely: Likely | None = None


class Reader(Protocol):
    """What reads the parts of texts (`kit.engines.openvino.paged.PagedDecoder`)."""

    block: int
    blocks: int

    def read(self, parts: Sequence[Part]) -> numpy.ndarray:
        """Return the logits that the parts want."""
        ...


@dataclass(eq=False)
class Text:
    """A question and as much of its answer as there is.

    Parameters
    ----------
    tokens : list of int
        The question, to which the answer is added.
    most : int
        Tokens of the answer, and with those of the question at most the context.
    chooser : Chooser
    best : int, optional
        How many of the likeliest are told for each token; None tells no log-probabilities at all.
    echo : bool, default False
        Tell those of the question too.
    ends : frozenset of int
        Tokens that end the answer and are not part of it.
    """

    tokens: list[int]
    most: int
    chooser: Chooser
    best: int | None = None
    echo: bool = False
    ends: frozenset[int] = frozenset()
    question: int = 0
    read: int = 0
    blocks: list[int] = field(default_factory=list)
    over: str = ""  # "stop" or "length" once it is

    def __post_init__(self) -> None:
        self.question = len(self.tokens)

    @property
    def reading(self) -> bool:
        """Is there still something of the question to read?"""
        return self.read < self.question


class Batch:
    """Reads on in all texts at once.

    Parameters
    ----------
    reader : Reader
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._blocks = Blocks(reader.blocks, reader.block)
        self._texts: list[Text] = []

    @property
    def open(self) -> int:
        """How many texts are being answered."""
        return len(self._texts)

    def add(self, text: Text) -> None:
        """Begin to answer.

        Raises
        ------
        MemoryError
            There is no room for it.
        """
        room = text.question + text.most
        text.blocks, text.read = self._blocks.take(text.tokens, room, share=not text.echo)
        self._texts.append(text)

    def drop(self, text: Text) -> None:
        """Stop answering; one that is over already is let be."""
        if text in self._texts:
            self._texts.remove(text)
            self._blocks.learn(text.tokens[: text.read], text.blocks)
            self._blocks.give_back(text.blocks)
            text.blocks = []

    def step(self) -> list[tuple[Text, list[Written]]]:
        """Read on, and return what was written in which text; a text with `over` set is answered."""
        chosen = self._chosen()
        parts = [part for _text, part in chosen]
        logits = self._reader.read(parts)
        told, row = [], 0
        for text, part in chosen:
            rows = logits[row : row + part.keep]
            row += part.keep
            told.append((text, self._told(text, part, rows)))
        return told

    def _chosen(self) -> list[tuple[Text, Part]]:
        """Return what is read next: the last token of each answer, and of questions as much as one pass should."""
        left = _AT_ONCE
        chosen = []
        for text in sorted(self._texts, key=lambda text: text.reading):
            size = len(text.tokens) - text.read
            if text.reading:
                size = min(size, left)
                left -= size
            if size:
                chosen.append((text, self._part(text, size)))
        return chosen

    def _part(self, text: Text, size: int) -> Part:
        end = text.read + size
        keep = size if text.echo and text.read < text.question else int(end == len(text.tokens))
        return Part(text.tokens[text.read : end], text.read, text.blocks, keep)

    def _told(self, text: Text, part: Part, rows: numpy.ndarray) -> list[Written]:
        told = self._echoed(text, part, rows) if text.echo and text.reading else []
        text.read += len(part.tokens)
        if text.read < len(text.tokens):
            return told
        if text.read == text.question:
            self._blocks.learn(text.tokens, text.blocks)
        token = text.chooser.choose(rows[-1])
        if token in text.ends:
            self._end(text, "stop")
            return told
        text.tokens.append(token)
        if len(text.tokens) - text.question >= text.most:
            self._end(text, "length")
        return [*told, Written(token, _likely(rows[-1:], [token], text.best)[0])]

    def _echoed(self, text: Text, part: Part, rows: numpy.ndarray) -> list[Written]:
        """Return the tokens of the question that `rows` tell of; nothing comes before the first."""
        following = text.tokens[part.past + 1 : part.past + 1 + len(part.tokens)]
        first = [Written(text.tokens[0])] if part.past == 0 else []
        told = _likely(rows[: len(following)], following, text.best)
        return [*first, *(Written(token, likely) for token, likely in zip(following, told, strict=True))]

    def _end(self, text: Text, why: str) -> None:
        text.over = why
        self.drop(text)


def _likely(rows: numpy.ndarray, tokens: Sequence[int], best: int | None) -> list[Likely | None]:
    """Return how likely each token is by its row of logits; None for each where nobody wants to know."""
    if best is None or not tokens:
        return [None for _ in tokens]
    table = log_softmax(rows)
    best = min(best, table.shape[1] - 1)
    found: list[Likely | None] = []
    for row, token in zip(table, tokens, strict=True):
        top = numpy.argpartition(-row, best)[:best] if best else numpy.zeros(0, dtype=numpy.int64)
        ordered = sorted(((int(each), float(row[each])) for each in top), key=lambda pair: -pair[1])
        found.append(Likely(float(row[token]), tuple(ordered)))
    return found
