"""Presets of a tuning and what a person changes in them."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.errors import UnknownNameError
from kit.tuning.presets import PRESETS
from kit.tuning.spec import TuneSpec
from kit.widgets import TunePanel
from kit.widgets.tuning.groups import FIRST, GROUPS, NAMES
from kit.widgets.tuning.preset import SAID, TITLES, differences, filled, nearest


def pressed(page: Any) -> list[str]:
    """Return which presets are shown as chosen."""
    return [b["value"] for b in page.all("button", data_action="preset") if b["aria-pressed"] == "true"]


def test_each_preset_has_a_title_a_sentence_and_makes_a_spec(data: DataSpec) -> None:
    assert list(TITLES) == list(SAID) == list(PRESETS)
    for name, values in PRESETS.items():
        spec = TuneSpec(model="m", data=data, **values)
        assert nearest({field: getattr(spec, field) for field in NAMES}) == name
        assert differences({field: getattr(spec, field) for field in NAMES}, name) == {}


def test_every_field_of_a_tuning_stands_in_one_group_or_first() -> None:
    grouped = [name for _title, names in GROUPS.values() for name in names]
    elsewhere = ("general", "model", "data", "validation")
    assert sorted([*FIRST, *grouped, *elsewhere]) == sorted(field.name for field in dataclasses.fields(TuneSpec))


def test_choosing_one_fills_the_fields_and_leaves_the_others(data: DataSpec, read: type[Any]) -> None:
    panel = TunePanel("m", data)
    panel.act("set", steps="40", seed="7")
    panel.act("preset", "best")
    values = panel.desk.form.values()
    assert {name: values[name] for name in PRESETS["best"]} == PRESETS["best"]
    assert values["steps"] is None or "steps" in PRESETS["best"]
    assert values["seed"] == 7
    page = read(panel.html())
    assert pressed(page) == ["best"]
    assert "Changed from Best: seed 7 instead of 0." in page.text
    panel.act("preset", "balanced")
    assert {k: v for k, v in panel.desk.form.values().items() if k in filled("balanced")} == filled("balanced")


def test_what_was_changed_is_said_at_its_field_and_can_be_undone(data: DataSpec, read: type[Any]) -> None:
    panel = TunePanel("m", data, preset="balanced")
    assert "As in Balanced." in read(panel.html()).text
    panel.act("set", rank="8", dropout="0.1")
    page = read(panel.html())
    assert "rank 8 instead of 16" in page.text
    assert "dropout 0.1 instead of 0" in page.text
    rank = next(e for e in page.all("label") if e.get("data-key") == "field-rank")
    assert "Balanced: 16" in rank["text"]
    assert "Method 1 changed" in [" ".join(e["text"].split()) for e in page.all("summary")]
    panel.act("reset")
    assert "As in Balanced." in read(panel.html()).text
    assert panel.desk.form.values()["rank"] == 16


def test_the_one_that_was_chosen_survives_running_the_cell_again(data: DataSpec, read: type[Any]) -> None:
    TunePanel("m", data).act("preset", "quick")
    again = TunePanel("m", data)
    assert pressed(read(again.html())) == ["quick"]
    assert again.desk.spec() == TuneSpec(model="m", data=data, **PRESETS["quick"])


def test_typed_epochs_take_the_place_of_a_presets_steps(data: DataSpec) -> None:
    panel = TunePanel("m", data, preset="quick")
    assert panel.desk.spec().steps == PRESETS["quick"]["steps"]
    panel.act("set", epochs="2")
    assert (panel.desk.spec().epochs, panel.desk.spec().steps) == (2.0, None)
    panel.act("set", epochs="2", steps="30")
    assert panel.desk.spec().steps == 30
    assert TunePanel("m", data, preset="quick", epochs=2.0).desk.spec().steps is None


def test_a_preset_may_be_given_and_settings_count_for_more(data: DataSpec) -> None:
    spec = TunePanel("m", data, preset="best", seed=3, rank=4).desk.spec()
    assert spec == TuneSpec(model="m", data=data, **{**PRESETS["best"], "seed": 3, "rank": 4})
    with pytest.raises(UnknownNameError, match="Did you mean 'best'"):
        TunePanel("m", data, preset="bets")


def test_without_one_the_panel_starts_what_the_same_call_would(data: DataSpec) -> None:
    assert TunePanel("m", data, rank=8).desk.spec() == TuneSpec(model="m", data=data, rank=8)


def test_what_does_not_go_together_is_said_while_typing(data: DataSpec, read: type[Any]) -> None:
    panel = TunePanel("m", data)
    panel.act("set", micro_batch_size="5")
    page = read(panel.html())
    assert "must be a divisor of batch_size (8)" in page.text
    computing = next(d for d in page.all("details") if d.get("data-key") == "group-computing")
    assert "open" in computing
    panel.act("set", micro_batch_size="8")
    assert not panel.desk.form.errors
    assert panel.desk.problem is None


def test_rows_to_measure_forgetting_on_are_kept_though_nobody_can_type_them(data: DataSpec) -> None:
    general = DataSpec(source="general.jsonl", task="continue")
    panel = TunePanel("m", data, general=general)
    panel.act("set", rank="8")
    assert panel.desk.spec().general == general
    assert "What it forgets is measured on general.jsonl." in panel.html()
