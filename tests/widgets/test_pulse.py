"""Looking again and again, without thread or task."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

from kit.widgets.pulse import Pulse


def test_it_looks_until_told_that_it_is_over() -> None:
    looks: list[float] = []

    def look() -> bool:
        looks.append(time.perf_counter())
        return len(looks) < 3

    async def run() -> set[asyncio.Task[None]]:
        Pulse(look, every_s=0.02).start()
        others = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
        await asyncio.sleep(0.2)
        return others  # type: ignore[return-value]

    threads = threading.active_count()
    assert asyncio.run(run()) == set()
    assert len(looks) == 3
    assert looks[1] - looks[0] >= 0.015
    assert threading.active_count() <= threads


def test_starting_twice_looks_once_at_a_time_and_stopping_ends_it() -> None:
    looks: list[int] = []

    async def run() -> None:
        pulse = Pulse(lambda: bool(looks.append(1)) or True, every_s=0.02)  # type: ignore[func-returns-value]
        pulse.start()
        pulse.start()
        assert pulse.on
        assert pulse in Pulse.beating
        await asyncio.sleep(0.09)
        pulse.stop()
        assert not pulse.on
        assert pulse not in Pulse.beating
        seen = len(looks)
        assert 2 <= seen <= 4
        await asyncio.sleep(0.06)
        assert len(looks) == seen

    asyncio.run(run())


def test_a_slow_look_gives_the_loop_time_for_others() -> None:
    looks: list[float] = []

    def look() -> bool:
        looks.append(time.perf_counter())
        time.sleep(0.03)
        return True

    async def run() -> None:
        pulse = Pulse(look, every_s=0.001)
        pulse.start()
        await asyncio.sleep(0.4)
        pulse.stop()

    asyncio.run(run())
    assert all(later - sooner >= 0.14 for sooner, later in itertools.pairwise(looks))


def test_without_a_loop_nothing_is_planned() -> None:
    pulse = Pulse(lambda: True)
    pulse.start()
    assert not pulse.on


def test_a_plan_on_a_loop_that_has_ended_is_made_anew() -> None:
    looks: list[int] = []
    pulse = Pulse(lambda: bool(looks.append(1)), every_s=0.01)  # type: ignore[func-returns-value]

    async def start(wait_s: float) -> None:
        pulse.start()
        await asyncio.sleep(wait_s)

    asyncio.run(start(0))
    assert not pulse.on
    assert looks == []
    asyncio.run(start(0.1))
    assert looks == [1]
