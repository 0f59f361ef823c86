"""Everything a card says, in the order in which a person reads it, with the sources of what it says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from kit.i18n import _
from kit.models.card import ModelCard
from kit.models.score import NOT_STATED

_HIDDEN = ("scores", "source", "terms_source", "unverified")
_COUNTS = ("parameters", "active_parameters", "vision_parameters", "stated_parameters", "stated_active_parameters")


def details(card: ModelCard) -> list[tuple[str, str]]:
    """Return what `card` states as pairs of label and text, sources last; what it does not have is left out."""
    return [*_facts(card), *_scores(card), *_sources(card)]


def unverified_words(card: ModelCard) -> str:
    """Return the labels of the fields that no document at hand states, or ""."""
    labels = {field.name: field.metadata["label"] for field in dataclasses.fields(card)}
    return ", ".join(_(labels[name]) for name in card.unverified)


def _facts(card: ModelCard) -> Iterator[tuple[str, str]]:
    for field in dataclasses.fields(card):
        value = getattr(card, field.name)
        if field.name in _HIDDEN or value is None or value in ((), ""):
            continue
        unit = field.metadata.get("unit", "")
        text = _text(field.name, value) + (f" {_(unit)}" if unit else "")
        if field.name in card.unverified:
            text += " " + _("(not verified)")
        yield _(field.metadata["label"]), text


def _scores(card: ModelCard) -> Iterator[tuple[str, str]]:
    for score in card.scores:
        how = score.setting if score.setting != NOT_STATED else _("how it was asked is not stated")
        asked = f"{how}; {score.reporter}"
        yield score.benchmark, f"{100 * score.value:.1f} % ({asked}: {score.source})"


def _sources(card: ModelCard) -> Iterator[tuple[str, str]]:
    yield _("Source"), card.source
    if card.terms_source:
        yield _("Source of terms"), card.terms_source
    if card.unverified:
        yield _("Not verified"), unverified_words(card)


def _text(name: str, value: Any) -> str:
    if name in _COUNTS:
        return f"{value:,}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return str(value)
