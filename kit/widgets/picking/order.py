"""In which order models are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kit.i18n import N_
from kit.widgets.picking.evidence import Qualities
from kit.widgets.picking.offer import Offer

SORTS = {
    "fit": N_("best fit"),
    "speed": N_("fastest"),
    "quality": N_("best evidence"),
    "size": N_("smallest"),
    "new": N_("newest"),
}

_READ_TOKENS_PER_S = 4.0  # about as fast as people read


def in_order(offers: Iterable[Offer], sort: str, qualities: Qualities) -> list[Offer]:
    """Return models in an order; those that cannot be used come last in all of them but by size and age.

    Parameters
    ----------
    offers : iterable of Offer
        To be ordered; what is equal stays as it is.
    sort : str
        One of `SORTS`.
    qualities : Qualities
        Tell how good a model is, and from what that is known.
    """
    return sorted(offers, key=lambda each: _KEYS[sort](each, qualities))


def _by_fit(each: Offer, qualities: Qualities) -> tuple[Any, ...]:
    """What fits comes first, before what people would wait for; then what was measured, what is here, the best."""
    speed, measured = _tokens_per_s(each), qualities.measured(each)
    slow = speed is not None and speed < _READ_TOKENS_PER_S and not measured  # measured, everybody sees for themselves
    return not each.usable, slow, _group(each), not measured, not each.here, -qualities.guess(each), each.name


def _by_speed(each: Offer, _qualities: Qualities) -> tuple[Any, ...]:
    return not each.usable, -(_tokens_per_s(each) or 0.0), each.card.active_parameters if each.card else 0, each.name


def _tokens_per_s(each: Offer) -> float | None:
    """Return the predicted speed of writing in the best way to hold a model, or None where it is not known."""
    way = each.best
    return way.speed.decode_tokens_per_s if way is not None and way.speed is not None else None


def _by_quality(each: Offer, qualities: Qualities) -> tuple[Any, ...]:
    """The strongest evidence first; values of different data or benchmarks say nothing of an order, the guess does."""
    return not each.usable, -qualities.evidence(each).strength, -qualities.guess(each), each.name


def _by_size(each: Offer, _qualities: Qualities) -> tuple[Any, ...]:
    return each.card.parameters if each.card else 0, each.name


def _by_age(each: Offer, _qualities: Qualities) -> tuple[Any, ...]:
    year, _dash, month = (each.card.released if each.card else "").partition("-")  # of a folder nobody knows when
    age = -(int(year) * 12 + int(month)) if month else 0
    return age, each.card.parameters if each.card else 0, each.name


def _group(each: Offer) -> int:
    """Return 0 for what fits as it was published, 1 for what fits in fewer bits, then tight, then what cannot run."""
    if not each.usable:
        return 4
    way = each.best
    if way is None:  # of a model without a card nobody knows
        return 3
    if way.fit.state == "tight":
        return 2
    return 0 if way is each.ways[0] else 1


_KEYS: dict[str, Callable[[Offer, Qualities], tuple[Any, ...]]] = {
    "fit": _by_fit,
    "speed": _by_speed,
    "quality": _by_quality,
    "size": _by_size,
    "new": _by_age,
}
