"""Who takes part in a sweep: each model held by each method, as its table lists them. Light."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kit.engines import Variant
from kit.engines.homes import home
from kit.quantization.lacks import lacks_of
from kit.quantization.registry import get_method, methods

if TYPE_CHECKING:
    from kit.experiments.spec import SweepSpec

ALL = "all"  # stands for every method that runs here
_FIRST = ("fp32", "bf16")  # of all: a reference comes before what is compared with it


@dataclass(frozen=True)
class Entrant:
    """One variant of a sweep.

    Parameters
    ----------
    name : str
        As tables call it: the method, with the model where there are several.
    variant : Variant
        The model and how it is held, calibration included where the method looks at rows.
    """

    name: str
    variant: Variant

    @property
    def kept_as(self) -> str:
        """Return what its part is kept by: readable as a file name, and one for each variant."""
        if re.fullmatch(r"[\w.-]+", self.name):
            return self.name
        digits = hashlib.sha256(f"{self.variant.model} {self.variant.method}".encode()).hexdigest()[:6]
        return re.sub(r"[^\w.-]+", "-", f"{self.name}-{digits}")


def lineup(spec: SweepSpec) -> list[Entrant]:
    """Return every variant of a sweep, the methods of one model after those of another, as listed."""
    chosen = chosen_methods(spec.methods, spec.engines, calibrated=spec.calibration is not None)
    models = (spec.model, *spec.models)
    short = _short_names(models)
    return [
        Entrant(f"{short[model]} {method}" if len(models) > 1 else method, variant_of(spec, model, method))
        for model in models
        for method in chosen
    ]


def chosen_methods(names: Sequence[str], engines: Sequence[str] = (), *, calibrated: bool = False) -> list[str]:
    """Return the methods that `names` and `engines` name.

    Parameters
    ----------
    names : sequence of str
        Of methods; ``("all",)`` stands for those that run here, in the order of the registry, plain floats first.
    engines : sequence of str
        Only methods that these run; left empty, all do.
    calibrated : bool, default False
        Are there rows for methods that look at some? Without, "all" leaves these out.
    """
    found = _everything(calibrated) if tuple(names) == (ALL,) else list(names)
    return [name for name in found if not engines or home(name) in engines]


def _everything(calibrated: bool) -> list[str]:
    able = [each for each in methods().values() if calibrated or not each.calibrated]
    ready = [each.name for each in able if not lacks_of(each)]
    return sorted(ready, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))


def variant_of(spec: SweepSpec, model: str, method: str) -> Variant:
    """Return a model held by a method, with the rows of the sweep to calibrate by where the method looks at some."""
    looks = get_method(method).calibrated
    return Variant(model=model, method=method, calibration=spec.calibration if looks else None)


def _short_names(models: Sequence[str]) -> dict[str, str]:
    """Return the last part of each name, or the whole where two end alike."""
    ends = {model: model.rstrip("/").rpartition("/")[2] for model in models}
    return {model: end if list(ends.values()).count(end) == 1 else model for model, end in ends.items()}
