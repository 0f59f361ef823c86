"""A question of a panel: where it goes, what it waits for, what it says where something breaks."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import tinyservice
from hypothesis import given
from hypothesis import strategies as st
from tinygateway import TOKEN, Gateway, tiny_gateway, until
from tinyserver import TinyServer, tiny_server

from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.service import ServiceSpec, find, stop
from kit.service.found import KEY, URL
from kit.service.note import note_place, write_note
from kit.service.pages import VISITOR as HEARD
from kit.widgets.asking.events import Events
from kit.widgets.asking.names import choose_name, served_name
from kit.widgets.asking.question import TEXT, Question
from kit.widgets.asking.request import VISITOR, visitor
from kit.widgets.asking.told import Told, state_words

BODY = {"model": "tiny", "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 5, "temperature": 0}
LONG = {**BODY, "max_tokens": 2000}
SOON_S = 20.0


@pytest.fixture
def behind() -> Iterator[TinyServer]:
    with tiny_server() as server:
        yield server


def _waits(gateway: Gateway, number: int) -> bool:
    return gateway.line.waiting == number


@contextlib.contextmanager
def written(gateway: Gateway) -> Iterator[Gateway]:
    """Let a gateway be the service of this machine."""
    write_note(f"{gateway.url}/v1", TOKEN)
    yield gateway
    note_place().unlink()


@pytest.fixture
def gateway(behind: TinyServer) -> Iterator[Gateway]:
    with tiny_gateway(behind.url) as found, written(found):
        yield found


def test_an_answer_comes_word_by_word_and_says_how_quick_it_was(gateway: Gateway, behind: TinyServer) -> None:
    assert Question({**BODY, "seed": 1}).start().wait(SOON_S).state == "done"  # the model is there
    behind.behaviour.first_s, behind.behaviour.gap_s = 0.1, 0.1
    question = Question({**BODY, "stream_options": {"include_usage": True}}).start()
    until(lambda: question.told.text)
    assert question.told.state == "writing"
    assert question.told.text != "0 1 2 3 4 "
    told = question.wait(SOON_S)
    assert (told.state, told.text, told.tokens, told.tries) == ("done", "0 1 2 3 4 ", 5, 1)
    assert told.ttft_s == pytest.approx(0.1, abs=0.09)
    assert told.tokens_per_s == pytest.approx(10, rel=0.2)
    assert state_words(told).endswith(" tokens/s · stopped at the token limit")
    assert behind.bodies("/v1/chat/completions")[-1]["messages"] == BODY["messages"]


def test_an_answer_that_was_kept_is_called_so(gateway: Gateway, behind: TinyServer) -> None:
    first, again = (Question(BODY).start().wait(SOON_S) for _ in range(2))
    assert (first.kept, again.kept) == (False, True)
    assert first.text == again.text
    assert state_words(again) == "from kept answers"
    assert again.tokens_per_s is None
    other = Question({**BODY, "messages": [{"role": "user", "content": "Hello!"}]}).start().wait(SOON_S)
    assert not other.kept
    assert len(behind.asked) == 2


def test_a_whole_answer_with_its_log_probabilities(gateway: Gateway, behind: TinyServer) -> None:
    told = {"choices": [{"text": " B", "logprobs": {"content": [{"token": " B", "logprob": -0.1}]}}]}
    behind.behaviour.routes["/v1/completions"] = lambda body: told
    asked = {"model": "tiny", "prompt": "A or B?", "max_tokens": 1, "temperature": 0, "logprobs": 5}
    found = Question(asked, path=TEXT, streams=False).start().wait(SOON_S)
    assert (found.state, found.text) == ("done", " B")
    assert found.value is not None
    assert found.value["choices"][0]["logprobs"]["token_logprobs"] == [-0.1]


def test_who_waits_is_told_how_many_are_before(behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.02
    with (
        tiny_gateway(behind.url, spec=ServiceSpec(slots=1)) as gateway,
        written(gateway),
        contextlib.ExitStack() as all_,
    ):
        first = all_.enter_context(gateway.stream(LONG, **{VISITOR: "anna"}))
        lines = first.iter_lines()
        next(lines)
        others = [threading.Thread(target=gateway.ask, args=(BODY,), kwargs={VISITOR: name}) for name in ("bo", "cy")]
        for place, other in enumerate(others, 1):
            other.start()
            until(partial(_waits, gateway, place))
        question = Question({**BODY, "seed": 1}).start()
        until(lambda: question.told.before is not None)
        assert (question.told.state, question.told.before) == ("waiting", 2)
        assert state_words(question.told) == "waiting in line (2 before you)"
        all_.close()
        assert question.wait(SOON_S).state == "done"
        for other in others:
            other.join()
    assert state_words(Told(state="waiting", before=0)) == "next in line"


def test_a_model_that_is_loaded_first_is_said(behind: TinyServer) -> None:
    with tiny_gateway(behind.url, loading_s=1.5) as gateway, written(gateway):
        question = Question(BODY).start()
        until(lambda: question.told.state == "loading")
        assert state_words(question.told) == "loading the model"
        assert question.wait(SOON_S).state == "done"


@pytest.mark.parametrize("waiting", [False, True])
def test_who_asks_no_further_frees_the_model(behind: TinyServer, waiting: bool) -> None:
    behind.behaviour.gap_s = 0.02
    with tiny_gateway(behind.url, spec=ServiceSpec(slots=1)) as gateway, written(gateway):
        first = Question(LONG).start()
        until(lambda: first.told.text)
        second = Question({**LONG, "seed": 1}).start()
        until(lambda: gateway.line.waiting)
        if waiting:
            second.cancel()
            assert second.told.state == "cut short"
            until(lambda: not gateway.line.waiting)
        first.cancel()
        assert first.told.state == "cut short"
        said = first.wait(SOON_S)
        assert said.text.startswith("0 1 ")
        assert not said.problem
        second.cancel()
        until(lambda: not gateway.line.busy and not behind.at_once)


def test_one_after_the_other(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.05
    first = Question({**LONG, "model": "one"})
    second = Question({**BODY, "model": "two"}, after=first)
    third = Question({**BODY, "model": "three"}, after=second)
    for each in (first, second, third):
        each.start()
    until(lambda: first.told.text)
    assert second.told.state == third.told.state == "new"
    first.cancel()
    assert third.wait(SOON_S).state == "done"
    assert [body["model"] for body in behind.bodies("/v1/chat/completions")] == [
        f"{name}@gguf-q8_0" for name in ("one", "two", "three")
    ]


def test_too_many_who_ask_are_waited_for(behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.02
    with tiny_gateway(behind.url, spec=ServiceSpec(slots=1, per_visitor=1)) as gateway, written(gateway):
        first, second = Question(LONG).start(), Question(BODY)
        until(lambda: first.told.text)
        second.start()
        until(lambda: second.told.state == "busy")
        assert state_words(second.told) == "many people are asking: waiting for a place"
        first.cancel()
        assert second.wait(SOON_S).state == "done"


def test_a_model_whose_process_is_killed_is_asked_again() -> None:
    with tiny_gateway() as gateway, written(gateway):
        question = Question({**BODY, "max_tokens": 60}).start()
        until(lambda: len(question.told.text) > 10, within_s=SOON_S)
        (held,) = gateway.service.shelf.held
        assert held.process is not None
        os.kill(held.process.pid, signal.SIGKILL)
        states = {question.told.state}
        while not question.told.over:
            states.add(question.told.state)
            time.sleep(0.005)
        told = question.told
        assert "restarting" in states
        assert (told.state, told.tries) == ("done", 2)
        assert told.text == "".join(f"{i} " for i in range(60))  # nothing of the broken answer is left in it


def test_a_service_that_is_killed_in_mid_answer_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.service.found._process", tinyservice.start)
    assert find() is None
    question = Question({**BODY, "max_tokens": 100}).start()
    states: dict[str, None] = {}
    killed = 0
    while not question.told.over:
        states[question.told.state] = None
        if not killed and len(question.told.text) > 20:
            found = find()
            assert found is not None
            assert found.pid is not None
            children = psutil.Process(found.pid).children(recursive=True)
            os.kill(found.pid, signal.SIGKILL)
            killed = found.pid
        time.sleep(0.005)
    told = question.told
    assert (told.state, told.tries) == ("done", 2)
    assert told.text == "".join(f"{i} " for i in range(100))
    assert [state for state in states if state in ("starting", "writing", "restarting")] == [
        "starting",
        "writing",
        "restarting",
    ]
    now = find()
    assert now is not None
    assert now.pid != killed
    until(lambda: not any(each.is_running() and each.status() != "zombie" for each in children))
    assert stop()


def test_an_address_in_the_environment_stands_in_for_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    with tiny_server(key="secret", models=("other/name",)) as server:
        monkeypatch.setenv(URL, server.url)
        monkeypatch.setenv(KEY, "secret")
        told = Question(BODY).start().wait(SOON_S)
        assert (told.state, told.text, told.model) == ("done", "0 1 2 3 4 ", "other/name")
        assert told.place == server.url.removeprefix("http://").removesuffix("/v1")
        assert server.bodies("/v1/chat/completions")[0]["model"] == "other/name"
        server.behaviour.refuses = ("stream_options",)
        assert Question({**BODY, "stream_options": {"include_usage": True}}).start().wait(SOON_S).state == "done"
        assert "stream_options" not in server.bodies("/v1/chat/completions")[-1]
        monkeypatch.setenv(KEY, "wrong")
        problem = Question(BODY).start().wait(SOON_S).problem
        assert problem is not None
        assert "does not take the key" in problem.message
        assert KEY in problem.fix
        assert "wrong" not in problem.message + problem.fix
    problem = Question(BODY).start().wait(SOON_S).problem
    assert problem is not None
    assert "cannot be reached" in problem.message
    assert not note_place().exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"breaks_after": 2}, "breaks its answers off"),
        ({"says": b"data: [3]\n\n"}, "does not answer as OpenAI's protocol has it"),
        ({"says": b'data: {"error": {"message": "no memory", "code": 500}}\n\n'}, "gave the answer up: no memory"),
        ({"status": 400, "message": "the context is full"}, "longer than the model can read at once"),
        ({"status": 404, "message": "No such model. Take another."}, "No such model."),
        ({"status": 500, "message": "out of order"}, "out of order"),
    ],
)
def test_what_goes_wrong_is_told_in_words(monkeypatch: pytest.MonkeyPatch, wrong: Any, said: str) -> None:
    monkeypatch.setattr("kit.widgets.asking.question._PAUSE_S", 0.01)
    with tiny_server(**wrong) as server:
        monkeypatch.setenv(URL, server.url)
        told = Question(BODY).start().wait(SOON_S)
    assert told.state == "failed"
    assert told.problem is not None
    assert said in told.problem.message
    assert told.problem.fix


def test_an_address_that_is_none_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "not an address")
    problem = Question(BODY).start().wait(SOON_S).problem
    assert problem is not None
    assert URL in problem.message


def test_all_questions_of_a_kernel_are_one_visitors(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    assert VISITOR == HEARD
    heard: list[str] = []
    answer = gateway.service.relay.answer

    def hear(held: Any, asked: Any) -> Any:
        heard.append(asked.visitor)
        return answer(held, asked)

    monkeypatch.setattr(gateway.service.relay, "answer", hear)
    for seed in range(2):
        assert Question({**BODY, "seed": seed}).start().wait(SOON_S).state == "done"
    assert heard == [visitor(), visitor()]


EVENTS = [{"choices": [{"delta": {"content": text}}]} for text in ("a", "\u2028ü", "\n\n", "data: x")]
STREAM = b": hello\r\n" + b"".join(
    b"data: " + json.dumps(each, ensure_ascii=False).encode() + b"\r\n\r\n" for each in EVENTS
)


@given(st.lists(st.integers(0, len(STREAM)), max_size=20))
def test_events_are_whole_however_bytes_come(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    events = Events()
    found = [each for a, b in itertools.pairwise(places) for each in events.feed(STREAM[a:b])]
    assert found == EVENTS
    assert not events.done
    assert events.feed(b"data: [DONE]\n") == []
    assert events.done


def test_what_the_service_holds_and_by_which_name(tmp_path: Path) -> None:
    def name(model: str, method: str, **more: Any) -> str | None:
        return served_name(Variant(model=model, method=method, **more))

    assert name("smollm2-135m-instruct", "gguf-q4_k_m") == "smollm2-135m-instruct@gguf-q4_k_m"
    assert name("run:abc", "gguf-q8_0") == "run:abc@gguf-q8_0"
    assert name("smollm2-135m-instruct", "bnb-nf4") is None
    assert name("smollm2-135m-instruct", "bf16") is None  # this machine has no vLLM
    assert name(str(tmp_path), "gguf-q8_0") is None
    assert name("m", "gguf-q4_k_m", calibration=DataSpec(source="rows.csv")) is None
    assert served_name(Variant(model="m", engine="http://127.0.0.1:8000/v1")) is None


def test_a_model_is_found_by_its_name_elsewhere() -> None:
    hub = "HuggingFaceTB/SmolLM2-135M-Instruct"
    ours = "smollm2-135m-instruct@gguf-q8_0"
    assert choose_name(ours, [ours, hub]) == ours
    assert choose_name(ours, ["x", "smollm2-135m-instruct"]) == "smollm2-135m-instruct"
    assert choose_name(ours, ["x", hub]) == hub
    assert choose_name(ours, ["x"]) == "x"
    assert choose_name(ours, ["x", "y"]) == ours
    assert choose_name(ours, []) == ours


def test_a_service_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_load: tuple[str, ...]) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"], stdin=subprocess.PIPE)

    monkeypatch.setattr("kit.service.found._process", start)
    told = Question(BODY).start().wait(SOON_S)
    assert told.state == "failed"
    assert told.problem is not None
    assert told.problem.message == "The model service did not start."
