"""Settings by name."""

from __future__ import annotations

import pytest

from kit.data import DataSpec
from kit.errors import UnknownNameError
from kit.tuning import TuneSpec
from kit.tuning.presets import PRESETS

DATA = DataSpec(source="finance-alerts")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_holds_fields_that_are_allowed(name: str) -> None:
    spec = TuneSpec.preset(name, model="m", data=DATA)
    assert all(getattr(spec, field) == value for field, value in PRESETS[name].items())


def test_what_is_said_beside_it_wins() -> None:
    longer = TuneSpec.preset("quick", model="m", data=DATA, epochs=7.0)
    assert (longer.epochs, longer.steps) == (7.0, None)
    assert TuneSpec.preset("quick", model="m", data=DATA, steps=3).steps == 3


def test_balanced_are_the_defaults() -> None:
    assert TuneSpec.preset("balanced", model="m", data=DATA) == TuneSpec(model="m", data=DATA)


def test_each_takes_longer_than_the_one_before() -> None:
    quick, balanced, best = (TuneSpec.preset(name, model="m", data=DATA) for name in PRESETS)
    assert list(PRESETS) == ["quick", "balanced", "best"]
    assert quick.steps is not None
    assert quick.steps * quick.batch_size < 1150  # rows: a minute of the smallest model on two cores (19 a second)
    assert balanced.steps is best.steps is None
    assert balanced.epochs < best.epochs


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        TuneSpec.preset("quik", model="m", data=DATA)
    assert caught.value.near == "quick"
