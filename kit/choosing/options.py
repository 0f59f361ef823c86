"""One model held in one way, against the limits: what it takes, how fast it is, and what it misses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kit.choosing.limits import SPEEDS, Miss, number_miss
from kit.choosing.own import Own
from kit.i18n import _
from kit.machine.facts import MIB
from kit.machine.speed import Speed
from kit.models import Fit, ModelCard, expected_speed, fit
from kit.models.estimates import SpeedEstimate, disk_bytes
from kit.quantization.lacks import lacks_of


@dataclass(frozen=True)
class Asked:
    """What is asked of every option.

    Parameters
    ----------
    task : str
    limits : mapping
        From `checked_limits`.
    context, prompt : int, tokens
        Of one question with its answer, and of the question.
    speed : Speed, optional
        Of this machine, where it was measured.
    """

    task: str
    limits: Mapping[str, Any]
    context: int
    prompt: int
    speed: Speed | None


@dataclass(frozen=True)
class Option:
    """One model held in one way.

    Parameters
    ----------
    card : ModelCard
    fit : Fit
    asked : Asked
    own : Own, optional
        The newest measurement of it here.
    """

    card: ModelCard
    fit: Fit
    asked: Asked
    own: Own | None = None

    @property
    def method(self) -> str:
        """How its weights are held."""
        return self.fit.method

    @cached_property
    def speed(self) -> SpeedEstimate | None:
        """What is expected of this machine; None where it was never measured."""
        if self.asked.speed is None:
            return None
        context = min(self.asked.context, self.card.context)
        return expected_speed(self.card, self.method, self.asked.speed, prompt=self.asked.prompt, context=context)

    def seconds(self, name: str) -> float | None:
        """Return "ttft_s" or "tpot_s", as it was measured here, else as it is expected, else None."""
        measured = None if self.own is None else self.own.seconds(name)
        return measured if measured is not None or self.speed is None else float(getattr(self.speed, name))

    @property
    def timed(self) -> bool:
        """Was its speed measured here?"""
        return self.own is not None and self.own.seconds("tpot_s") is not None

    @property
    def memory_bytes(self) -> float:
        """Memory at its peak, as it was measured here, else as it is estimated."""
        on_gpu = bool(self.fit.machine.gpus)
        measured = None if self.own is None else self.own.mib("max_vram_reserved_mib" if on_gpu else "max_ram_mib")
        return self.fit.needed_bytes if measured is None else measured * MIB

    @cached_property
    def misses(self) -> tuple[Miss, ...]:
        """What keeps it from being chosen."""
        limits, on_gpu = self.asked.limits, bool(self.fit.machine.gpus)
        found = [_no_fit(self.fit)] if self.fit.state == "no" else []
        ram = self.fit.estimate.runtime_bytes if on_gpu else self.memory_bytes
        amounts = {
            "max_ram_mib": ram / MIB,
            "max_vram_mib": self.memory_bytes / MIB if on_gpu else 0.0,
            "max_disk_mib": disk_bytes(self.card, self.method) / MIB,
        }
        told = [number_miss(name, value, limits) for name, value in amounts.items()]
        told += [self._speed_miss(name) for name in SPEEDS if name in limits]
        return (*found, *(miss for miss in told if miss is not None))

    def _speed_miss(self, name: str) -> Miss | None:
        value = self._rate(name)
        if value is None:
            how = _("Its speed on this machine is not known: measure it once with kit.machine.measure_speed().")
            return Miss(name, how)
        return number_miss(name, value, self.asked.limits)

    def _rate(self, name: str) -> float | None:
        if name in ("ttft_s", "tpot_s"):
            return self.seconds(name)
        each = self.seconds("tpot_s" if name == "decode_tokens_per_s" else "ttft_s")
        if name == "decode_tokens_per_s":
            return None if not each else 1 / each
        return None if self.speed is None else self.speed.prefill_tokens_per_s


def options_of(card: ModelCard, methods: Sequence[str], asked: Asked, owns: Sequence[Own]) -> list[Option]:
    """Return one option for each method.

    Parameters
    ----------
    card : ModelCard
    methods : sequence of str
        That can run here.
    asked : Asked
    owns : sequence of Own
        What was measured of this model, newest first.
    """
    context = min(asked.context, card.context)
    newest = {own.method: own for own in reversed(owns)}
    return [
        Option(card, fit(card, name, context=context, methods=methods), asked, newest.get(name)) for name in methods
    ]


def lacking(method: str) -> str:
    """Return why a method cannot run here and what to type, or ""."""
    return " ".join(f"{method}: {lack.reason}. {lack.fix}" for lack in lacks_of(method))


def _no_fit(found: Fit) -> Miss:
    share = None if found.download_bytes is not None or found.share <= 1 else found.share
    return Miss("fit", found.reasons[0], share)
