"""Answers side by side: through the service where it holds a variant as it was measured, else by a run of the owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tinygateway import TOKEN, Gateway, tiny_gateway, until
from tinyserver import TinyServer, tiny_server

from kit.data.spec import DataSpec
from kit.experiments.spec import SweepSpec
from kit.jobs import Run, runs
from kit.measure.spec import AnswerSpec
from kit.result import Result
from kit.service.found import URL
from kit.service.note import note_place, write_note
from kit.service.spec import ServiceSpec
from kit.widgets import ComparePanel

SOON_S = 20.0
ONLY_OWNER = "not held by the model service: only the owner can ask it, in the notebook"


@pytest.fixture
def behind() -> Iterator[TinyServer]:
    with tiny_server() as server:
        yield server


@pytest.fixture
def gateway(behind: TinyServer) -> Iterator[Gateway]:
    with tiny_gateway(behind.url, spec=ServiceSpec()) as found:
        write_note(f"{found.url}/v1", TOKEN)
        yield found
        note_place().unlink()


@pytest.fixture
def measured(part: Callable[..., Result], data: DataSpec) -> Callable[..., Result]:
    """The result of a sweep over these methods."""

    def make(*methods: str) -> Result:
        spec = SweepSpec(model="run:x", data=data).to_dict()
        return Result(spec=spec, parts=tuple(part(each) for each in methods))

    return make


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, left: Callable[..., Run]) -> list[AnswerSpec]:
    """The runs that are started, which wait for ever."""
    specs: list[AnswerSpec] = []

    def start(spec: AnswerSpec, *, origin: str) -> Run:
        specs.append(spec)
        return left(spec, origin, [{"kind": "state", "state": "running"}], age_s=0)

    monkeypatch.setattr("kit.widgets.desk.start", start)
    return specs


def seen(panel: ComparePanel) -> ComparePanel:
    """Look as the page would."""
    panel.refresh()
    return panel


def over(panel: ComparePanel) -> None:
    """Wait until the service has answered."""
    until(lambda: not seen(panel).desk._asking, within_s=SOON_S)


def test_what_the_service_holds_is_asked_there_without_a_run(
    gateway: Gateway, behind: TinyServer, measured: Callable[..., Result], read: type[Any]
) -> None:
    panel = ComparePanel(measured("gguf-q8_0", "gguf-q4_k_m"))
    panel.act("ask", prompt="Why?", max_new_tokens="3", temperature="0.5")
    page = read(panel.html())
    assert page.button("ask")["title"] == "Both answers are on their way."
    assert page.all("button", data_key="stop-answer")
    over(panel)
    asked = behind.bodies("/v1/chat/completions")
    assert [body["model"] for body in asked] == ["run:x@gguf-q8_0", "run:x@gguf-q4_k_m"]
    assert all(body["messages"] == [{"role": "user", "content": "Why?"}] for body in asked)
    assert all((body["max_tokens"], body["temperature"]) == (3, 0.5) for body in asked)
    page = read(panel.html())
    assert page.text.count("0 1 2") == 2
    assert page.text.count("· first token") == 2
    assert runs() == []
    assert "run:x@gguf-q4_k_m" in panel.desk.code()
    again = read(ComparePanel(measured("gguf-q8_0", "gguf-q4_k_m")).html())
    assert again.text.count("0 1 2") == 2  # kept when the cell is run again


def test_one_after_the_other_and_both_can_be_stopped(
    gateway: Gateway, behind: TinyServer, measured: Callable[..., Result], read: type[Any]
) -> None:
    behind.behaviour.gap_s = 0.02
    panel = ComparePanel(measured("gguf-q8_0", "gguf-q4_k_m"))
    panel.act("ask", prompt="Why?", max_new_tokens="2000")
    until(lambda: "0 1 2" in seen(panel).html())
    assert "gguf-q4_k_m · waits for gguf-q8_0" in read(panel.html()).text
    assert len(behind.asked) == 1
    panel.act("stop")
    over(panel)
    until(lambda: not behind.at_once)
    text = read(panel.html()).text
    assert "gguf-q8_0 · cut short" in text
    assert "gguf-q4_k_m · cut short" in text
    assert panel.desk.problem is None


def test_the_others_are_asked_by_a_run(
    gateway: Gateway,
    behind: TinyServer,
    measured: Callable[..., Result],
    started: list[AnswerSpec],
    append: Callable[..., None],
    read: type[Any],
) -> None:
    whole = measured("bnb-nf4", "gguf-q4_k_m")
    panel = ComparePanel(whole)
    panel.act("ask", prompt="Why?", max_new_tokens="3")
    assert [variant.method for variant in started[0].variants] == ["bnb-nf4"]
    over(panel)
    assert [body["model"] for body in behind.bodies("/v1/chat/completions")] == ["run:x@gguf-q4_k_m"]
    text = read(panel.html()).text
    assert "gguf-q4_k_m · first token" in text
    assert "bnb-nf4 · starting, a few seconds" in text
    said = {"variant": "bnb-nf4", "text": "Because.", "ttft_s": 0.5, "tokens_per_s": 9.0}
    append(panel.run, [{"kind": "record", "name": "answer", "data": said}, {"kind": "state", "state": "finished"}])
    panel.refresh()
    text = read(panel.html()).text
    assert "bnb-nf4 · first token 500 ms · 9.0 tokens/sBecause." in text
    again = read(ComparePanel(whole).html()).text
    assert "Because." in again
    assert "0 1 2" in again
    panel.act("ask", prompt="And now?", left="bnb-nf4", right="bnb-nf4")
    assert len(started) == 2
    assert "0 1 2" not in read(panel.html()).text


def test_a_visitor_who_may_start_nothing_asks_what_the_service_holds(
    gateway: Gateway,
    behind: TinyServer,
    measured: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
    read: type[Any],
) -> None:
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    panel = ComparePanel(measured("bnb-nf4", "gguf-q4_k_m", "fp32"))
    panel.act("ask", prompt="Why?", left="bnb-nf4", right="gguf-q4_k_m", max_new_tokens="3")
    assert panel.desk.problem is None
    over(panel)
    text = read(panel.html()).text
    assert f"bnb-nf4 · {ONLY_OWNER}" in text
    assert "gguf-q4_k_m · first token" in text
    panel.act("set", prompt="Why?", left="bnb-nf4", right="fp32")
    page = read(panel.html())
    assert page.button("ask")["title"] == (
        "The model service does not hold bnb-nf4, fp32: only the owner can ask them, in the notebook."
    )
    panel.act("ask", prompt="Why?", left="bnb-nf4", right="fp32")
    assert "not start, change or delete runs" in read(panel.html()).all("div", role="alert")[0]["text"]
    assert runs() == []
    assert len(behind.asked) == 1


def test_a_visitor_is_not_kept_from_asking_by_a_run_of_the_owner(
    gateway: Gateway,
    measured: Callable[..., Result],
    left: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
    read: type[Any],
) -> None:
    from kit.engines.spec import Variant

    spec = AnswerSpec(variants=(Variant(model="run:x", method="gguf-q8_0"),), prompt="The owner's?")
    left(spec, "c", [{"kind": "state", "state": "running"}])
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    panel = ComparePanel(measured("gguf-q8_0", "gguf-q4_k_m"), name="c")
    assert read(panel.html()).button("ask").get("aria-disabled") is None
    panel.act("ask", prompt="Mine?", max_new_tokens="3", left="gguf-q8_0", right="gguf-q4_k_m")
    over(panel)
    assert read(panel.html()).text.count("0 1 2") == 2


def test_another_service_answers_for_what_it_lists(
    measured: Callable[..., Result], started: list[AnswerSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    with tiny_server(models=("run:x@gguf-q4_k_m", "other")) as server:
        monkeypatch.setenv(URL, server.url)
        panel = ComparePanel(measured("gguf-q8_0", "gguf-q4_k_m"))
        panel.act("ask", prompt="Why?", max_new_tokens="3")
        over(panel)
        assert [body["model"] for body in server.bodies("/v1/chat/completions")] == ["run:x@gguf-q4_k_m"]
    assert [variant.method for variant in started[0].variants] == ["gguf-q8_0"]


def test_what_goes_wrong_is_told_with_its_variant(
    gateway: Gateway, behind: TinyServer, measured: Callable[..., Result], read: type[Any]
) -> None:
    behind.behaviour.status, behind.behaviour.message, behind.behaviour.fails = 400, "the context is full", (0,)
    panel = ComparePanel(measured("gguf-q8_0", "gguf-q4_k_m"))
    panel.act("ask", prompt="Why?", max_new_tokens="3")
    over(panel)
    text = read(panel.html()).text
    assert "gguf-q8_0 · The question, with what was said before it, is longer" in text
    assert "gguf-q4_k_m · first token" in text
