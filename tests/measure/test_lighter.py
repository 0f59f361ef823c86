"""What needs less memory: each change does, and is written so that it can be typed."""

from __future__ import annotations

import itertools

import pytest

import kit
from kit.data import DataSpec
from kit.engines import Variant
from kit.experiments import SweepSpec
from kit.measure import AnswerSpec, EvaluateSpec
from kit.spec import Spec
from kit.tuning import TuneSpec

DATA = DataSpec(source="finance-alerts", limit=64)
MODEL = "qwen2.5-7b-instruct"
SPECS = [
    EvaluateSpec(variant=Variant(model=MODEL), data=DATA, measures=("accuracy",)),
    SweepSpec(model=MODEL, data=DATA),
    AnswerSpec(variants=(Variant(model=MODEL, method="fp32"),), prompt="Where does it go?"),
    TuneSpec(  # all that a tuning could decide for itself is given
        model=MODEL,
        data=DATA,
        precision="fp32",
        processes=2,
        micro_batch_size=8,
        gradient_checkpointing=False,
        quantization="bnb-nf4",
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: type(spec).__name__)
def test_each_change_is_lighter_and_can_be_typed(spec: Spec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.measure.needs._peak_bytes", _by_bits_and_rows(spec))
    before = spec.needs().memory_bytes
    assert before is not None
    found = list(itertools.islice(spec.lighter(), 40))
    assert found
    for lighter, change in found:
        assert eval(f"spec.replace({change})", {"spec": spec, "kit": kit}) == lighter
        needs = lighter.needs().memory_bytes
        assert needs is not None
        assert needs < before


def _by_bits_and_rows(spec: Spec):  # type: ignore[no-untyped-def]
    """Count weights and rows, whatever the formulas say of a method."""
    from kit.models import METHOD_BITS, catalogue

    def peak(variant: Variant, *, batch: int, **more: int) -> int:
        return round(catalogue()[variant.model].parameters * METHOD_BITS[variant.method] / 8 + 1e6 * batch)

    return peak


def test_a_method_that_cannot_run_here_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.measure.lighter._runs_here", lambda method: method in ("fp32", "bf16", "fp16"))
    offered = [one.variant.method for one, _change in SPECS[0].lighter()]  # type: ignore[attr-defined]
    assert not [method for method in offered if method.startswith("bnb")]


def test_a_smaller_batch_is_tried_first_and_a_smaller_model_last() -> None:
    changes = [change for _spec, change in SPECS[0].lighter()]
    assert changes[0] == "batch_size=16"
    assert "qwen2.5-0.5b-instruct" in changes[-1]
    model = next(place for place, change in enumerate(changes) if "qwen2.5-3b" in change)
    assert all(MODEL in change for change in changes[5:model])
