"""What to tune, on what, and how."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from kit.data import open_data
from kit.models import check_name
from kit.quantization import get_method
from kit.quantization.load import check_runs_here
from kit.spec import Needs
from kit.tuning.fields import ComputingFields, DeviceFields, LearningFields, MethodFields, SubjectFields
from kit.tuning.fields.together import check_together
from kit.tuning.needs import needs_of
from kit.tuning.presets import settings_of


@dataclass(frozen=True, kw_only=True)
class TuneSpec(DeviceFields, ComputingFields, LearningFields, MethodFields, SubjectFields):
    """Tuning of one model on rows of a task; `kit.tuning.fields` has the fields in groups, the last base first."""

    carried_out_by = "kit.tuning.tune:tune"
    preload = ("kit.tuning.tune",)

    @classmethod
    def preset(cls, name: str, **fields: Any) -> Self:
        """Return a spec with the settings of a preset; `fields` are added, or take their place.

        Parameters
        ----------
        name : {"quick", "balanced", "best"}
            A quick look, the defaults, or the best that patience buys.

        Raises
        ------
        UnknownNameError
            No preset has that name.

        Examples
        --------
        >>> TuneSpec.preset("quick", model="m", data=DataSpec(source="finance-alerts")).evaluations
        1
        """
        return cls(**settings_of(name, fields))

    def look_ahead(self) -> None:
        for data in (self.data, self.validation, self.general):
            if data is not None:
                open_data(data)
        check_name(self.model)
        if self.quantization_aware is not None:
            check_runs_here(get_method(self.quantization_aware))

    def needs(self) -> Needs:
        return needs_of(self)

    def lighter(self) -> Iterator[tuple[TuneSpec, str]]:
        from kit.tuning.lighter import lighter_changes  # only where there is no room

        for changes in lighter_changes(self):
            yield self.replace(**changes), ", ".join(f"{name}={value!r}" for name, value in changes.items())

    def check_room(self, needs: Needs) -> str:
        from kit.models.room import check_room  # asked in the worker only

        return check_room(self, needs)

    def check(self) -> None:
        check_together(self)
