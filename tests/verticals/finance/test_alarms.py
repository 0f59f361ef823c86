"""False alarms at a fixed recall against scikit-learn's curve, whole rings drawn, differences paired; and costs."""

from __future__ import annotations

import numpy as np
import pytest

from kit.errors import ParameterError
from kit.verticals.finance.alarms import drawn_weights, false_alarms, rate_at
from kit.verticals.finance.pricing import Prices, best_threshold, cost_of, earlier_half, priced


def scored(n: int = 400, seed: int = 0, ties: bool = False) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Return a score that is right more often than not, what is fraud, and rings of about four."""
    random = np.random.default_rng(seed)
    fraud = random.random(n) < 0.3
    score = random.normal(size=n) + 1.2 * fraud
    return np.round(score) if ties else score, fraud, [f"R{place // 4}" for place in range(n)]


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("recall", [0.1, 0.5, 0.8, 0.95, 1.0])
def test_the_rate_is_read_off_the_roc_curve(ties: bool, recall: float) -> None:
    from sklearn.metrics import roc_curve

    score, fraud, _rings = scored(ties=ties)
    false, true, _thresholds = roc_curve(fraud, score, drop_intermediate=False)
    at = int(np.argmax(true >= recall - 1e-12))
    part = (recall - true[at - 1]) / (true[at] - true[at - 1])
    wanted = false[at - 1] + part * (false[at] - false[at - 1])
    assert rate_at(score, fraud, recall, np.ones((1, len(score))))[0] == pytest.approx(wanted)


def test_weights_are_repeated_rows() -> None:
    score, fraud, rings = scored(120, ties=True)
    weights = drawn_weights(rings, 5, 1)
    rates = rate_at(score, fraud, 0.8, weights)
    for draw in range(5):
        rows = np.repeat(np.arange(120), weights[draw].astype(int))
        alone = rate_at(score[rows], fraud[rows], 0.8, np.ones((1, len(rows))))[0]
        assert rates[draw] == pytest.approx(alone)


def test_whole_rings_are_drawn() -> None:
    weights = drawn_weights(["a", "a", "b", "c", "c"], 50, 0)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 4]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_the_same_score_is_no_better_than_itself_whatever_is_drawn() -> None:
    score, fraud, rings = scored()
    found = false_alarms({"before": score, "after": 2 * score + 1}, fraud, rings)
    assert (found.less["after"].value, found.less["after"].low, found.less["after"].high) == (0, 0, 0)
    assert found.rates["before"].low < found.rates["before"].value < found.rates["before"].high


def test_a_better_score_raises_fewer_and_the_interval_says_so() -> None:
    score, fraud, rings = scored()
    better = score + 1.5 * fraud
    found = false_alarms({"before": score, "after": better}, fraud, rings)
    assert found.less["after"].low > 0
    assert found.less["after"].value == pytest.approx(found.rates["before"].value - found.rates["after"].value)
    turned = false_alarms({"before": better, "after": score}, fraud, rings)
    assert turned.less["after"].high < 0
    assert (found.frauds, found.harmless, found.rings) == (fraud.sum(), (~fraud).sum(), 100)


def test_rings_make_the_interval_wider() -> None:
    random = np.random.default_rng(2)
    fraud = np.repeat(random.random(60) < 0.4, 8)
    score = np.repeat(random.normal(size=60), 8) + 0.1 * random.normal(size=480) + fraud
    together = false_alarms({"a": score}, fraud, [f"R{place // 8}" for place in range(480)]).rates["a"]
    alone = false_alarms({"a": score}, fraud, [f"R{place}" for place in range(480)]).rates["a"]
    assert together.high - together.low > 1.5 * (alone.high - alone.low)


def test_the_interval_covers_what_many_samples_give() -> None:
    """Of intervals from samples of 240 alerts, about 95 in 100 hold the rate of 60,000."""
    big, truth, _rings = scored(60_000, seed=99)
    wanted = rate_at(big, truth, 0.8, np.ones((1, len(big))))[0]
    held = 0
    for seed in range(60):
        score, fraud, rings = scored(240, seed=seed)
        rate = false_alarms({"a": score}, fraud, rings, draws=300).rates["a"]
        held += rate.low <= wanted <= rate.high
    assert 52 <= held <= 60


PRICES = Prices(missed=100, annoyed=5, minute=1, minutes=2)


def test_costs_are_those_of_the_matrix() -> None:
    assert PRICES.matrix() == ((2, 100), (7, 0))
    looked, fraud = np.array([True, True, False, False]), np.array([True, False, True, False])
    assert cost_of(looked, fraud, PRICES).tolist() == [2, 7, 100, 0]


def test_the_best_threshold_is_the_cheapest_of_all() -> None:
    score, fraud, _rings = scored(90)
    best = best_threshold(score, fraud, PRICES)
    costs = {each: cost_of(score >= each, fraud, PRICES).sum() for each in [*score, np.inf]}
    assert costs[best] == min(costs.values())
    free = Prices(missed=0, annoyed=5, minute=1, minutes=2)
    assert best_threshold(score, fraud, free) == float("inf")
    assert best_threshold(score, fraud, Prices(missed=1e6, annoyed=0, minute=0)) <= score[fraud].min()


def test_thresholds_are_judged_on_the_half_that_did_not_choose_them() -> None:
    """Where the score turns round in the middle, the thresholds of one half are bad for the other, and it shows."""
    score, fraud, rings = scored(400, seed=4)
    honest = priced(score, fraud, rings, PRICES)
    turned = score.copy()
    turned[200:] = -turned[200:]
    assert priced(turned, fraud, rings, PRICES).cost.value > 1.3 * honest.cost.value
    assert honest.cost.value >= min(honest.costs) - 1e-9  # never better than what was chosen looking at everything
    assert honest.cost.low <= honest.cost.value <= honest.cost.high
    assert len(honest.draws) == 2000


def test_a_ring_stays_in_one_half() -> None:
    assert earlier_half(["a", "b", "c", "b"]).tolist() == [True, True, False, True]


def test_a_price_below_zero_is_refused() -> None:
    with pytest.raises(ParameterError, match="missed=-1"):
        Prices(missed=-1)
