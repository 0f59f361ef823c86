"""Does a model fit this machine: in its memory, on its disk; how tightly; and what is the nearest that would.

The room is the memory of the largest GPU where there is one, else what a process here may use. A model that takes more
than three quarters of it is tight: other programs need memory too, and an estimate can be wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kit.i18n import _
from kit.machine.facts import MIB, Gpu, Machine, memory_free_mib, this_machine
from kit.machine.live import disk, gpu_loads
from kit.models.card import ModelCard
from kit.models.estimates import METHOD_BITS, Estimate, download_bytes, estimate
from kit.models.source import available
from kit.models.usual import usual_methods

if TYPE_CHECKING:
    from kit.models.change import Change

State = Literal["fits", "tight", "no"]

TIGHT_SHARE = 0.75  # of the room


@dataclass(frozen=True)
class Fit:
    """How one model, held in one way, fits a machine.

    Parameters
    ----------
    card : ModelCard
        The model.
    estimate : Estimate
        What it takes.
    machine : Machine
        Where it is to run.
    state : {"fits", "tight", "no"}
        "tight": above three quarters of the room.
    needed_bytes : float
        Memory at its peak, loading included.
    room_bytes : float
        Memory of the largest GPU, or what a process may use.
    context : int, tokens
    batch : int
        What was asked for.
    download_bytes, disk_free_bytes : float, optional
        Only where the download has too little room on the disk.
    methods : tuple of str
        That may be offered in place of this one.
    here : bool
        Is `machine` this one, so that what is free now can be told?
    """

    card: ModelCard
    estimate: Estimate
    machine: Machine
    state: State
    needed_bytes: float
    room_bytes: float
    context: int = 2048
    batch: int = 1
    download_bytes: float | None = None
    disk_free_bytes: float | None = None
    methods: tuple[str, ...] | None = field(default=None, repr=False)
    here: bool = field(default=True, repr=False)

    def __repr__(self) -> str:  # the full one tells every language of the model
        needed, room = (f"{amount / 1e9:.1f}" for amount in (self.needed_bytes, self.room_bytes))
        return f"Fit({self.card.name}, {self.method}: {self.state}, {needed} of {room} GB)"

    @property
    def method(self) -> str:
        """How the weights are held."""
        return self.estimate.method

    @property
    def share(self) -> float:
        """Part of the room that it takes; above 1 it does not fit."""
        return self.needed_bytes / self.room_bytes if self.room_bytes else float("inf")

    @property
    def place(self) -> str:
        """What the room is: the name of a GPU, or "memory"."""
        gpu = _largest_gpu(self.machine)
        return _("memory") if gpu is None else gpu.name

    @cached_property
    def free_bytes(self) -> float | None:
        """Memory that is free now; None where `machine` is not this one, or its driver does not tell."""
        if not self.here:
            return None
        if not self.machine.gpus:
            return memory_free_mib() * MIB
        return max((load.memory_total_mib - load.memory_used_mib for load in gpu_loads()), default=0) * MIB or None

    @property
    def fits_now(self) -> bool:
        """Does it fit beside what other programs hold now?"""
        return self.state != "no" and (self.free_bytes is None or self.needed_bytes <= self.free_bytes)

    @cached_property
    def reasons(self) -> tuple[str, ...]:
        """Why, in sentences with numbers; the one that decides comes first."""
        from kit.models.fit_words import reasons

        return reasons(self)

    @cached_property
    def change(self) -> Change | None:
        """The nearest change with which it would fit; None when it fits, and when there is none."""
        if self.state != "no":
            return None
        from kit.models.change import nearest_change  # it makes fits of what it tries

        return nearest_change(self)

    @cached_property
    def advice(self) -> str:
        """What to do, in a sentence: the nearest change, or that there is none; "" when it fits."""
        if self.state != "no":
            return ""
        from kit.models.change import nothing_fits

        return nothing_fits(self) if self.change is None else self.change.words


def fit(
    card: ModelCard,
    method: str = "bf16",
    *,
    machine: Machine | None = None,
    context: int = 2048,
    batch: int = 1,
    methods: Sequence[str] | None = None,
) -> Fit:
    """Tell whether a model fits, by its estimate; nothing is loaded, and nothing asked of the network.

    Parameters
    ----------
    card : ModelCard
        The model.
    method : str, default "bf16"
        A key of `METHOD_BITS`.
    machine : Machine, optional
        This one when left out; of another one, disk and free memory are not known.
    context : int, tokens, default 2048
        Prompt and answer together.
    batch : int, default 1
        Sequences at a time.
    methods : sequence of str, optional
        That may be offered instead when it does not fit; left out, those whose packages are installed.

    Raises
    ------
    UnknownNameError
        There is no formula for the method.
    ParameterError
        `context` or `batch` is below 1.
    """
    where = this_machine() if machine is None else machine
    told = estimate(card, method, context=context, batch=batch)
    room = room_bytes(where)
    needed = float(told.peak_bytes)
    state: State = "fits" if needed <= TIGHT_SHARE * room else "tight" if needed <= room else "no"
    # The disk decides only where memory does not: what is on it already is looked for in many places.
    lacking = _lacking_disk(card) if machine is None and state != "no" else None
    download, free = lacking or (None, None)
    if lacking or context > card.context:
        state = "no"
    offered = None if methods is None else tuple(methods)
    return Fit(card, told, where, state, needed, room, context, batch, download, free, offered, machine is None)


def best_method(
    card: ModelCard,
    methods: Iterable[str] | None = None,
    *,
    machine: Machine | None = None,
    context: int = 2048,
    batch: int = 1,
) -> Fit | None:
    """Return the fit of the method with the most bits that fits, or None when none does.

    Parameters
    ----------
    methods : iterable of str, optional
        To choose from, the first one of equal bits; left out, those whose packages are installed, at most 16 bits:
        open models are published in no more.
    """
    offered = [name for name in installed_methods() if METHOD_BITS[name] <= 16] if methods is None else list(methods)
    for name in by_bits(offered):
        found = fit(card, name, machine=machine, context=context, batch=batch, methods=offered)
        if found.state != "no":
            return found
    return None


def by_bits(methods: Iterable[str]) -> list[str]:
    """Return the methods for which there is a formula, most bits first."""
    return sorted((name for name in methods if name in METHOD_BITS), key=lambda name: -METHOD_BITS[name])


def installed_methods() -> list[str]:
    """Return the methods that are offered unasked: of each size one that needs no package beyond those here."""
    return usual_methods()


def room_bytes(machine: Machine) -> float:
    """Return the memory that one model can have: of the largest GPU, or of a process."""
    gpu = _largest_gpu(machine)
    return (machine.memory_mib if gpu is None else gpu.memory_mib) * MIB


def _largest_gpu(machine: Machine) -> Gpu | None:
    return max(machine.gpus, key=lambda gpu: gpu.memory_mib, default=None)


def _lacking_disk(card: ModelCard) -> tuple[float, float] | None:
    """Return what the download takes and what the disk has free, where that is less and the model is not here."""
    if card.path:
        return None
    download, free = float(download_bytes(card)), float(disk(_downloads())[0])
    return (download, free) if download > free and not available(card.name) else None


def _downloads() -> Path:
    """Return where downloads of the hub go, as its own library decides, which is too heavy to be asked here."""
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HF_HOME")
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(named or f"{base}/huggingface").expanduser()
