"""The made-up machines: the same from the same seed, with signatures of their failures, and no way to look ahead."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from kit.errors import ParameterError
from kit.verticals.manufacturing.fleet import Machine, make_fleet
from kit.verticals.manufacturing.lives import Life, Wear, wear_by_hour
from kit.verticals.manufacturing.modes import HEALTHY, LABELS, MODES, UNKNOWN
from kit.verticals.manufacturing.windows import Window, windows_of


def test_the_same_seed_gives_the_same_fleet() -> None:
    one, same, other = (make_fleet(4, 20, seed=seed) for seed in (7, 7, 8))
    assert [windows_of(machine) for machine in one] == [windows_of(machine) for machine in same]
    assert [windows_of(machine) for machine in one] != [windows_of(machine) for machine in other]


def test_a_larger_fleet_begins_with_the_smaller_one() -> None:
    small, large = make_fleet(4, 20), make_fleet(6, 20)
    assert [windows_of(machine) for machine in small] == [windows_of(machine) for machine in large[:4]]


def test_a_fleet_takes_seconds() -> None:
    began = time.process_time()
    for machine in make_fleet(20, 56):
        windows_of(machine)
    assert time.process_time() - began < 10  # the whole one of 80 is four times as much


@pytest.mark.parametrize("given", [{"machines": 2}, {"days": 5}, {"every": 0}])
def test_a_fleet_that_is_too_small_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(ParameterError, match="at least"):
        make_fleet(**given)


def test_some_machines_never_fail_and_all_modes_occur(fleet: list[Machine]) -> None:
    failing = [machine for machine in fleet if machine.life.failures]
    assert 0.15 < 1 - len(failing) / len(fleet) < 0.7
    assert {mode for machine in failing for _at, mode in machine.life.failures} == set(MODES)


def test_sensors_drop_out_and_machines_stand(fleet: list[Machine], windows: list[list[Window]]) -> None:
    share = np.mean(["vibration" not in window.features for each in windows for window in each])
    assert 0.005 < share < 0.2
    for machine in fleet:
        for begin, end in machine.life.stops:
            assert not [at for at in machine.hours if begin <= at < end]


def grown(windows: list[list[Window]], mode: str) -> float:
    """Return by how much the most telling feature of a mode is larger in the last day before its failures."""
    name = MODES[mode].shows[0]
    last, calm = [], []
    for each in windows:
        for window in each:
            value = window.features.get(name)
            if not isinstance(value, float):
                continue
            if window.label == mode and window.fails_in is not None and window.fails_in <= 24:
                last.append(value)
            elif window.label == HEALTHY:
                calm.append(value)
    return float((np.median(last) - np.median(calm)) / np.std(calm))


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "leak"])
def test_a_failure_shows_in_its_own_feature(windows: list[list[Window]], mode: str) -> None:
    assert grown(windows, mode) > 1.0


def test_a_leak_lets_the_pressure_fall(windows: list[list[Window]]) -> None:
    assert grown(windows, "leak") < -1.0


def test_windows_know_nothing_of_later_hours() -> None:
    """Cut the record off at an hour: what windows up to it say of the machine stays the same, digit for digit."""
    for machine in make_fleet(6, 40, seed=11):
        whole = windows_of(machine)
        n = len(machine.hours) // 2
        end = int(machine.hours[n - 1]) + 1
        slow = machine.slow
        cut = dataclasses.replace(
            machine,
            hours=machine.hours[:n],
            vibration=machine.vibration[:n],
            current=machine.current[:n],
            orders=[order for order in machine.orders if order.hour < end],
            life=Life(
                wears=[wear for wear in machine.life.wears if wear.ends < end],
                services=[at for at in machine.life.services if at < end],
                stops=[stop for stop in machine.life.stops if stop[1] <= end],
            ),
            slow=dataclasses.replace(
                slow,
                load=slow.load[:end],
                rpm=slow.rpm[:end],
                temperature=slow.temperature[:end],
                pressure=slow.pressure[:end],
                rough=slow.rough[:end],
                vibration_known=slow.vibration_known[:end],
            ),
        )
        known = [(window.features, window.readings) for window in windows_of(cut)]
        assert known == [(window.features, window.readings) for window in whole[:n]]


def test_labels_tell_what_comes_within_the_horizon(fleet: list[Machine], windows: list[list[Window]]) -> None:
    for machine, each in zip(fleet, windows, strict=True):
        failures = dict(machine.life.failures)
        for window in each:
            assert window.label in (*LABELS, UNKNOWN)
            if window.label in MODES:
                assert failures[window.hour + int(window.fails_in or 0)] == window.label
                assert 0 < int(window.fails_in or 0) <= 96


def test_what_nobody_can_know_is_called_unknown(fleet: list[Machine], windows: list[list[Window]]) -> None:
    """Shortly before the end of the record, and before parts are replaced, nobody knows how it would have gone on."""
    replaced = 0
    for machine, each in zip(fleet, windows, strict=True):
        end = len(machine.slow.rpm)
        for window in each:
            open_ended = not [at for at, _mode in machine.life.failures if at > window.hour]
            if open_ended and end - window.hour <= 96:
                assert window.label == UNKNOWN
            near = [w for w in machine.life.wears if w.how == "replaced" and 0 < w.ends - window.hour <= 96]
            if near and window.hour >= near[0].begins:
                assert window.label == UNKNOWN
                replaced += 1
    assert replaced


def test_wear_grows_from_nothing_to_its_strength() -> None:
    wear = Wear(mode="leak", begins=100, fails=200, ends=200, how="failed", strength=1.2, shape=2.0)
    found = wear_by_hour(Life(wears=[wear]), 300)["leak"]
    assert found[99] == found[100] == found[200] == 0
    assert found[150] == pytest.approx(1.2 * 0.25)
    assert found[199] == pytest.approx(1.2 * 0.99**2)


def test_work_orders_name_no_failure(fleet: list[Machine]) -> None:
    texts = [order.text.casefold() for machine in fleet for order in machine.orders]
    assert len(texts) > 100
    assert not [text for text in texts for mode in MODES if mode in text]
    assert not [text for text in texts if ";" in text or ": " in text]  # they stand among "name: value; name: value"
