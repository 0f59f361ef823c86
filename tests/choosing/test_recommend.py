"""Recommendations keep to every limit, account for every model, and put what was measured before what is guessed."""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tinyruns

import kit
from kit.choosing import LIMITS, Recommendation, own_results, recommend
from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import ParameterError, UnknownNameError
from kit.experiments import SweepSpec
from kit.machine import Machine, Speed, this_machine
from kit.measure import EvaluateSpec
from kit.models import METHOD_BITS, ModelCard, catalogue, estimate
from kit.models.estimates import disk_bytes
from kit.result import Measurement, Result
from kit.tuning import TuneSpec

CARDS = catalogue()
SPEED = Speed(
    device="cpu", bandwidth_gb_s=20, tflops={"fp32": 0.2, "bf16": 1.0}, op_s=5e-6, measured="2026-11-22T00:00:00"
)
DATA = DataSpec(source="finance-alerts", limit=40)
SMALL, MIDDLE, LARGE = "qwen2.5-0.5b-instruct", "qwen2.5-1.5b-instruct", "qwen2.5-3b-instruct"


@pytest.fixture(autouse=True)
def sixteen_gb(monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Let every test see a quiet machine of 16 GB with a known speed, a roomy disk and all methods."""
    machine = dataclasses.replace(this_machine(), memory_mib=16e9 / 2**20, gpus=())
    for name, value in (
        ("this_machine", lambda: machine),
        ("memory_free_mib", lambda: 15e9 / 2**20),
        ("disk", lambda folder: (10**13, 10**13)),
    ):
        monkeypatch.setattr(sys.modules["kit.models.fit"], name, value)
    monkeypatch.setattr(sys.modules["kit.choosing.recommend"], "known_speed", lambda: SPEED)
    monkeypatch.setattr(sys.modules["kit.choosing.options"], "lacks_of", lambda method: ())
    return machine


def measured(
    model: str,
    wrong: range,
    *,
    method: str = "bf16",
    seconds: float = 0.1,
    memory: float = 2000,
    hash: str | None = None,
    tmp_path: Path,
) -> Result:
    """Return what an evaluation of 60 rows leaves, those at `wrong` wrong."""
    held = tinyruns.records(wrong)
    right = [int(record.scores["acc"]) for record in held]
    acc = sum(right) / len(right)
    here = this_machine()
    return Result(
        spec=EvaluateSpec(variant=Variant(model=model, method=method), data=DATA).to_dict(),
        metrics={"acc": acc, "acc_stderr": (acc * (1 - acc) / 59) ** 0.5, "max_ram_mib": memory},
        measurements={name: Measurement(name, "s", (seconds,)) for name in ("tpot_s", "ttft_s", "e2el_s")},
        facts={"model": model, "method": method, "rows": 60, "right": right, "labels": ["hold", "pay"]},
        provenance={
            "data_hash": kit.load_data("finance-alerts", limit=40).hash if hash is None else hash,
            "machine": {"cores": here.cores, "gpus": [None] * len(here.gpus)},
        },
        folder=tmp_path,
    )


def test_every_model_is_chosen_or_left_out_with_a_reason() -> None:
    found = recommend("classify")
    chosen, left = {choice.model for choice in found}, {each.model for each in found.left_out}
    assert chosen | left == set(CARDS)
    assert not chosen & left
    assert len(chosen) > 20
    assert all(each.reason for each in found.left_out)
    assert [choice.rank for choice in found] == list(range(1, len(found) + 1))
    assert all(choice.reason and choice.uncertain for choice in found)
    assert all(choice.card.modality == "text" and not choice.card.own_code for choice in found)


LIMIT_SETS: list[dict[str, Any]] = [
    {"max_ram_mib": 3000},
    {"max_disk_mib": 4000, "licence": "free"},
    {"tpot_s": 0.1, "languages": ["de", "fr"]},
    {"ttft_s": 2.0, "licence": "commercial", "gated": False},
    {"decode_tokens_per_s": 10, "prefill_tokens_per_s": 100},
    {"context": 100_000, "parameters": 4e9},
    {"licence": "apache-2.0", "modality": "text", "max_vram_mib": 1},
    {"max_ram_mib": 6000, "tpot_s": 0.2, "licence": "commercial", "languages": "en", "parameters": 8e9},
]


@pytest.mark.parametrize(("limits", "task"), list(zip(LIMIT_SETS, itertools.cycle(("classify", "answer")))))
def test_no_choice_violates_a_limit(limits: dict[str, Any], task: str) -> None:
    found = recommend(task, limits=limits)
    assert found.choices
    for choice in found:
        for name, limit in limits.items():
            assert KEPT[name](choice.card, choice, limit), (name, choice)
    assert {choice.model for choice in found} | {each.model for each in found.left_out} == set(CARDS)


def _estimate(choice: Any) -> float:
    return estimate(choice.card, choice.method, context=min(2048, choice.card.context)).peak_bytes / 2**20


# Each limit from the facts on the card and the formulas, not from what the choice says of itself.
KEPT: dict[str, Callable[[ModelCard, Any, Any], bool]] = {
    "max_ram_mib": lambda card, choice, most: _estimate(choice) <= most,
    "max_vram_mib": lambda card, choice, most: True,  # there is no GPU
    "max_disk_mib": lambda card, choice, most: disk_bytes(card, choice.method) / 2**20 <= most,
    "tpot_s": lambda card, choice, most: choice.tpot_s <= most,
    "ttft_s": lambda card, choice, most: choice.ttft_s <= most,
    "decode_tokens_per_s": lambda card, choice, least: choice.speed.decode_tokens_per_s >= least,
    "prefill_tokens_per_s": lambda card, choice, least: choice.speed.prefill_tokens_per_s >= least,
    "context": lambda card, choice, least: card.context >= least,
    "parameters": lambda card, choice, most: card.parameters <= most,
    "licence": lambda card, choice, wanted: (
        card.licence_commercial in {"commercial": ("yes", "conditions"), "free": ("yes",)}.get(wanted, ())
        or card.licence.lower() == wanted
    ),
    "languages": lambda card, choice, wanted: set([wanted] if isinstance(wanted, str) else wanted) <= {*card.languages},
    "modality": lambda card, choice, wanted: wanted in card.modality,
    "gated": lambda card, choice, allowed: allowed or not card.gated,
}


def test_an_empty_list_names_the_limit_that_is_nearest() -> None:
    found = recommend("classify", limits={"max_ram_mib": 600})
    assert not found
    assert found.nearest is not None
    assert found.nearest.card.family == "smollm2"
    assert found.nearest.gap is not None
    assert 1 < found.nearest.gap < 2
    assert "above the limit of 0.63 GB" in found.summary
    assert found.summary.startswith("0 models can be chosen")


def test_what_cannot_be_a_number_explains_itself_too() -> None:
    found = recommend("vision")
    assert not found
    assert "engines here run text models" in found.summary


def test_a_speed_that_was_never_measured_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["kit.choosing.recommend"], "known_speed", lambda: None)
    found = recommend("classify", models=[SMALL])
    assert found[0].tpot_s is None
    assert any("kit.machine.measure_speed()" in each for each in found[0].uncertain)
    limited = recommend("classify", models=[SMALL], limits={"tpot_s": 1.0})
    assert not limited
    assert "kit.machine.measure_speed()" in limited.summary


def test_what_was_measured_on_the_data_comes_first(tmp_path: Path) -> None:
    runs = [measured(MIDDLE, range(40), tmp_path=tmp_path), measured(SMALL, range(3), tmp_path=tmp_path)]
    found = recommend(data=DATA, runs=runs)
    assert [(choice.model, choice.evidence.kind) for choice in found[:2]] == [
        (SMALL, "this data"),
        (MIDDLE, "this data"),
    ]
    assert "Measured on this data: acc 0.95 (0.863 to 0.983), 60 rows." in found[0].reason
    assert "There is evidence that it is worse than Qwen2.5 0.5B Instruct bf16." in found[1].reason
    assert (found[0].tpot_s, found[0].timed, found[0].memory_bytes) == (0.1, True, 2000 * 2**20)
    assert found[2].evidence.kind in ("published", "guess")


def test_two_without_evidence_of_a_difference_are_equal_and_go_by_speed(tmp_path: Path) -> None:
    slow = measured(MIDDLE, range(5), seconds=0.3, tmp_path=tmp_path)
    quick = measured(SMALL, range(1, 7), seconds=0.1, tmp_path=tmp_path)  # one more wrong, five the same
    found = recommend(data=DATA, runs=[slow, quick])
    assert [choice.model for choice in found[:2]] == [SMALL, MIDDLE]
    assert "No evidence of a difference from Qwen2.5 1.5B Instruct bf16" in found[0].reason
    assert "No evidence of a difference from Qwen2.5 0.5B Instruct bf16" in found[1].reason


def test_a_larger_one_that_was_not_measured_is_named_as_the_next_to_measure(tmp_path: Path) -> None:
    found = recommend(data=DATA, runs=[measured(SMALL, range(30), tmp_path=tmp_path)], models=[SMALL, LARGE])
    assert found.next_up is found[1]
    assert "Qwen2.5 3B Instruct was not measured and is guessed to be better" in found.summary
    assert "recommendation[1].code()" in found.summary
    both = [measured(name, range(30), tmp_path=tmp_path) for name in (SMALL, LARGE)]
    assert recommend(data=DATA, runs=both, models=[SMALL, LARGE]).next_up is None
    # What was measured and is the largest has nothing above it.
    assert recommend(data=DATA, runs=both[1:], models=[SMALL, LARGE]).next_up is None


def test_a_machine_that_was_measured_while_busy_is_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys.modules["kit.choosing.recommend"], "known_speed", lambda: dataclasses.replace(SPEED, bystanders=0.7)
    )
    told = recommend("classify", models=[SMALL])[0].uncertain
    assert any("used 70% of this machine" in each for each in told)


def test_each_method_that_was_measured_is_a_choice(tmp_path: Path) -> None:
    runs = [measured(SMALL, range(w), method=m, tmp_path=tmp_path) for m, w in (("bf16", 2), ("bnb-nf4", 45))]
    found = recommend(data=DATA, runs=runs, models=[SMALL, MIDDLE])
    assert [(choice.model, choice.method) for choice in found[:2]] == [(SMALL, "bf16"), (SMALL, "bnb-nf4")]
    assert len(found) == 3


def test_a_measured_limit_counts_before_an_estimate(tmp_path: Path) -> None:
    run = measured(SMALL, range(2), seconds=5.0, memory=12_000, tmp_path=tmp_path)
    limits = {"tpot_s": 1.0, "max_ram_mib": 4000}
    found = recommend(data=DATA, runs=[run], models=[SMALL], methods=["bf16"], limits=limits)
    assert not found
    assert {miss.limit for miss in found.left_out[0].misses} == {"tpot_s", "max_ram_mib"}
    assert recommend(data=DATA, runs=[], models=[SMALL], methods=["bf16"], limits=limits)


def test_other_rows_and_other_data_count_less(tmp_path: Path) -> None:
    other = measured(SMALL, range(3), hash="other rows", tmp_path=tmp_path)
    assert "on other rows of this data" in recommend(data=DATA, runs=[other], models=[SMALL])[0].reason
    elsewhere = dataclasses.replace(
        other, spec={**other.spec, "data": {"source": "/data/other.csv", "task": "classify"}}
    )
    found = recommend(data=DATA, runs=[elsewhere], models=[SMALL, MIDDLE])
    told = next(choice for choice in found if choice.model == SMALL)
    assert told.evidence.kind == "this task"
    assert "on other data (other.csv) of this task" in told.reason


def test_larger_and_newer_is_the_guess_and_said_to_be_one() -> None:
    plain = [dataclasses.replace(CARDS[name], scores=()) for name in (SMALL, LARGE, MIDDLE)]
    found = recommend("classify", models=plain)
    assert [choice.model for choice in found] == [LARGE, MIDDLE, SMALL]
    assert all("a guess from its size" in choice.reason for choice in found)
    older = dataclasses.replace(plain[0], name="older", released="2023-01", hub_id="a/older")
    assert [choice.model for choice in recommend("classify", models=[older, plain[0]])] == [SMALL, "older"]


def test_choices_make_the_next_step(tmp_path: Path) -> None:
    data = kit.load_data("finance-alerts", limit=40)
    choice = recommend(data=data, models=[SMALL])[0]
    assert choice.spec() == EvaluateSpec(variant=Variant(model=SMALL, method=choice.method), data=data)
    sweep = choice.spec("sweep")
    assert isinstance(sweep, SweepSpec)
    assert sweep.methods == (choice.method, *choice.also)
    assert set(choice.also) < set(METHOD_BITS)
    assert choice.spec("tune") == TuneSpec(model=SMALL, data=data)
    made: dict[str, Any] = {}
    exec(choice.code("sweep").replace("kit.start", ""), {"kit": kit}, made)
    assert made["run"] == sweep
    with pytest.raises(UnknownNameError):
        choice.spec("swep")  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match="data"):
        recommend("classify", models=[SMALL])[0].spec()


def test_it_is_shown_as_text_html_and_plain_values() -> None:
    found = recommend("classify", limits={"licence": "commercial", "parameters": 1e9})
    text, page, values = repr(found), found._repr_html_(), found.to_dict()
    for choice in found[:3]:
        assert choice.card.title in text
        assert choice.card.title in page
        assert choice.reason in text
    assert page.count("<tr>") == min(len(found), 10) + 1
    assert "<details><summary>Left out: " in page
    assert [each["model"] for each in values["choices"]] == [choice.model for choice in found]
    assert isinstance(found, Recommendation)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        ({"max_ram": 3}, "max_ram_mib"),
        ({"tpot_s": -1}, "above 0"),
        ({"tpot_s": True}, "above 0"),
        ({"licence": "apache"}, "Apache-2.0"),
        ({"languages": 3}, "ISO 639"),
        ({"local": "yes"}, "True or False"),
        (["tpot_s"], "a mapping"),
    ],
)
def test_limits_that_cannot_be_are_refused(limits: Any, told: str) -> None:
    with pytest.raises(kit.KitError) as caught:
        recommend(limits=limits)
    assert told in str(caught.value)


def test_names_that_nothing_answers_to_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="classify"):
        recommend("clasify")
    with pytest.raises(UnknownNameError, match="bnb-nf4"):
        recommend(methods=["bnb-nf5"])
    with pytest.raises(UnknownNameError):
        recommend(models=["qwen2.5-0.5b-instrukt"])
    with pytest.raises(ParameterError, match="the task of the data"):
        recommend("answer", data=DATA)


def test_only_local_models_where_that_is_asked(tmp_path: Path) -> None:
    found = recommend("classify", limits={"local": True})
    assert all(each.misses for each in found.left_out)
    told = next(each for each in found.left_out if each.model == LARGE)
    assert told.reason == f"It is not on this machine: tunebook models get {LARGE}."


def test_runs_on_this_machine_are_read(tmp_path: Path) -> None:
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


def test_every_limit_is_tried_here() -> None:
    assert {*KEPT, "local"} == {*LIMITS}
