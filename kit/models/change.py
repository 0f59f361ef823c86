"""The nearest change with which a model would fit, tried in the order of least harm.

A smaller batch gives the same answers later, fewer bits give nearly the same; a shorter context leaves text out; then
these together; and last a smaller model of the same family.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kit.i18n import _
from kit.models.card import ModelCard
from kit.models.catalogue import siblings
from kit.models.estimates import METHOD_BITS
from kit.models.fit import Fit, best_method, by_bits, fit, installed_methods
from kit.models.fit_words import size
from kit.words import count

Kind = Literal["method", "context", "batch", "several", "sibling"]

_LEAST_CONTEXT = 256


@dataclass(frozen=True)
class Change:
    """What to change so that a model fits.

    Parameters
    ----------
    kind : {"method", "context", "batch", "several", "sibling"}
        What differs from what was asked for.
    model : str
        Another one only for a sibling.
    method : str
    context : int, tokens
    batch : int
        All that fits, together.
    needed_bytes : float
        What it then takes.
    words : str
        The change in a sentence.
    """

    kind: Kind
    model: str
    method: str
    context: int
    batch: int
    needed_bytes: float
    words: str


def nearest_change(found: Fit) -> Change | None:
    """Return the change of least harm with which `found` would fit, or None when there is none."""
    offered = installed_methods() if found.methods is None else list(found.methods)
    tries = _tries(found, offered) if found.download_bytes is None else ()  # all take the same download
    for kind, method, context, batch in tries:
        tried = _again(found, found.card, method, context, batch)
        if tried.state != "no":
            return _change(kind, tried, context, batch, found)
    return _sibling(found, offered)


def nothing_fits(found: Fit) -> str:
    """Return the sentence for a model of which nothing fits, nor of its family."""
    if found.download_bytes is not None and found.needed_bytes <= found.room_bytes:
        return _("Make room on the disk: it takes {size}.").format(size=size(found.download_bytes))
    least = min((found.card, *smaller(found.card)), key=lambda card: card.parameters)
    offered = by_bits(installed_methods() if found.methods is None else found.methods)
    tried = _again(found, least, _fewest(offered, found.method), min(_LEAST_CONTEXT, least.context), 1)
    return _("Nothing of this family for the same use fits: the smallest, {title}, needs {size} with {method}.").format(
        title=least.title, size=size(tried.needed_bytes), method=tried.method
    )


def smaller(card: ModelCard) -> list[ModelCard]:
    """Return the smaller models of the family that serve the same tasks, largest first; without such, all smaller."""
    found = [each for each in siblings(card) if each.parameters < card.parameters]
    alike = [each for each in found if each.tasks == card.tasks]
    return sorted(alike or found, key=lambda each: -each.parameters)


def _tries(found: Fit, offered: list[str]) -> Iterator[tuple[Kind, str, int, int]]:
    method, batch = found.method, found.batch
    context = min(found.context, found.card.context)  # what is longer than it reads never fits
    fewer = [name for name in by_bits(offered) if METHOD_BITS[name] < METHOD_BITS[method]]
    shorter = list(_halved(context, min(_LEAST_CONTEXT, context)))
    batches = list(_halved(batch, 1))
    if context < found.context:
        yield "context", method, context, batch
    yield from (("batch", method, context, rows) for rows in batches)
    yield from (("method", name, context, batch) for name in fewer)
    yield from (("several", name, context, rows) for name in fewer for rows in batches)
    yield from (("context", method, tokens, batch) for tokens in shorter)
    yield from (("several", _fewest(fewer, method), tokens, 1) for tokens in shorter)


def _fewest(methods: list[str], other: str) -> str:
    """Return the first of the methods with the fewest bits, or `other` where there are none."""
    return min(methods, key=METHOD_BITS.__getitem__, default=other)


def _halved(number: int, least: int) -> Iterator[int]:
    while number > least:
        number = max(number // 2, least)
        yield number


def _sibling(found: Fit, offered: list[str]) -> Change | None:
    most = max(METHOD_BITS[found.method], 16)  # a smaller model may have room for more bits
    usual = [name for name in offered if METHOD_BITS.get(name, 0) <= most]
    for card in smaller(found.card):
        context = min(found.context, card.context)
        machine = None if found.here else found.machine
        tried = best_method(card, usual, machine=machine, context=context, batch=found.batch)
        if tried is not None:
            return _change("sibling", tried, context, found.batch, found)
    return None


def _again(found: Fit, card: ModelCard, method: str, context: int, batch: int) -> Fit:
    machine = None if found.here else found.machine
    return fit(card, method, machine=machine, context=context, batch=batch)


def _change(kind: Kind, tried: Fit, context: int, batch: int, asked: Fit) -> Change:
    words = _words(kind, tried, context, batch, asked)
    return Change(kind, tried.card.name, tried.method, context, batch, tried.needed_bytes, words)


def _words(kind: Kind, tried: Fit, context: int, batch: int, asked: Fit) -> str:
    needed = size(tried.needed_bytes)
    if kind == "sibling":
        text = _("{title} fits with {method}: {needed}.")
        return text.format(title=tried.card.title, method=tried.method, needed=needed)
    parts = []
    if tried.method != asked.method:
        parts.append(_("with {method}").format(method=tried.method))
    if context != asked.context:
        parts.append(_("with a context of {tokens} tokens").format(tokens=count(context)))
    if batch != asked.batch:
        parts.append(_("with a batch of {rows}").format(rows=batch))
    changed = _(" and ").join(parts)
    text = (
        _("{changed} it needs {needed}, which fits.")
        if tried.state == "fits"
        else _("{changed} it needs {needed}, which fits tightly.")
    )
    return text.format(changed=changed[:1].upper() + changed[1:], needed=needed)
