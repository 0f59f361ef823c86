"""The spec of measuring this machine. Light."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from kit.errors import MissingPackageError, ParameterError, UnsupportedError
from kit.i18n import N_, _
from kit.lack import installed
from kit.machine.facts import this_machine
from kit.spec import Needs, Spec, param


@dataclass(frozen=True, kw_only=True)
class ProbeSpec(Spec):
    """Measure how fast one device of this machine reads memory, multiplies matrices and begins an operation."""

    carried_out_by = "kit.machine.probe:probe"
    preload: ClassVar[tuple[str, ...]] = ("torch",)

    device: str = param("cpu", label=N_("Device"), help=N_('"cpu" or "cuda:0", "cuda:1", …'), empty=False)

    def check(self) -> None:
        if not re.fullmatch(r"cpu|cuda:\d+", self.device):
            raise ParameterError("device", self.device, allowed=_('"cpu", or "cuda:0" and so on for a GPU'))

    def look_ahead(self) -> None:
        if installed("torch") is None:
            raise MissingPackageError("torch", needed_for=_("Measuring speed"))
        gpus = len(this_machine().gpus)
        if self.device != "cpu" and int(self.device.removeprefix("cuda:")) >= gpus:
            raise UnsupportedError(
                _("{device} cannot be measured: this machine has {n} GPUs.").format(device=self.device, n=gpus),
                fix=_("Leave device out, or name one that is here."),
            )

    def needs(self) -> Needs:
        return Needs((self.device,), 1_500_000_000)
