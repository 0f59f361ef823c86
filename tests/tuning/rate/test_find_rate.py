"""The suggested learning rate: of curves whose answer is known, and of a model that learns best with it."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from kit.errors import KitError, ParameterError
from kit.plots import learning_rates
from kit.plots.style import description
from kit.report import ListReport
from kit.tuning import FindRateSpec, TuneSpec
from kit.tuning.rate.find import find_rate
from kit.tuning.rate.suggest import broken, lowest, smoothed, suggested_rate
from kit.tuning.tune import tune


def _descent(rates: list[float], curvature: float) -> list[float]:
    """Return the losses of gradient descent on a parabola, which breaks at a rate of 2 / curvature."""
    place, losses = 1.0, []
    for rate in rates:
        losses.append(0.5 * curvature * place**2 + 1)
        place -= rate * curvature * place
    return losses


@pytest.mark.parametrize("curvature", [1.0, 20.0])
def test_the_suggestion_is_below_where_a_parabola_breaks(curvature: float) -> None:
    rates = [1e-4 * 1.2**i for i in range(70)]
    losses = _descent(rates, curvature)
    until = next(i for i in range(1, len(losses)) if broken(losses[:i]))
    found = suggested_rate(rates[: until - 1], losses[: until - 1])
    assert found is not None
    assert 0.005 / curvature < found < 2 / curvature


def test_smoothing_is_adams_mean() -> None:
    values = [5.0, 3.0, 4.0, 1.0]
    weights = [0.9**i for i in range(4)]
    wanted = sum(w * v for w, v in zip(weights, reversed(values), strict=True)) / sum(weights)
    assert smoothed(values)[-1] == pytest.approx(wanted)
    assert smoothed(values)[0] == 5.0


def test_learning_has_broken_where_the_loss_explodes() -> None:
    falling = [3.0 - 0.1 * i for i in range(20)]
    assert not broken(falling)
    assert broken([*falling, math.nan])
    assert broken([*falling, *[100.0] * 3])
    assert not broken([])


def test_nothing_is_suggested_where_the_loss_never_falls() -> None:
    assert lowest([1.0 + i for i in range(30)]) is None
    assert suggested_rate([1e-5] * 30, [1.0 + i for i in range(30)]) is None


def test_the_suggested_rate_learns_better_than_others(spec: TuneSpec, tmp_path: Path) -> None:
    tuning = spec.replace(target_modules=("q_proj", "v_proj", "down_proj"), sample_answers=0, evaluations=1)
    report = ListReport(tmp_path)
    result = find_rate(FindRateSpec(tuning=tuning, steps=60), report)
    rate = result.metrics["learning_rate"]
    assert result.facts["lowest_at"] == pytest.approx(10 * rate)
    assert f"suggested learning rate: {rate:.2g}" in repr(result)
    assert report.values("learning_rate") == pytest.approx(result.facts["rates"])
    assert report.values("loss") == pytest.approx(result.facts["losses"])
    assert not (tmp_path / "artifacts").exists()
    losses = {}
    for times in (0.1, 1.0, 10.0):
        asked = tuning.replace(learning_rate=rate * times, steps=40)
        losses[times] = tune(asked, ListReport(tmp_path / str(times))).metrics["validation_loss"]
    assert losses[1.0] < min(losses[0.1], losses[10.0])
    said = description(learning_rates(result)).text
    assert said.startswith("The smoothed loss goes from")
    assert "suggested" in said


def test_a_search_that_finds_nothing_says_so(spec: TuneSpec, tmp_path: Path) -> None:
    asked = FindRateSpec(tuning=spec, lowest=1e-9, highest=1e-8, steps=20)
    stopped = ListReport(tmp_path / "stopped")
    stopped.stop = True
    assert find_rate(asked, stopped).status == "stopped"
    with pytest.raises(KitError, match="This result holds no curve"):
        learning_rates(find_rate(asked, stopped))


def test_the_rates_must_rise(spec: TuneSpec) -> None:
    with pytest.raises(ParameterError, match="lowest"):
        FindRateSpec(tuning=spec, lowest=0.1, highest=0.1)
