"""How long the rows of a tuning are, and what the largest micro-batch of them holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kit.data import Dataset, DataSpec, open_data
from kit.data.bundled import DATASETS
from kit.data.origin.origin import size_of
from kit.data.spec import WRITTEN
from kit.models.estimates.kept_layer import Attending

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

SHORT = 192  # tokens that a packed row attends to; of more, attention would keep too much
NOTHING = Attending()
_PADDED = 1.1  # rows of like length are filled up to the longest of them
_CHARACTERS = 4  # to a token, as a rule of thumb for text in European languages
_FRAME_TOKENS = 12  # what a chat template puts around a question
_MOST_BYTES = 20_000_000  # a larger file, or one that needs a large library, is not opened to answer this
_SLOW = (".parquet",)


@dataclass(frozen=True)
class Load:
    """What one process computes at a time.

    Parameters
    ----------
    tokens : int
        That go through the layers; a shared beginning once, padding included.
    answers : int
        Tokens whose loss counts.
    attending : Attending
        What attention keeps of them.
    """

    tokens: int
    answers: int
    attending: Attending = NOTHING


@dataclass(frozen=True)
class Ways:
    """How rows are laid out.

    Parameters
    ----------
    shares : bool
        Is the common beginning computed once?
    packs : bool
        Do rows stand one after the other, without padding?
    before : int, default 0
        Tokens of a learned prompt before each row, which all share.
    """

    shares: bool
    packs: bool
    before: int = 0


@dataclass(frozen=True)
class Rows:
    """Tokens of every row.

    Parameters
    ----------
    questions, answers : tuple of int
        Of each row, in any order.
    shared : int, default 0
        Tokens that all questions begin with, counted in each of them.
    known : bool, default True
        Are these all rows? Else they are the longest that may come.
    """

    questions: tuple[int, ...]
    answers: tuple[int, ...]
    shared: int = 0
    known: bool = True

    def __len__(self) -> int:
        return len(self.questions)

    @cached_property
    def by_length(self) -> tuple[tuple[int, int], ...]:
        """Question and answer of each row, the longest first."""
        return tuple(sorted(zip(self.questions, self.answers, strict=True), key=sum, reverse=True))

    def cut(self, most: int) -> Rows:
        """Return the same rows, none longer than `most` tokens; questions are cut."""
        questions = tuple(min(q, max(most - a, 1)) for q, a in zip(self.questions, self.answers, strict=True))
        answers = tuple(min(a, most - q) for q, a in zip(questions, self.answers, strict=True))
        return Rows(questions, answers, shared=min(self.shared, *questions), known=self.known)

    def largest(self, size: int, ways: Ways) -> Load:
        """Return what the `size` longest rows come to, as one micro-batch."""
        return load_of(self.by_length[:size], self.shared, ways)


def load_of(rows: Iterable[tuple[int, int]], shared: int, ways: Ways) -> Load:
    """Return what these questions and answers, which begin with `shared` tokens in common, come to together."""
    each, once = list(rows), shared + ways.before if ways.shares else 0
    own = [ways.before + question + answer - once for question, answer in each]
    if not ways.packs:
        own = [max(own, default=0)] * len(own)
    attending = _packed(own, once) if ways.packs else Attending(again=once * len(own))
    return Load(once + sum(own), sum(answer for _question, answer in each), attending)


def _packed(own: Sequence[int], once: int) -> Attending:
    """Return what attention over packed rows keeps.

    Of short rows the probabilities; of long ones the keys of the beginning once for each. The beginning itself is
    a short row where it is not long, and its keys are copied once for those that follow.
    """
    tokens = once + sum(own)
    if once + max(own, default=0) <= SHORT:
        pairs = sum(length * (once + length) for length in own) + once * once
        return Attending(round(_PADDED * pairs), short=tokens, again=once)
    if 0 < once <= SHORT:
        return Attending(once * once, short=once, again=once * len(own) + once)
    return Attending(again=once * len(own))


def guessed_rows(spec: TuneSpec) -> Rows:
    """Return the rows of `spec` as characters tell them, or where they are slow to read, as long as allowed.

    Raises
    ------
    KitError, OSError
        The rows cannot be read.
    """
    if not _quick_to_read(spec.data):
        answer = spec.max_length // 2 if spec.data.task in (*WRITTEN, "continue") else 2
        question = spec.max_length - answer if spec.data.task in WRITTEN else spec.max_length
        if spec.data.task == "continue":
            question, answer = 1, spec.max_length - 1
        return Rows((question,) * spec.batch_size, (answer,) * spec.batch_size, known=False)
    data = open_data(spec.data)
    return _pieces(data, spec.max_length) if data.task == "continue" else _questions(data, spec.max_length)


def _questions(data: Dataset, most: int) -> Rows:
    shared = _of_characters(len(data.instruction)) + _FRAME_TOKENS
    questions, answers = [], []
    for row in data.items:
        answer = _of_characters(len(row.answer)) + 1  # its end is a token too
        least = most // 4 if data.task in WRITTEN else 1
        question = min(shared + _of_characters(len(row.text) + len(row.context)), max(most - answer, least))
        questions.append(question)
        answers.append(min(answer, most - question) if data.task in WRITTEN else answer)
    return Rows(tuple(questions), tuple(answers), shared=min(shared, min(questions)))


def _pieces(data: Dataset, most: int) -> Rows:
    answers = []
    for text in data.texts:
        tokens = _of_characters(len(text))
        answers += [min(most - 1, tokens - at) for at in range(0, tokens, most - 1)]
    return Rows((1,) * len(answers), tuple(answers))


def _of_characters(count: int) -> int:
    return -(-count // _CHARACTERS)


def _quick_to_read(data: DataSpec) -> bool:
    if data.source in DATASETS:
        return True
    size = size_of(data.source)
    return size is not None and size <= _MOST_BYTES and not data.source.lower().endswith(_SLOW)
