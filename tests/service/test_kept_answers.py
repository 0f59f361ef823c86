"""Answers that the service keeps: what is answered from them, and what never is."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinygateway import CHAT, QUESTION, Gateway, tiny_gateway
from tinyserver import TinyServer

from kit.service.spec import ServiceSpec


@pytest.mark.parametrize("streams", [True, False])
def test_a_question_that_comes_again_is_answered_from_what_was_kept(
    gateway: Gateway, behind: TinyServer, streams: bool
) -> None:
    body = {**QUESTION, "stream": streams}
    first, again = gateway.ask(body), gateway.ask({**body, "user": "somebody else"})
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert len(behind.asked) == 1
    gateway.ask(body, **{"Cache-Control": "no-store"})
    assert len(behind.asked) == 2
    assert "tunebook_cached_answers_total 1.0" in gateway.get("/metrics").text


def test_keeping_can_be_switched_off(behind: TinyServer) -> None:
    with tiny_gateway(behind.url, spec=ServiceSpec(cache_mib=0)) as gateway:
        assert gateway.ask().content == gateway.ask().content
    assert len(behind.asked) == 2


def _said(path: str, body: Any) -> dict[str, Any]:
    """The answer of a model that answers everything differently."""
    return {"said": hashlib.sha256(json.dumps([path, body], sort_keys=True).encode()).hexdigest()}


words = st.text(max_size=4)
questions = st.fixed_dictionaries(
    {
        "model": st.sampled_from(["a", "b", "a@gguf-f16", "run:adapter"]),
        "messages": st.lists(
            st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": words}),
            min_size=1,
            max_size=3,
        ),
        "temperature": st.just(0),
    },
    optional={
        "max_tokens": st.integers(1, 3),
        "seed": st.integers(0, 2),
        "stop": words.filter(bool),
        "top_p": st.sampled_from([0.5, 1]),
        "logprobs": st.booleans(),
    },
)


def test_nothing_that_differs_is_answered_from_what_was_kept(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.routes[CHAT] = lambda body: _said(CHAT, body)
    seen: dict[str, bytes] = {}

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(questions)
    def ask(question: dict[str, Any]) -> None:
        asked = len(behind.asked)
        answer = gateway.ask(question)
        name = question["model"] if "@" in question["model"] else f"{question['model']}@gguf-q8_0"
        assert answer.json() == _said(CHAT, {**question, "model": name})  # this question's answer and no other's
        key = json.dumps(question, sort_keys=True)
        assert (len(behind.asked) == asked) is (key in seen)
        assert seen.setdefault(key, answer.content) == answer.content

    ask()


def test_an_answer_that_broke_off_is_told_and_not_kept(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.says = b'data: {"choices": [{"delta": {"content": "half"}}]}\n\n'
    with gateway.stream() as answer:
        half = answer.read()
    assert b"half" in half
    behind.behaviour.says = None
    with gateway.stream() as answer:
        whole = answer.read()
    assert whole.endswith(b"data: [DONE]\n\n")
    assert len(behind.asked) == 2


def test_an_error_is_passed_on_and_not_kept(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.status, behind.behaviour.message = 400, "too long"
    assert gateway.ask().json() == {"error": {"message": "too long"}}
    behind.behaviour.status = 200
    assert gateway.ask().status_code == 200


def test_an_error_in_the_middle_of_a_stream_is_not_kept(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.says = b'data: {"error": {"message": "no room"}}\n\ndata: [DONE]\n\n'
    for _turn in range(2):
        with gateway.stream() as answer:
            assert b"no room" in answer.read()
    assert len(behind.asked) == 2
