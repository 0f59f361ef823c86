"""Requests under a load, against engines and a server whose delays are known."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from tinyserver import tiny_server

from kit.engines import Prompt, Token
from kit.engines.openai.engine import OpenAIEngine
from kit.errors import ServerError, Stopped
from kit.measure.loads import LoadSpec, crew
from kit.measure.loads.arrivals import poisson_arrivals
from kit.measure.loads.drive import WARM_UP, drive, warm_up
from kit.measure.loads.request import Outcome

# A busy machine wakes a sleeper late, never early: what is measured may exceed what is known, and by how much is noise.
LATE_S = 0.05


class _Clock:
    """Time that goes on only when the engine works."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class _Exact:
    """Reads a token in 10 ms, writes one in 50 ms by its clock; each request is a tenth slower than the one before."""

    slots = 1

    def __init__(self, clock: _Clock) -> None:
        self.clock = clock
        self.asked: list[tuple[Prompt, int, bool]] = []

    def generate(self, prompt: Prompt, *, max_new_tokens: int, ignore_end: bool = False, **_: Any) -> Iterator[Token]:
        slower = 1.1 ** len(self.asked)
        self.asked.append((prompt, max_new_tokens, ignore_end))
        self.clock.now += 0.010 * len(prompt) * slower
        for i in range(max_new_tokens):
            if i:
                self.clock.now += 0.050 * slower
            yield Token(i, "x")


class _Sleeper:
    """Takes 30 ms to the first token and 10 ms to each other, for as many answers at once as it has slots."""

    first_s, gap_s = 0.03, 0.01

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def generate(self, prompt: Prompt, *, max_new_tokens: int, **_: Any) -> Iterator[Token]:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            for i in range(max_new_tokens):
                time.sleep(self.gap_s if i else self.first_s)
                yield Token(i, "x")
        finally:
            with self._lock:
                self.at_once -= 1


def _drive(engine: Any, load: LoadSpec, **options: Any) -> list[Outcome]:
    return drive(engine, **{"prompts": ["a", "b"], "load": load, "requests": 6, "new_tokens": 4, **options})


def test_one_user_asks_one_request_after_another() -> None:
    engine = _Exact(_Clock())
    found = _drive(engine, LoadSpec(), prompts=["four", "sixsix"], requests=3, new_tokens=9, clock=engine.clock)
    slower = [1.1**i for i in range(WARM_UP, WARM_UP + 3)]
    ttft = [0.010 * n * s for n, s in zip((4, 6, 4), slower, strict=True)]
    tpot = [0.050 * s for s in slower]
    assert [outcome.ttft_s for outcome in found] == pytest.approx(ttft)
    assert [outcome.tpot_s for outcome in found] == pytest.approx(tpot)
    assert [outcome.e2el_s for outcome in found] == pytest.approx([a + 8 * b for a, b in zip(ttft, tpot, strict=True)])
    assert [outcome.arrived for outcome in found] == pytest.approx([0.0, found[0].times[-1], found[1].times[-1]])


def test_every_request_does_the_same_work_and_warming_up_asks_other_prompts() -> None:
    engine = _Exact(_Clock())
    heard: list[int] = []
    prompts = ["a", "b", "c", "d", "e"]
    _drive(engine, LoadSpec(), prompts=prompts, requests=3, new_tokens=5, clock=engine.clock, heard=heard.append)
    assert [prompt for prompt, *_ in engine.asked] == ["d", "e", "a", "b", "c"]
    assert {asked[1:] for asked in engine.asked} == {(5, True)}
    assert [a for a, b in pairwise([*heard, None]) if a != b] == [0, 1, 2, 3]


def test_users_who_find_no_free_slot_wait_and_the_wait_counts() -> None:
    engine = _Sleeper(slots=1)
    found = _drive(engine, LoadSpec(kind="users", users=3))
    answer_s = engine.first_s + 3 * engine.gap_s
    assert engine.most_at_once == 1
    # Three ask at once; from the third on, each waits for the two before it.
    for place, outcome in enumerate(found):
        assert outcome.ttft_s >= min(place, 2) * answer_s + engine.first_s - 0.002
    assert sum(o.ttft_s for o in found) <= 6 * (2 * answer_s + engine.first_s) + 6 * LATE_S


def test_users_are_answered_at_the_same_time_where_there_is_room() -> None:
    engine = _Sleeper(slots=8)
    found = _drive(engine, LoadSpec(kind="users", users=3))
    assert engine.most_at_once == 3
    assert all(outcome.ttft_s >= engine.first_s for outcome in found)
    assert min(outcome.ttft_s for outcome in found) < engine.first_s + LATE_S
    assert [outcome.number for outcome in found] == list(range(6))


def test_random_arrivals_wait_for_no_answer() -> None:
    load = LoadSpec(kind="poisson", rate=40.0, seed=5)
    engine = _Sleeper(slots=1)
    found = _drive(engine, load, requests=12)
    assert [outcome.arrived for outcome in found] == poisson_arrivals(12, 40.0, seed=5)  # not when it was sent
    # By Lindley's recursion: an answer begins when its request is there and the one before it is done.
    answer_s, free, waits = engine.first_s + 3 * engine.gap_s, 0.0, []
    for outcome in found:
        began = max(outcome.arrived, free)
        waits.append(began - outcome.arrived)
        free = began + answer_s
    assert waits[-1] > 0.1  # twice as much is asked as can be answered
    for outcome, wait in zip(found, waits, strict=True):
        assert outcome.ttft_s >= wait + engine.first_s - 0.005
    assert found[-1].ttft_s <= waits[-1] + engine.first_s + 12 * LATE_S


def test_a_server_is_timed_as_it_is_slow() -> None:
    with tiny_server(first_s=0.1, gap_s=0.02) as server:
        engine = OpenAIEngine(server.url, "tiny")
        chat: list[Prompt] = [[{"role": "user", "content": "one two three"}]]
        found = _drive(engine, LoadSpec(kind="users", users=2), prompts=chat, requests=4, new_tokens=6)
        engine.close()
        assert server.most_at_once == 2
    assert [(o.tokens, o.prompt_tokens, o.counted) for o in found] == [(6, 3, True)] * 4
    for outcome in found:  # the event that only names the role came at once, and is no token
        assert outcome.ttft_s >= 0.1
        assert outcome.e2el_s >= 0.2 - 0.001
    assert min(outcome.ttft_s for outcome in found) <= 0.1 + LATE_S
    fastest = min(outcome.tpot_s or 1.0 for outcome in found)
    assert 0.015 <= fastest <= 0.02 + 0.01


def test_failures_are_outcomes_and_the_rest_goes_on() -> None:
    with tiny_server(status=429, message="slow down", fails=(WARM_UP, WARM_UP + 2)) as server:
        engine = OpenAIEngine(server.url, "tiny")
        found = _drive(engine, LoadSpec(), requests=4)
        engine.close()
    assert [outcome.failure is not None for outcome in found] == [True, False, True, False]
    assert "slow down" in str(found[0].failure)


def test_a_server_that_dies_midway_is_told_of() -> None:
    with tiny_server(breaks_after=None) as server:
        engine = OpenAIEngine(server.url, "tiny")

        def heard(done: int) -> None:
            if done == 2:
                server.behaviour.breaks_after = 2

        found = _drive(engine, LoadSpec(), requests=4, heard=heard)
        engine.close()
    assert [outcome.failure is None for outcome in found[:2]] == [True, True]
    assert "in the middle of an answer, after 2 pieces" in str(found[3].failure)


def test_a_server_that_fails_while_warming_up_ends_it() -> None:
    with tiny_server(status=500) as server, pytest.raises(ServerError, match="HTTP 500"):
        _drive(OpenAIEngine(server.url, "tiny"), LoadSpec())


def test_an_empty_answer_is_a_failure() -> None:
    with tiny_server() as server:
        engine = OpenAIEngine(server.url, "tiny")

        def heard(done: int) -> None:
            if done == 1:
                server.behaviour.stops_after = 0

        found = _drive(engine, LoadSpec(), requests=3, heard=heard)
        engine.close()
    assert "An answer was empty" in str(found[2].failure)


def test_any_other_error_is_raised() -> None:
    class Broken(_Sleeper):
        def generate(self, prompt: Prompt, **_: Any) -> Iterator[Token]:
            raise ZeroDivisionError("by hand")
            yield

    with pytest.raises(ZeroDivisionError):
        _drive(Broken(slots=1), LoadSpec())


@pytest.mark.parametrize("load", [LoadSpec(kind="users", users=4), LoadSpec(kind="poisson", rate=50.0)])
def test_it_stops_in_the_middle(load: LoadSpec) -> None:
    engine = _Sleeper(slots=2)
    engine.gap_s = 0.2

    def heard(done: int) -> None:
        if done == 1:
            raise Stopped

    began = time.monotonic()
    with pytest.raises(Stopped):
        _drive(engine, load, requests=100, heard=heard)
    assert time.monotonic() - began < 4
    assert engine.at_once == 0  # nobody is left asking an engine that is about to be closed


def test_a_silent_server_does_not_keep_it_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "_GRACE_S", 0.3)
    asked: list[int] = []

    def heard(done: int) -> None:
        asked.append(done)
        if len(asked) == 3:
            raise Stopped

    with tiny_server(first_s=30.0) as server:
        began = time.monotonic()
        with pytest.raises(Stopped):
            _drive(OpenAIEngine(server.url, "tiny"), LoadSpec(kind="users", users=20), heard=heard)
        assert time.monotonic() - began < 5  # and not so long for each of the twenty


def test_warming_up_takes_as_many_as_there_are_users() -> None:
    assert warm_up(LoadSpec()) == warm_up(LoadSpec(kind="poisson", rate=1.0)) == WARM_UP
    assert warm_up(LoadSpec(kind="users", users=8)) == 8
