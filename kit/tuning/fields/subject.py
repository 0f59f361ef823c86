"""What is tuned, and on what."""

from __future__ import annotations

from dataclasses import dataclass

from kit.data import DataSpec
from kit.i18n import N_
from kit.spec import Spec, param


@dataclass(frozen=True, kw_only=True)
class SubjectFields(Spec):
    """What is tuned, and on what."""

    model: str = param(label=N_("Model"), help=N_("The model to tune"), empty=False)
    data: DataSpec = param(label=N_("Training data"))
    validation: DataSpec | None = param(
        None, label=N_("Validation data"), help=N_("Left out, a tenth of the training rows is held back")
    )
