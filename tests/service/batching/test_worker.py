"""Askers hear all of their answers in order, whoever else asks, fails or leaves."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinyreader import END, TinyReader, answer, asked, tokens_of

from kit.service.batching.batch import Batch, Text, Written
from kit.service.batching.choosing import Choosing
from kit.service.batching.worker import Worker

WAIT_S = 20.0
NEVER_ENDS = Choosing(temperature=0, biases={END: -100.0})


@dataclass
class Asker:
    """What one has heard."""

    text: Text
    then: Callable[[Asker], None] = lambda _asker: None  # done each time that something is heard
    heard: list[Written] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def tell(self, written: Sequence[Written], over: str) -> None:
        """Hear."""
        assert not self.reasons, "something came after the end"
        self.heard += written
        if over:
            self.reasons.append(over)
            self.over.set()
        self.then(self)

    @property
    def tokens(self) -> list[int]:
        """The answer so far."""
        return tokens_of(self.heard)


@dataclass
class Place:
    """A worker whose askers live in its own thread: what they do comes between two passes."""

    reader: TinyReader = field(default_factory=TinyReader)

    def __post_init__(self) -> None:
        self.worker = Worker(Batch(self.reader), lambda told: told())

    def ask(self, text: Text, then: Callable[[Asker], None] = lambda _asker: None) -> Asker:
        """Ask, and do `then` each time that something is heard."""
        asker = Asker(text, then)
        self.worker.ask(text, asker.tell)
        return asker

    def check_it_answers(self) -> None:
        """Check that a question that needs all the room there is gets its answer."""
        most = self.reader.blocks * self.reader.block - 1
        asker = self.ask(asked([5], most, ends=frozenset(range(1, 12))))
        assert asker.over.wait(WAIT_S)
        assert not asker.reasons[0].startswith("error"), asker.reasons


def _wanted(text: Text) -> list[int]:
    return answer(text.tokens[: text.question], text.most, NEVER_ENDS, frozenset())[0]


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(1, 9)), min_size=1, max_size=8))
@settings(max_examples=40, deadline=None)
def test_all_askers_hear_everything_in_order(sizes: list[tuple[int, int]]) -> None:
    place = Place()
    askers = [place.ask(asked([2] * size, most, how=NEVER_ENDS)) for size, most in sizes]
    for asker in askers:
        assert asker.over.wait(WAIT_S)
        assert (asker.tokens, asker.reasons) == (_wanted(asker.text), ["length"])


def test_what_is_told_is_told_where_askers_live() -> None:
    posted: queue.Queue[Callable[[], object]] = queue.Queue()
    worker = Worker(Batch(TinyReader()), posted.put)
    threads: list[threading.Thread] = []
    asker = Asker(asked([1, 2], 4, how=NEVER_ENDS), lambda _asker: threads.append(threading.current_thread()))
    worker.ask(asker.text, asker.tell)
    while not asker.reasons:
        posted.get(timeout=WAIT_S)()
    assert asker.tokens == _wanted(asker.text)
    assert set(threads) == {threading.current_thread()}


def test_the_end_of_tokens_is_told_though_nothing_was_written() -> None:
    place = Place()
    asker = place.ask(asked([1], ends=frozenset(range(12))))
    assert asker.over.wait(WAIT_S)
    assert (asker.heard, asker.reasons) == ([], ["stop"])


def test_what_the_reader_fails_of_reaches_all_and_later_questions_are_answered() -> None:
    place = Place()

    def fail(asker: Asker) -> None:
        if len(asker.heard) == 3 and not asker.reasons:
            place.reader.fails = RuntimeError("no memory for it")

    askers = [place.ask(asked([1 + number], 40, how=NEVER_ENDS), fail) for number in range(3)]
    for asker in askers:
        assert asker.over.wait(WAIT_S)
        assert asker.reasons == ["error: RuntimeError: no memory for it"]
        assert asker.tokens == _wanted(asker.text)[: len(asker.tokens)]
    place.reader.fails = None
    again = place.ask(asked([1], 5, how=NEVER_ENDS))
    assert again.over.wait(WAIT_S)
    assert (again.tokens, again.reasons) == (_wanted(again.text), ["length"])
    place.check_it_answers()


def test_who_leaves_hears_no_more_and_others_hear_all() -> None:
    place = Place()

    def leave(asker: Asker) -> None:
        if len(asker.heard) == 2:
            place.worker.leave(asker.text)

    leaves = place.ask(asked([1], 60, how=NEVER_ENDS), leave)
    stays = place.ask(asked([2], 30, how=NEVER_ENDS))
    assert stays.over.wait(WAIT_S)
    assert stays.tokens == _wanted(stays.text)
    place.check_it_answers()
    assert (leaves.tokens, leaves.reasons) == (_wanted(leaves.text)[:2], [])


def test_who_has_left_or_was_answered_may_leave_again() -> None:
    place = Place()
    asker = place.ask(asked([1], 3, how=NEVER_ENDS))
    assert asker.over.wait(WAIT_S)
    for _ in range(2):
        place.worker.leave(asker.text)
    place.check_it_answers()
    assert asker.reasons == ["length"]


def test_who_leaves_before_it_is_begun_is_not_answered() -> None:
    place, later = Place(), list[Asker]()

    def come_and_go(asker: Asker) -> None:
        if not later:
            later.append(place.ask(asked([3] * 5, 20, how=NEVER_ENDS)))
            place.worker.leave(later[0].text)

    first = place.ask(asked([1], 4, how=NEVER_ENDS), come_and_go)
    assert first.over.wait(WAIT_S)
    place.check_it_answers()
    assert (later[0].heard, later[0].reasons) == ([], [])


def test_who_comes_as_another_leaves_gets_its_room() -> None:
    place, later, come = Place(TinyReader(blocks=4)), list[Asker](), threading.Event()

    def hand_over(asker: Asker) -> None:
        place.worker.leave(asker.text)
        later.append(place.ask(asked([2], 15, how=NEVER_ENDS)))
        come.set()

    first = place.ask(asked([1], 15, how=NEVER_ENDS), hand_over)
    assert come.wait(WAIT_S)
    assert later[0].over.wait(WAIT_S)
    assert (later[0].tokens, later[0].reasons) == (_wanted(later[0].text), ["length"])
    assert (len(first.heard), first.reasons) == (1, [])


def test_who_finds_no_room_waits_for_it() -> None:
    place = Place(TinyReader(blocks=4))
    askers = [place.ask(asked([number], 15, how=NEVER_ENDS)) for number in (1, 2, 3)]
    for asker in askers:
        assert asker.over.wait(WAIT_S)
        assert (asker.tokens, asker.reasons) == (_wanted(asker.text), ["length"])


def test_who_finds_no_room_ever_is_told_and_the_others_are_answered() -> None:
    place = Place(TinyReader(blocks=4))
    too_long = place.ask(asked([1], 16))
    fits = place.ask(asked([1], 15, how=NEVER_ENDS))
    assert too_long.over.wait(WAIT_S)
    assert fits.over.wait(WAIT_S)
    assert too_long.reasons[0].startswith("error: ")
    assert fits.tokens == _wanted(fits.text)


@pytest.mark.parametrize("problem", [MemoryError("no more"), ValueError("a shape")])
def test_a_question_that_comes_while_the_reader_fails_is_told_too(problem: Exception) -> None:
    place = Place()
    place.reader.fails = problem
    first = place.ask(asked([1]))
    assert first.over.wait(WAIT_S)
    second = place.ask(asked([1]))
    assert second.over.wait(WAIT_S)
    assert first.reasons == second.reasons == [f"error: {type(problem).__name__}: {problem}"]
    place.reader.fails = None
    place.check_it_answers()
