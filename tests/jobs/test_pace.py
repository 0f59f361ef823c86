"""How fast one phase goes: learnt from made-up events whose future is known."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest

from kit.jobs.pace import Pace


def follow(
    seconds: Iterable[float], *, total: float | None = None, each: float = 1
) -> list[tuple[float, float, float]]:
    """Follow pieces that take so many `seconds`; return for each how much was done, what was foretold and the truth."""
    taken = list(seconds)
    pace, at, end = Pace(), 100.0, 100.0 + sum(taken)
    total = each * len(taken) if total is None else total
    pace.add(at, 0, total)
    found = []
    for place, piece_s in enumerate(taken, 1):
        at += piece_s
        pace.add(at, place * each, total)
        left = pace.left_s(at)
        found.append((place * each, float("nan") if left is None else left, end - at))
    return found


def worst(found: list[tuple[float, float, float]], first: float, last: float) -> float:
    """Return the greatest relative error between two places."""
    return max(abs(left / truth - 1) for done, left, truth in found if first <= done <= last)


def test_a_constant_pace_is_known_from_the_second_piece_on() -> None:
    assert worst(follow([0.5] * 300), 2, 299) < 1e-9


def test_noise_is_smoothed() -> None:
    dice = random.Random(1)
    found = follow([dice.lognormvariate(0, 0.4) for _ in range(1000)])
    assert worst(found, 30, 900) < 0.25  # one piece is off by 40 % in the mean, and by 300 % now and then


@pytest.mark.parametrize(("factor", "known"), [(2, 0.05), (10, 0.1), (0.5, 0.1), (0.2, 0.35)])
def test_a_new_pace_is_learnt(factor: float, known: float) -> None:
    found = follow([1.0] * 150 + [factor] * 150)
    assert worst(found, 150 + 75, 299) < known
    early = worst(found, 175, 299)
    whole = [(done, (i + 1 if i < 150 else 150 + (i - 149) * factor) / done * (300 - done), truth)
             for i, (done, _left, truth) in enumerate(found)]  # fmt: skip
    assert early < worst(whole, 175, 299)  # the average since the beginning learns it later


def test_bursts_weigh_what_they_took_with_their_pauses() -> None:
    pieces = [0.2 + (5.0 if i % 20 == 19 else 0.0) for i in range(500)]
    found = follow(pieces)
    assert worst(found, 100, 400) < 0.3  # a burst of twenty is made within one pause: nobody could be exact


def test_the_first_piece_is_left_out_where_it_warmed_up() -> None:
    assert worst(follow([180.0] + [1.0] * 99), 2, 99) < 1e-9
    assert worst(follow([1.5] + [1.0] * 99), 2, 99) < 0.3  # as slow as others may be: it counts


def test_a_lone_first_piece_tells_of_few_more_and_not_of_many() -> None:
    assert follow([10.0], total=5)[0][1] == pytest.approx(40)
    (only,) = follow([180.0], total=300)
    assert only[1] != only[1]  # not known


def test_pieces_may_be_large_and_uneven() -> None:
    pace, at, done = Pace(), 0.0, 0.0
    pace.add(at, 0, 400)
    for made in (16, 16, 3, 16, 40, 16, 1, 16):
        at, done = at + made * 0.25, done + made
        pace.add(at, done, 400)
    assert pace.left_s(at) == pytest.approx((400 - done) * 0.25)
    assert pace.per_s == pytest.approx(4)


def test_the_wait_for_the_next_piece_counts_down_and_an_overdue_one_does_not() -> None:
    pace = Pace()
    for step in range(6):
        pace.add(10.0 * step, step, 10)
    assert pace.left_s(50) == pytest.approx(50)
    assert pace.left_s(54) == pytest.approx(46)
    assert pace.left_s(60) == pace.left_s(1e9) == pytest.approx(40)  # four more stay to be made
    assert pace.left_s(-1e9) == pytest.approx(50)  # a reader whose clock was set back


def test_words_without_progress_are_part_of_the_piece() -> None:
    pace = Pace()
    for at in range(41):
        pace.add(at, at // 4, 100)
    assert pace.per_s == pytest.approx(0.25)


def test_the_end_and_the_unknown() -> None:
    assert Pace().left_s(0) is None
    pace = Pace()
    for step in range(4):
        pace.add(step, step, None)
    assert pace.left_s(4) is None
    assert pace.per_s == pytest.approx(1)
    pace.add(5, 10, 10)
    assert pace.left_s(9) == 0
    pace.add(6, 12, 10)  # more than was thought
    assert pace.left_s(9) == 0


def test_more_may_be_found_to_do() -> None:
    pace = Pace()
    for step in range(10):
        pace.add(step, step, 100 + step)
    assert pace.left_s(9) == pytest.approx(100)


LEAPS: dict[str, Callable[[int], float]] = {
    "a night asleep": lambda step: 28_800.0 if step == 100 else 1.0,
    "two nights": lambda step: 28_800.0 if step in (80, 120) else 1.0,
    "set back an hour": lambda step: -3600.0 if step == 100 else 1.0,
    "back and forth": lambda step: {100: -3600.0, 101: 3600.0}.get(step, 1.0),
    "a leap at the start": lambda step: 28_800.0 if step == 1 else 1.0,
    "a leap in the second piece": lambda step: 28_800.0 if step == 2 else 1.0,
    "a year of 1970": lambda step: -1.7e9 if step == 60 else 1.0,
}


@pytest.mark.parametrize("leap", LEAPS.values(), ids=LEAPS)
def test_a_clock_that_leaps_fools_nobody(leap: Callable[[int], float]) -> None:
    pace, at = Pace(), 1.7e9
    pace.add(at, 0, 200)
    for step in range(1, 200):
        at += leap(step)
        pace.add(at, step, 200)
        left = pace.left_s(at)
        if step > 4:
            assert left == pytest.approx(200 - step, rel=0.01), step
        assert left is None or 0 <= left <= 200


def test_gaps_that_come_again_are_believed() -> None:
    found = follow([1.0] * 100 + [40.0] * 100)
    assert worst(found, 130, 199) < 0.15


def test_work_that_goes_back_starts_from_there_at_the_pace_it_had() -> None:
    pace = Pace()
    for step in range(51):
        pace.add(step, step, 100)
    pace.add(60, 20, 100)
    assert pace.left_s(60) == pytest.approx(80)
    pace.add(61, 21, 100)
    assert pace.left_s(61) == pytest.approx(79)


def test_any_events_give_sensible_numbers() -> None:
    dice = random.Random(7)
    for _ in range(300):
        pace, at, done = Pace(), 0.0, 0.0
        for _event in range(60):
            at += dice.choice([0, 0, 0.001, 1, 1, 30, -5, -1e9, 1e9])
            done += dice.choice([0, 1, 1, 2.5, 100, -3])
            pace.add(at, done, dice.choice([None, 0, 1, 200, 200]))
            left, per_s = pace.left_s(at + dice.choice([0, 1, 1e9, -1e9])), pace.per_s
            assert left is None or 0 <= left < float("inf")
            assert per_s is None or 0 <= per_s < float("inf")
            assert pace.absences_s() == 0
