"""The fields of a tuning in the order in which a panel shows them: a few first, the rest in groups that unfold."""

from __future__ import annotations

import dataclasses

from kit.i18n import N_
from kit.spec import Spec
from kit.tuning.fields import ComputingFields, DeviceFields, LearningFields, MethodFields

FIRST = ("epochs", "learning_rate", "rank", "batch_size")
_NOT_TYPED = ("general",)  # rows: given in Python


def _rest(group: type[Spec]) -> tuple[str, ...]:
    names = [field.name for field in dataclasses.fields(group)]
    return tuple(name for name in names if name not in (*FIRST, *_NOT_TYPED))


GROUPS = {
    "method": (N_("Method"), _rest(MethodFields)),
    "learning": (N_("Learning"), _rest(LearningFields)),
    "computing": (N_("Computing"), _rest(ComputingFields)),
    "devices": (N_("Devices"), _rest(DeviceFields)),
}
NAMES = (*FIRST, *(name for _title, names in GROUPS.values() for name in names))
