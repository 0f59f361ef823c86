"""How far a tuning has come."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from kit.tuning.validate import Validation


@dataclass
class Progress:
    """How far a tuning has come; changed by the loop that trains.

    Parameters
    ----------
    step : int, default 0
        Steps that are done.
    before, last : Validation, optional
        Of the model as it was before the first step, and the newest after one.
    peak_mib : float, default 0
        The greatest memory that any attempt has taken, in MiB.
    resumed_at : list of int
        The steps from which it went on.
    """

    step: int = 0
    before: Validation | None = None
    last: Validation | None = None
    peak_mib: float = 0.0
    resumed_at: list[int] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Progress:
        """Make it from what `to_dict` returned; other keys are ignored."""
        return cls(
            step=values["step"],
            before=_validation(values["before"]),
            last=_validation(values["last"]),
            peak_mib=values["peak_mib"],
            resumed_at=list(values["resumed_at"]),
        )


def _validation(values: dict[str, Any] | None) -> Validation | None:
    return None if values is None else Validation(**{**values, "answers": tuple(values["answers"])})
