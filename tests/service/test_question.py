"""What may be asked: what clients send passes, all else is refused in OpenAI's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.engines.openai.request import Habits
from kit.service.question import CHAT, TEXT, Improper, depth_of, read_body

MESSAGES = [{"role": "user", "content": "Hello"}]
ASKED = {"model": "m", "messages": MESSAGES}

# As the package `openai` writes them.
CLIENT = [
    (CHAT, {"messages": MESSAGES, "model": "m"}),
    (CHAT, {"messages": MESSAGES, "model": "m", "stream": True, "stream_options": {"include_usage": True}}),
    (CHAT, {"messages": MESSAGES, "model": "m", "logprobs": True, "top_logprobs": 5, "max_completion_tokens": 7}),
    (CHAT, {"messages": MESSAGES, "model": "m", "stop": ["\n"], "seed": 3, "user": "anna", "n": 1, "top_p": 0.9}),
    (CHAT, {"messages": MESSAGES, "model": "m", "response_format": {"type": "json_object"}, "store": False}),
    (
        CHAT,
        {
            "messages": [
                {"role": "system", "content": "Be brief.", "name": "house"},
                {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
                {"role": "assistant", "content": "Yes?"},
            ],
            "model": "m",
            "logit_bias": {"50256": -100},
            "frequency_penalty": 0.5,
            "presence_penalty": -0.5,
            "metadata": {"a": "b"},
        },
    ),
    (TEXT, {"model": "m", "prompt": "Once", "max_tokens": 16, "logprobs": 5, "echo": False, "best_of": 1}),
    (TEXT, {"model": "m", "prompt": ["Once"], "temperature": 0}),
    (TEXT, {"model": "m", "prompt": [1, 2, 3]}),
]


def _read(body: Any, path: str = CHAT) -> dict[str, Any]:
    return read_body(json.dumps(body).encode(), path, context=64)


@pytest.mark.parametrize(("path", "body"), CLIENT)
def test_what_the_usual_client_sends_passes_unchanged(path: str, body: dict[str, Any]) -> None:
    assert _read(body, path) == body


def test_what_the_kit_sends_passes() -> None:
    body = Habits().body("m", MESSAGES, max_new_tokens=3, temperature=0.5, seed=1, ignore_end=True, stop=("x",))
    assert _read(body) == body


def test_nothing_said_is_nothing_sent() -> None:
    assert _read({**ASKED, "temperature": None, "tools": None, "stop": None}) == ASKED
    assert _read({"model": "m", "prompt": "x", "logprobs": True}, TEXT)["logprobs"] == 1


@pytest.mark.parametrize(
    ("changed", "parameter"),
    [
        ({"tools": []}, "tools"),
        ({"prompt": "x"}, "prompt"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "root", "content": "x"}]}, "messages"),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, "messages"),
        ({"messages": [{"role": "user", "content": "x", "tool_calls": []}]}, "messages"),
        ({"temperature": "0"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"temperature": 2.5}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32 - 1}, "seed"),
        ({"logit_bias": {"x": 1}}, "logit_bias"),
        ({"stop": ""}, "stop"),
        ({"stream": 1}, "stream"),
        ({"model": ""}, "model"),
        ({"model": "a\nb"}, "model"),
        ({"\x1b[31m": 1}, "…"),
    ],
)
def test_what_is_refused_is_named(changed: dict[str, Any], parameter: str) -> None:
    with pytest.raises(Improper) as caught:
        _read({**ASKED, **changed})
    assert caught.value.parameter == parameter
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize("left_out", ["model", "messages"])
def test_what_is_missing_is_named(left_out: str) -> None:
    with pytest.raises(Improper) as caught:
        _read({name: value for name, value in ASKED.items() if name != left_out})
    assert caught.value.parameter == left_out


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(["model", "messages", "prompt", "stop", "logit_bias", "stream_options", "n", "seed", "user"])


@given(st.dictionaries(names, anything), st.sampled_from([CHAT, TEXT]))
def test_whatever_comes_is_read_or_refused(body: dict[str, Any], path: str) -> None:
    for asked in (body, {**ASKED, **body}):
        try:
            read = _read(asked, path)
        except Improper:
            continue
        assert json.loads(json.dumps(read, allow_nan=False)) == read
        assert read["model"].isprintable()


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with pytest.raises(Improper):
        read_body(content, CHAT, context=64)


@given(anything)
def test_depth_is_counted_as_it_is_defined(value: Any) -> None:
    def depth(each: Any) -> int:
        inner = list(each.values()) if isinstance(each, dict) else each if isinstance(each, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)

    assert depth_of(value) == max(depth(value), 1)
