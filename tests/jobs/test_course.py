"""Phases that interrupt each other, in made-up logs whose future is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest

from kit.jobs.course import Course
from kit.tuning.schedule import evaluation_steps

Word = tuple[float, str, float, float | None]


def validation(at: float, seconds: float, rows: int = 120) -> Iterator[Word]:
    """A validation that takes so many seconds, told every 16 rows."""
    for done in (*range(0, rows, 16), rows):
        yield at + seconds * done / rows, "validating", done, rows


def tuning(total: int, validated: Collection[int], *, step_s: float = 1, validation_s: float = 25) -> list[Word]:
    """What a tuning says that validates before the first step and after the steps in `validated`."""
    words, at = list(validation(0.0, validation_s)), validation_s
    words.append((at, "training", 0, total))
    for step in range(1, total + 1):
        at += step_s
        words.append((at, "training", step, total))
        if step in validated:
            words += validation(at, validation_s)
            at += validation_s
            words.append((at, "training", step, total))
    return words


def foretold(words: list[Word]) -> list[tuple[str, float, float | None, float]]:
    """Return after each word the phase, how much is done, the time left that is foretold, and the truth."""
    course, found = Course(), []
    for at, phase, done, total in words:
        course.add(at, phase, done, total)
        found.append((phase, done, course.left_s(at), words[-1][0] - at))
    return found


@pytest.mark.parametrize(("total", "evaluations"), [(300, 4), (300, 3), (10, 4), (103, 7), (60, 60)])
def test_validations_to_come_are_learnt(total: int, evaluations: int) -> None:
    after = evaluation_steps(total, evaluations)
    found = foretold(tuning(total, after))
    second = sorted(after)[1]
    for phase, done, left, truth in found:
        if phase == "training" and done >= second and truth > 0:
            assert left == pytest.approx(truth, rel=0.05, abs=1), done


def test_during_a_validation_the_time_left_is_that_of_the_training() -> None:
    found = foretold(tuning(300, evaluation_steps(300, 4)))
    inside = [(left, truth) for phase, done, left, truth in found if phase == "validating" and truth < 300 and done]
    assert len(inside) > 20
    for left, truth in inside:
        assert left == pytest.approx(truth, rel=0.05, abs=4)


def test_the_first_validation_only_adds_to_the_time_left() -> None:
    found = foretold(tuning(300, evaluation_steps(300, 4)))
    before = next(left for phase, done, left, _truth in found if phase == "training" and done == 75)
    inside = [left for phase, _done, left, truth in found if phase == "validating" and 250 < truth < 310]
    assert before is not None
    assert len(inside) > 3
    assert all(left is not None and left >= before for left in inside)


def test_the_pace_of_a_phase_is_remembered() -> None:
    words = tuning(300, {100})
    course = Course()
    for place, (at, phase, done, total) in enumerate(words):
        course.add(at, phase, done, total)
        if phase == "training" and words[place - 1][1] == "validating" and done:
            assert course.per_s() == pytest.approx(1)
            return
    raise AssertionError("no training after the validation")


def test_phases_that_follow_each_other_do_not_mix() -> None:
    course = Course()
    for step in range(11):
        course.add(step, "converting", step, 10)
    for step in range(4):
        course.add(100 + 2 * step, "scoring", step, 10)
    assert course.left_s(106) == pytest.approx(14)
    assert course.per_s() == pytest.approx(0.5)


def test_a_phase_that_was_given_up_is_forgotten() -> None:
    course = Course()
    for step in range(5):
        course.add(step, "downloading", step, 1000)
    for place, phase in enumerate(("asking", "linking", "loading", "scoring")):
        for step in range(4):
            course.add(10 * (place + 1) + step, phase, step, 4)
    assert course.left_s(43) == pytest.approx(1)


def test_the_phases_of_another_part_are_no_interruption() -> None:
    course = Course()
    for step in range(5):
        course.add(step, "bf16: scoring", step, 1000, "bf16")  # and then it crashed
    course.add(5, "nf4: starting", 1, 4)
    for step in range(5):
        course.add(10 + step, "nf4: scoring", step, 10, "nf4")
    assert course.left_s(14) == pytest.approx(6)


def test_a_last_piece_that_was_not_told_is_no_interruption() -> None:
    course = Course()
    for done in range(0, 112, 16):
        course.add(done / 16, "validating", done, 110)
    for step in range(5):
        course.add(10 + step, "training", step, 300)
    assert course.left_s(14) == pytest.approx(296)


def test_an_interruption_that_does_not_say_how_far_it_is_takes_as_long_as_the_last() -> None:
    course = Course()
    at = 0.0
    for step in range(61):
        course.add(at, "training", step, 100)
        if step in (20, 40, 60):
            course.add(at, "saving", 0, None)
            if step == 60:
                break
            at += 8
            course.add(at, "training", step, 100)
        at += 1
    assert course.left_s(at) == pytest.approx(8 + 40 + 2 * 8)


def test_a_work_that_is_resumed_keeps_what_it_learnt() -> None:
    course = Course()
    words = tuning(300, evaluation_steps(300, 4))
    for at, phase, done, total in words:
        course.add(at, phase, done, total)
        if (phase, done) == ("training", 200):
            break
    course.begin()  # an hour later, from the checkpoint after step 150
    assert course.left_s(at + 3600) is None
    course.add(at + 3600, "loading", 0, None)
    course.add(at + 3620, "training", 150, 300)
    assert course.left_s(at + 3620) == pytest.approx(150 + 2 * 25)
    course.add(at + 3621, "training", 151, 300)
    assert course.left_s(at + 3621) == pytest.approx(149 + 2 * 25)


def test_a_night_asleep_during_a_validation_is_no_part_of_it() -> None:
    course, night = Course(), 0.0
    for at, phase, done, total in tuning(300, evaluation_steps(300, 4)):
        if phase == "validating" and 100 < at < 125 and done == 64:
            night = 28_800.0
        course.add(at + night, phase, done, total)
        left = course.left_s(at + night)
        assert left is None or left < 410
    assert night
