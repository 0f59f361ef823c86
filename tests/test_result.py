"""Measurements against numpy, and results that come back from files as they were."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kit.errors import ParameterError
from kit.result import Measurement, Result

SAMPLES = {
    "one": (0.25,),
    "two": (3.0, 1.0),
    "ties": (2.0, 2.0, 1.0, 2.0),
    "many": tuple(np.random.default_rng(7).lognormal(size=101)),
    "even": tuple(np.random.default_rng(8).normal(size=64)),
}
each_sample = pytest.mark.parametrize("samples", SAMPLES.values(), ids=SAMPLES)


@each_sample
@pytest.mark.parametrize("q", [0, 1, 25, 50, 90, 95, 99, 99.9, 100])
def test_percentiles_are_those_of_numpy(samples: tuple[float, ...], q: float) -> None:
    assert Measurement("ttft_s", "s", samples).percentile(q) == pytest.approx(np.percentile(samples, q), rel=1e-12)


@each_sample
def test_mean_and_deviation_are_those_of_numpy(samples: tuple[float, ...]) -> None:
    measurement = Measurement("ttft_s", "s", samples)
    assert measurement.mean == pytest.approx(np.mean(samples), rel=1e-12)
    assert measurement.std == pytest.approx(np.std(samples, ddof=1) if len(samples) > 1 else 0.0, rel=1e-12)
    assert (measurement.p50, measurement.p95) == (measurement.percentile(50), measurement.percentile(95))


@each_sample
def test_a_summary_is_that_of_numpy(samples: tuple[float, ...]) -> None:
    p50, p90, p95, p99 = np.percentile(samples, [50, 90, 95, 99])
    expected = {"count": len(samples), "mean": np.mean(samples), "p50": p50, "p90": p90, "p95": p95, "p99": p99}
    expected["std"] = np.std(samples, ddof=1) if len(samples) > 1 else 0.0
    assert Measurement("itl_s", "s", samples).summary() == pytest.approx(expected, rel=1e-12)


def test_a_measurement_has_samples() -> None:
    with pytest.raises(ParameterError, match="at least one number"):
        Measurement("ttft_s", "s", ())


@pytest.mark.parametrize("q", [-1, 100.5, float("nan")])
def test_a_percentile_lies_between_0_and_100(q: float) -> None:
    with pytest.raises(ParameterError, match="from 0 to 100"):
        Measurement("ttft_s", "s", (1.0, 2.0)).percentile(q)


def _result() -> Result:
    part = Result(spec={"method": "bnb-nf4"}, status="unsupported", error={"type": "X", "message": "m", "fix": "f"})
    return Result(
        spec={"spec": "kit.experiments.spec:SweepSpec", "methods": ["fp32"]},
        metrics={"acc": 0.75, "acc_stderr": 0.03},
        measurements={"ttft_s": Measurement("ttft_s", "s", (0.1, 0.2), "one request")},
        artifacts={"adapter": "artifacts/adapter"},
        facts={"labels": ["gut", "schlecht – ja"]},
        parts=(part,),
        provenance={"commit": "unknown"},
    )


def test_a_result_comes_back_from_json() -> None:
    result = _result()
    assert Result.from_dict(json.loads(result.to_json())) == result


def test_keys_of_a_newer_version_are_ignored() -> None:
    assert Result.from_dict({**_result().to_dict(), "carbon": 3}) == _result()


def test_the_repr_is_short() -> None:
    long = Result(spec={}, measurements={"x": Measurement("x", "s", tuple(range(10_000)))}, metrics={"acc": 1 / 3})
    assert repr(long) == "Result(finished; acc=0.3333)"
    assert repr(_result()).endswith("; 1 part)")
    told = Result(spec={}, facts={"summary": "front: a, b; best: a"}, parts=(_result(), _result()))
    assert repr(told) == "Result(finished; front: a, b; best: a; 2 parts)"
