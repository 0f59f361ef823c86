"""What alarms save: by hand, and which assumption decides."""

from __future__ import annotations

import math

import pytest

from kit.errors import ParameterError
from kit.verticals.manufacturing.costs import SWINGS, Model, saved
from kit.verticals.manufacturing.judged import Judged

YEAR = 365.25 / 7


def machine(leads: tuple[int, ...], right: int, false: int, weeks: float = YEAR) -> Judged:
    counts = {"late": 0, "missed": 0, "right": right, "false": false, "unknown": 0}
    return Judged(machine="M", weeks=weeks, leads=leads, caught=(True,) * len(leads), **counts)


def test_one_machine_for_a_year_by_hand() -> None:
    """Two foreseen, four alarms: 2 x 0.8 x (24 - 6) - 4 x 0.5 = 26.8 h; x 400 - 4 x 150 = 10,120."""
    found = saved([machine((50, 90), 2, 2)], Model())
    assert found.hours.value == pytest.approx(26.8)
    assert found.money.value == pytest.approx(10_120)


def test_it_is_told_for_a_machine_and_year() -> None:
    one = saved([machine((50, 90), 2, 2)], Model()).money.value
    many = saved([machine((50, 90), 2, 2)] * 7, Model()).money
    half = saved([machine((50, 90), 2, 2, weeks=YEAR / 2)], Model()).money.value
    assert many.value == pytest.approx(one)
    assert (many.low, many.high) == (pytest.approx(one), pytest.approx(one))  # machines that are all alike
    assert half == pytest.approx(2 * one)


def test_alarms_in_vain_cost() -> None:
    found = saved([machine((), 0, 5)], Model())
    assert found.money.value == pytest.approx(-5 * (0.5 * 400 + 150))


def test_the_break_even_is_where_nothing_is_saved() -> None:
    """At one in n alarms that is foreseen, saving and cost are the same."""
    share = saved([machine((9,), 1, 1)], Model()).worth_it_above
    model, alarms = Model(), 1000
    saving = share * alarms * model.found * (model.unplanned_hours - model.planned_hours) * model.hour_cost
    assert saving == pytest.approx(alarms * (model.check_stop_hours * model.hour_cost + model.check_cost))
    assert math.isnan(saved([machine((9,), 1, 1)], Model(found=0)).worth_it_above)


def test_each_assumption_is_moved_alone_and_the_most_decisive_comes_first() -> None:
    model = Model()
    found = saved([machine((50, 90), 2, 2)], model)
    assert {each.name for each in found.swings} == set(SWINGS)
    widths = [abs(each.money_at_high - each.money_at_low) for each in found.swings]
    assert widths == sorted(widths, reverse=True)
    by_name = {each.name: each for each in found.swings}
    cheaper = saved([machine((50, 90), 2, 2)], Model(check_cost=75)).money.value
    assert by_name["check_cost"].low == 75
    assert by_name["check_cost"].money_at_low == pytest.approx(cheaper)
    assert by_name["found"].high == 1.0
    assert by_name["hour_cost"].money_at_high > found.money.value > by_name["hour_cost"].money_at_low


@pytest.mark.parametrize(("name", "value"), [("found", 1.2), ("hour_cost", -1), ("planned_hours", math.inf)])
def test_an_impossible_assumption_is_refused(name: str, value: float) -> None:
    with pytest.raises(ParameterError, match=name):
        Model(**{name: value})
