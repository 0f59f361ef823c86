"""Choosing a model with a panel."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import KitError, ParameterError
from kit.jobs import Run, runs
from kit.machine import Gpu, Machine
from kit.models import DEFAULT, GetSpec, catalogue, estimate
from kit.report import Event
from kit.widgets import ModelPicker
from kit.widgets.picking.offer import machine_words, offer, reason

SMALL = Machine(2, ("AVX2", "AMX"), 24 * 1024, (), "Linux")


def test_it_shows_every_model_with_its_facts(read: type[Any]) -> None:
    picker = ModelPicker()
    picker.act("more")
    page = read(picker.html())
    runnable = [card for card in catalogue().values() if card.modality == "text" and not card.own_code]
    assert len(page.rows()) == len(runnable) > 60
    row = next(row for row in page.rows() if row[0].startswith("SmolLM2 135M Instruct"))
    assert row[1] == "0.13 B"
    assert row[3] == "Apache-2.0"


def test_a_few_are_shown_first_and_the_chosen_one_always(read: type[Any]) -> None:
    big = max(catalogue().values(), key=lambda card: card.parameters)
    picker = ModelPicker(selected=big.name)
    rows = read(picker.html()).rows()
    assert len(rows) == 7
    assert rows[-1][0].startswith(big.title)


def test_the_default_model_is_chosen_at_first() -> None:
    assert ModelPicker().model == ModelPicker().as_spec_value() == DEFAULT


def test_choosing_is_remembered_under_the_panel_s_name() -> None:
    picker = ModelPicker()
    picker.act("use", value="qwen3-0.6b")
    assert picker.model == "qwen3-0.6b"
    assert ModelPicker().model == "qwen3-0.6b"
    assert ModelPicker(name="other").model == DEFAULT


def test_a_wrong_task_or_model_is_refused() -> None:
    with pytest.raises(ParameterError, match="task='sing'"):
        ModelPicker(task="sing")
    with pytest.raises(KitError, match="no-such-model"):
        ModelPicker(selected="no-such-model")


def test_what_is_typed_must_be_a_model(read: type[Any], tmp_path: Path) -> None:
    picker = ModelPicker()
    picker.act("use", other=str(tmp_path / "nothing"))
    assert picker.model == DEFAULT
    assert "nothing" in read(picker.html()).all("div", role="alert")[0]["text"]
    picker.act("use", other="")
    assert "No model is named." in read(picker.html()).text


def test_the_memory_is_that_of_the_estimate() -> None:
    card = catalogue()["qwen3-8b"]
    each = offer(card.name, card, SMALL)
    assert each.needed_gb == pytest.approx(estimate(card).total_bytes / 1e9)
    assert each.machine_gb == pytest.approx(24 * 2**30 / 1e9)
    assert each.fits == "yes"


def test_tight_and_too_large_say_what_would_fit() -> None:
    card = catalogue()["qwen3-8b"]
    needed_mib = estimate(card).total_bytes / 2**20
    tight = offer(card.name, card, dataclasses.replace(SMALL, memory_mib=needed_mib * 1.1))
    assert tight.fits == "tight"
    assert tight.smaller is not None
    too_large = offer(card.name, card, dataclasses.replace(SMALL, memory_mib=needed_mib * 0.8))
    assert too_large.fits == "no"
    assert too_large.smaller is not None
    assert too_large.smaller[0] == "bnb-int8"
    assert too_large.usable
    assert "With bnb-int8 it needs" in reason(too_large)
    hopeless = offer(card.name, card, dataclasses.replace(SMALL, memory_mib=2048))
    assert not hopeless.usable
    assert "Even with bnb-nf4 it needs" in reason(hopeless)


def test_a_gpu_s_memory_counts_where_there_is_one() -> None:
    card = catalogue()["qwen3-8b"]
    each = offer(card.name, card, dataclasses.replace(SMALL, gpus=(Gpu("L4", 23034.0), Gpu("T4", 15360.0))))
    assert each.machine_gb == pytest.approx(23034 * 2**20 / 1e9)


def test_this_machine_in_words() -> None:
    assert machine_words(SMALL) == "2 cores · 26 GB · AMX · no GPU"


def test_filters_and_orders(read: type[Any]) -> None:
    picker = ModelPicker()
    picker.act("more")
    picker.act("filter", licence="commercial", sort="size")
    shown = [each for each in picker.desk.shown() if each.card]
    assert all(each.card and each.card.licence_commercial == "yes" for each in shown)
    sizes = [each.card.parameters for each in shown if each.card]
    assert sizes == sorted(sizes)
    picker.act("filter", licence="any", sort="new")
    months = [each.card.released for each in picker.desk.shown() if each.card]
    assert months == sorted(months, reverse=True)
    picker.act("filter", licence="; drop", sort="x")
    assert (picker.desk.licence, picker.desk.sort) == ("any", "new")


def test_a_download_shows_its_progress_in_the_row(
    left: Callable[..., Run], append: Callable[[Run, list[Event]], None], read: type[Any]
) -> None:
    going: Event = {"kind": "progress", "phase": "downloading", "done": 40, "total": 94, "unit": "MB"}
    run = left(GetSpec(name="qwen3-0.6b"), "k", [{"kind": "state", "state": "running"}, going])
    picker = ModelPicker(name="k")
    page = read(picker.html())
    row = next(row for row in page.rows() if row[0].startswith("Qwen3 0.6B"))
    assert "downloading · 40 of 94 MB" in row[0]
    assert row[-1] == "Stop"
    others = page.all("button", data_action="get")
    assert others
    assert all(b["title"] == "qwen3-0.6b is still on its way." for b in others)
    append(run, [{"kind": "state", "state": "failed", "cause": "There is no network.", "fix": "Connect."}])
    picker.refresh()
    page = read(picker.html())
    assert "There is no network." in page.all("div", role="alert")[0]["text"]
    assert not picker.desk.busy


def test_getting_a_model_starts_a_run_in_the_panel_s_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from kit.jobs.start import create_run

    monkeypatch.setattr("kit.widgets.desk.start", create_run)
    picker = ModelPicker(name="k")
    picker.act("get", value="qwen3-0.6b")
    (run,) = runs(origin="k")
    assert run.spec == GetSpec(name="qwen3-0.6b")
    picker.act("get", value="qwen3-1.7b")
    assert len(runs(origin="k")) == 1
    assert picker.desk.problem is not None


def test_a_folder_of_the_user_is_offered_though_nobody_knows_its_date(read: type[Any]) -> None:
    folder = Path(os.environ["TUNEBOOK_HOME"]) / "models" / "my-own"
    folder.mkdir(parents=True)
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 400}
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **shape}))
    picker = ModelPicker()
    picker.act("more")
    picker.act("filter", sort="new")
    rows = read(picker.html()).rows()
    undated = sum(not card.released for card in catalogue().values())
    (mine,) = [row for row in rows[-undated:] if row[0].startswith("my-own")]
    assert mine[3] == "unknown"
