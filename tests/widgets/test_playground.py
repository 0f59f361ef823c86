"""Talking to a model in a panel: what is asked, what is shown meanwhile, what is kept, and by whom."""

from __future__ import annotations

import ast
import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tinygateway import TOKEN, Gateway, tiny_gateway, until
from tinyserver import TinyServer, tiny_server

from kit.data import Dataset, load_data
from kit.engines.spec import Variant
from kit.errors import ParameterError
from kit.jobs import Run, runs
from kit.result import Result
from kit.service.found import KEY, URL
from kit.service.note import note_place, write_note
from kit.service.spec import ServiceSpec
from kit.widgets import ComparePanel, Playground, SweepPanel, TunePanel
from kit.widgets.keep import recall

SOON_S = 20.0


@pytest.fixture
def behind() -> Iterator[TinyServer]:
    with tiny_server() as server:
        yield server


@pytest.fixture
def gateway(behind: TinyServer) -> Iterator[Gateway]:
    with tiny_gateway(behind.url, spec=ServiceSpec(slots=2)) as found:
        write_note(f"{found.url}/v1", TOKEN)
        yield found
        note_place().unlink()


@pytest.fixture
def rows() -> Dataset:
    """Rows of two labels."""
    import pandas as pd

    table = pd.DataFrame([{"text": f"note {i}", "label": "hold" if i % 3 else "0 1 2"} for i in range(9)])
    return load_data(table, instruction="Hold or release?")


def seen(panel: Playground) -> Playground:
    """Look as the page would."""
    panel.refresh()
    return panel


def served(panel: Playground) -> str:
    """What the service calls the model that is asked."""
    choice = panel.desk.choice()
    assert choice is not None
    return choice.served


def answered(panel: Playground, question: str, **typed: Any) -> Playground:
    """Ask, and wait until the answer is over."""
    panel.act("ask", question=question, **typed)
    assert panel.desk.problem is None
    until(lambda: not seen(panel).desk.talk.busy, within_s=SOON_S)
    return panel


def test_before_the_first_question_it_says_who_is_asked(read: type[Any]) -> None:
    panel = Playground("smollm2-135m-instruct", examples=["Why?", "And  <then>\nwhat?"])
    page = read(panel.html())
    assert "smollm2-135m-instruct" in page.text
    assert "Nothing has been asked yet." in page.text
    assert [each["text"] for each in page.all("button", data_action="example")] == ["Why?", "And <then> what?"]
    assert page.button("ask").get("aria-disabled") is None
    assert not page.all("button", data_action="clear")
    panel.act("example", "1")
    assert "And  <then>\nwhat?" in read(panel.html()).all("textarea", name="question")[0]["text"]
    panel.act("ask", question="  ")
    assert "There is no question yet." in read(panel.html()).all("div", role="alert")[0]["text"]


def test_a_conversation_is_told_from_its_beginning(gateway: Gateway, behind: TinyServer, read: type[Any]) -> None:
    panel = answered(Playground("tiny", system="Be brief.", max_new_tokens=3), "Hello")
    answered(panel, "And then?", system="Be long.", temperature="0.5")
    first, second = behind.bodies("/v1/chat/completions")
    assert first["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hello"},
    ]
    assert (first["model"], first["max_tokens"], first["temperature"]) == ("tiny@gguf-q8_0", 3, 0)
    assert second["messages"] == [
        {"role": "system", "content": "Be long."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "0 1 2 "},
        {"role": "user", "content": "And then?"},
    ]
    assert second["temperature"] == 0.5
    page = read(panel.html())
    assert page.text.index("Hello") < page.text.index("And then?")
    (log,) = page.all("div", role="log")
    assert log["text"].count("0 1 2 ") == 2
    assert log["text"].count("· first token") == 2
    assert not page.all("textarea", name="question")[0]["text"]
    assert page.all("p", role="status")[0]["text"] == "The answer is there."


def test_an_answer_is_read_while_it_is_written_and_can_be_stopped(
    gateway: Gateway, behind: TinyServer, read: type[Any]
) -> None:
    behind.behaviour.gap_s = 0.02
    panel = Playground("tiny", max_new_tokens=2000)
    panel.act("ask", question="Hello")
    until(lambda: "0 1 2" in seen(panel).html())
    page = read(panel.html())
    assert page.all("div", role="progressbar")
    assert page.button("ask")["title"] == "The answer is on its way."
    assert page.all("button", data_key="stop-answer")
    panel.act("stop")
    until(lambda: not gateway.line.busy)
    page = read(panel.html())
    assert "cut short" in page.text
    assert "0 1 2" in page.text
    assert not page.all("button", data_key="stop-answer")
    behind.behaviour.stops_after = 2
    panel.act("again")
    until(lambda: not seen(panel).desk.talk.busy, within_s=SOON_S)
    assert [each.told.text for each in panel.desk.talk.exchanges] == ["0 1 "]
    assert behind.bodies("/v1/chat/completions")[1]["messages"] == [{"role": "user", "content": "Hello"}]


def test_the_same_once_more_comes_from_kept_answers(gateway: Gateway, behind: TinyServer, read: type[Any]) -> None:
    for _ in range(2):
        panel = answered(Playground("tiny", name="p"), "Hello")
        panel.act("clear")
    answered(panel, "Hello")
    assert "from kept answers" in read(panel.html()).text
    assert len(behind.asked) == 1


def test_clearing_can_be_undone(gateway: Gateway, behind: TinyServer, read: type[Any]) -> None:
    panel = answered(Playground("tiny", max_new_tokens=2), "Hello")
    panel.act("clear")
    page = read(panel.html())
    assert "Cleared." in page.text
    assert "Hello" not in page.text
    panel.act("restore")
    assert "Hello" in read(panel.html()).text
    panel.act("clear")
    answered(panel, "Anew")
    assert behind.bodies("/v1/chat/completions")[-1]["messages"] == [{"role": "user", "content": "Anew"}]
    assert "Undo" not in read(panel.html()).text


def test_a_question_is_put_as_a_row_is(gateway: Gateway, behind: TinyServer, rows: Dataset, read: type[Any]) -> None:
    behind.behaviour.stops_after = 3
    panel = Playground("tiny", data=rows)
    assert panel.desk.examples == ("note 0", "note 1", "note 2", "note 3")  # of each label in turn
    answered(panel, "note 0")
    answered(panel, "note 1")
    for body, text in zip(behind.bodies("/v1/chat/completions"), ("note 0", "note 1"), strict=True):
        assert body["messages"] == [{"role": "user", "content": f"Hold or release?\n\n{text}"}]
    page = read(panel.html())
    assert "That is what the data says." in page.text
    assert "The data says hold." in page.text
    answered(panel, "note 1", as_rows=False)
    assert behind.bodies("/v1/chat/completions")[-1]["messages"] == [{"role": "user", "content": "note 1"}]


def test_it_is_found_again_when_the_cell_runs_again(gateway: Gateway, read: type[Any]) -> None:
    first = answered(Playground("tiny", max_new_tokens=2), "Hello", system="Be brief.", max_new_tokens="3")
    again = Playground("tiny", max_new_tokens=2)
    assert again.desk.system == "Be brief."
    assert again.desk.form.raw["max_new_tokens"] == "3"
    assert [each.question for each in again.desk.talk.exchanges] == ["Hello"]
    assert again.desk.talk.exchanges[0].told.text == first.desk.talk.exchanges[0].told.text
    assert "first token" in read(again.html()).text
    assert Playground("tiny").desk.talk.exchanges == []  # another panel


@pytest.mark.parametrize("where", [{"TUNEBOOK_READ_ONLY": "1"}, {"SERVER_SOFTWARE": "voila/0.5.13"}])
def test_what_a_visitor_says_is_nobody_elses(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, where: dict[str, str]
) -> None:
    answered(Playground("tiny", name="p"), "What the owner asked", system="The owner's.")
    for name, value in where.items():
        monkeypatch.setenv(name, value)
    visitor = Playground("tiny", name="p")
    assert visitor.desk.talk.exchanges == []
    assert visitor.desk.system == "The owner's."
    answered(visitor, "What a visitor asked")
    assert "visitor" not in json.dumps(recall("p"))
    assert Playground("tiny", name="p").desk.talk.exchanges == []
    assert runs() == []


def test_visitors_who_may_start_nothing_may_ask_and_stop(
    gateway: Gateway, behind: TinyServer, monkeypatch: pytest.MonkeyPatch, read: type[Any]
) -> None:
    monkeypatch.setenv("TUNEBOOK_READ_ONLY", "1")
    behind.behaviour.gap_s = 0.02
    panel = Playground("tiny", max_new_tokens=2000)
    assert read(panel.html()).button("ask").get("aria-disabled") is None
    panel.act("ask", question="Hello")
    until(lambda: "0 1 2" in seen(panel).html())
    (stop,) = read(panel.html()).all("button", data_key="stop-answer")
    assert stop.get("aria-disabled") is None
    panel.act("stop")
    assert panel.desk.problem is None
    until(lambda: not gateway.line.busy)
    panel.act("clear")
    assert read(panel.html()).all("button", data_action="restore")[0].get("aria-disabled") is None


def test_what_goes_wrong_stands_with_the_question_and_is_asked_again(
    gateway: Gateway, behind: TinyServer, read: type[Any]
) -> None:
    behind.behaviour.status, behind.behaviour.message = 400, "the context is full"
    panel = Playground("tiny")
    panel.act("ask", question="Long")
    until(lambda: not seen(panel).desk.talk.busy, within_s=SOON_S)
    page = read(panel.html())
    assert "longer than the model can read at once" in page.all("div", role="alert")[0]["text"]
    assert "no answer" in page.text
    behind.behaviour.status = 200
    panel.act("again")
    until(lambda: not seen(panel).desk.talk.busy, within_s=SOON_S)
    assert not read(panel.html()).all("div", role="alert")
    assert len(panel.desk.talk.exchanges) == 1
    assert behind.bodies("/v1/chat/completions")[-1]["messages"] == [{"role": "user", "content": "Long"}]


def test_a_temperature_that_no_service_takes_is_refused_at_its_field(gateway: Gateway, read: type[Any]) -> None:
    panel = Playground("tiny")
    panel.act("ask", question="Hello", temperature="3")
    assert panel.desk.problem is not None
    assert "temperature" in panel.desk.problem.message
    assert read(panel.html()).all("input", name="temperature", aria_invalid="true")
    assert not panel.desk.talk.exchanges


def test_the_code_asks_the_same(gateway: Gateway, behind: TinyServer) -> None:
    panel = Playground("tiny", system='Say "no".')
    panel.act("set", question="Why\nnot?", max_new_tokens="4")
    code = panel.desk.code()
    (call,) = [
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".create")
    ]
    values = {each.arg: each.value for each in call.keywords}
    assert ast.literal_eval(values["model"]) == "tiny"
    assert ast.literal_eval(values["max_tokens"]) == 4
    (said,) = [
        each for each in ast.parse(code).body if isinstance(each, ast.Assign) and "messages" in ast.unparse(each)[:8]
    ]
    answered(panel, "Why\nnot?")
    assert ast.literal_eval(said.value) == behind.bodies("/v1/chat/completions")[0]["messages"]


def test_what_a_tuning_made_is_asked_once_it_is_there(tuned: Callable[..., Run], read: type[Any]) -> None:
    run = tuned()
    assert served(Playground(run)) == f"run:{run.id}"
    assert f"the model tuned in run {run.id}" in read(Playground(run).html()).text
    assert served(Playground(TunePanel("smollm2-135m-instruct", "x.csv"))) == "smollm2-135m-instruct"


def test_of_measured_variants_those_that_the_service_holds(
    part: Callable[..., Result], data: Any, read: type[Any]
) -> None:
    from kit.experiments.spec import SweepSpec

    whole = Result(
        spec=SweepSpec(model="run:x", data=data).to_dict(), parts=(part("fp32"), part("gguf-q4_k_m"), part("bnb-nf4"))
    )
    for source in (whole, ComparePanel(whole), [ComparePanel(whole), "run:x"]):
        panel = Playground(source)
        assert [each.served for each in panel.desk.models.choices()] == ["run:x@gguf-q4_k_m", "run:x"]
        page = read(panel.html())
        assert [each["text"] for each in page.all("option")] == [
            "gguf-q4_k_m",
            "the model tuned in run x, as the service holds it",
        ]
        assert "not here: fp32, bnb-nf4" in page.text
    panel.act("set", which="run:x")
    assert served(panel) == "run:x"


def test_a_sweep_that_has_not_begun_offers_its_model(data: Any) -> None:
    for source in (SweepPanel("m", data), ComparePanel(SweepPanel("m", data))):
        assert [each.served for each in Playground(source).desk.models.choices()] == ["m"]


def test_a_model_of_another_service_is_asked_where_the_environment_says_so(
    monkeypatch: pytest.MonkeyPatch, read: type[Any]
) -> None:
    with tiny_server(key="secret", models=("HuggingFaceTB/SmolLM2-135M-Instruct", "other")) as server:
        monkeypatch.setenv(URL, server.url)
        monkeypatch.setenv(KEY, "secret")
        panel = answered(Playground("smollm2-135m-instruct", max_new_tokens=3), "Hello")
        assert server.bodies("/v1/chat/completions")[0]["model"] == "HuggingFaceTB/SmolLM2-135M-Instruct"
        page = read(panel.html())
        assert "0 1 2" in page.text
        assert f"at {server.url.removeprefix('http://').removesuffix('/v1')}" in page.text
        assert "secret" not in panel.html()
    assert not note_place().exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"model": 3}, "model="),
        ({"model": []}, "model="),
        ({"model": Variant(model="m", method="bnb-nf4")}, "model="),
        ({"model": "m", "data": "x.csv"}, "data="),
        ({"model": "m", "examples": "Why?"}, "examples="),
        ({"model": "m", "temperature": 3}, "temperature="),
        ({"model": "m", "max_new_tokens": 0}, "max_new_tokens="),
        ({"model": "m", "tokens": 3}, "tokens="),
        ({"model": "m", "name": " "}, "name="),
        ({}, "model="),
    ],
)
def test_what_is_not_allowed_is_refused(arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(ParameterError, match=named):
        Playground(**arguments)


def test_a_panel_that_is_closed_asks_no_further(gateway: Gateway, behind: TinyServer) -> None:
    behind.behaviour.gap_s = 0.02
    with contextlib.closing(Playground("tiny", max_new_tokens=2000)) as panel:
        panel.act("ask", question="Hello")
        until(lambda: behind.at_once)
    until(lambda: not behind.at_once)
