"""A rank for some of the layers: "down_proj=8", "layers.3.*=32". Light: a spec is checked with it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import _

if TYPE_CHECKING:
    from kit.tuning.adapters.places import Place

_ITEM = re.compile(r"\s*([^=\s]+)\s*=\s*(\d+)\s*")
_MOST = 1024


def ranks(items: Sequence[str]) -> dict[str, int]:
    """Return the rank of each name or pattern in `items`, in their order.

    Raises
    ------
    ParameterError
        An item is not "name=rank", or names what another item names; told by its place.
    """
    found: dict[str, int] = {}
    for i, item in enumerate(items):
        match = _ITEM.fullmatch(item)
        if match is None or not 1 <= int(match[2]) <= _MOST:
            allowed = _("a name or pattern, =, and a rank from 1 to {most}, such as down_proj=8").format(most=_MOST)
            raise ParameterError(f"rank_pattern[{i}]", item, allowed=allowed)
        if match[1] in found:
            raise ParameterError(f"rank_pattern[{i}]", item, allowed=_("another name: this one has a rank already"))
        found[match[1]] = int(match[2])
    return found


def ranks_for_peft(items: Sequence[str], chosen: Iterable[Place]) -> dict[str, int]:
    """Return `items` as peft reads a ``rank_pattern``; where several mean a layer, the first one counts.

    peft takes the first that fits too, but writes them to its file in the order of the alphabet. So names and patterns
    stay as they are only where no layer is meant by two of them; else each layer is named by itself.

    Raises
    ------
    UnknownNameError
        An item means none of the layers that have an adapter.
    """
    places, wanted = list(chosen), ranks(items)
    meant = {name: [place.name for place in places if place.is_called(name)] for name in wanted}
    for name, found in meant.items():
        if not found:
            raise UnknownNameError("rank_pattern", name, {each for place in places for each in place.names})
    named = [each for found in meant.values() for each in found]
    if len(named) == len(set(named)):
        return {_expression(name): rank for name, rank in wanted.items()}
    by_layer = {each: rank for name, rank in reversed(wanted.items()) for each in meant[name]}
    return {_expression(each): rank for each, rank in by_layer.items()}


def _expression(name: str) -> str:
    """Return `name` as the regular expression that peft matches with the end of a layer's full name."""
    if re.fullmatch(r"\w+", name):
        return name
    return fnmatch.translate(name).removeprefix("(?s:").removesuffix(")\\Z").removesuffix(")\\z")
