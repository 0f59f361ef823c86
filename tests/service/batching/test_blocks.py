"""Whoever shares a block finds in it what it would have written there itself, and whoever writes has it alone.

Held against a plain table of what stands in each block. Keys and values depend on all that comes before, so what stands
there are not the tokens of the block but all tokens up to its end.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from kit.service.batching.blocks import Blocks

COUNT, SIZE = 12, 3
few_tokens = st.lists(st.integers(0, 1), min_size=1, max_size=14)  # so few kinds that many texts begin alike


@dataclass(eq=False)
class Text:
    """A text that is being read."""

    tokens: list[int]
    room: int
    blocks: list[int] = field(default_factory=list)
    read: int = 0


class Reference(RuleBasedStateMachine):
    """Texts come, are read, go on, share what they learned, and go."""

    texts = Bundle("texts")

    def __init__(self) -> None:
        super().__init__()
        self.blocks = Blocks(COUNT, SIZE)
        self.open: list[Text] = []
        self.stands: dict[int, list[tuple[int, ...]]] = {block: [] for block in range(COUNT)}

    @rule(target=texts, tokens=few_tokens, more=st.integers(0, 6), share=st.booleans())
    def come(self, tokens: list[int], more: int, share: bool) -> Text:
        text = Text(list(tokens), len(tokens) + more)
        others = self._in_use()
        before = self.blocks.free
        try:
            text.blocks, text.read = self.blocks.take(tokens, text.room, share=share)
        except MemoryError:
            assert self.blocks.free == before
            return text
        self.open.append(text)
        shared = text.read // SIZE
        assert len(set(text.blocks)) == len(text.blocks) == -(-text.room // SIZE)
        assert text.read == shared * SIZE < len(tokens)
        assert shared == 0 or share
        assert not others & set(text.blocks[shared:])
        for place in range(text.read):
            block, within = text.blocks[place // SIZE], place % SIZE
            assert self.stands[block][within] == tuple(tokens[: place + 1])
        return text

    @rule(text=texts, size=st.sampled_from([1, 2, 20, 20]))
    def read_on(self, text: Text, size: int) -> None:
        if text not in self.open:
            return
        for place in range(text.read, min(text.read + size, len(text.tokens))):
            block = text.blocks[place // SIZE]
            assert sum(block in each.blocks for each in self.open) == 1
            self.stands[block][place % SIZE :] = [tuple(text.tokens[: place + 1])]
            text.read = place + 1

    @rule(text=texts, token=st.integers(0, 1))
    def go_on(self, text: Text, token: int) -> None:
        if text.read == len(text.tokens) < text.room:
            text.tokens.append(token)

    @rule(text=texts)
    def learn(self, text: Text) -> None:
        if text in self.open:
            self.blocks.learn(text.tokens[: text.read], text.blocks)

    @rule(text=consumes(texts), learns=st.sampled_from([True, True, False]))
    def go(self, text: Text, learns: bool) -> None:
        if text in self.open:
            if learns:
                self.learn(text)
            self.open.remove(text)
            self.blocks.give_back(text.blocks)

    @rule()
    def take_what_is_free(self) -> None:
        free = self.blocks.free
        blocks, read = self.blocks.take([9], free * SIZE)
        assert (set(blocks), read) == (set(range(COUNT)) - self._in_use(), 0)
        assert self.blocks.free == 0
        self.blocks.give_back(blocks)

    @invariant()
    def nothing_is_lost(self) -> None:
        assert self.blocks.free == COUNT - len(self._in_use())

    def _in_use(self) -> set[int]:
        return {block for text in self.open for block in text.blocks}


Reference.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestReference = Reference.TestCase


def _answered(blocks: Blocks, tokens: list[int]) -> list[int]:
    """Read a text, learn it, let go of it, and return where it stood."""
    taken, _read = blocks.take(tokens, len(tokens))
    blocks.learn(tokens, taken)
    blocks.give_back(taken)
    return taken


def test_a_beginning_is_found_again_and_shared_while_another_reads_on_in_it() -> None:
    blocks = Blocks(8, 2)
    first, _read = blocks.take([1, 2, 3, 4, 5], 6)
    blocks.learn([1, 2, 3, 4, 5], first)
    second, read = blocks.take([1, 2, 3, 4, 6], 6)
    assert (second[:2], read) == (first[:2], 4)
    assert second[2] != first[2]
    blocks.give_back(first)
    assert blocks.free == 8 - 3
    third, read = blocks.take([1, 2, 9], 3)
    assert (third[0], read) == (first[0], 2)


def test_at_least_one_token_is_left_to_read() -> None:
    blocks = Blocks(8, 2)
    _answered(blocks, [1, 2, 3, 4])
    assert [blocks.take(tokens, 4)[1] for tokens in ([1, 2, 3, 4], [1, 2, 3], [1, 2])] == [2, 2, 0]


def test_what_is_found_again_of_a_text_grows_with_it() -> None:
    blocks = Blocks(8, 2)
    text = [1, 2, 3, 4, 5, 6]
    taken, _read = blocks.take(text, 6)
    for size, found in ((1, 0), (3, 2), (4, 4), (6, 4)):
        blocks.learn(text[:size], taken)
        again, read = blocks.take(text, 6)
        assert (again[: found // 2], read) == (taken[: found // 2], found)
        blocks.give_back(again)


def test_what_two_have_learned_alike_is_found_once_and_forgotten_once() -> None:
    blocks = Blocks(4, 2)
    both = [blocks.take([1, 2, 3], 4)[0] for _ in range(2)]
    for taken in both:
        blocks.learn([1, 2, 3], taken)
    for taken in both:
        blocks.give_back(taken)
    found, read = blocks.take([1, 2, 3], 2)
    assert (found, read) == (both[0][:1], 2)
    blocks.give_back(found)
    everything, _read = blocks.take([9], 8)
    blocks.give_back(everything)
    assert blocks.take([1, 2, 3], 4)[1] == 0


def test_tokens_alone_do_not_make_a_block_the_same() -> None:
    blocks = Blocks(8, 2)
    _answered(blocks, [1, 2, 3, 4, 5])
    assert blocks.take([3, 4, 5], 3)[1] == 0
    assert blocks.take([3, 4, 3, 4, 5], 5)[1] == 0


def test_who_does_not_share_gets_blocks_of_its_own() -> None:
    blocks = Blocks(8, 2)
    taken = _answered(blocks, [1, 2, 3])
    assert blocks.take([1, 2, 3], 3, share=False)[1] == 0
    again, read = blocks.take([1, 2, 3], 3)
    assert (again[0], read) == (taken[0], 2)


def test_what_finds_no_room_takes_nothing() -> None:
    blocks = Blocks(4, 2)
    _answered(blocks, [1, 2, 3, 4, 5])
    held, _read = blocks.take([7], 2)
    with pytest.raises(MemoryError):
        blocks.take([1, 2, 3, 4, 5], 7 * 2)
    assert blocks.free == 3
    taken, read = blocks.take([1, 2, 3, 4, 5], 6)
    assert read == 4
    assert held[0] not in taken


def test_the_end_of_a_text_is_forgotten_before_its_beginning() -> None:
    blocks = Blocks(3, 2)
    text = [1, 2, 3, 4, 5, 6]
    for taken, left in ((1, 4), (2, 2), (3, 0)):
        _answered(blocks, text)
        blocks.give_back(blocks.take([9], taken * 2)[0])
        again, read = blocks.take([*text, 7], 6)
        assert read == left
        blocks.give_back(again)


@given(st.permutations(range(5)), st.lists(st.integers(0, 4), max_size=8))
def test_the_longest_unused_goes_first(order: list[int], asked_again: list[int]) -> None:
    blocks = Blocks(5, 2)
    stands = {text: _answered(blocks, [text, text])[0] for text in order}
    for text in asked_again:
        found, read = blocks.take([text, text, 9], 2)
        assert (found, read) == ([stands[text]], 2)
        blocks.give_back(found)
    last_used = list(dict.fromkeys(reversed([*order, *asked_again])))[::-1]
    assert [blocks.take([9], 1)[0] for _ in range(5)] == [[stands[text]] for text in last_used]


def test_what_nobody_can_find_again_goes_before_what_can_be_found() -> None:
    blocks = Blocks(3, 2)
    known = _answered(blocks, [1, 2])
    (unknown, _read) = blocks.take([3], 2)
    blocks.give_back(unknown)
    assert [blocks.take([9], 2)[0] for _ in range(3)][-1] == known
