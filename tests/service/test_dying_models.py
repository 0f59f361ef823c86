"""Models of the service that load, die and change: visitors are told, and go on."""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import httpx
import pytest
from tinygateway import CHAT, QUESTION, tiny_gateway, until
from tinyserver import TinyServer

LONG = {**QUESTION, "max_tokens": 1000}


def test_a_model_that_is_killed_in_mid_answer_is_started_again() -> None:
    with tiny_gateway() as gateway:
        with gateway.stream(LONG) as answer:
            lines = answer.iter_lines()
            next(lines)
            (held,) = gateway.service.shelf.held
            assert held.process is not None
            os.kill(held.process.pid, signal.SIGKILL)
            last = [line for line in lines if line][-1]
        assert json.loads(last.removeprefix("data: "))["error"]["type"] == "server_error"
        again = gateway.ask()
        assert again.status_code == 200
        numbers = gateway.get("/metrics").text
        assert "tunebook_broken_answers_total 1.0" in numbers
        assert "tunebook_model_restarts_total 1.0" in numbers


def test_a_model_that_died_between_questions_is_started_again() -> None:
    with tiny_gateway() as gateway:
        assert gateway.ask().status_code == 200
        (held,) = gateway.service.shelf.held
        assert held.process is not None
        os.kill(held.process.pid, signal.SIGKILL)
        until(lambda: held.gone)
        assert gateway.ask({**QUESTION, "seed": 1}).status_code == 200


def test_what_cannot_be_held_is_told() -> None:
    with tiny_gateway() as gateway:
        answer = gateway.ask({**QUESTION, "model": "cannot"})
        assert answer.status_code == 400
        assert "no such tensors" in answer.json()["error"]["message"]
        assert gateway.ask().status_code == 200


def test_no_process_of_a_model_outlives_the_service() -> None:
    with tiny_gateway() as gateway:
        for name in ("one", "two", "three"):  # one more than are held
            assert gateway.ask({**QUESTION, "model": name}).status_code == 200
        held = gateway.service.shelf.held
        assert [each.name for each in held] == ["two@gguf-q8_0", "three@gguf-q8_0"]
    assert all(each.gone for each in held)


def test_a_model_is_loaded_once_and_goes_on_when_the_first_visitor_leaves(behind: TinyServer) -> None:
    with tiny_gateway(behind.url, loading_s=0.6) as gateway:
        with pytest.raises(httpx.TimeoutException):
            httpx.post(gateway.url + CHAT, json=QUESTION, headers=gateway.headers, timeout=0.2)
        assert gateway.get("/health").json()["loading"] == ["tiny@gguf-q8_0"]
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            assert {answer.status_code for answer in pool.map(gateway.ask, [QUESTION] * 4)} == {200}
        assert time.monotonic() - began < 0.6


def test_a_model_whose_files_change_is_loaded_anew() -> None:
    state: list[tuple[tuple[str, int, int], ...]] = [(("weights", 1, 1),)]
    with (
        patch("kit.service.shelf.state_of", lambda _model: state[0]),
        patch("kit.service.shelf.is_state", lambda known: known == state[0]),
        tiny_gateway() as gateway,
        gateway.stream(LONG) as first,
    ):
        lines = first.iter_lines()
        next(lines)
        (old,) = gateway.service.shelf.held
        assert gateway.ask({**QUESTION, "seed": 1}).status_code == 200
        assert gateway.service.shelf.held == (old,)
        state[0] = (("weights", 1, 2),)
        assert gateway.ask({**QUESTION, "seed": 2}).status_code == 200
        (new,) = gateway.service.shelf.held
        assert new is not old
        assert not old.gone
        assert next(line for line in lines if line).startswith("data: ")  # who was being answered still is
        state[0] = ()  # they are gone: what is loaded goes on
        assert gateway.ask({**QUESTION, "seed": 3}).status_code == 200
        assert gateway.service.shelf.held == (new,)
        first.close()
        until(lambda: old.gone)
        assert "tunebook_model_restarts_total 0.0" in gateway.get("/metrics").text
