"""Limits of a search: numbers that a variant must keep, by metric, and what its licence must allow.

A spec holds them as text, ``max_ram_mib=4096``: at least so much where more of the metric is better, else at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import ParameterError
from kit.experiments.auto.objective import Objective, objective
from kit.i18n import _
from kit.models import ModelCard

LICENCE = "licence"
COMMERCIAL = "commercial"


@dataclass(frozen=True)
class Limit:
    """A number that a variant must keep."""

    objective: Objective
    value: float

    def keeps(self, value: float) -> bool:
        """Is `value` no worse than the limit?"""
        return self.objective.sign * (value - self.value) >= 0


def written(limits: Any) -> Any:
    """Return limits given as a mapping the way a spec holds them; anything else as it is."""
    if not isinstance(limits, Mapping):
        return limits
    return tuple(f"{name}={value}" for name, value in limits.items())


def read_limits(texts: Iterable[str]) -> tuple[Limit, ...]:
    """Return the limits on numbers that `texts` name.

    Raises
    ------
    ParameterError
        One is not written as ``name=value``.
    UnknownNameError
        It names no metric.
    """
    found = []
    for text in texts:
        name, _equals, value = (part.strip() for part in text.partition("="))
        if name == LICENCE:
            if value != COMMERCIAL:
                raise ParameterError("limits", text, allowed=f"{LICENCE}={COMMERCIAL}")
            continue
        found.append(Limit(objective(name, "limits"), _number(text, value)))
    return tuple(found)


def licence_refuses(texts: Iterable[str], card: ModelCard | None) -> str:
    """Return why the licence of a model does not keep the limits, or ""."""
    wanted = any(text.partition("=")[0].strip() == LICENCE for text in texts)
    if not wanted:
        return ""
    if card is None:
        return _("its licence is not known")
    if card.licence_commercial in ("yes", "conditions"):
        return ""
    return _("its licence, {licence}, does not allow commercial use").format(licence=card.licence)


def _number(text: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ParameterError("limits", text, allowed=_("a metric and a number, such as 'max_ram_mib=4096'"))
    return number
