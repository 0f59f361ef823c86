"""Settings that belong together, from a quick look to the best that patience buys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kit.errors import UnknownNameError

PRESETS: dict[str, dict[str, Any]] = {
    # As many steps for any rows, so that it is a minute for short texts and a small model, however many rows there are.
    "quick": {"steps": 140, "learning_rate": 1.5e-3, "evaluations": 1},
    "balanced": {"epochs": 3.0, "learning_rate": 1e-3, "evaluations": 4},
    "best": {
        "epochs": 4.0,
        "learning_rate": 1e-3,
        "schedule": "cosine",
        "target_modules": ("all-linear",),
        "batch_size": 8,
        "evaluations": 12,
        "early_stopping": 4,
    },
}


def settings_of(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a preset, with what is given added or in their place.

    Parameters
    ----------
    name : {"quick", "balanced", "best"}
    given : mapping of str to object
        Fields of a `TuneSpec`. Epochs take the place of a preset's steps, which would count instead.

    Raises
    ------
    UnknownNameError
        No preset has that name.
    """
    if name not in PRESETS:
        raise UnknownNameError("preset", name, sorted(PRESETS))
    fields = {**PRESETS[name], **given}
    if "epochs" in given and "steps" not in given:
        fields.pop("steps", None)
    return fields
