"""When alarms are raised, what becomes of them, and how the threshold is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from kit.errors import ParameterError
from kit.verticals.manufacturing.alarms import Alarm, Rule, alarms_of
from kit.verticals.manufacturing.judged import judged
from kit.verticals.manufacturing.threshold import choose_rule
from kit.verticals.manufacturing.tracks import Track


def track(hours: list[int], *, parts: list[int] | None = None, failures: tuple[tuple[int, int], ...] = ()) -> Track:
    return Track(
        machine="M1",
        rows=np.arange(len(hours)),
        hours=np.array(hours),
        parts=np.array(parts or [0] * len(hours)),
        failures=failures,
        every=12.0,
    )


def every_half_day(n: int) -> list[int]:
    return [12 * place for place in range(n)]


def test_two_of_three_windows_make_an_alarm() -> None:
    rule = Rule(threshold=0.5, k=2, n=3)
    risk = np.array([0.9, 0.1, 0.1, 0.9, 0.1, 0.9, 0.9, 0.1, 0.1, 0.1])
    wanted = [False, False, False, False, False, True, True, True, False, False]
    assert rule.holds(risk, np.zeros(10, dtype=int)).tolist() == wanted


def test_the_threshold_itself_counts() -> None:
    assert Rule(threshold=0.5, k=1, n=1).holds(np.array([0.5]), np.zeros(1)).tolist() == [True]


def test_the_rule_looks_back_only() -> None:
    rule, random = Rule(threshold=0.6), np.random.default_rng(0)
    risk = random.random(60)
    whole = rule.holds(risk, np.zeros(60, dtype=int))
    for n in range(1, 60):
        later = np.concatenate([risk[:n], random.random(60 - n)])
        assert rule.holds(later, np.zeros(60, dtype=int))[:n].tolist() == whole[:n].tolist()


def test_new_parts_begin_anew() -> None:
    rule = Rule(threshold=0.5, k=2, n=3)
    risk, parts = np.array([0.1, 0.9, 0.9, 0.9]), np.array([0, 0, 1, 1])
    assert rule.holds(risk, parts).tolist() == [False, False, False, True]


@pytest.mark.parametrize("k", [0, 4])
def test_a_rule_that_cannot_be_is_refused(k: int) -> None:
    with pytest.raises(ParameterError, match="from 1 to n"):
        Rule(threshold=0.5, k=k, n=3)


def test_what_comes_again_soon_is_the_same_alarm() -> None:
    risk = np.array([0.9, 0.1, 0.1, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9])
    found = alarms_of(track(every_half_day(10)), risk, Rule(threshold=0.5, k=1, n=1), quiet=48)
    assert found == [Alarm(0, 36, 0), Alarm(108, 108, 0)]


def test_alarms_are_right_false_or_unknown() -> None:
    """Watched for 40 days; parts fail at day 20; claims are good for 10 days."""
    hours = every_half_day(80)
    parts = [int(hour >= 480) for hour in hours]
    machine = track(hours, parts=parts, failures=((480, 0),))
    alarms = [Alarm(24, 24, 0), Alarm(300, 300, 0), Alarm(460, 470, 0), Alarm(600, 600, 1), Alarm(900, 900, 1)]
    found = judged(machine, alarms, claim=240)
    assert (found.right, found.false, found.unknown) == (2, 2, 1)  # the last has 48 of its 240 hours
    assert found.leads == (180,)  # from the first right one
    assert (found.late, found.missed, found.failures, found.alarms) == (0, 0, 1, 5)
    assert found.weeks == pytest.approx(80 * 12 / 168)


def test_an_alarm_too_late_to_act_is_no_foresight() -> None:
    machine = track(every_half_day(40), failures=((470, 0),))
    assert judged(machine, [Alarm(468, 468, 0)], claim=240).late == 1
    assert judged(machine, [], claim=240).missed == 1
    renewed = track(every_half_day(45), parts=[0] * 40 + [1] * 5, failures=((470, 0),))
    assert judged(renewed, [Alarm(492, 492, 1)], claim=240).missed == 1  # of the parts that came after


def test_alarms_that_parts_were_replaced_after_are_unknown() -> None:
    parts = [0] * 20 + [1] * 40
    machine = track(every_half_day(60), parts=parts)
    assert judged(machine, [Alarm(200, 228, 0)], claim=240).unknown == 1
    assert judged(machine, [Alarm(300, 300, 1)], claim=240).false == 1


def test_the_threshold_is_the_lowest_that_keeps_false_alarms_rare() -> None:
    random = np.random.default_rng(3)
    tracks = [track(every_half_day(100)) for _ in range(12)]  # nothing fails: every alarm that is judged is false
    risks = [random.random(100) ** 2 for _ in tracks]
    weeks = sum(each.weeks for each in tracks)

    def false_alarms(threshold: float) -> int:
        rule = Rule(threshold=threshold)
        pairs = zip(tracks, risks, strict=True)
        return sum(judged(each, alarms_of(each, risk, rule), claim=120).false for each, risk in pairs)

    rule = choose_rule(tracks, risks, most_false=0.1, claim=120)
    assert false_alarms(rule.threshold) <= 0.1 * weeks
    grid = np.unique(np.quantile(np.concatenate(risks), np.linspace(0, 1, 160)))
    next_lower = grid[grid < rule.threshold].max()
    assert false_alarms(next_lower) > 0.1 * weeks


def test_where_no_threshold_is_rare_enough_nothing_is_raised() -> None:
    tracks, risks = [track(every_half_day(60))], [np.ones(60)]
    rule = choose_rule(tracks, risks, most_false=0.0, claim=120)
    assert alarms_of(tracks[0], risks[0], rule) == []
