"""What a choice must keep to, and how far something is from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kit.errors import ParameterError, UnknownNameError
from kit.i18n import N_, _
from kit.models import ModelCard, available, catalogue
from kit.models.uses import COMMERCIAL, licensed, speaks
from kit.words import count, duration, memory, number

# Numbers that may not be exceeded, with their labels; those below them may not be fallen short of.
AT_MOST = {
    "max_ram_mib": N_("main memory"),
    "max_vram_mib": N_("GPU memory"),
    "max_disk_mib": N_("disk"),
    "tpot_s": N_("time for each token"),
    "ttft_s": N_("time to the first token"),
    "parameters": N_("parameters"),
}
AT_LEAST = {
    "prefill_tokens_per_s": N_("prompt tokens a second"),
    "decode_tokens_per_s": N_("answer tokens a second"),
    "context": N_("context"),
}
OTHERS = ("licence", "languages", "modality", "gated", "local")
LIMITS = (*AT_MOST, *AT_LEAST, *OTHERS)
SPEEDS = ("tpot_s", "ttft_s", "prefill_tokens_per_s", "decode_tokens_per_s")


@dataclass(frozen=True)
class Miss:
    """One limit that is not kept.

    Parameters
    ----------
    limit : str
        Its name.
    reason : str
        In a sentence with numbers.
    gap : float, optional
        How many times too much or too little; None where that is no number, or is not known.
    """

    limit: str
    reason: str
    gap: float | None = None


def checked_limits(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return limits that are known and have values that they can have.

    Raises
    ------
    UnknownNameError
        There is no such limit; the nearest is named.
    ParameterError
        A value is not allowed.
    """
    if given is not None and not isinstance(given, Mapping):
        allowed = _("a mapping, such as {example}").format(example="{'max_ram_mib': 8000}")
        raise ParameterError("limits", given, allowed=allowed)
    return {name: _checked(name, value) for name, value in (given or {}).items() if value is not None}


def _checked(name: str, value: Any) -> Any:
    where = f"limits[{name!r}]"
    if name not in LIMITS:
        raise UnknownNameError("limits", name, LIMITS)
    if name in AT_MOST or name in AT_LEAST:
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0 or value == float("inf"):
            raise ParameterError(where, value, allowed=_("a number above 0"))
        return value
    if name in ("gated", "local"):
        if not isinstance(value, bool):
            raise ParameterError(where, value, allowed=_("True or False"))
        return value
    if name == "languages":
        listed = (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list | tuple | set) else ()
        if not listed or not all(isinstance(each, str) for each in listed):
            raise ParameterError(where, value, allowed=_("ISO 639 codes, such as 'de' or ['de', 'en']"))
        return listed
    known = _licences() if name == "licence" else _modalities()
    found = next((each for each in known if isinstance(value, str) and each.lower() == value.lower()), None)
    if found is None:
        raise UnknownNameError(where, value, known)
    return found


def _licences() -> list[str]:
    return [*COMMERCIAL, *sorted({card.licence for card in catalogue().values()})]


def _modalities() -> list[str]:
    return sorted({card.modality for card in catalogue().values()})


def card_misses(card: ModelCard, limits: Mapping[str, Any]) -> list[Miss]:
    """Return the limits that a model does not keep however it is held."""
    found = [_licence(card, limits), _languages(card, limits), _modality(card, limits), _gated(card, limits)]
    found += [number_miss("parameters", card.parameters, limits), number_miss("context", card.context, limits)]
    told = [miss for miss in found if miss is not None]
    if limits.get("local") and not available(card.name):
        told.append(Miss("local", _("It is not on this machine: tunebook models get {name}.").format(name=card.name)))
    return told


def number_miss(name: str, value: float, limits: Mapping[str, Any]) -> Miss | None:
    """Return how far a number is from its limit, or None where it keeps to it or there is none."""
    limit = limits.get(name)
    if limit is None or (value <= limit if name in AT_MOST else value >= limit):
        return None
    label = _({**AT_MOST, **AT_LEAST}[name])
    text = (
        _("{label}: {value}, above the limit of {limit}.")
        if name in AT_MOST
        else _("{label}: {value}, below the limit of {limit}.")
    )
    told = text.format(label=label.capitalize(), value=_words(name, value), limit=_words(name, limit))
    return Miss(name, told, value / limit if name in AT_MOST else limit / max(value, 1e-9))


def _words(name: str, value: float) -> str:
    if name.endswith("_mib"):
        return memory(value)
    if name.endswith("_s") and name in AT_MOST:
        return duration(value)
    if name == "parameters":
        return _("{n} B").format(n=number(value / 1e9)) if value >= 1e9 else _("{n} M").format(n=number(value / 1e6))
    return count(value) if name == "context" else number(value)


def _licence(card: ModelCard, limits: Mapping[str, Any]) -> Miss | None:
    wanted = limits.get("licence")
    if wanted is None or (licensed(card, wanted) if wanted in COMMERCIAL else card.licence == wanted):
        return None
    if wanted not in COMMERCIAL:
        return Miss("licence", _("Its licence is {licence}, not {wanted}.").format(licence=card.licence, wanted=wanted))
    told = _("Its licence ({licence}) does not allow commercial use.")
    if card.licence_commercial == "conditions":
        told = _("Its licence ({licence}) allows commercial use under conditions only.")
    elif card.licence_commercial == "unknown":
        told = _("Whether its licence ({licence}) allows commercial use is not known.")
    return Miss("licence", told.format(licence=card.licence))


def _languages(card: ModelCard, limits: Mapping[str, Any]) -> Miss | None:
    lacking = [language for language in limits.get("languages", ()) if not speaks(card, language)]
    if not lacking:
        return None
    return Miss("languages", _("Its makers do not name {languages}.").format(languages=", ".join(lacking)))


def _modality(card: ModelCard, limits: Mapping[str, Any]) -> Miss | None:
    wanted = limits.get("modality")
    if wanted is None or set(wanted.split("+")) <= set(card.modality.split("+")):
        return None
    return Miss("modality", _("It reads {modality}, not {wanted}.").format(modality=card.modality, wanted=wanted))


def _gated(card: ModelCard, limits: Mapping[str, Any]) -> Miss | None:
    if limits.get("gated", True) or not card.gated:
        return None
    return Miss("gated", _("Its terms must be accepted on the hub before the download."))
