"""0/1 scores on the same rows: tests against SciPy, the interval against a numerical likelihood, rates by summation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import binom, binomtest, norm

from kit.measure.paired import PairedShares, mcnemar_exact, mcnemar_mid, score_interval


@pytest.mark.parametrize("only_a", [0, 1, 2, 5, 9, 10, 30, 400])
@pytest.mark.parametrize("only_b", [0, 1, 3, 5, 10, 21, 60, 380])
def test_mcnemar_equals_scipys_binomial_test(only_a: int, only_b: int) -> None:
    n = only_a + only_b
    wanted = binomtest(only_a, n, 0.5).pvalue if n else 1.0
    assert mcnemar_exact(only_a, only_b) == pytest.approx(wanted, rel=1e-9)
    half = 0.0 if only_a == only_b else binom.pmf(only_a, n, 0.5)  # of equal counts the two tails share the table
    assert mcnemar_mid(only_a, only_b) == pytest.approx(wanted - half, rel=1e-9)


def test_thousands_of_rows_lose_no_digit() -> None:
    assert mcnemar_exact(4000, 4300) == pytest.approx(binomtest(4000, 8300, 0.5).pvalue, rel=1e-9)


def test_a_published_example() -> None:
    """Airway responsiveness of 21 children, Fagerland, Lydersen and Laake (2013): 1 and 7 changed to either side."""
    found = PairedShares(1, 7, 21)
    assert found.p_value == pytest.approx(0.0703, abs=5e-5)
    assert found.p_mid == pytest.approx(0.0391, abs=5e-5)
    assert found.interval(0.95) == pytest.approx((-0.517, -0.026), abs=5e-4)


def _likelihood_interval(b: int, c: int, n: int, level: float) -> tuple[float, float]:
    """Tango's interval from its definition: the likelihood is maximized with the difference held, numerically."""

    def statistic(supposed: float) -> float:
        def unlikely(q: float) -> float:  # q: share of rows that only the reference got right
            p = q + supposed
            rest = 1 - p - q
            terms = [(b, p), (c, q), (n - b - c, rest)]
            return math.inf if any(x <= 0 < k for k, x in terms) else -sum(k * math.log(x) for k, x in terms if k)

        low, high = max(0.0, -supposed), (1 - supposed) / 2
        q = minimize_scalar(unlikely, bounds=(low, high), method="bounded", options={"xatol": 1e-13}).x
        return float((b - c - n * supposed) / math.sqrt(n * (2 * q + supposed - supposed**2)))

    z, delta = norm.ppf(0.5 + level / 2), (b - c) / n
    low = brentq(lambda x: statistic(x) - z, -0.9999, delta - 1e-9)
    return low, brentq(lambda x: statistic(x) + z, delta + 1e-9, 0.9999)


@pytest.mark.parametrize(("b", "c", "n"), [(12, 5, 102), (3, 9, 40), (20, 20, 600), (60, 30, 300), (1, 2, 25)])
@pytest.mark.parametrize("level", [0.95, 0.995])
def test_the_interval_equals_its_definition(b: int, c: int, n: int, level: float) -> None:
    assert score_interval(b, c, n, level) == pytest.approx(_likelihood_interval(b, c, n, level), abs=2e-5)


@pytest.mark.parametrize(
    ("b", "c", "n", "low", "high"),
    [
        (0, 0, 500, -3.8415 / 503.8415, 3.8415 / 503.8415),  # z^2 / (n + z^2): no disagreement is no certainty
        (1, 0, 1, None, 1.0),
        (0, 7, 7, -1.0, None),
    ],
)
def test_the_interval_at_the_ends_of_the_possible(
    b: int, c: int, n: int, low: float | None, high: float | None
) -> None:
    found = score_interval(b, c, n)
    assert -1 <= found[0] <= (b - c) / n <= found[1] <= 1
    for value, wanted in zip(found, (low, high), strict=True):
        assert wanted is None or value == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("n", [30, 200, 1000])
def test_decision_and_interval_agree(n: int) -> None:
    for b in range(0, 30):
        for c in range(0, 30 - b):
            found = PairedShares(b, c, n)
            for level in (0.9, 0.95, 0.99):
                low, high = found.interval(level)
                assert (low > 0 or high < 0) == (found.decision_p <= 1 - level), (b, c, level)


def test_four_rows_against_none_are_no_evidence() -> None:
    found = PairedShares(4, 0, 200)
    assert score_interval(4, 0, 200)[0] > 0
    assert found.interval(0.95)[0] == 0
    assert found.decision_p == pytest.approx(1 / 16)
    assert PairedShares(5, 0, 200).interval(0.95)[0] > 0


def _rates(n: int, only_new: float, only_reference: float) -> tuple[float, float]:
    """Share of samples called different, and share whose interval holds the truth: a sum over all tables."""
    differ = only_new + only_reference
    called = covered = 0.0
    for m in range(n + 1):
        chance = binom.pmf(m, n, differ)
        if chance < 1e-7:
            continue
        shares = binom.pmf(np.arange(m + 1), m, only_new / differ) * chance
        for b in np.flatnonzero(shares > 1e-9):
            low, high = PairedShares(int(b), m - int(b), n).interval(0.95)
            called += shares[b] * (low > 0 or high < 0)
            covered += shares[b] * (
                low <= only_new - only_reference + 1e-12 and high >= only_new - only_reference - 1e-12
            )
    return called, covered


@pytest.mark.parametrize(("n", "differ"), [(200, 0.1), (600, 0.04)])
def test_false_alarms_are_five_in_a_hundred(n: int, differ: float) -> None:
    called, covered = _rates(n, differ / 2, differ / 2)
    assert abs(called - 0.05) <= 0.007
    assert covered == pytest.approx(1 - called, abs=1e-5)


@pytest.mark.parametrize(("n", "only_new", "only_reference"), [(200, 0.1, 0.04), (300, 0.05, 0.01), (50, 0.25, 0.1)])
def test_a_true_difference_is_covered(n: int, only_new: float, only_reference: float) -> None:
    assert abs(_rates(n, only_new, only_reference)[1] - 0.95) <= 0.007


@pytest.mark.parametrize(("n", "differ"), [(20, 0.1), (60, 0.05), (100, 0.02), (30, 0.5)])
def test_few_rows_give_no_more_false_alarms(n: int, differ: float) -> None:
    assert _rates(n, differ / 2, differ / 2)[0] <= 0.055


@pytest.mark.parametrize(("n", "differ"), [(200, 0.2), (600, 0.1), (1000, 0.05)])
def test_the_smallest_difference_is_shown_four_times_in_five(n: int, differ: float) -> None:
    smallest = PairedShares(round(n * differ / 2), round(n * differ / 2), n).smallest(0.95)
    draws = np.random.default_rng(3).multinomial(
        n, [(differ + smallest) / 2, (differ - smallest) / 2, 1 - differ], size=4000
    )
    found = np.mean([PairedShares(int(b), int(c), n).decision_p <= 0.05 for b, c, _rest in draws])
    assert abs(found - 0.8) <= 0.035


def test_the_smallest_difference_is_possible() -> None:
    """No difference is larger than the share of rows that differ; more rows and less certainty show smaller ones."""
    assert PairedShares(0, 0, 10).smallest(0.95) <= 1
    none = PairedShares(0, 0, 600).smallest(0.95)
    assert none == pytest.approx(7.849 / 600, rel=0.05)  # all that differ go one way: (z_a + z_b)^2 / n
    some = [PairedShares(k, k, 600).smallest(0.95) for k in (10, 50, 150)]
    assert none < some[0] < some[1] < some[2]
    assert PairedShares(50, 50, 600).smallest(0.995) > some[1]
