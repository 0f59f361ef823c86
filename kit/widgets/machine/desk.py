"""What a person sees and can do about this machine: its facts, what it has free now, and measuring how fast it is."""

from __future__ import annotations

from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.machine import ProbeSpec, Speed, known_speed, memory_free_mib, this_machine
from kit.machine.live import GpuLoad, disk, gpu_loads
from kit.machine.speed import default_device
from kit.place import cache, home
from kit.widgets.desk import Desk
from kit.widgets.machine.readiness import Readiness, readiness
from kit.widgets.origin import panel_name

_STEP_MIB = 100.0  # a change of free memory below this moves nothing on the page


class MachineDesk(Desk):
    """This machine, what was measured of it, and a measurement that may be going on.

    Parameters
    ----------
    device : str, optional
        Whose speed is shown; left out, where models run.
    name : str, optional
        The panel's name; left out, made from the arguments.
    """

    def __init__(self, device: str | None, name: str | None) -> None:
        super().__init__(panel_name("MachineCard", name, {"device": device}))
        self.title = _("This machine")
        self.machine = this_machine()
        self.devices = ("cpu", *(f"cuda:{place}" for place in range(len(self.machine.gpus))))
        self.device = device or default_device()
        if self.device not in self.devices:
            raise ParameterError("device", device, allowed=_("one of ") + ", ".join(self.devices))
        self.speed: Speed | None = None
        self.free_mib = 0.0
        self.loads: tuple[GpuLoad, ...] = ()
        self.disks: tuple[tuple[str, int, int], ...] = ()
        self.groups: tuple[Readiness, ...] = ()
        self.renew()

    def renew(self) -> bool:
        """Look at everything anew: somebody may have installed what was missing."""
        self.groups = readiness()
        self._weigh()
        found = self.adopt(ProbeSpec)
        self.speed = known_speed(self.device)
        return found

    def follow(self) -> bool:
        return self.adopt(ProbeSpec)

    def look(self) -> None:
        was_busy = self.busy
        super().look()
        self._weigh()
        if self.speed is None or was_busy != self.busy:
            self.speed = known_speed(self.device)

    def seen(self) -> object:
        seen = super().seen()
        return None if seen is None else (seen, self.speed, self.free_mib, self.loads, self.disks, self.groups)

    def waits(self) -> str:
        """Return why it cannot be measured, or ""."""
        try:
            self.spec().look_ahead()
        except KitError as exc:
            return exc.problem
        return ""

    def do_measure(self, value: Any, values: dict[str, Any]) -> None:
        """Measure the speed of the device, in a run of its own."""
        spec = self.spec()
        spec.look_ahead()
        self.begin(spec)

    def do_device(self, value: Any, values: dict[str, Any]) -> None:
        """Show the speed of another device."""
        asked = str(values.get("device", self.device))
        if asked in self.devices:
            self.device, self.speed = asked, known_speed(asked)

    def spec(self) -> ProbeSpec:
        return ProbeSpec(device=self.device)

    def code(self) -> str:
        device = "" if self.device == default_device() else repr(self.device)
        return f"import kit\n\nmachine = kit.this_machine()\nspeed = kit.measure_speed({device})"

    def _weigh(self) -> None:
        """Look at what is free now; small changes are passed over."""
        free = memory_free_mib()
        if abs(free - self.free_mib) > _STEP_MIB:
            self.free_mib = free
        if self.machine.gpus:
            self.loads = gpu_loads()
        places = ((_("runs"), home()), (_("models"), cache()))
        self.disks = tuple((what, *_rounded(disk(folder.absolute()))) for what, folder in places)


def _rounded(sizes: tuple[int, int]) -> tuple[int, int]:
    return sizes[0] // 10**8 * 10**8, sizes[1]
