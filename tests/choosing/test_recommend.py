"""Recommendations keep to every limit, account for every model, and put what was measured before what is guessed."""

from __future__ import annotations

import dataclasses
import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import kit
from kit.choosing import recommend
from kit.choosing.limits import LIMITS
from kit.choosing.recommendation import Recommendation
from kit.choosing.shared import own_doubts, shared_doubts
from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import ParameterError, UnknownNameError
from kit.experiments import SweepSpec
from kit.machine import Gpu, Machine
from kit.measure import EvaluateSpec
from kit.models import METHOD_BITS, ModelCard, catalogue, estimate
from kit.models.estimates import disk_bytes
from kit.tuning import TuneSpec

CARDS = catalogue()
DATA = DataSpec(source="finance-alerts", limit=40)
SMALL, MIDDLE, LARGE = "qwen2.5-0.5b-instruct", "qwen2.5-1.5b-instruct", "qwen2.5-3b-instruct"


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


def test_on_a_gpu_its_memory_counts(monkeypatch: pytest.MonkeyPatch, sixteen_gb: Machine) -> None:
    machine = dataclasses.replace(sixteen_gb, gpus=(Gpu("Card", 8e9 / 2**20),))
    monkeypatch.setattr(sys.modules["kit.models.fit"], "this_machine", lambda: machine)
    found = recommend("classify", limits={"max_vram_mib": 5000})
    assert found.choices
    assert all(_estimate(choice) <= 5000 for choice in found)
    assert any(_estimate(choice) > 3000 for choice in found)
    roomy = recommend("classify", models=["qwen2.5-14b-instruct"])  # 30 GB in 16 bits; 4 bits leave 3 of embeddings
    assert not roomy
    assert "Card has 8.0 GB" in roomy.left_out[0].reason
    assert "Qwen2.5 7B Instruct fits with" in roomy.left_out[0].reason


def test_an_empty_list_names_the_limit_that_is_nearest() -> None:
    found = recommend("classify", limits={"max_ram_mib": 600})
    assert not found
    assert found.nearest is not None
    assert found.nearest.card.family == "smollm2"
    assert repr(found.nearest) == f"LeftOut({found.nearest.model}, {found.nearest.method}: max_ram_mib)"
    assert found.nearest.gap is not None
    assert 1 < found.nearest.gap < 2
    assert "above the limit of 0.63 GB" in found.summary
    assert found.summary.startswith("0 models can be chosen")


def test_what_cannot_be_a_number_explains_itself_too() -> None:
    found = recommend("vision")
    assert not found
    assert "engines here run text models" in found.summary


def test_a_speed_that_was_never_measured_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["kit.choosing.work"], "known_speed", lambda: None)
    found = recommend("classify", models=[SMALL])
    assert found[0].tpot_s is None
    assert any("kit.machine.measure_speed()" in each for each in found[0].uncertain)
    limited = recommend("classify", models=[SMALL], limits={"tpot_s": 1.0})
    assert not limited
    assert "kit.machine.measure_speed()" in limited.summary


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


def test_a_method_that_came_nearest_is_said_once() -> None:
    found = recommend("classify", models=[LARGE], methods=["bnb-nf4"], limits={"max_ram_mib": 600})
    (left,) = found.left_out
    assert left.title == "Qwen2.5 3B Instruct, bnb-nf4"
    assert left.reason.startswith("Main memory: ")
    assert found._repr_html_().count("bnb-nf4") == found.summary.count("bnb-nf4") + 1 == 2


def test_what_is_uncertain_of_many_is_said_once() -> None:
    found = recommend("classify", limits={"max_ram_mib": 8192, "tpot_s": 0.25})
    shown = found.choices[:10]
    shared, kinds = shared_doubts(shown), {choice.evidence.kind for choice in shown}
    assert kinds == {"guess", "published"}
    for told in (repr(found), found._repr_html_()):
        assert told.count("Larger and newer models are usually better") == 1
        assert told.count("Published scores tell of other tasks") == 1
        assert told.count("That fewer bits cost little") == 1
    assert "\nGuesses: Larger and newer models" in repr(found)
    for choice in shown:  # nothing is lost, and nothing is said of a choice that is not so
        said = {each.doubt for each in shared if choice.rank in each.ranks}
        assert said <= {*choice.uncertain}
        assert [*own_doubts(choice, shared)] == [each for each in choice.uncertain if each not in said]
    assert not shared_doubts(shown[:1])


def test_a_slice_is_a_recommendation() -> None:
    found = recommend("classify")
    part = found[1:3]
    assert isinstance(part, Recommendation)
    assert part.choices == found.choices[1:3]
    assert part[0] is found[1]
    assert part.summary.startswith(f"2 of {len(found)} choices, {len(found.left_out)} models are left out.")
    assert part._repr_html_().count("<tr>") == 3
    assert f"\n{part[0].rank}. {part[0].card.title}: " in repr(part)
    assert found[:2].summary.startswith("2 of ")
    assert found[:].summary == found.summary
    assert part[:1].of == len(found)
    assert not len(found[len(found) :])
    assert "choices" in found[len(found) :].summary


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


def test_every_limit_is_tried_here() -> None:
    assert {*KEPT, "local"} == {*LIMITS}
