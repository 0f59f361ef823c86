"""Which counters of energy this machine has, and why others cannot be read.

Linux tells what processors and memory use under ``/sys/class/powercap`` (RAPL). Each package counts its cores, its
graphics and what it shares; memory counts apart; "psys" counts the whole board, packages included, and is left out.
Since 2020 only root may read it (CVE-2020-8694), unless somebody allows it. GPUs are asked through NVML.
https://www.kernel.org/doc/html/latest/power/powercap/powercap.html
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kit.i18n import _
from kit.machine.energy.meter import Counter

POWERCAP = Path("/sys/class/powercap")


@dataclass(frozen=True)
class Found:
    """What can be counted here, and in words what cannot."""

    counters: tuple[Counter, ...] = ()
    missing: tuple[str, ...] = field(default=())


def find_counters(powercap: Path = POWERCAP, *, gpus: bool = True) -> Found:
    """Return the counters of this machine.

    Parameters
    ----------
    powercap : Path, default /sys/class/powercap
        Where the kernel tells of processors.
    gpus : bool, default True
        Ask for GPUs too.
    """
    parts = [_processors(powercap), *([_gpus()] if gpus else [])]
    counters = tuple(counter for part in parts for counter in part.counters)
    return Found(counters, tuple(words for part in parts for words in part.missing))


def _processors(powercap: Path) -> Found:
    zones = [zone for zone in sorted(powercap.glob("intel-rapl:*")) if _counts(zone)]
    if not zones:
        words = _("this machine does not tell the energy of its processor: there is no intel-rapl in {folder}")
        return Found(missing=(words.format(folder=powercap),))
    unreadable = [zone / "energy_uj" for zone in zones if not _readable(zone / "energy_uj")]
    if unreadable:
        words = _("the energy of the processor may be read by root only; to allow it until the next start: {command}")
        return Found(missing=(words.format(command=f"sudo chmod a+r {' '.join(map(str, unreadable))}"),))
    return Found(tuple(Counter(_name(zone), partial(_number, zone / "energy_uj"), _full(zone)) for zone in zones))


def _counts(zone: Path) -> bool:
    """Is this a package, or memory, rather than a part of one or the whole board?"""
    name = _name(zone)
    return name.startswith("package") or name == "dram"


def _name(zone: Path) -> str:
    try:
        return (zone / "name").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _readable(path: Path) -> bool:
    try:
        _number(path)
    except (OSError, ValueError):
        return False
    return True


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))


def _full(zone: Path) -> int | None:
    try:
        return _number(zone / "max_energy_range_uj")
    except (OSError, ValueError):
        return None


def _gpus() -> Found:
    try:
        import pynvml

        pynvml.nvmlInit()  # left open: counters are read later
    except ImportError:
        return Found()
    except pynvml.NVMLError:
        return Found()
    counters, missing = [], []
    for place in range(pynvml.nvmlDeviceGetCount()):
        handle = pynvml.nvmlDeviceGetHandleByIndex(place)
        name = f"{pynvml.nvmlDeviceGetName(handle)} {place}"
        try:
            pynvml.nvmlDeviceGetTotalEnergyConsumption(handle)
        except pynvml.NVMLError as exc:  # before Volta, and slices of a GPU (MIG)
            missing.append(_("the GPU {name} does not tell its energy ({why})").format(name=name, why=exc))
            continue
        counters.append(Counter(name, _millijoules(pynvml, handle)))
    return Found(tuple(counters), tuple(missing))


def _millijoules(nvml: Any, handle: Any) -> Callable[[], int]:
    return lambda: int(nvml.nvmlDeviceGetTotalEnergyConsumption(handle)) * 1000
