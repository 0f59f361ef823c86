"""Comparing with a panel."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.errors import ParameterError
from kit.experiments.spec import SweepSpec
from kit.jobs import Run, runs
from kit.measure.spec import AnswerSpec
from kit.report import Event
from kit.result import Result
from kit.widgets import ComparePanel, SweepPanel

FASTER = {
    "kind": "no evidence",
    "sentence": "1.9× faster",
    "speed_ratio": 1.9,
    "delta_acc": -0.003,
    "delta_acc_low": -0.02,
    "delta_acc_high": 0.013,
}


@pytest.fixture
def whole(part: Callable[..., Result], data: DataSpec) -> Result:
    """The result of a sweep."""
    spec = SweepSpec(model="run:x", data=data).to_dict()
    return Result(spec=spec, parts=(part("fp32", seconds=0.4), part("bf16", seconds=0.2, **FASTER)))


@pytest.fixture
def asked(left: Callable[..., Run]) -> Callable[..., Run]:
    """Leave a run that asks two variants and has said these events."""

    def leave(name: str, events: list[Event], **how: Any) -> Run:
        variants = tuple(Variant(model="run:x", method=method) for method in ("fp32", "bf16"))
        return left(AnswerSpec(variants=variants, prompt="Pay <b>?</b>"), name, events, **how)

    return leave


def test_it_draws_both_figures_and_ends_in_a_sentence(whole: Result, read: type[Any]) -> None:
    page = read(ComparePanel(whole).html())
    assert len(page.all("svg", role="img")) == 2
    assert (
        "bf16 is 1.9× faster; 300 paired rows show no evidence of a difference (−0.3 points, −2.0 to +1.3)."
        in page.text
    )
    assert "alerts.jsonl · 300 rows" in page.text


def test_what_was_predicted_stands_below_what_was_measured(whole: Result, read: type[Any]) -> None:
    first, second = whole.parts
    told = dataclasses.replace(first, facts={**first.facts, "foretold": {"decode_tokens_per_s": 41.0}})
    page = read(ComparePanel(dataclasses.replace(whole, parts=(told, second))).html())
    assert page.text.count("predicted 41 tok/s") == 1


def test_figures_are_drawn_again_only_when_rows_or_width_change(whole: Result) -> None:
    panel = ComparePanel(whole)
    results = panel.desk.results()
    first = panel.desk.figures.drawn(results, 600)
    assert panel.desk.figures.drawn(results, 600) is first
    assert panel.desk.figures.drawn(results, 700) is not first


def test_before_the_first_row_it_says_what_it_waits_for(data: DataSpec, read: type[Any]) -> None:
    page = read(ComparePanel(SweepPanel("m", data)).html())
    assert "the sweep has not been started" in page.text
    assert page.button("ask")["title"] == "No row is measured yet."


def test_it_follows_a_sweep_that_goes_on(
    left: Callable[..., Run], part: Callable[..., Result], data: DataSpec, read: type[Any]
) -> None:
    record = {"kind": "record", "name": "variant", "data": part("fp32").to_dict()}
    left(SweepSpec(model="m", data=data), "s", [{"kind": "state", "state": "running"}, record])
    panel = ComparePanel(SweepPanel("m", data, name="s"))
    assert panel.desk.busy
    page = read(panel.html())
    assert "more rows to come" in page.text
    assert page.all("svg", role="img")


@pytest.mark.parametrize("wrong", ["a-run", 3, [3]])
def test_what_is_no_sweep_is_refused(wrong: Any) -> None:
    with pytest.raises(ParameterError, match="sweep="):
        ComparePanel(wrong)


def test_without_a_question_nothing_is_asked(whole: Result, read: type[Any]) -> None:
    panel = ComparePanel(whole)
    panel.act("ask", prompt="  ", left="fp32", right="bf16")
    assert "There is no question yet." in read(panel.html()).all("div", role="alert")[0]["text"]
    assert runs() == []


def test_it_asks_the_variants_that_were_measured(whole: Result) -> None:
    panel = ComparePanel(whole)
    panel.act("set", prompt="Why?", left="bf16", right="fp32")
    spec = panel.desk.spec()
    assert spec.prompt == "Why?"
    assert [(v.model, v.method) for v in spec.variants] == [("run:x", "bf16"), ("run:x", "fp32")]
    panel.act("set", prompt="Why?", left="bf16", right="bf16")
    assert len(panel.desk.spec().variants) == 1
    assert ComparePanel(whole).desk.prompt == "Why?"  # kept when the cell is run again


def test_answers_stream_in_and_say_what_they_wait_for(
    whole: Result, asked: Callable[..., Run], append: Callable[[Run, list[Event]], None], read: type[Any]
) -> None:
    loading: Event = {"kind": "progress", "phase": "loading fp32", "done": 0, "total": 2}
    run = asked("c", [{"kind": "state", "state": "running"}, loading])
    panel = ComparePanel(whole, name="c")
    assert panel.desk.prompt == "Pay <b>?</b>"
    text = read(panel.html()).text
    assert "fp32 · loading the model" in text
    assert "bf16 · waits for fp32" in text
    append(run, [{"kind": "token", "part": "0", "text": "Hold <i>"}, {"kind": "token", "part": "0", "text": "it."}])
    panel.refresh()
    text = read(panel.html()).text
    assert "fp32 · writingHold <i>it." in text
    data = {"variant": "fp32", "method": "fp32", "text": "Hold it.", "ttft_s": 0.064, "tokens_per_s": 15.2}
    append(run, [{"kind": "record", "name": "answer", "data": data}, {"kind": "state", "state": "finished"}])
    panel.refresh()
    assert "fp32 · first token 64 ms · 15 tokens/sHold it." in read(panel.html()).text
    assert not panel.desk.busy


def test_while_answers_come_asking_again_has_to_wait(whole: Result, asked: Callable[..., Run], read: type[Any]) -> None:
    asked("c", [{"kind": "state", "state": "running"}])
    page = read(ComparePanel(whole, name="c").html())
    assert page.button("ask")["title"] == "Both answers are on their way."
    assert page.button("stop")


def test_a_failed_answer_tells_why(whole: Result, asked: Callable[..., Run], read: type[Any]) -> None:
    asked("c", [{"kind": "state", "state": "failed", "cause": "No memory.", "fix": "Close something."}])
    alert = read(ComparePanel(whole, name="c").html()).all("div", role="alert")[0]["text"]
    assert "No memory." in alert
    assert "Close something." in alert


def test_a_row_that_knows_one_answer_is_told_with_what_that_reaches(whole: Result, read: type[Any]) -> None:
    known = {"majority_acc": 0.4, "only_answer": None}
    first, second = (dataclasses.replace(row, facts={**row.facts, **known}) for row in whole.parts)
    same = dataclasses.replace(second, facts={**second.facts, "only_answer": "<hold>"})
    page = read(ComparePanel(dataclasses.replace(whole, parts=(first, same))).html())
    assert "Always giving the most frequent label: 0.40." in page.text
    assert "bf16 always answers '<hold>': its accuracy says only how frequent that label is." in page.text
    assert "Stay with fp32" in page.text
    assert "most frequent label 0.40" in page.all("svg", role="img")[1]["text"]


def test_figures_are_drawn_again_when_a_baseline_comes_to_be_known(whole: Result) -> None:
    panel = ComparePanel(whole)
    results = panel.desk.results()
    first = panel.desk.figures.drawn(results, 600)
    told = [dataclasses.replace(row, facts={**row.facts, "majority_acc": 0.4}) for row in results]
    assert panel.desk.figures.drawn(told, 600) != first
