"""What own runs measured of a model, to be set beside what was predicted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kit.choosing import Own, own_results
from kit.choosing.own import KINDS
from kit.errors import KitError
from kit.jobs import Listing, Summary
from kit.machine import this_machine
from kit.result import Result

_NEWEST = 3  # runs of one model that are read


@dataclass(frozen=True)
class Figures:
    """What one run measured of a model held in one way; None: it did not."""

    decode_tokens_per_s: float | None = None
    prefill_tokens_per_s: float | None = None
    max_ram_mib: float | None = None


@dataclass(frozen=True)
class Found:
    """What one run, or several of them, measured of a model: figures by method, and scores, newest first."""

    figures: dict[str, Figures]
    owns: tuple[Own, ...] = ()


class Measured:
    """What own runs measured, by the name of the model; each result is read once, and only when it is asked for."""

    def __init__(self) -> None:
        self.listing = Listing()
        self._read: dict[str, Found] = {}
        self._of_model: dict[str, list[Summary]] = {}

    def look(self) -> bool:
        """Look whether runs have come or gone; say whether anything has changed."""
        if not self.listing.look():
            return False
        self._of_model = {}
        for each in self.listing.pick(state="finished", kind=KINDS):
            self._of_model.setdefault(each.model.casefold(), []).append(each)
        return True

    def of(self, *names: str) -> Found:
        """Return what the newest runs measured of the model that goes by any of `names`."""
        figures: dict[str, Figures] = {}
        owns: list[Own] = []
        for each in [each for name in names for each in self._of_model.get(name.casefold(), ())][:_NEWEST]:
            found = self._found(each)
            owns += found.owns
            for method, own in found.figures.items():
                figures.setdefault(method, own)
        return Found(figures, tuple(owns))

    def _found(self, each: Summary) -> Found:
        if each.id not in self._read:
            try:
                result = self.listing.run(each.id).result
            except (KitError, OSError, ValueError, TypeError, KeyError):  # gone, or cut short
                result = Result(spec={})
            parts = [found for part in (result.parts or (result,)) for found in _of_part(part, each.model)]
            owns = tuple(own for own in own_results([result]) if own.model == each.model)
            self._read[each.id] = Found(dict(parts), owns)
        return self._read[each.id]


def _of_part(part: Result, model: str) -> Iterator[tuple[str, Figures]]:
    """Yield the method of a measured variant and its figures; nothing for another model, engine or machine."""
    variant = part.spec.get("variant")
    variant = variant if isinstance(variant, dict) else {}
    method = str(part.facts.get("method") or variant.get("method") or "")
    ours = variant.get("model", model) == model and variant.get("engine", "transformers") == "transformers"
    if part.status == "finished" and method and ours and _on_such_a_machine(part):
        names = ("decode_tokens_per_s", "prefill_tokens_per_s", "max_ram_mib")
        yield method, Figures(*(_mean(part, name) for name in names))


def _on_such_a_machine(part: Result) -> bool:
    """Was it measured with as many cores and GPUs as there are here, as far as it tells?"""
    machine, here = part.provenance.get("machine"), this_machine()
    if not isinstance(machine, dict) or "cores" not in machine:
        return True
    return bool(machine["cores"] == here.cores and len(machine.get("gpus", ())) == len(here.gpus))


def _mean(part: Result, name: str) -> float | None:
    if name in part.metrics:
        return float(part.metrics[name])
    return part.measurements[name].mean if name in part.measurements else None
