"""What own runs measured of a model, to be set beside what was predicted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kit.errors import KitError
from kit.jobs import Listing, Summary
from kit.result import Result

_KINDS = ("sweep", "evaluate", "auto")  # kinds of work that leave measured variants
_NEWEST = 3  # runs of one model that are read


@dataclass(frozen=True)
class Figures:
    """What one run measured of a model held in one way; None: it did not."""

    run: str
    acc: float | None = None
    acc_stderr: float | None = None
    decode_tokens_per_s: float | None = None
    prefill_tokens_per_s: float | None = None
    max_ram_mib: float | None = None


class Measured:
    """Figures of own runs by model and method, each result read once."""

    def __init__(self) -> None:
        self.listing = Listing()
        self._read: dict[str, dict[str, Figures]] = {}
        self._of_model: dict[str, list[Summary]] = {}

    def look(self) -> bool:
        """Look whether runs have come or gone; say whether anything has changed."""
        if not self.listing.look():
            return False
        self._of_model = {}
        for each in self.listing.pick(state="finished", kind=_KINDS):
            self._of_model.setdefault(each.model.casefold(), []).append(each)
        return True

    def of(self, names: Iterable[str]) -> dict[str, Figures]:
        """Return by method what the newest runs measured of the model that goes by any of `names`."""
        found: dict[str, Figures] = {}
        for each in [each for name in names for each in self._of_model.get(name.casefold(), ())][:_NEWEST]:
            for method, figures in self._figures(each).items():
                found.setdefault(method, figures)
        return found

    def _figures(self, each: Summary) -> dict[str, Figures]:
        if each.id not in self._read:
            try:
                result = self.listing.run(each.id).result
            except (
                KitError,
                OSError,
                ValueError,
                TypeError,
                KeyError,
            ):  # gone, or cut short
                result = Result(spec={})
            self._read[each.id] = {
                name: figures for part in (result.parts or (result,)) for name, figures in _of_part(part, each)
            }
        return self._read[each.id]


def _of_part(part: Result, run: Summary) -> list[tuple[str, Figures]]:
    """Return the method of a measured variant and its figures; of another model than the run's, nothing."""
    variant = part.spec.get("variant")
    variant = variant if isinstance(variant, dict) else {}
    method = str(part.facts.get("method") or variant.get("method") or "")
    other = str(variant.get("model") or part.facts.get("model") or run.model)
    if part.status != "finished" or not method or other != run.model or variant.get("adapter"):
        return []
    names = ("acc", "acc_stderr", "decode_tokens_per_s", "prefill_tokens_per_s", "max_ram_mib")
    return [(method, Figures(run.id, **{name: _mean(part, name) for name in names}))]


def _mean(part: Result, name: str) -> float | None:
    if name in part.metrics:
        return float(part.metrics[name])
    return part.measurements[name].mean if name in part.measurements else None
