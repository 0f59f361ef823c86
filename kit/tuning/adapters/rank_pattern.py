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

    Raises
    ------
    UnknownNameError
        An item means none of the layers that have an adapter.
    """
    places = list(chosen)
    found: dict[str, int] = {}
    for name, rank in ranks(items).items():
        if not any(place.is_called(name) for place in places):
            raise UnknownNameError("rank_pattern", name, {each for place in places for each in place.names})
        found[_expression(name)] = rank
    return found


def _expression(name: str) -> str:
    """Return `name` as the regular expression that peft matches with the end of a layer's full name."""
    if re.fullmatch(r"\w+", name):
        return name
    return fnmatch.translate(name).removeprefix("(?s:").removesuffix(")\\Z").removesuffix(")\\z")
