"""Several comparisons at once: Holm against statsmodels' published behaviour, families by simulation."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pytest

from kit.measure.correction import holm, judge_all, judge_one, level_for_each
from kit.measure.paired import PairedShares


def _by_definition(p_values: list[float]) -> list[float]:
    """Holm by the closure principle: the largest Bonferroni p-value of all sets that hold a hypothesis."""
    m = len(p_values)
    sets = [s for size in range(1, m + 1) for s in itertools.combinations(range(m), size)]
    return [max(min(len(s) * min(p_values[j] for j in s), 1.0) for s in sets if i in s) for i in range(m)]


@pytest.mark.parametrize("seed", range(6))
def test_holm_equals_its_definition(seed: int) -> None:
    draw = np.random.default_rng(seed)
    p_values = [float(p) for p in np.round(draw.beta(0.4, 2, draw.integers(1, 8)), 3)]
    assert holm(p_values) == pytest.approx(_by_definition(p_values))


def test_a_worked_example() -> None:
    """By hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, and 0.04 is not less than the one before."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []


@dataclass(frozen=True)
class _Normal:
    """A difference with a standard error of 1."""

    difference: float

    @property
    def decision_p(self) -> float:
        return 2 * NormalDist().cdf(-abs(self.difference))

    def interval(self, level: float) -> tuple[float, float]:
        half = NormalDist().inv_cdf(0.5 + level / 2)
        return self.difference - half, self.difference + half


def test_one_comparison_is_not_corrected() -> None:
    (alone,) = judge_all([_Normal(2.0)], 0.95)
    assert alone == judge_one(_Normal(2.0), 0.95)
    assert (alone.side, alone.comparisons) == (1, 1)
    assert (alone.low, alone.high) == pytest.approx((0.04, 3.96), abs=1e-3)


def test_holm_sees_more_than_bonferroni_and_the_interval_does_not_deny_it() -> None:
    clear, slight = judge_all([_Normal(-5.0), _Normal(2.0)], 0.95)
    assert (clear.side, slight.side) == (-1, 1)
    assert slight.p_adjusted == pytest.approx(0.0455, abs=1e-4)
    assert _Normal(2.0).interval(level_for_each(0.95, 2))[0] < 0 == slight.low
    assert judge_one(_Normal(2.0), 0.95, 2).side == 0


@pytest.mark.parametrize("m", [2, 5, 12])
def test_what_was_said_before_all_were_known_stands(m: int) -> None:
    draw = np.random.default_rng(m)
    for _family in range(50):
        found = [_Normal(float(x)) for x in draw.normal(1.5, 1.5, m)]
        together = judge_all(found, 0.95)
        for each, judged in zip(found, together, strict=True):
            before = judge_one(each, 0.95, m)
            assert before.side in (0, judged.side)
            assert judged.p_adjusted <= before.p_adjusted
            assert (judged.side != 0) == (judged.p_adjusted <= 0.05)
            assert judged.low <= 0 <= judged.high or judged.side


@pytest.mark.parametrize("real", [0, 4, 8])
def test_families_of_intervals_hold_together(real: int) -> None:
    """Of eight comparisons some differ: in 95 families of 100 no interval misses its truth, and no side is wrong."""
    draw, truth = np.random.default_rng(real), np.array([3.0] * real + [0.0] * (8 - real))
    missed = 0
    for _family in range(3000):
        shared = draw.normal(0, np.sqrt(0.5))  # all are compared with one reference, which errs once for all
        judged = judge_all([_Normal(float(x)) for x in truth + shared + draw.normal(0, np.sqrt(0.5), 8)], 0.95)
        missed += any(not each.low <= t <= each.high for each, t in zip(judged, truth, strict=True))
    assert missed / 3000 <= 0.055


def test_twelve_variants_of_one_reference_give_no_false_winner() -> None:
    """600 rows, all right in 80 of 100: uncorrected, one sweep in three has a "winner" or a "loser"."""
    draw, n = np.random.default_rng(1), 600
    alone = together = 0
    for _sweep in range(1500):
        right = int((draw.random(n) < 0.8).sum())
        lost, gained = draw.binomial(right, 0.0625, 12), draw.binomial(n - right, 0.25, 12)
        p_values = [PairedShares(int(b), int(c), n).decision_p for b, c in zip(gained, lost, strict=True)]
        alone += min(p_values) <= 0.05
        together += min(holm(p_values)) <= 0.05
    assert alone / 1500 > 0.2
    assert together / 1500 <= 0.062
