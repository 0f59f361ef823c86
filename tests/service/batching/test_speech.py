"""What is told piece by piece is the text of all tokens, up to what ends it, however the tokens come."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tinymodel import make_tokenizer

from kit.service.batching.batch import Written
from kit.service.batching.speech import Speech

tokenizer = functools.lru_cache(make_tokenizer)

texts = st.text("ab é你😀👩\u200d,\n\ufffd") | st.text()
any_tokens = st.lists(st.integers(0, 361) | st.integers(130, 258))  # halves of characters and special tokens among them
few_letters = st.text("abc é😀", max_size=30)
stops = st.lists(st.text("abc é😀", min_size=1, max_size=4), min_size=1, max_size=3)
splits = st.lists(st.integers(0, 5), max_size=40)


def _ids(text: str) -> list[int]:
    found: list[int] = tokenizer()(text, add_special_tokens=False)["input_ids"]
    return found


def _text(tokens: Sequence[int]) -> str:
    return str(tokenizer().decode(list(tokens), skip_special_tokens=True))


def _hear(speech: Speech, tokens: Sequence[int], sizes: Sequence[int], over: str = "length") -> tuple[list[str], int]:
    """Let it hear tokens in parts of `sizes` until it is over; return what it told of each, and how many it took."""
    left, told, taken = [Written(token) for token in tokens], [], 0
    for size in [*sizes, len(left)]:
        part, left = left[:size], left[size:]
        said, heard = speech.hear(part, "" if left else over)
        assert heard == part[: len(heard)]
        assert len(heard) == len(part) or speech.over == "stop"
        told.append(said)
        taken += len(heard)
        if speech.over:
            return told, taken
    raise AssertionError("it is not over")


def _until(tokens: Sequence[int], ends: Sequence[str]) -> tuple[str, int, str]:
    """Return the text before the first text that ends it, after how many tokens that is whole, and why it is over."""
    for size in range(1, len(tokens) + 1):
        text = _text(tokens[:size])
        whole = size == len(tokens) or not text.endswith("\ufffd")
        places = [text.find(end) for end in ends if end in text]
        if whole and places:
            return text[: min(places)], size, "stop"
    return _text(tokens), len(tokens), "length"


@given(texts.map(_ids) | any_tokens, splits)
@settings(deadline=None)
def test_it_is_the_text_of_all_tokens_whatever_the_parts(tokens: list[int], sizes: list[int]) -> None:
    speech = Speech(tokenizer())
    told, taken = _hear(speech, tokens, sizes)
    assert ("".join(told), taken) == (_text(tokens), len(tokens))
    assert (speech.over, speech.tokens) == ("length", len(tokens))


@given(few_letters.map(_ids), stops, splits)
@settings(max_examples=300, deadline=None)
def test_nothing_is_told_of_what_ends_it_or_comes_after(tokens: list[int], ends: list[str], sizes: list[int]) -> None:
    speech = Speech(tokenizer(), ends)
    told, taken = _hear(speech, tokens, sizes)
    assert ("".join(told), taken, speech.over) == _until(tokens, ends)
    assert speech.tokens == taken
    assert not any(end in "".join(told) for end in ends)


@pytest.mark.parametrize("text", ["😀", "é", "Zoë: 你好, 世界 😀👩‍👩‍👧 fällt"])
def test_no_half_of_a_character_is_told(text: str) -> None:
    speech = Speech(tokenizer())
    tokens = _ids(text)
    told, _taken = _hear(speech, tokens, [1] * len(tokens))
    assert len(tokens) > len(text)
    assert "".join(told) == text
    assert all("\ufffd" not in piece for piece in told)


def test_half_a_character_at_the_end_is_told_as_such() -> None:
    speech = Speech(tokenizer())
    told, _taken = _hear(speech, _ids("a😀")[:-1], [])
    assert "".join(told) == "a\ufffd"


def test_what_may_begin_an_end_is_held_back_no_longer_than_it_may() -> None:
    speech = Speech(tokenizer(), ["xyz"])
    told = [speech.hear([Written(token)])[0] for text in "axxywxy" for token in _ids(text)]
    assert told == ["a", "", "x", "", "xyw", "", ""]
    assert speech.hear([], "length")[0] == "xy"


def test_an_end_in_the_middle_of_a_token_cuts_its_text() -> None:
    (payment,) = _ids(" payment")
    speech = Speech(tokenizer(), ["men"])
    assert speech.hear([Written(payment), Written(payment)])[0] == " pay"
    assert (speech.over, speech.tokens) == ("stop", 1)


def test_the_end_of_tokens_is_told_as_its_reason() -> None:
    speech = Speech(tokenizer(), ["!"])
    assert speech.hear([Written(token) for token in _ids("ab")]) == ("ab", [Written(token) for token in _ids("ab")])
    assert speech.over == ""
    assert speech.hear([], "stop") == ("", [])
    assert speech.over == "stop"


@pytest.mark.parametrize("sizes", [[], [1] * 30, [5]])
def test_the_question_is_told_before_it_and_counts_and_ends_nothing(sizes: list[int]) -> None:
    question, said = _ids("Say b, then stop: a"), _ids("ab, then")
    speech = Speech(tokenizer(), ["b,", "ab"], echoed=len(question))
    told, _taken = _hear(speech, [*question, *said], sizes)
    assert "".join(told) == "Say b, then stop: a"
    assert (speech.over, speech.tokens) == ("stop", len(_ids("ab")))


def test_an_end_does_not_begin_in_the_question() -> None:
    question, said = _ids("x"), _ids("yz")
    speech = Speech(tokenizer(), ["xy"], echoed=len(question))
    told, _taken = _hear(speech, [*question, *said], [])
    assert ("".join(told), speech.over, speech.tokens) == ("xyz", "length", len(said))
