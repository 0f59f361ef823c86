"""In which order runs are listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kit.jobs import Listing, Summary
from kit.widgets.running.words import figure, kind_words, state_words, title

_KEYS: dict[str, Callable[[Summary], Any]] = {
    "started": lambda each: each.created,
    "run": lambda each: title(each).casefold(),
    "kind": lambda each: kind_words(each.kind),
    "state": lambda each: state_words(each.state)[0],
    "result": lambda each: found[1] if (found := figure(each)) else None,
}
SORTS = ("started", "run", "kind", "state", "result", "took")
DOWN = ("started", "result", "took")  # begin with the greatest


def worked_s(each: Summary, listing: Listing) -> float | None:
    """Return how long a run worked, or has worked so far; its pauses and its waiting left out."""
    return each.took_s if each.over else listing.run(each.id).status.elapsed_s


def in_order(found: Iterable[Summary], listing: Listing, sort: str, *, down: bool) -> list[Summary]:
    """Return runs in an order; those without the value come last, whichever way.

    Parameters
    ----------
    found : iterable of Summary
        To be ordered; what is equal stays as it is.
    listing : Listing
        Where they come from.
    sort : str
        One of `SORTS`.
    down : bool
        The greatest first.
    """
    keyed: list[tuple[Any, Summary]] = [
        (_KEYS[sort](each) if sort in _KEYS else worked_s(each, listing), each) for each in found
    ]
    known = sorted((pair for pair in keyed if pair[0] is not None), key=lambda pair: pair[0], reverse=down)
    return [each for _key, each in known] + [each for value, each in keyed if value is None]
