"""Settings as they are typed."""

from __future__ import annotations

from typing import Any

import pytest

from kit.errors import ParameterError
from kit.tuning.spec import TuneSpec
from kit.widgets.form import Form

NAMES = ("epochs", "learning_rate", "rank", "steps", "schedule", "target_modules", "micro_batch_size")


@pytest.fixture
def form() -> Form:
    return Form(TuneSpec, NAMES, {"rank": 8})


def test_it_starts_with_what_was_given_and_the_defaults(form: Form) -> None:
    assert form.values() == {
        "epochs": 3.0,
        "learning_rate": 1e-3,
        "rank": 8,
        "steps": None,
        "schedule": "linear",
        "target_modules": ("all-linear",),
        "micro_batch_size": None,
    }


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("rank", " 32 ", 32),
        ("learning_rate", "2e-4", 2e-4),
        ("epochs", "3", 3.0),
        ("steps", "", None),
        ("steps", "40", 40),
        ("target_modules", "q_proj,  k_proj ,", ("q_proj", "k_proj")),
        ("schedule", "cosine", "cosine"),
    ],
)
def test_what_is_typed_becomes_a_value(form: Form, name: str, typed: str, value: Any) -> None:
    form.take({name: typed})
    assert form.values()[name] == value
    assert not form.errors


@pytest.mark.parametrize(
    ("name", "typed", "allowed"),
    [
        ("rank", "-3", "a whole number from 1 to 1024"),
        ("rank", "8.5", "a whole number from 1 to 1024"),
        ("rank", "", "a whole number from 1 to 1024"),
        ("learning_rate", "nan", "a number above 0, at most 1"),
        ("learning_rate", "fast", "a number above 0, at most 1"),
        ("schedule", "cosin", "one of 'linear', 'cosine', 'constant'"),
        ("target_modules", " , ", "a list with at least one entry"),
    ],
)
def test_what_is_wrong_stays_where_it_was_typed_and_says_what_is_allowed(
    form: Form, name: str, typed: str, allowed: str, read: type[Any]
) -> None:
    form.take({name: typed})
    assert form.raw[name] == typed
    assert form.errors == {name: f"must be {allowed}"}
    with pytest.raises(ParameterError, match=name):
        form.values()
    assert f"must be {allowed}" in read(str(form.html(NAMES))).text


def test_an_error_goes_away_when_it_is_mended(form: Form) -> None:
    form.take({"rank": "x"})
    form.take({"rank": "4"})
    assert not form.errors


def test_every_field_has_a_label_and_its_help(form: Form, read: type[Any]) -> None:
    page = read(str(form.html(NAMES)))
    fields = page.all("input") + page.all("select")
    assert {f["name"] for f in fields} == set(NAMES)
    assert len(page.all("label")) == len(NAMES)
    assert page.all("input", name="rank")[0]["title"] == "Size of the adapter"
    assert [o["value"] for o in page.all("option") if "selected" in o] == ["linear"]


def test_values_of_other_fields_and_unknown_names_are_no_business_of_a_form(form: Form) -> None:
    form.take({"prompt": "x", "__class__": "y"})
    assert form.values()["rank"] == 8


def test_whatever_is_filled_in_reads_back_as_it_was() -> None:
    spec = TuneSpec(model="m", data=_data(), learning_rate=1.23456789e-5, target_modules=("a", "b"), steps=7)
    form = Form(TuneSpec, NAMES, {})
    form.fill({name: getattr(spec, name) for name in NAMES})
    assert form.values() == {name: getattr(spec, name) for name in NAMES}


OPTIONAL = ("gradient_checkpointing", "quantization", "packing", "neftune_noise_alpha")


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("gradient_checkpointing", "", None),
        ("gradient_checkpointing", "yes", True),
        ("gradient_checkpointing", "no", False),
        ("quantization", "", None),
        ("quantization", "bnb-nf4", "bnb-nf4"),
        ("packing", False, False),
        ("neftune_noise_alpha", "5", 5.0),
    ],
)
def test_what_may_be_left_out_reads_back_as_it_was(name: str, typed: str | bool, value: Any) -> None:
    form = Form(TuneSpec, OPTIONAL, {})
    form.take({name: typed})
    assert form.values()[name] is value or form.values()[name] == value
    form.fill({name: value})
    assert form.raw[name] == typed


def test_what_may_be_left_out_can_be_left_out_with_the_mouse(read: type[Any]) -> None:
    page = read(str(Form(TuneSpec, OPTIONAL, {}).html(OPTIONAL)))
    choices = [(o["value"], o["text"]) for o in page.all("option")]
    assert choices[:3] == [("", "left out"), ("yes", "yes"), ("no", "no")]
    assert choices[3] == ("", "left out")
    assert page.all("input", name="packing")[0]["type"] == "checkbox"


def test_neither_yes_nor_no_is_refused() -> None:
    form = Form(TuneSpec, OPTIONAL, {})
    form.take({"gradient_checkpointing": "maybe"})
    assert "gradient_checkpointing" in form.errors


def test_help_and_notes_stand_under_the_fields_where_they_are_wanted(form: Form, read: type[Any]) -> None:
    page = read(str(form.html(NAMES, notes={"rank": "Balanced: 16"}, helped=True)))
    rank = next(e for e in page.all("label") if e["data-key"] == "field-rank")
    assert rank["text"] == "RankBalanced: 16Size of the adapter"
    assert form.said("steps", None) == "left out"
    assert form.said("target_modules", ("a", "b")) == "a, b"


def _data() -> Any:
    from kit.data.spec import DataSpec

    return DataSpec(source="x")
