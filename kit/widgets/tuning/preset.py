"""Presets and what differs from them: which fields they fill, and what a person has changed since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from kit.i18n import N_
from kit.tuning.presets import PRESETS
from kit.tuning.spec import TuneSpec

TITLES = {"quick": N_("Quick look"), "balanced": N_("Balanced"), "best": N_("Best")}
SAID = {
    "quick": N_("The shortest that says whether these rows teach anything."),
    "balanced": N_("Good results in reasonable time: where to begin."),
    "best": N_("Trains longer and more weights, and keeps the best it has seen."),
}
USUAL = "balanced"

_LENGTH = ("epochs", "steps")  # whoever sets one of them means the other gone
_DEFAULTS = {field.name: field.default for field in dataclasses.fields(TuneSpec)}
_FILLED = frozenset(_LENGTH).union(*PRESETS.values())


def filled(name: str) -> dict[str, Any]:
    """Return every field that presets fill, as the preset `name` has it."""
    return {field: PRESETS[name].get(field, _DEFAULTS[field]) for field in _FILLED}


def differences(values: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return what the preset has in place of those `values` that differ from it, fields of no preset included.

    Parameters
    ----------
    values : mapping of str to object
        Fields of a `TuneSpec`.
    name : {"quick", "balanced", "best"}
    """
    meant = {**{field: _DEFAULTS[field] for field in values if field in _DEFAULTS}, **filled(name)}
    return {field: meant[field] for field, value in values.items() if field in meant and value != meant[field]}


def nearest(values: Mapping[str, Any]) -> str:
    """Return the preset from which `values` differ in the fewest fields; of equal ones the usual one."""
    return min(PRESETS, key=lambda name: (len(differences(values, name)), name != USUAL))
