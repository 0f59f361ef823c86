"""What was measured counts most, and only as far as it goes; the rest is a guess and says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import tinyruns

from kit.choosing import own_results, recommend
from kit.choosing.guess import guesses
from kit.data import DataSpec
from kit.models import catalogue
from kit.result import Result

DATA = DataSpec(source="finance-alerts", limit=40)
SMALL, MIDDLE, LARGE = "qwen2.5-0.5b-instruct", "qwen2.5-1.5b-instruct", "qwen2.5-3b-instruct"


def test_what_was_measured_on_the_data_comes_first(measured: Callable[..., Result]) -> None:
    runs = [measured(MIDDLE, range(40)), measured(SMALL, range(3))]
    found = recommend(data=DATA, runs=runs)
    assert [(choice.model, choice.evidence.kind) for choice in found[:2]] == [
        (SMALL, "this data"),
        (MIDDLE, "this data"),
    ]
    assert "Measured on this data: acc 0.95 (0.863 to 0.983), 60 rows." in found[0].reason
    assert "There is evidence that it is worse than Qwen2.5 0.5B Instruct bf16." in found[1].reason
    assert (found[0].tpot_s, found[0].timed, found[0].memory_bytes) == (0.1, True, 2000 * 2**20)
    assert found[2].evidence.kind in ("published", "guess")


def test_two_without_evidence_of_a_difference_are_equal_and_go_by_speed(measured: Callable[..., Result]) -> None:
    slow = measured(MIDDLE, range(5), seconds=0.3)
    quick = measured(SMALL, range(1, 7), seconds=0.1)  # one more wrong, five the same
    found = recommend(data=DATA, runs=[slow, quick])
    assert [choice.model for choice in found[:2]] == [SMALL, MIDDLE]
    assert "No evidence of a difference from Qwen2.5 1.5B Instruct bf16" in found[0].reason
    assert "No evidence of a difference from Qwen2.5 0.5B Instruct bf16" in found[1].reason


def test_what_always_gives_one_answer_comes_last_however_accurate(measured: Callable[..., Result]) -> None:
    blind, able = measured(SMALL, range(3)), measured(MIDDLE, range(30))
    blind = dataclasses.replace(blind, facts={**blind.facts, "only_answer": "hold"})
    found = recommend(data=DATA, runs=[blind, able], models=[SMALL, MIDDLE, LARGE])
    assert [choice.model for choice in found] == [MIDDLE, LARGE, SMALL]
    assert "It always answers 'hold'. So it comes after all that may tell rows apart." in found[2].reason
    assert "evidence" not in found[0].reason  # none of it is held against the one that does tell rows apart
    assert "The best that was measured." in found[0].reason
    assert found[2].uncertain[0].startswith("It gave every row the label 'hold': its accuracy says only how frequent")
    assert "Of 2 measured on this data, 1 gives every row the same label and stands last." in found.summary


def test_where_all_give_one_answer_that_is_doubted(measured: Callable[..., Result]) -> None:
    runs = [measured(SMALL, range(w), method=method) for w, method in ((3, "bf16"), (9, "bnb-nf4"))]
    runs = [dataclasses.replace(run, facts={**run.facts, "only_answer": "hold"}) for run in runs]
    found = recommend(data=DATA, runs=runs, models=[SMALL])
    assert [choice.method for choice in found] == ["bf16", "bnb-nf4"]
    assert all(choice.reason.endswith("It always answers 'hold'.") for choice in found)
    assert "All: It gave every row the label 'hold'" in repr(found)
    assert "none of them is any use yet" in found.summary
    other = [dataclasses.replace(run, provenance={**run.provenance, "data_hash": "other rows"}) for run in runs]
    elsewhere = [
        dataclasses.replace(run, spec={**run.spec, "data": {"source": "/data/o.csv", "task": "classify"}})
        for run in other
    ]
    (told,) = recommend(data=DATA, runs=elsewhere, models=[SMALL])
    assert told.evidence.kind == "this task"
    assert "It gave every row the label 'hold'" in told.uncertain[0]


def test_one_answer_tells_no_order_of_models(measured: Callable[..., Result]) -> None:
    cards = [dataclasses.replace(catalogue()[name], scores=()) for name in (SMALL, LARGE)]
    small, large = measured(SMALL, range(3)), measured(LARGE, range(30))
    blind = dataclasses.replace(small, facts={**small.facts, "only_answer": "hold"})
    told = guesses(cards, "classify", own_results([small, large]))
    untold = guesses(cards, "classify", own_results([blind, large]))
    assert told[SMALL] > told[LARGE]
    assert untold == guesses(cards, "classify")


def test_a_larger_one_that_was_not_measured_is_named_as_the_next_to_measure(measured: Callable[..., Result]) -> None:
    found = recommend(data=DATA, runs=[measured(SMALL, range(30))], models=[SMALL, LARGE])
    assert found.next_up is found[1]
    assert "Qwen2.5 3B Instruct was not measured and is guessed to be better" in found.summary
    assert "recommendation[1].code()" in found.summary
    both = [measured(name, range(30)) for name in (SMALL, LARGE)]
    assert recommend(data=DATA, runs=both, models=[SMALL, LARGE]).next_up is None
    # What was measured and is the largest has nothing above it.
    assert recommend(data=DATA, runs=both[1:], models=[SMALL, LARGE]).next_up is None


@pytest.mark.usefixtures("busy")
def test_a_machine_that_was_measured_while_busy_is_doubted() -> None:
    told = recommend("classify", models=[SMALL])[0].uncertain
    assert any("used 70% of this machine" in each for each in told)


def test_each_method_that_was_measured_is_a_choice(measured: Callable[..., Result]) -> None:
    runs = [measured(SMALL, range(w), method=m) for m, w in (("bf16", 2), ("bnb-nf4", 45))]
    found = recommend(data=DATA, runs=runs, models=[SMALL, MIDDLE])
    assert [(choice.model, choice.method) for choice in found[:2]] == [(SMALL, "bf16"), (SMALL, "bnb-nf4")]
    assert len(found) == 3


def test_a_measured_limit_counts_before_an_estimate(measured: Callable[..., Result]) -> None:
    run = measured(SMALL, range(2), seconds=5.0, memory=12_000)
    limits = {"tpot_s": 1.0, "max_ram_mib": 4000}
    found = recommend(data=DATA, runs=[run], models=[SMALL], methods=["bf16"], limits=limits)
    assert not found
    assert {miss.limit for miss in found.left_out[0].misses} == {"tpot_s", "max_ram_mib"}
    assert recommend(data=DATA, runs=[], models=[SMALL], methods=["bf16"], limits=limits)


def test_other_rows_and_other_data_count_less(measured: Callable[..., Result]) -> None:
    other = measured(SMALL, range(3), hash="other rows")
    assert "on other rows of this data" in recommend(data=DATA, runs=[other], models=[SMALL])[0].reason
    elsewhere = dataclasses.replace(
        other, spec={**other.spec, "data": {"source": "/data/other.csv", "task": "classify"}}
    )
    found = recommend(data=DATA, runs=[elsewhere], models=[SMALL, MIDDLE])
    told = next(choice for choice in found if choice.model == SMALL)
    assert told.evidence.kind == "this task"
    assert "on other data (other.csv) of this task" in told.reason


def test_what_was_measured_in_another_way_is_told_as_that(measured: Callable[..., Result]) -> None:
    run = measured(SMALL, range(3), method="fp32")
    (choice,) = recommend(data=DATA, runs=[run], models=[SMALL], methods=["bnb-nf4"])
    assert choice.evidence.kind == "this task"
    assert "Measured as fp32, not as bnb-nf4, on this data: acc 0.95" in choice.reason


def test_runs_on_this_machine_are_read() -> None:
    tinyruns.sweep()
    tinyruns.evaluation(age_s=10)
    tinyruns.tuning()
    found = own_results()
    assert [(own.method, own.metric) for own in found] == [
        ("fp16", "acc"),
        ("fp32", "acc"),
        ("bf16", "acc"),
        ("bnb-nf4", "acc"),
    ]
    assert {own.data_hash for own in found} == {"h"}
    assert found[0].rows == 60
