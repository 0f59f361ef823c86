"""Put requests to an engine under one load and note the time of every token.

Closed loop (users): each user asks again the moment it is answered. Open loop (rate): requests come at times that were
drawn beforehand, whatever became of those before; a request that finds no free slot, or is sent late because this
process was busy, has waited, and its time to the first token says so (no coordinated omission).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from kit.engines import Engine, Prompt
from kit.measure.loads.arrivals import poisson_arrivals
from kit.measure.loads.crew import Crew
from kit.measure.loads.request import Clock, Outcome, ask
from kit.measure.loads.spec import LoadSpec

WARM_UP = 2  # requests that are not counted, or one for each user where there are more
_MOST_WARM_UP = 32
_LOOK_S = 0.1  # how often to look whether a stop was asked for


def warm_up(load: LoadSpec) -> int:
    """Return how many requests go before those that are counted."""
    return min(max(WARM_UP, load.users or 1), _MOST_WARM_UP)


def drive(
    engine: Engine,
    prompts: Sequence[Prompt],
    load: LoadSpec,
    *,
    requests: int,
    new_tokens: int,
    heard: Callable[[int], None] | None = None,
    clock: Clock = time.perf_counter,
) -> list[Outcome]:
    """Return the outcome of each request, in the order in which they were to be asked.

    Parameters
    ----------
    prompts
        Used in turn by the requests that count; those that warm up take the ones after them.
    load : LoadSpec
        No sweep.
    requests : int
        How many are counted.
    new_tokens : int
        Written in each; the end of an answer is ignored where the engine can.
    heard : callable, optional
        Told how many are done, every tenth of a second at least; may raise, to stop.
    clock : callable
        Returns seconds.

    Raises
    ------
    KitError
        A request of the warm-up failed: nothing can be measured.
    """
    hear = heard or (lambda done: None)
    stop = threading.Event()

    def job(now: Clock, place: int, number: int, arrived: float) -> Outcome:
        prompt = prompts[place % len(prompts)]
        return ask(engine, prompt, number=number, arrived=arrived, new_tokens=new_tokens, clock=now, stop=stop)

    with Crew(max(engine.slots, 1), stop) as crew:
        first = warm_up(load)
        for outcome in _round(
            crew,
            lambda now, number, at: job(now, requests + number, number, at),
            _at_once(first, min(load.users or 1, first)),
            lambda _done: hear(0),
            clock,
        ):
            if outcome.failure is not None:
                raise outcome.failure
        hear(0)
        return _round(crew, lambda now, number, at: job(now, number, number, at), _due(load, requests), hear, clock)


def _round(
    crew: Crew,
    job: Callable[[Clock, int, float], Outcome],
    due: Sequence[float | None],
    heard: Callable[[int], None],
    clock: Clock,
) -> list[Outcome]:
    """Have each job done when it is due, counted from now; None is due when one before it is done."""
    began = clock()

    def now() -> float:
        return clock() - began

    outcomes: list[Outcome] = []
    handed = 0
    while len(outcomes) < len(due):
        while handed < len(due) and (at := due[handed]) is not None and at <= now():
            crew.hand(partial(job, now, handed, at))
            handed += 1
        next_at = due[handed] if handed < len(due) else None
        outcome = crew.take(_LOOK_S if next_at is None else min(_LOOK_S, next_at - now()))
        if outcome is not None:
            outcomes.append(outcome)
            if handed < len(due) and due[handed] is None:
                crew.hand(partial(job, now, handed, now()))
                handed += 1
        heard(len(outcomes))
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _at_once(count: int, users: int) -> list[float | None]:
    return [0.0 if i < users else None for i in range(count)]


def _due(load: LoadSpec, count: int) -> list[float | None]:
    """Return when each request is to be asked."""
    if load.kind == "poisson":
        assert load.rate is not None
        return list(poisson_arrivals(count, load.rate, seed=load.seed))
    return _at_once(count, load.users or 1)
