"""What was decided for a tuning, kept beside its checkpoints: it goes on as it began, whatever is free by then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kit.place import write_atomic
from kit.tuning.fitting.deciding import Choice, Decision

if TYPE_CHECKING:
    from kit.tuning.spec import TuneSpec

_FIELDS = ("micro_batch_size", "gradient_checkpointing", "quantization")


def keep_decision(folder: Path, key: str, decision: Decision) -> None:
    """Write `decision` to the folder of the checkpoints, for the spec with this key.

    Raises
    ------
    OSError
        It cannot be written.
    """
    values = {
        "fields": {name: getattr(decision.spec, name) for name in _FIELDS},
        "choices": [choice.to_dict() for choice in decision.choices],
        "peak_bytes": decision.peak_bytes,
        "room_bytes": decision.room_bytes,
        "sizes": list(decision.sizes),
    }
    write_atomic(_path(folder, key), json.dumps(values))


def kept_decision(folder: Path, spec: TuneSpec) -> Decision | None:
    """Return what was kept for `spec`, or None."""
    try:
        values: dict[str, Any] = json.loads(_path(folder, spec.key).read_text(encoding="utf-8"))
        fields = {name: values["fields"][name] for name in _FIELDS}
        choices = tuple(Choice(**choice) for choice in values["choices"])
        return Decision(
            spec.replace(**fields, gradient_accumulation_steps=None),
            choices,
            values["peak_bytes"],
            values["room_bytes"],
            tuple(values["sizes"]),
        )
    except (OSError, ValueError, KeyError, TypeError):  # never written, or by a version that wrote otherwise
        return None


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}-choices.json"
