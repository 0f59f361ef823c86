"""Limits of a search, called as those of `kit.recommend`: numbers that a variant must keep, and what its card must say.

A spec holds them as text, ``max_ram_mib=4096`` or ``licence=commercial``. A measured number is at least so much where
more of the metric is better, else at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import ParameterError
from kit.experiments.auto.objective import Objective, objective
from kit.i18n import _
from kit.models import ModelCard, available
from kit.models.uses import COMMERCIAL, licensed, speaks

_MEASURED_AS = {"max_vram_mib": "max_vram_reserved_mib", "max_disk_mib": "file_size_mib"}
_OF_CARDS = ("licence", "languages", "modality", "parameters", "context", "gated", "local")
_YES_OR_NO = {"true": True, "false": False}


@dataclass(frozen=True)
class Limit:
    """A number that a variant must keep when it is measured."""

    objective: Objective
    value: float

    def keeps(self, value: float) -> bool:
        """Is `value` no worse than the limit?"""
        return self.objective.sign * (value - self.value) >= 0


def written(limits: Any) -> Any:
    """Return limits given as a mapping the way a spec holds them; anything else as it is."""
    if not isinstance(limits, Mapping):
        return limits
    return tuple(f"{name}={_text(value)}" for name, value in limits.items() if value is not None)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple | set):
        return "+".join(sorted(map(str, value)))
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_limits(texts: Iterable[str]) -> tuple[Limit, ...]:
    """Return the limits on measured numbers among `texts`, after checking all.

    Raises
    ------
    ParameterError
        One is not written as ``name=value``, or has a value that cannot be.
    UnknownNameError
        It names neither a metric nor something of a card.
    """
    found = []
    for text in texts:
        name, value = _parts(text)
        if name in _OF_CARDS:
            _checked(text, name, value)
        else:
            metric = objective(_MEASURED_AS.get(name, name), "limits")
            found.append(Limit(metric, _number(text, value)))
    return tuple(found)


def refused(texts: Iterable[str], model: str, card: ModelCard | None) -> str:
    """Return why the card of a model does not keep the limits, as a sentence, or ""."""
    wanted = [_parts(text) for text in texts]
    for name, value in wanted:
        if name == "local" and _YES_OR_NO[value] and not available(model):
            return _("It is not on this machine: tunebook models get {name}.").format(name=model)
        if name in _OF_CARDS and name != "local":
            if card is None:
                return _("Its card is not known, to hold it against {name}={value}.").format(name=name, value=value)
            if not _card_keeps(card, name, value):
                words = _("Its card says {own}, which does not keep {name}={value}.")
                return words.format(own=_of_card(card, name), name=name, value=value)
    return ""


def _card_keeps(card: ModelCard, name: str, value: str) -> bool:
    if name == "licence":
        return licensed(card, value) if value in COMMERCIAL else card.licence.lower() == value.lower()
    if name == "languages":
        return all(speaks(card, language) for language in value.split("+"))
    if name == "modality":
        return set(value.split("+")) <= set(card.modality.split("+"))
    if name == "gated":
        return _YES_OR_NO[value] or not card.gated
    return card.parameters <= float(value) if name == "parameters" else card.context >= float(value)


def _of_card(card: ModelCard, name: str) -> str:
    own = getattr(card, name)
    return f"{name} {'+'.join(own) if isinstance(own, tuple) else own}"


def _parts(text: str) -> tuple[str, str]:
    name, _equals, value = (part.strip() for part in text.partition("="))
    return name, value


def _checked(text: str, name: str, value: str) -> None:
    if name in ("parameters", "context"):
        _number(text, value)
    elif name in ("gated", "local") and value not in _YES_OR_NO:
        raise ParameterError("limits", text, allowed=f"{name}=true, {name}=false")
    elif not value:
        raise ParameterError("limits", text, allowed=_("{name}=…, with a value").format(name=name))


def _number(text: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise ParameterError("limits", text, allowed=_("a name and a number above 0, such as 'max_ram_mib=4096'"))
    return number
