"""Turns are fair: a visitor with a hundred questions keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.service.line import Line, Refused


def _order(line: Line, asked: list[str]) -> list[str]:
    """The order in which visitors are answered, one question at a time."""
    served: list[str] = []

    async def ask(visitor: str) -> None:
        async with line.turn(visitor):
            served.append(visitor)
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        await asyncio.gather(*(ask(visitor) for visitor in asked))

    asyncio.run(all_of_them())
    return served


def test_visitors_take_turns() -> None:
    served = _order(Line(1, per_visitor=10, waiting=100), ["a"] * 5 + ["b", "c"])
    assert served == ["a", "b", "c", "a", "a", "a", "a"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abcd"), max_size=40), st.integers(1, 5))
def test_everybody_is_answered_and_nobody_overtaken_twice(asked: list[str], slots: int) -> None:
    line = Line(slots, per_visitor=100, waiting=1000)
    served = _order(line, asked)
    assert Counter(served) == Counter(asked)
    assert (line.busy, line.waiting) == (0, 0)
    if slots == 1:
        for place in range(len(served)):  # nobody is two answers ahead of one who still waits
            had = Counter(served[:place])
            assert all(had[other] <= had[waits] + 1 for waits in set(served[place:]) for other in had)


def test_too_many_questions_are_refused() -> None:
    async def ask() -> list[str]:
        line, found = Line(1, per_visitor=2, waiting=2), []
        release = asyncio.Event()

        async def hold(visitor: str) -> None:
            try:
                async with line.turn(visitor):
                    await release.wait()
            except Refused as exc:
                found.append(f"{visitor}:{exc.busy}")

        tasks = [asyncio.create_task(hold(visitor)) for visitor in ("a", "a", "a", "b", "c")]
        await asyncio.sleep(0.01)
        release.set()
        await asyncio.gather(*tasks)
        return found

    assert asyncio.run(ask()) == ["a:visitor", "c:all"]


@pytest.mark.parametrize("when", ["waiting", "answering"])
def test_who_leaves_gives_the_slot_back(when: str) -> None:
    async def leave() -> tuple[int, int, list[str]]:
        line, served = Line(1, per_visitor=5, waiting=5), []

        async def ask(visitor: str, pause: float) -> None:
            async with line.turn(visitor):
                await asyncio.sleep(pause)
                served.append(visitor)

        first = asyncio.create_task(ask("a", 0.05))
        second = asyncio.create_task(ask("b", 0))
        third = asyncio.create_task(ask("c", 0))
        await asyncio.sleep(0.01)
        (second if when == "waiting" else first).cancel()
        await asyncio.gather(first, second, third, return_exceptions=True)
        return line.busy, line.waiting, served

    busy, waiting, served = asyncio.run(leave())
    assert (busy, waiting) == (0, 0)
    assert served == (["a", "c"] if when == "waiting" else ["b", "c"])
