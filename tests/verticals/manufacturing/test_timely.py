"""Lead times and rates with intervals by machine, against drawing the machines one by one."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from kit.verticals.manufacturing.judged import Judged
from kit.verticals.manufacturing.timely import (
    foreseen_share,
    gap,
    garwood,
    interval,
    machine_draws,
    median_lead,
    timely,
    weekly,
)


def machine(place: int, leads: tuple[int, ...] = (), **more: int) -> Judged:
    counts = {"late": 0, "missed": 0, "right": len(leads), "false": 0, "unknown": 0, **more}
    caught = (True,) * len(leads) + (False,) * (counts["late"] + counts["missed"])
    return Judged(machine=f"M{place}", weeks=8.0, leads=leads, caught=caught, **counts)


def some(seed: int = 0, n: int = 14) -> list[Judged]:
    random = np.random.default_rng(seed)
    return [
        machine(
            place,
            tuple(int(lead) for lead in random.integers(10, 300, random.integers(0, 4))),
            missed=int(random.integers(0, 2)),
            false=int(random.integers(0, 3)),
        )
        for place in range(n)
    ]


def drawn(found: list[Judged], counts: np.ndarray) -> list[Judged]:
    return [each for each, n in zip(found, counts, strict=True) for _ in range(n)]


def test_each_draw_is_what_counting_the_drawn_machines_gives() -> None:
    found = some()
    counts = machine_draws(len(found), seed=4, draws=50)
    medians, shares, false = median_lead(found, counts), foreseen_share(found, counts), weekly(found, counts, "false")
    for row, middle, share, rate in zip(counts, medians, shares, false, strict=True):
        held = drawn(found, row)
        leads = [lead for each in held for lead in each.leads]
        assert middle == np.median(leads)
        assert share == pytest.approx(len(leads) / sum(each.failures for each in held))
        assert rate == pytest.approx(sum(each.false for each in held) / sum(each.weeks for each in held))


def test_the_whole_is_counted_and_the_interval_holds_it() -> None:
    found = some(1)
    told = timely(found)
    leads = [lead for each in found for lead in each.leads]
    assert told.lead.value == np.median(leads)
    assert told.lead.low <= told.lead.value <= told.lead.high
    assert told.foreseen.value == pytest.approx(len(leads) / told.failures)
    assert told.alarms == sum(each.alarms for each in found)
    assert told.per_week.value == pytest.approx(told.alarms / (8 * len(found)))
    assert told.false_per_week.value < told.per_week.value


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Machines with 0 to 2 false alarms in eight weeks: the true rate is 1/8 a week."""
    held = 0
    for seed in range(120):
        random = np.random.default_rng(seed)
        found = [machine(place, false=int(random.integers(0, 3))) for place in range(30)]
        rate = timely(found, seed=seed, draws=400).false_per_week
        held += rate.low <= 1 / 8 <= rate.high
    assert held / 120 >= 0.93  # with Poisson's, which is wider for counts that vary as little as these


def test_without_failures_nothing_is_foreseen_and_nothing_breaks() -> None:
    told = timely([machine(place) for place in range(5)])
    assert np.isnan(told.lead.value)
    assert np.isnan(told.foreseen.value)
    assert told.lead.as_list() == [None, None, None]


def test_a_method_against_itself_has_no_gap() -> None:
    found = some(2)
    same = gap(found, found)
    for each in (same.lead, same.false_per_week):
        assert (each.value, each.low, each.high) == (0, 0, 0)
    assert same.foreseen.value == 0
    assert -0.25 < same.foreseen.low < 0 < same.foreseen.high < 0.25  # so few failures could hide as much


@pytest.mark.parametrize("events", [0, 1, 4, 30, 400])
def test_the_interval_of_a_rate_is_that_of_scipy(events: int) -> None:
    low = scipy.stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    assert garwood(events) == pytest.approx((low, scipy.stats.chi2.ppf(0.975, 2 * events + 2) / 2))


def test_an_interval_is_never_narrower_than_so_few_events_allow() -> None:
    """Three machines with one failure each, all foreseen, none in vain: every draw says the same."""
    told = timely([machine(place, (100,)) for place in range(3)])
    assert told.foreseen.value == told.foreseen.high == 1
    assert told.foreseen.low == pytest.approx(0.438, abs=1e-3)  # Wilson's, of 3 of 3
    assert told.false_per_week.low == 0
    assert told.false_per_week.high == pytest.approx(3.689 / 24, abs=1e-3)


def test_a_method_that_foresees_everything_is_better_than_one_that_misses_most() -> None:
    good = [machine(place, (100,)) for place in range(20)]
    bad = [machine(place, (100,)) if place % 5 == 0 else machine(place, missed=1) for place in range(20)]
    found = gap(good, bad).foreseen
    assert found.value == pytest.approx(0.8)
    assert 0.5 < found.low < 0.8 < found.high <= 1


def test_an_interval_leaves_out_draws_without_a_value() -> None:
    low, high = interval(np.array([1.0, 2.0, np.nan, 3.0]))
    assert 1 <= low < high <= 3
