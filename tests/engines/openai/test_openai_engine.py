"""A model behind a URL: what is asked of the server, what is read of its answer, what is said when it fails."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from tinyserver import TinyServer, tiny_server

from kit.engines import Prompt
from kit.engines.openai.engine import OpenAIEngine
from kit.engines.usage import Usage, usage_of
from kit.errors import KitError, ServerError, UnsupportedError

CHAT: Prompt = [{"role": "user", "content": "one two three"}]


@pytest.fixture
def server() -> Iterator[TinyServer]:
    with tiny_server() as running:
        yield running


@pytest.fixture
def engine(server: TinyServer) -> Iterator[OpenAIEngine]:
    engine = OpenAIEngine(server.url, "tiny")
    yield engine
    engine.close()


def _text(engine: OpenAIEngine, prompt: Prompt = CHAT, **options: Any) -> str:
    return "".join(token.text for token in engine.generate(prompt, **{"max_new_tokens": 4, **options}))


def test_messages_and_plain_text_go_where_they_belong(server: TinyServer, engine: OpenAIEngine) -> None:
    options = {"temperature": 0.5, "seed": 7, "ignore_end": True, "stop": ("\n",)}
    assert _text(engine, **options) == "0 1 2 3 "
    assert _text(engine, "Once upon a time", **options) == "0 1 2 3 "
    common = {
        "model": "tiny",
        "max_tokens": 4,
        "temperature": 0.5,
        "seed": 7,
        "stream": True,
        "stream_options": {"include_usage": True},
        "ignore_eos": True,
        "stop": ["\n"],
    }
    assert server.bodies("/v1/chat/completions") == [{"messages": CHAT, **common}]
    assert server.bodies("/v1/completions") == [{"prompt": "Once upon a time", **common}]


def test_nothing_is_asked_that_was_not_wanted(server: TinyServer, engine: OpenAIEngine) -> None:
    _text(engine)
    assert not {"stop", "ignore_eos"} & server.bodies("/v1/chat/completions")[0].keys()


def test_tokens_are_counted_by_the_server_where_it_tells(server: TinyServer, engine: OpenAIEngine) -> None:
    server.behaviour.tokens_in_piece = 2
    stream = engine.generate(CHAT, max_new_tokens=6)
    assert usage_of(stream) is None
    assert len(list(stream)) == 3
    assert usage_of(stream) == Usage(prompt_tokens=3, new_tokens=6)
    server.behaviour.usage = False
    stream = engine.generate(CHAT, max_new_tokens=6)
    list(stream)
    assert usage_of(stream) is None


def test_what_a_server_does_not_take_is_left_out_from_then_on(server: TinyServer, engine: OpenAIEngine) -> None:
    server.behaviour.refuses = ("ignore_eos", "stream_options")
    assert _text(engine, ignore_end=True) == "0 1 2 3 "
    assert engine.refused == {"ignore_eos", "stream_options"}
    before = len(server.asked)
    assert _text(engine, ignore_end=True) == "0 1 2 3 "
    assert len(server.asked) == before + 1


def test_the_newer_name_of_the_limit_is_used_where_it_is_wanted(server: TinyServer, engine: OpenAIEngine) -> None:
    complaint = {"error": {"message": "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."}}
    server.behaviour.status, server.behaviour.fails = 400, (0,)
    server.behaviour.message = complaint["error"]["message"]
    assert _text(engine) == "0 1 2 3 "
    assert "max_completion_tokens" in server.asked[-1][1]
    assert "max_tokens" not in server.asked[-1][1]


def test_text_arrives_whole_whatever_the_network_does(server: TinyServer, engine: OpenAIEngine) -> None:
    said = (
        ": a comment\r\n\r\n"
        'data: {"choices": [{"delta": {"content": "größer\u2028als"}}]}\r\n\r\n'
        'event: message\ndata: {"choices":\ndata: [{"delta": {"reasoning_content": " gedacht"}}]}\n\n'
        'data:{"choices": [{"delta": {"content": null}, "finish_reason": "stop"}]}\n\n'
        "data: [DONE]\n\n"
    )
    server.behaviour.says = said.encode()
    assert _text(engine) == "größer\u2028als gedacht"


def test_a_key_comes_from_the_environment_only(server: TinyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.behaviour.key = "s3cret"
    with pytest.raises(KitError, match="MODELS_API_KEY, which key_variable names, holds no key"):
        OpenAIEngine(server.url, "tiny", key_variable="MODELS_API_KEY")
    monkeypatch.setenv("MODELS_API_KEY", "wrong")
    with pytest.raises(ServerError, match=r"HTTP 401: Invalid API key\. Check the key in .* MODELS_API_KEY"):
        _text(OpenAIEngine(server.url, "tiny", key_variable="MODELS_API_KEY"))
    with pytest.raises(ServerError, match="key_variable"):
        _text(OpenAIEngine(server.url, "tiny"))
    monkeypatch.setenv("MODELS_API_KEY", "s3cret")
    assert _text(OpenAIEngine(server.url, "tiny", key_variable="MODELS_API_KEY")) == "0 1 2 3 "


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (302, "Redirects are not followed"),
        (400, "shorter prompt"),
        (404, "lists under /models"),
        (429, "fewer users or a lower rate"),
        (500, "log of the server"),
        (503, "still loading"),
    ],
)
def test_a_refusal_names_address_reason_and_next_step(
    server: TinyServer, engine: OpenAIEngine, status: int, advice: str
) -> None:
    server.behaviour.status, server.behaviour.message = status, "out of patience."
    with pytest.raises(ServerError, match=advice) as caught:
        _text(engine)
    assert (caught.value.status, caught.value.url) == (status, f"{server.url}/chat/completions")
    assert f"{server.url}/chat/completions answered with HTTP {status}: out of patience. " in str(caught.value)
    assert len(server.asked) == 1  # asking twice would spoil a measurement


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (b"", "stopped in the middle of an answer, after 0 pieces"),
        (b'data: {"choices": [{"delta": {"content": "a"}}]}\n\n', "in the middle of an answer, after 1 pieces"),
        (b'data: {"choices": [{"delta": \n\n', r"no JSON object: '{\"choices\""),
        (b"data: 7\n\n", "no JSON object: '7'"),
        (b'data: {"error": {"message": "CUDA out of memory"}}\n\n', "gave an answer up: CUDA out of memory"),
    ],
)
def test_an_answer_that_is_not_whole_is_an_error(
    server: TinyServer, engine: OpenAIEngine, said: bytes, problem: str
) -> None:
    server.behaviour.says = said
    with pytest.raises(ServerError, match=problem) as caught:
        _text(engine)
    assert server.url in str(caught.value)
    assert caught.value.fix


def test_a_server_that_is_not_there_or_says_nothing(server: TinyServer) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can take it, nobody answers
        nowhere = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ServerError, match=f"{nowhere}/chat/completions cannot be reached: .*refused"):
            _text(OpenAIEngine(nowhere, "tiny"))
    server.behaviour.first_s = 1.0
    with pytest.raises(ServerError, match=r"said nothing for 0\.2 seconds"):
        _text(OpenAIEngine(server.url, "tiny", silence_s=0.2))


def test_a_server_that_does_not_stream_is_told_from_one_that_does(server: TinyServer, engine: OpenAIEngine) -> None:
    server.behaviour.routes["/v1/chat/completions"] = lambda body: {"choices": [{"message": {"content": "all"}}]}
    with pytest.raises(ServerError, match=r"it did not stream, but answered with 'application/json'"):
        _text(engine)


def test_connections_are_used_again(server: TinyServer, engine: OpenAIEngine) -> None:
    assert [_text(engine) for _ in range(5)] == ["0 1 2 3 "] * 5
    assert server.connections == 1


def test_a_kept_connection_that_the_server_closed_is_no_failure(server: TinyServer, engine: OpenAIEngine) -> None:
    server.behaviour.hangs_up = True
    assert [_text(engine) for _ in range(20)] == ["0 1 2 3 "] * 20
    assert len(server.asked) == 20


def test_closing_an_answer_ends_it(server: TinyServer, engine: OpenAIEngine) -> None:
    server.behaviour.gap_s = 0.01
    stream = engine.generate(CHAT, max_new_tokens=4)
    assert next(stream).text == "0 "
    stream.close()
    assert list(stream) == []
    assert _text(engine) == "0 1 2 3 "


def test_what_a_server_cannot_tell_is_no_number(engine: OpenAIEngine) -> None:
    assert (engine.footprint(), engine.file_size()) == (0, 0)
    with pytest.raises(UnsupportedError, match="whole vocabulary"):
        engine.distributions(["text"])
