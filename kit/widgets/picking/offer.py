"""What each model would mean on this machine: is it here, does it fit, and in how many bits."""

from __future__ import annotations

from dataclasses import dataclass

from kit.i18n import _
from kit.machine import Machine
from kit.models import METHOD_BITS, ModelCard, available, estimate
from kit.models.estimates import Estimate
from kit.plots.words import MB_PER_MIB, number, parameters

TIGHT = 0.75  # of the memory: above, what else runs can push a model out
METHOD = "bf16"
MIB = 1024 * 1024


@dataclass(frozen=True)
class Offer:
    """One model as the picker shows it.

    `fits` is "yes", "tight" or "no" for bf16 weights; `smaller` names the method of most bits that would fit
    comfortably where bf16 does not, with the GB it needs. A model given by path or hub id has no card and no figures.
    """

    name: str
    card: ModelCard | None
    here: bool
    needed_gb: float | None = None
    machine_gb: float = 0.0
    fits: str = "yes"
    smaller: tuple[str, float] | None = None
    parts: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def usable(self) -> bool:
        """Does the model fit in some way?"""
        return self.fits != "no" or (self.smaller is not None and self.smaller[1] <= self.machine_gb * TIGHT)


def offer(name: str, card: ModelCard | None, machine: Machine) -> Offer:
    """Return what the model `name` would mean on `machine`."""
    here = available(name)
    if card is None:
        return Offer(name, None, here)
    room = memory_gb(machine)
    needed = estimate(card, METHOD)
    share = gb(needed) / room
    fits = "yes" if share <= TIGHT else "tight" if share <= 1 else "no"
    parts = tuple(
        round(b / 1e9, 3)
        for b in (needed.weights_bytes, needed.kv_cache_bytes, needed.activation_bytes + needed.runtime_bytes)
    )
    smaller = None if fits == "yes" else _smaller(card, room)
    return Offer(name, card, here, gb(needed), room, fits, smaller, (parts[0], parts[1], parts[2]))


def memory_gb(machine: Machine) -> float:
    """Return the memory that a model can have: of the largest GPU where there is one, else of the machine."""
    mib = max((gpu.memory_mib for gpu in machine.gpus), default=machine.memory_mib)
    return mib * MB_PER_MIB / 1000


def gb(needed: Estimate) -> float:
    """Return all bytes of an estimate in GB."""
    return needed.total_bytes / 1e9


def _smaller(card: ModelCard, room: float) -> tuple[str, float] | None:
    """Return the method of most bits below 16 that fits comfortably, or the smallest one, with its GB."""
    fewer = sorted((bits, name) for name, bits in METHOD_BITS.items() if bits < 16 and name != "bnb-fp4")
    needs = [(name, gb(estimate(card, name))) for _bits, name in reversed(fewer)]
    return next((need for need in needs if need[1] <= room * TIGHT), needs[-1] if needs else None)


def machine_words(machine: Machine) -> str:
    """Return this machine in a few words, as in "2 cores · 26 GB · AMX · no GPU"."""
    memory = _("{n} GB").format(n=number(machine.memory_mib * MB_PER_MIB / 1000))
    notable = [name for name in ("AMX", "AVX-512", "AVX2", "NEON") if name in machine.instruction_sets][:1]
    gpus = [f"{gpu.name} {number(gpu.memory_mib * MB_PER_MIB / 1000)} GB" for gpu in machine.gpus] or [_("no GPU")]
    return " · ".join([_("{n} cores").format(n=machine.cores), memory, *notable, *gpus])


def reason(of: Offer) -> str:
    """Return where the predicted memory goes, as a sentence."""
    weights, cache, rest = (number(part) for part in of.parts)
    text = _(
        "In bf16 the weights take {weights} GB, the KV cache of 2,048 tokens {cache} GB, libraries and spare "
        "{rest} GB; {room} GB are here."
    ).format(weights=weights, cache=cache, rest=rest, room=number(of.machine_gb))
    if of.smaller is None:
        return text
    method, needed = of.smaller
    fits = _("With {method} it needs {n} GB, which fits.") if of.usable else _("Even with {method} it needs {n} GB.")
    return f"{text} {fits.format(method=method, n=number(needed))}"


def size_words(card: ModelCard) -> str:
    """Return how many of the parameters work on one token, for a mixture of experts, or ""."""
    if card.experts is None:
        return ""
    return _("MoE · {n} active").format(n=parameters(card.active_parameters))
