"""Among others each text gets what it would get alone, in whatever order they come, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinyreader import END, VOCABULARY, TinyReader, answer, asked, says, tokens_of

from kit.service.batching import batch as module
from kit.service.batching.batch import Batch, Text, Written
from kit.service.batching.choosing import Choosing

ENDS = frozenset([END])
NEVER_ENDS = Choosing(temperature=0, biases={END: -100.0})


@dataclass(frozen=True)
class Visitor:
    """Who asks, and when."""

    question: tuple[int, ...]
    most: int
    comes: int
    how: Choosing
    echo: bool
    best: int | None


visitors = st.builds(
    Visitor,
    question=st.lists(st.integers(1, 2), min_size=1, max_size=20).map(tuple),  # many begin alike
    most=st.integers(1, 12),
    comes=st.integers(0, 12),
    how=st.sampled_from([Choosing(temperature=0), Choosing(seed=1), Choosing(seed=2, top_k=3, repetition=1.5)]),
    echo=st.booleans(),
    best=st.sampled_from([None, 0, 3, VOCABULARY + 5]),
)


def _run(batch: Batch, texts: Iterable[Text]) -> list[list[Written]]:
    """Answer texts to their end, and return what was written in each."""
    told: dict[Text, list[Written]] = {text: [] for text in texts}
    for text in told:
        batch.add(text)
    while batch.open:
        for text, written in batch.step():
            told[text] += written
    return list(told.values())


def _check_all_is_free(batch: Batch, reader: TinyReader) -> None:
    assert batch.open == 0
    everything = asked([9], reader.blocks * reader.block - 1)
    batch.add(everything)
    batch.drop(everything)


def _check_likely(question: list[int], written: list[Written], best: int | None, echo: bool) -> None:
    """Check each log-probability against the plain softmax of what the reader says."""
    whole = [*([] if echo else question), *tokens_of(written)]
    table = says(whole).astype(np.float64)
    table -= np.log(np.exp(table).sum(axis=1, keepdims=True))
    for each, place in zip(reversed(written), range(len(whole) - 1, -1, -1), strict=False):
        if best is None or place == 0:
            assert each.likely is None
            continue
        assert each.likely is not None
        row = table[place - 1]
        assert each.likely.value == pytest.approx(row[whole[place]], abs=1e-4)
        order = np.argsort(-row)[: min(best, VOCABULARY - 1)]
        assert [token for token, _value in each.likely.best] == order.tolist()
        np.testing.assert_allclose([value for _token, value in each.likely.best], row[order], atol=1e-4)


@given(st.lists(visitors, min_size=1, max_size=6), st.sampled_from([1, 3, 8, 256]))
@settings(max_examples=120, deadline=None)
def test_each_gets_among_others_what_it_gets_alone(all_who_come: list[Visitor], at_once: int) -> None:
    reader = TinyReader(blocks=18)
    batch = Batch(reader)
    coming = sorted(all_who_come, key=lambda visitor: visitor.comes)
    told: dict[Text, tuple[Visitor, list[Written]]] = {}
    step = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_AT_ONCE", at_once)
        while coming or batch.open:
            while coming and (coming[0].comes <= step or not batch.open):
                visitor = coming[0]
                text = asked(visitor.question, visitor.most, how=visitor.how, echo=visitor.echo, ends=ENDS)
                text.best = visitor.best
                try:
                    batch.add(text)
                except MemoryError:
                    break
                told[text] = coming.pop(0), []
            for text, written in batch.step():
                told[text][1].extend(written)
            step += 1
            assert step < 2000, "it does not come to an end"
    for text, (visitor, written) in told.items():
        question = list(visitor.question)
        wanted, over = answer(question, visitor.most, visitor.how, ENDS)
        assert (tokens_of(written), text.over) == ([*(question if visitor.echo else []), *wanted], over)
        _check_likely(question, written, visitor.best, visitor.echo)
    _check_all_is_free(batch, reader)


def test_answers_go_on_while_a_question_longer_than_a_pass_is_read() -> None:
    reader = TinyReader(blocks=256)
    batch = Batch(reader)
    short, long = asked([1, 2, 3], 9, how=NEVER_ENDS), asked([1 + n % 9 for n in range(600)], 3, how=NEVER_ENDS)
    batch.add(short)
    batch.step()
    batch.add(long)
    told = [dict(batch.step()) for _ in range(3)]
    sizes = [{len(part.tokens) for part in parts} for parts in reader.passes[1:]]
    assert sizes == [{1, 256}, {1, 256}, {1, 600 - 512}]
    assert [len(written[short]) for written in told] == [1, 1, 1]
    assert [len(written.get(long, [])) for written in told] == [0, 0, 1]


def test_questions_share_what_a_pass_should_read_and_who_came_first_is_read_first() -> None:
    reader = TinyReader(blocks=256)
    batch = Batch(reader)
    for number in range(3):
        batch.add(asked([1 + number] * 200, 3, how=NEVER_ENDS))
    for _ in range(3):
        batch.step()
    assert [[(part.tokens[0], len(part.tokens)) for part in parts] for parts in reader.passes[:2]] == [
        [(1, 200), (2, 56)],
        [(reader.passes[1][0].tokens[0], 1), (2, 144), (3, 112)],
    ]
    assert sum(len(part.tokens) for part in reader.passes[2]) == 2 + 88


def test_a_beginning_that_was_read_is_not_read_again() -> None:
    reader = TinyReader()
    batch = Batch(reader)
    instruction = [1 + n % 7 for n in range(41)]
    first, second = asked([*instruction, 8], 9, how=NEVER_ENDS), asked([*instruction, 9, 10], 4, how=NEVER_ENDS)
    batch.add(first)
    batch.step()
    batch.add(second)
    batch.step()
    assert [len(part.tokens) for part in reader.passes[1]] == [1, 3]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 8))
@settings(deadline=None)
def test_a_conversation_goes_on_where_it_ended_or_was_left(size: int, most: int, leaves_after: int) -> None:
    reader = TinyReader()
    batch = Batch(reader)
    first = asked([1 + n % 3 for n in range(size)], most, how=NEVER_ENDS)
    batch.add(first)
    for _ in range(leaves_after or most):
        if batch.open:
            batch.step()
    batch.drop(first)
    read, question = reader.tokens, [*first.tokens, 5]
    (written,) = _run(batch, [asked(question, 1)])
    assert reader.tokens - read == 2 + (len(first.tokens) - 1) % reader.block
    assert tokens_of(written) == answer(question, 1, Choosing(temperature=0), frozenset())[0]


def test_what_was_read_of_a_question_whose_asker_left_is_not_read_again() -> None:
    reader = TinyReader(blocks=256)
    batch = Batch(reader)
    question = [1 + n % 9 for n in range(400)]
    left = asked(question, 2, how=NEVER_ENDS)
    batch.add(left)
    batch.step()
    batch.drop(left)
    (written,) = _run(batch, [asked(question, 2, how=NEVER_ENDS)])
    assert reader.tokens == 400 + 1
    assert tokens_of(written) == answer(question, 2, NEVER_ENDS, frozenset())[0]


def test_who_hears_the_question_again_has_it_read_again() -> None:
    reader = TinyReader()
    batch = Batch(reader)
    question = [3, 1, 4, 1, 5, 9, 2, 6, 5]
    one, again = (_run(batch, [asked(question, 2, echo=True, best=2)])[0] for _ in range(2))
    assert reader.tokens == 2 * (len(question) + 1)
    assert one == again
    assert tokens_of(again)[: len(question)] == question
    _check_likely(question, again, 2, echo=True)


@pytest.mark.parametrize("size", [1, 2, 256, 257, 512, 513])
def test_every_token_of_the_question_is_told_however_many_passes_read_it(size: int) -> None:
    batch = Batch(TinyReader(blocks=256))
    question = [1 + n % 5 for n in range(size)]
    (written,) = _run(batch, [asked(question, 2, how=NEVER_ENDS, echo=True, best=1)])
    assert tokens_of(written)[:-2] == question
    _check_likely(question, written, 1, echo=True)


def test_an_answer_ends_at_its_end_or_its_length() -> None:
    question = next([n, 1] for n in range(1, 50) if answer([n, 1], 20, Choosing(temperature=0), ENDS)[1] == "stop")
    short, _over = answer(question, 20, Choosing(temperature=0), ENDS)
    assert short
    texts = [asked(question, len(short) + more, ends=ENDS) for more in (-1, 0, 1, 9)]
    told = _run(Batch(TinyReader()), texts)
    assert [text.over for text in texts] == ["length", "length", "stop", "stop"]
    assert [tokens_of(written) for written in told] == [short[:-1], short, short, short]


def test_who_is_dropped_hears_no_more_and_its_room_is_free() -> None:
    reader = TinyReader(blocks=16)
    batch = Batch(reader)
    leaves, stays = asked([1] * 9, 23, how=NEVER_ENDS), asked([2] * 9, 23, how=NEVER_ENDS)
    batch.add(leaves)
    batch.add(stays)
    told = [*batch.step(), *batch.step()]
    batch.drop(leaves)
    batch.drop(leaves)
    comes = asked([1] * 9, 23, how=NEVER_ENDS)
    batch.add(comes)
    while batch.open:
        told += batch.step()
    written = {text: [each for who, some in told if who is text for each in some] for text in (leaves, stays, comes)}
    assert len(written[leaves]) == 2
    assert leaves.over == ""
    for text in (stays, comes):
        assert tokens_of(written[text]) == answer(text.tokens[:9], 23, NEVER_ENDS, frozenset())[0]
    _check_all_is_free(batch, reader)


def test_what_has_no_room_is_not_begun() -> None:
    reader = TinyReader(blocks=4)
    batch = Batch(reader)
    with pytest.raises(MemoryError):
        batch.add(asked([1], 16))
    assert batch.open == 0
    one, other = asked([1, 2], 6, how=NEVER_ENDS), asked([1, 2], 9, how=NEVER_ENDS)
    batch.add(one)
    with pytest.raises(MemoryError):
        batch.add(other)
    assert (batch.open, other.blocks) == (1, [])
    while batch.open:
        batch.step()
    _run(batch, [other])
    _check_all_is_free(batch, reader)
