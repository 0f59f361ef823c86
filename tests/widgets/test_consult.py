"""Asking a medical model in a panel: what is sent, what is shown, when it says that it is not sure."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from consulted import BINS, Weighing, served, tuned
from tinygateway import until

from kit.errors import KitError
from kit.jobs import runs
from kit.place import home
from kit.widgets import ConsultPanel
from kit.widgets.consulting.opinion import Opinion, probabilities

SOON_S = 60.0


@pytest.fixture
def weighing() -> Weighing:
    return Weighing()


@pytest.fixture
def service(tiny_model: Path, weighing: Weighing) -> Iterator[None]:
    with served(tiny_model, weighing):
        yield


def answered(panel: ConsultPanel) -> ConsultPanel:
    """Wait until the answer is over, looking as the page would."""

    def over() -> bool:
        panel.refresh()
        return not panel.desk.busy

    until(over, within_s=SOON_S)
    return panel


def test_before_anything_is_tuned_it_says_so(read: type[Any]) -> None:
    panel = ConsultPanel()
    page = read(panel.html())
    assert "Not a medical device." in page.text
    assert "There is no tuned model to ask yet" in page.text
    assert not page.all("button", data_action="ask")
    panel.act("ask", case="A case")
    assert "no tuned model" in read(panel.html()).all("div", role="alert")[0]["text"]
    assert panel.desk.code() == ""


def test_it_fills_once_the_notebook_has_measured(tiny_model: Path, read: type[Any]) -> None:
    panel = ConsultPanel()
    tuned(tiny_model)
    panel.refresh()
    page = read(panel.html())
    assert "tiny, tuned on 40 examples of prices" in page.text
    assert "accuracy 0.800 (0.650 – 0.900) on 40 test rows" in page.text
    assert "Only for a test." in page.text
    assert page.button("ask").get("aria-disabled") is None
    panel.act("example", "0")
    assert read(panel.html()).all("textarea", name="case")[0]["text"] == "The price goes up"


def test_the_notice_cannot_be_put_away(tiny_model: Path, read: type[Any]) -> None:
    tuned(tiny_model)
    panel = ConsultPanel()
    for action in ("dismiss", "clear", "stop"):
        panel.act(action)
        [notice] = read(panel.html()).all("div", role="note")
        assert "Do not use it for diagnosis" in notice["text"]
    inside = panel.html().partition('role="note"')[2].partition("</div>")[0]
    assert "<button" not in inside


def test_a_sure_answer(tiny_model: Path, service: None, weighing: Weighing, read: type[Any]) -> None:
    tuned(tiny_model, threshold=0.3)
    panel = ConsultPanel()
    panel.act("ask", case="The price goes up")
    assert panel.desk.busy
    answered(panel)
    found = panel.desk.stand.opinion
    assert found is not None, panel.desk.stand
    assert found.answers == ("down", "up")
    assert sum(found.probabilities) == pytest.approx(1)
    page = read(panel.html())
    assert f"Probability {found.probability:.2f}" in page.text
    assert "its likeliest answer was right in" in page.text
    assert "In the data this case is: up." in page.text
    assert "Not sure" not in page.text
    ast.parse(panel.desk.code())
    assert runs() == []


def test_each_token_is_asked_after_those_before_it(tiny_model: Path, service: None, weighing: Weighing) -> None:
    """What is added up are the log-probabilities of the tokens that an evaluation scores, each after the same ones."""
    from transformers import AutoTokenizer

    from kit.data.prompt import messages
    from kit.engines.hf.prompt import encode, encode_labels

    tuned(tiny_model)
    found = ConsultPanel().ask("The price goes up").opinion
    assert found is not None
    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    prompt = encode(tokenizer, messages("Is it up or down?", "The price goes up"))
    labels = encode_labels(tokenizer, ["down", "up"])
    wanted = {((*prompt, *label[:place]), token) for label in labels for place, token in enumerate(label)}
    asked = [(tuple(body["prompt"]), int(next(iter(body["logit_bias"])))) for body in weighing.bodies]
    assert set(asked) == wanted
    assert len(asked) == len(wanted)  # what the labels begin with alike is asked once
    sums = [sum(weighing.of(token) for token in label) for label in labels]
    assert found.probabilities == pytest.approx(probabilities(sums))


def test_an_unsure_answer_is_not_given(tiny_model: Path, service: None, read: type[Any]) -> None:
    tuned(tiny_model, threshold=0.999)
    panel = ConsultPanel()
    panel.act("ask", case="The price goes nowhere")
    page = read(answered(panel).html())
    assert "Not sure: ask a clinician" in page.text
    assert "The threshold, chosen on rows held back from training, is" in page.text
    assert "In the data this case is" not in page.text
    assert page.all("p", role="status")[-1]["text"] == "Not sure: ask a clinician"


def test_personal_data_is_taken_out_first(tiny_model: Path, service: None, weighing: Weighing, read: type[Any]) -> None:
    tuned(tiny_model)
    panel = ConsultPanel()
    planted = ("Maria Gonzalez", "maria.gonzalez@example.org", "+49 151 23456789")
    panel.act("ask", case=f"Dr. {planted[0]} wrote from {planted[1]}, call {planted[2]}: the price goes up")
    page = read(answered(panel).html())
    assert "Taken out before the model was asked: 1 e-mail address, 1 phone number, 1 name." in page.text
    from transformers import AutoTokenizer

    sent = AutoTokenizer.from_pretrained(tiny_model).decode(weighing.bodies[0]["prompt"])
    assert "<EMAIL>" in sent
    held = "".join(path.read_text(errors="replace") for path in home().rglob("*") if path.is_file())
    for each in planted:
        assert each not in sent
        assert each not in held
    assert "goes up" in sent


def test_the_service_may_be_gone_for_a_while(tiny_model: Path, weighing: Weighing, read: type[Any]) -> None:
    """The first answers break off; what was weighed by then is kept, and the rest is asked again."""
    calls = []

    def breaking(body: dict[str, Any]) -> Any:
        calls.append(body)
        if len(calls) == 2:
            return {"error": {"message": "The model stopped in the middle of this answer."}}, 503
        return weighing(body)

    tuned(tiny_model)
    with served(tiny_model, breaking):
        opinion = ConsultPanel().ask("The price goes up").opinion
    assert opinion is not None
    asked = [(tuple(body["prompt"]), next(iter(body["logit_bias"]))) for body in calls]
    assert len(asked) == len(set(asked)) + 1


def test_a_server_that_tells_no_probabilities_is_told(tiny_model: Path, read: type[Any]) -> None:
    tuned(tiny_model)
    panel = ConsultPanel()
    with served(tiny_model, None):
        with pytest.raises(KitError, match="does not tell how likely its words are"):
            panel.ask("The price goes up")
        page = read(panel.html())
    assert "does not tell how likely" in page.all("div", role="alert")[0]["text"]
    assert [each["text"] for each in page.all("button", data_action="again")] == ["Ask again"]


def test_cancelling_takes_effect_at_once(tiny_model: Path, service: None, read: type[Any]) -> None:
    tuned(tiny_model)
    panel = ConsultPanel()
    panel.act("ask", case="The price goes up")
    assert [each["text"] for each in read(panel.html()).all("button", data_action="stop")] == ["Cancel"]
    panel.act("stop", case="The price goes up")
    assert not answered(panel).desk.busy
    assert "Cancelled." in read(panel.html()).text
    panel.act("again")
    assert answered(panel).desk.stand.opinion is not None


def test_questions_bring_their_choices(tiny_model: Path, service: None, read: type[Any]) -> None:
    tuned(tiny_model, task="choose", labels=[], instruction="", threshold=0.0, examples=[])
    panel = ConsultPanel()
    panel.act("ask", case="Where does it go?", options="up")
    assert "1 different choices" in read(panel.html()).all("div", role="alert")[0]["text"]
    found = panel.ask("Where does it go?", ["up and away", "down", "Maria Gonzalez"])
    assert found.opinion is not None
    assert found.opinion.answers == ("up and away", "down", "<PERSON>")
    assert "['up and away'" in panel.desk.code()


def test_what_is_wrong_with_a_case_is_said(tiny_model: Path, read: type[Any]) -> None:
    tuned(tiny_model)
    panel = ConsultPanel()
    for typed, said in (("  ", "There is no case yet."), ("x" * 7000, "has 7,000 characters")):
        panel.act("ask", case=typed)
        assert said in read(panel.html()).all("div", role="alert")[0]["text"]


@pytest.mark.parametrize(
    ("logprobs", "expected"), [([0.0, 0.0], (0.5, 0.5)), ([-800.0, -801.0], (1 / (1 + math.exp(-1)),))]
)
def test_probabilities_add_up(logprobs: list[float], expected: tuple[float, ...]) -> None:
    assert probabilities(logprobs)[: len(expected)] == pytest.approx(expected)
    assert sum(probabilities(logprobs)) == pytest.approx(1)


@pytest.mark.parametrize(("p", "rows"), [(0.65, 0.6), (0.7, 0.6), (0.71, 0.9), (1.0, 0.9)])
def test_an_opinion_knows_the_rows_that_were_as_sure(p: float, rows: float) -> None:
    found = Opinion(("a", "b"), (p, 1 - p), 0.7, tuple(BINS))
    assert found.alike is not None
    assert found.alike["accuracy"] == rows
    assert found.sure == (p >= 0.7)
