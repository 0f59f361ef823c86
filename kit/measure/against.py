"""Read a reference once, then hold a variant against what it expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy

from kit.engines import Engine
from kit.engines.protocol import Distributions
from kit.errors import KitError, UnsupportedError
from kit.i18n import _
from kit.measure.divergence import Places, kl_divergence
from kit.measure.expectations import Expectations, Piece
from kit.report import Report

PLACES = 64  # looked at at a time: 12 MB of a vocabulary of 49,152
_PIECE = 512  # tokens of texts that are read, kept and compared together: what an interruption costs at most

Heard = Callable[[int], None]


def planned(engine: Engine, texts: Sequence[str], wanted: int) -> list[list[int]]:
    """Return which texts to read, by number and in pieces, so that there are `wanted` tokens or all that there are."""
    plan: list[list[int]] = []
    total, size = 0, _PIECE
    for number, text in enumerate(texts):
        if total >= wanted:
            break
        if size >= _PIECE:
            plan.append([])
            size = 0
        plan[-1].append(number)
        tokens = engine.count_tokens(text)
        total, size = total + tokens, size + tokens
    return plan


def read_reference(
    engine: Callable[[], Engine], texts: Sequence[str], kept: Expectations, *, wanted: int, report: Report
) -> None:
    """Keep what a reference expects at `wanted` places of the texts; pieces that are there already are not read again.

    Raises
    ------
    UnsupportedError
        The engine does not tell.
    KitError
        The disk has no room.
    Stopped
        The report asked to stop; pieces that are done are kept.
    """
    if kept.complete and kept.wanted == wanted:
        return
    reader = engine()
    if kept.wanted != wanted or not kept.plan:
        kept.begin(planned(reader, texts, wanted), wanted)
    for numbers in kept.plan[len(kept.pieces) :]:
        if kept.complete:
            break
        report.check()
        before = kept.places
        chunks = reader.distributions([texts[number] for number in numbers], places=PLACES)
        kept.add(_told(chunks, before, wanted, "expecting", report), numbers)


def with_itself(piece: Piece) -> Places:
    """Return how far a reference is from itself."""
    n = len(piece)
    return Places(piece.text, piece.token, numpy.zeros(n), numpy.ones(n, bool), piece.logprob, piece.logprob)


def compared(engine: Engine, texts: Sequence[str], kept: Expectations, piece: Piece, report: Report) -> Places:
    """Return how far a variant is from the reference at the places of one piece.

    Raises
    ------
    UnsupportedError
        The two read other tokens or have other vocabularies, or the engine does not tell.
    KitError
        The variant expects nothing at all: its numbers have run over.
    """
    kld, same, variant = (numpy.zeros(len(piece)) for _column in range(3))
    numbers = list(dict.fromkeys(piece.text.tolist()))
    chunks = engine.distributions([texts[number] for number in numbers], places=PLACES)
    done = 0
    for chunk in _told(chunks, piece.start, kept.wanted, "comparing", report):
        count = min(len(chunk.tokens), len(piece) - done)
        if not count:
            break
        here = slice(done, done + count)
        _check_tokens(chunk, kept, piece.token[here])
        logprobs = chunk.logprobs[:count]
        kld[here] = kl_divergence(kept.rows(piece.start + done, count), logprobs)
        same[here] = logprobs.argmax(axis=1) == piece.top[here]
        variant[here] = logprobs[numpy.arange(count), piece.token[here]]
        done += count
    if done < len(piece):
        raise _other_tokens()
    if numpy.isnan(kld).any():
        raise KitError(
            _("The variant's probabilities are not numbers (NaN): its numbers have run over."),
            fix=_("Choose another method: bf16 has a wider range than fp16."),
        )
    return Places(piece.text, piece.token, kld, same.astype(bool), piece.logprob, variant)


def _told(
    chunks: Iterator[Distributions], before: int, wanted: int, phase: str, report: Report
) -> Iterator[Distributions]:
    """Pass chunks on, heeding a stop between two of them and saying how far they are, but not of every short text."""
    done, told = before, -PLACES
    for chunk in chunks:
        if done - told >= PLACES:
            report.progress(phase, min(done, wanted), wanted, "tokens")
            told = done
        report.check()
        yield chunk
        done += len(chunk.tokens)
    report.progress(phase, min(done, wanted), wanted, "tokens")


def _check_tokens(chunk: Distributions, kept: Expectations, tokens: numpy.ndarray) -> None:
    if chunk.logprobs.shape[1] != kept.vocabulary or not numpy.array_equal(chunk.tokens[: len(tokens)], tokens):
        raise _other_tokens()


def _other_tokens() -> UnsupportedError:
    return UnsupportedError(
        _("The variant and its reference cut texts into other tokens, so their expectations cannot be compared."),
        fix=_("Take a reference with the same tokenizer, such as the model that the variant was made from."),
    )
