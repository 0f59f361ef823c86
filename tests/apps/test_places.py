"""Who gets a place, who waits, and that nobody is passed over; checked against a plain model of a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.apps.house import room_for
from kit.apps.places import Places
from kit.apps.tries import Tries
from kit.errors import ParameterError


def test_there_is_room_until_there_is_none() -> None:
    line = Places(2)
    assert line.ask("a", 0, 0.0) == 0
    line.enter("a")
    assert line.ask("b", 1, 0.0) == 0
    line.enter("b")
    assert [line.ask(name, 2, 0.0) for name in "cde"] == [1, 2, 3]
    assert line.waits(0.0)


def test_who_came_first_enters_first_even_if_another_asks_first() -> None:
    line = Places(1)
    for name in "abc":
        line.ask(name, 1, 0.0)
    assert line.ask("c", 0, 1.0) == 3
    assert line.ask("b", 0, 1.0) == 2
    assert line.ask("a", 0, 1.0) == 0


def test_a_place_that_was_promised_is_kept_until_it_is_taken() -> None:
    line = Places(1)
    assert line.ask("a", 0, 0.0) == 0
    assert line.ask("b", 0, 1.0) == 2  # a was told to come
    line.enter("a")
    assert line.ask("b", 1, 2.0) == 1


def test_who_is_silent_keeps_nobody_from_entering_and_keeps_their_place() -> None:
    line = Places(1)
    line.ask("slow", 1, 0.0)
    line.ask("quick", 1, 0.0)
    assert line.ask("quick", 1, 10.0) == 1
    assert line.ask("slow", 1, 60.0) == 1
    assert line.ask("quick", 1, 60.0) == 2


def test_who_has_left_is_forgotten() -> None:
    line = Places(1)
    line.ask("gone", 1, 0.0)
    assert line.ask("here", 1, 91.0) == 1
    assert line.ask("gone", 1, 92.0) == 2


def test_a_crowd_costs_no_memory() -> None:
    line = Places(1)
    for number in range(3000):
        line.ask(str(number), 1, 0.0)
    assert line.ask("one more", 1, 0.0) == 1001
    assert len(line._line) == 1000


@given(st.integers(1, 4), st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=60))
def test_never_more_than_there_is_room_for_and_in_order(visitors: int, steps: list[tuple[str, bool]]) -> None:
    line, inside, waiting = Places(visitors), set[str](), list[str]()
    for name, leaves in steps:
        if name in inside:
            if leaves:
                inside.discard(name)
            continue
        if name not in waiting:
            waiting.append(name)
        place = line.ask(name, len(inside), 0.0)
        room = visitors - len(inside)
        assert place == (0 if waiting.index(name) < room else waiting.index(name) + 1)
        if place == 0:
            line.enter(name)
            waiting.remove(name)
            inside.add(name)
        assert len(inside) <= visitors


@pytest.mark.parametrize("visitors", [0, -1, True, 1.5])
def test_a_house_without_places_is_refused(visitors: int) -> None:
    with pytest.raises(ParameterError, match="visitors="):
        Places(visitors)


def test_memory_decides_where_nobody_does(monkeypatch: pytest.MonkeyPatch) -> None:
    class Memory:
        available = 8 * 2**30

    monkeypatch.setattr("psutil.virtual_memory", lambda: Memory)
    assert room_for() == 40
    Memory.available = 0
    assert room_for() == 2


def test_guessing_is_slowed_down_for_who_guesses_and_not_for_others() -> None:
    tries = Tries()
    for _ in range(10):
        assert tries.allowed("1.2.3.4", 0.0)
        tries.wrong("1.2.3.4", 0.0)
    assert not tries.allowed("1.2.3.4", 59.0)
    assert tries.allowed("5.6.7.8", 59.0)
    assert tries.allowed("1.2.3.4", 61.0)


def test_many_addresses_do_not_help() -> None:
    tries = Tries()
    for number in range(100):
        tries.wrong(str(number), 0.0)
    assert not tries.allowed("one more", 1.0)
    assert tries.allowed("one more", 61.0)
