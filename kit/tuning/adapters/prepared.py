"""What is remembered of a model that was made ready for tuning."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.tuning.adapters.start import Tensors

_NAME = "_made_ready"


@dataclass(frozen=True)
class Prepared:
    """How a model was made ready.

    Parameters
    ----------
    method : str
        As in a `TuneSpec`.
    folder : Path
        Of the model as it was.
    start : dict of str to Tensor
        The weights with which training begins, where they are not without effect.
    """

    method: str
    folder: Path
    start: Tensors = field(default_factory=dict)


def remember(model: Any, prepared: Prepared) -> Any:
    """Return `model`, which knows from now on how it was made ready."""
    setattr(model, _NAME, prepared)
    return model


def prepared_as(model: Any) -> Prepared | None:
    """Return how `model` was made ready; None where somebody else did it."""
    found = vars(model).get(_NAME)
    return found if isinstance(found, Prepared) else None
