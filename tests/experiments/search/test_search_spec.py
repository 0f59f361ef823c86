"""What a search refuses before it begins, and what it says it needs."""

from __future__ import annotations

from typing import Any

import pytest

import kit
from kit.errors import MissingPackageError, ParameterError
from kit.experiments import SearchSpec
from kit.spec import needs_of


def _spec(**values: Any) -> SearchSpec:
    data = kit.load_data("finance-alerts").as_spec_value()
    return SearchSpec(tune=kit.TuneSpec(model="smollm2-135m-instruct", data=data), **values)


def test_it_goes_to_files_and_back() -> None:
    spec = _spec(space=("rank=8,16",), objectives=("validation_loss", "training_s"), minutes=3)
    assert SearchSpec.from_dict(spec.to_dict()) == spec
    assert eval(spec.code()) == spec


@pytest.mark.parametrize("pruning", ["median", "hyperband"])
def test_pruning_is_for_one_objective_that_has_a_curve(pruning: str) -> None:
    with pytest.raises(ParameterError, match=r"pruning=.*several objectives.*Leave pruning out"):
        _spec(objectives=("validation_loss", "training_s"), pruning=pruning)
    with pytest.raises(ParameterError, match="training_s, which is known at the end only"):
        _spec(objectives=("training_s",), pruning=pruning)
    assert _spec(objectives=("validation_loss",), pruning=pruning).pruned_by == pruning


def test_left_out_pruning_is_decided_by_the_objectives() -> None:
    assert _spec().pruned_by == "median"
    assert _spec(objectives=("peak_memory_mib",)).pruned_by == "none"
    assert _spec(objectives=("validation_loss", "training_s")).pruned_by == "none"


def test_it_needs_what_its_largest_tuning_does() -> None:
    small, large = (needs_of(_spec(space=(f"rank=4,{rank}",))).memory_bytes for rank in (8, 1024))
    assert small is not None
    assert large is not None
    own = needs_of(_spec().tune).memory_bytes
    assert own is not None
    assert large > small > own


def test_without_optuna_it_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.experiments.search.spec.find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r"optuna is not installed.*pip install 'tunebook\[search\]'"):
        _spec().look_ahead()
