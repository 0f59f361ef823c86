"""An answer is found again only where everything that decides it is the same."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kit.service.answers import Answers, key_of

PATH = "/v1/chat/completions"
BODY = {"model": "m", "temperature": 0, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5}

scalars = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(0, 2, allow_nan=False) | st.text(max_size=5)
bodies = st.fixed_dictionaries(
    {
        "messages": st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": st.text(max_size=6)}),
            max_size=3,
        ),
        "seed": st.integers(0, 3),
    },
    optional=dict.fromkeys(("max_tokens", "temperature", "top_p", "stop", "logit_bias", "adapter"), scalars),
)


def _said(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


@given(bodies, bodies, st.text(max_size=3), st.text(max_size=3))
def test_keys_are_the_same_only_for_the_same_question(a: Any, b: Any, one: str, other: str) -> None:
    same = _said([one, a]) == _said([other, b])
    assert (key_of(one, PATH, a) == key_of(other, PATH, b)) is same


def test_model_system_text_and_path_count() -> None:
    base = key_of("weights", PATH, BODY)
    system = {**BODY, "messages": [{"role": "system", "content": "Be brief."}, *BODY["messages"]]}  # type: ignore[misc]
    assert base not in (
        key_of("other", PATH, BODY),
        key_of("weights", "/v1/completions", BODY),
        key_of("weights", PATH, system),
    )
    assert base == key_of("weights", PATH, {**BODY, "user": "somebody"})


def test_chance_is_not_kept() -> None:
    assert key_of("w", PATH, {**BODY, "temperature": 0.7}) is None
    assert key_of("w", PATH, {k: v for k, v in BODY.items() if k != "temperature"}) is None
    assert key_of("w", PATH, {**BODY, "temperature": 0.7, "seed": 3}) is not None


def test_room_is_bounded_and_the_oldest_goes_first() -> None:
    answers = Answers(10)
    for name in "abc":
        answers.keep(name, (name.encode() * 4,))
    assert answers.get("a") is None
    assert answers.get("b") == (b"bbbb",)
    answers.keep("d", (b"dddd",))
    assert answers.get("c") is None
    assert answers.get("b") is not None
    answers.keep("large", (b"x" * 11,))
    assert answers.get("large") is None
    assert answers.get(None) is None
