"""The package ``openai``, unchanged, in front of two services: this machine's, and another that a setting names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openai
import pytest
from tinygateway import CHAT, QUESTION, TEXT, TOKEN, tiny_gateway, until
from tinyserver import TinyServer, tiny_server

from kit.service import ensure
from kit.service.found import KEY, URL
from kit.service.note import note_place, write_note
from kit.service.spec import ServiceSpec
from kit.widgets import Playground

SAID: Any = QUESTION["messages"]


@dataclass
class Served:
    """A service that was found, and the server that answers behind it."""

    client: openai.OpenAI
    behind: TinyServer
    ours: bool


def _client() -> openai.OpenAI:
    found = ensure()
    return openai.OpenAI(base_url=found.url, api_key=found.token, max_retries=0)


@pytest.fixture(params=["this machine's", "another"])
def served(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    if request.param == "another":
        with tiny_server(key="the key of another") as server:
            monkeypatch.setenv(URL, server.url)
            monkeypatch.setenv(KEY, "the key of another")
            yield Served(_client(), server, ours=False)
        return
    with tiny_server() as server, tiny_gateway(server.url, spec=ServiceSpec(models=("tiny",))) as gateway:
        write_note(f"{gateway.url}/v1", TOKEN)
        yield Served(_client(), server, ours=True)
        note_place().unlink()


def test_models_are_listed(served: Served) -> None:
    assert [each.id for each in served.client.models.list()] == ["tiny"]


def test_a_chat_streams_and_counts_its_tokens(served: Served) -> None:
    pieces = list(
        served.client.chat.completions.create(
            model="tiny",
            messages=SAID,
            max_tokens=4,
            temperature=0,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    assert "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices) == "0 1 2 3 "
    assert pieces[-1].usage is not None
    assert pieces[-1].usage.completion_tokens == 4


def test_a_chat_and_a_completion_as_a_whole(served: Served) -> None:
    message = {"role": "assistant", "content": "Hello."}
    served.behind.behaviour.routes[CHAT] = lambda body: _whole(message=message)
    served.behind.behaviour.routes[TEXT] = lambda body: _whole(text=" there")
    chat = served.client.chat.completions.create(model="tiny", messages=SAID, temperature=0)
    assert chat.choices[0].message.content == "Hello."
    text = served.client.completions.create(model="tiny", prompt="Hello", max_tokens=1, logprobs=1)
    assert text.choices[0].text == " there"


def _whole(**choice: Any) -> dict[str, Any]:
    choices = [{"index": 0, "finish_reason": "stop", **choice}]
    return {"id": "1", "object": "chat.completion", "created": 0, "model": "tiny", "choices": choices}


def test_who_leaves_a_stream_is_not_answered_on(served: Served) -> None:
    served.behind.behaviour.gap_s = 0.02
    with served.client.chat.completions.create(
        model="tiny", messages=SAID, max_tokens=2000, temperature=0, stream=True
    ) as pieces:
        next(iter(pieces))
        assert served.behind.at_once == 1
    until(lambda: not served.behind.at_once)


def test_errors_are_told_as_the_package_knows_them(served: Served) -> None:
    wrong = served.client.with_options(api_key="wrong")
    with pytest.raises(openai.AuthenticationError):
        wrong.models.list()
    served.behind.behaviour.status, served.behind.behaviour.message = 400, "too long"
    with pytest.raises(openai.BadRequestError):
        served.client.chat.completions.create(model="tiny", messages=SAID)
    if served.ours:
        with pytest.raises(openai.NotFoundError):
            served.client.chat.completions.create(model="other", messages=SAID)


def test_the_code_that_a_panel_shows_runs_and_asks_the_same(served: Served, capsys: pytest.CaptureFixture[str]) -> None:
    panel = Playground("tiny", system="Be brief.", max_new_tokens=3)
    panel.act("set", question="Why?")
    exec(panel.desk.code(), {})
    assert capsys.readouterr().out == "0 1 2 "
    panel.act("ask", question="Why?")
    until(lambda: len(served.behind.bodies(CHAT)) == 2)
    panel.close()
    shown, asked = served.behind.bodies(CHAT)
    assert {name: asked[name] for name in shown} == {**shown}
