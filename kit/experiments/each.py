"""What is done for one variant of a sweep. Light."""

from __future__ import annotations

from kit.engines import Variant
from kit.experiments.lineup import variant_of
from kit.experiments.spec import SweepSpec
from kit.measure.racing import RaceSpec
from kit.measure.spec import EvaluateSpec


def variant_spec(
    spec: SweepSpec,
    method: str,
    *,
    model: str = "",
    reference: Variant | None = None,
    race: RaceSpec | None = None,
) -> EvaluateSpec:
    """Return what is done for one variant of a sweep.

    Parameters
    ----------
    method : str
        How it is held.
    model : str, default ""
        Left empty, the first of the sweep.
    reference : Variant, optional
        What it is compared with place by place, where that is measured; left out, itself.
    race : RaceSpec, optional
        When it is given up.
    """
    variant = variant_of(spec, model or spec.model, method)
    compared = "reference" in spec.measures
    return EvaluateSpec(
        variant=variant,
        data=spec.data,
        reference=(reference or variant) if compared else None,
        race=race,
        **spec.measuring(),
    )
