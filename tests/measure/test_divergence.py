"""How far two models are from each other, against scipy and torch."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import log_softmax
from scipy.stats import entropy

from kit.measure.divergence import Places, divergence_metrics, joined, kl_divergence, kld_percentiles, stderr


def expected(places: int, vocabulary: int, *, noise: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    logits = random.normal(size=(places, vocabulary)) * 3
    moved = logits + random.normal(size=logits.shape) * noise
    return tuple(log_softmax(table, axis=1).astype(np.float32) for table in (logits, moved))  # type: ignore[return-value]


def some_places(texts: int = 20, each: int = 30, seed: int = 0) -> Places:
    random = np.random.default_rng(seed)
    n = texts * each
    harder = np.repeat(random.normal(size=texts), each)  # places of one text resemble each other
    reference = -random.gamma(2, size=n)
    return Places(
        text=np.repeat(np.arange(texts), each),
        token=random.integers(0, 9, n),
        kld=random.gamma(1, size=n) * np.exp(harder) / 100,
        same_top=random.random(n) < 0.9,
        reference=reference,
        variant=reference - random.normal(size=n) * 0.1,
    )


@pytest.mark.parametrize("noise", [0.01, 0.3, 3])
def test_the_divergence_is_that_of_scipy(noise: float) -> None:
    reference, variant = expected(12, 500, noise=noise)
    told = entropy(np.exp(reference.astype(float)), np.exp(variant.astype(float)), axis=1)
    assert kl_divergence(reference, variant) == pytest.approx(told, rel=1e-4, abs=1e-6)


def test_the_divergence_is_that_of_torch() -> None:
    import torch
    from torch.nn.functional import kl_div

    reference, variant = expected(5, 300, noise=0.5)
    told = kl_div(torch.tensor(variant), torch.tensor(reference), log_target=True, reduction="none").sum(1)
    assert kl_divergence(reference, variant) == pytest.approx(told.numpy(), rel=1e-4)


def test_the_same_expectations_do_not_diverge() -> None:
    reference, _variant = expected(5, 300, noise=1)
    assert kl_divergence(reference, reference).tolist() == [0] * 5


def test_what_the_reference_excludes_costs_nothing() -> None:
    reference = np.log(np.array([[0.5, 0.5, 0]]), where=np.array([[True, True, False]]), out=np.full((1, 3), -np.inf))
    variant = np.log(np.array([[0.5, 0.25, 0.25]]))
    assert kl_divergence(reference, variant) == pytest.approx([0.5 * np.log(2)])


def test_the_numbers_are_those_of_their_definitions() -> None:
    places = some_places()
    found = divergence_metrics(places)
    delta = np.exp(places.variant) - np.exp(places.reference)
    assert found["kld_mean"] == pytest.approx(places.kld.mean())
    assert [found[f"kld_{q}"] for q in ("p50", "p90", "p99")] == pytest.approx(np.percentile(places.kld, [50, 90, 99]))
    assert found["kld_max"] == places.kld.max()
    assert found["same_top_p"] == places.same_top.mean()
    assert found["delta_p_mean"] == pytest.approx(delta.mean())
    assert [found[f"delta_p_p{q}"] for q in (1, 10, 50, 90, 99)] == pytest.approx(
        np.percentile(delta, [1, 10, 50, 90, 99])
    )
    assert found["delta_p_rms"] == pytest.approx((delta**2).mean() ** 0.5)
    assert found["reference_perplexity"] == pytest.approx(np.exp(-places.reference.mean()))
    assert found["perplexity_ratio"] == pytest.approx(found["variant_perplexity"] / found["reference_perplexity"])
    assert kld_percentiles(places)["99.9"] == pytest.approx(np.percentile(places.kld, 99.9))


@pytest.mark.parametrize("name", ["kld_mean", "same_top_p", "perplexity_ratio", "delta_p_rms"])
def test_standard_errors_are_the_scatter_of_new_texts(name: str) -> None:
    found = [divergence_metrics(some_places(40, 20, seed)) for seed in range(150)]
    scatter = np.std([metrics[name] for metrics in found])
    assert np.mean([metrics[f"{name}_stderr"] for metrics in found]) == pytest.approx(scatter, rel=0.2)


def test_of_few_texts_the_places_are_the_sample() -> None:
    values = np.random.default_rng(0).normal(size=50)
    assert stderr(values, np.zeros(50, int)) == pytest.approx(values.std(ddof=1) / 50**0.5)
    assert stderr(values[:1], np.zeros(1, int)) == 0


def test_places_go_through_json_and_together() -> None:
    whole = some_places(4, 5)
    halves = [
        Places(**{name: column[part] for name, column in vars(whole).items()}) for part in (slice(7), slice(7, 20))
    ]
    again = joined([Places.from_dict(json.loads(json.dumps(half.to_dict()))) for half in halves])
    assert divergence_metrics(again) == divergence_metrics(whole)
    assert again.same_top.dtype == bool
