"""Choosing a model with a panel."""

from __future__ import annotations

import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.errors import KitError, ParameterError
from kit.jobs import Run, runs
from kit.lack import Lack
from kit.machine import Gpu, Machine
from kit.machine.speed import Speed
from kit.models import DEFAULT, GetSpec, catalogue
from kit.models.estimates import expected_speed
from kit.models.fit import fit
from kit.plots.words import number
from kit.report import Event
from kit.widgets import ModelPicker, TunePanel
from kit.widgets.picking import page as drawing
from kit.widgets.picking import page_filters
from kit.widgets.picking.offer import Offer, Terms
from kit.widgets.picking.shown import MORE, PAGE
from kit.widgets.picking.words import machine_words

SMALL = Machine(2, ("AVX2", "AMX"), 24 * 1024, (), "Linux")
SPEED = Speed("cpu", 20.0, {"fp32": 0.1, "bf16": 0.4}, 3e-6, "2026-11-01T10:00:00+00:00")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this be a machine with 24 GiB, whatever it is."""
    for module in (sys.modules["kit.models.fit"], drawing, page_filters):
        monkeypatch.setattr(module, "this_machine", lambda: SMALL)


@pytest.fixture
def speed(monkeypatch: pytest.MonkeyPatch) -> list[Speed | None]:
    """What is known of this machine's speed: change the only item."""
    known: list[Speed | None] = [SPEED]
    monkeypatch.setattr("kit.widgets.picking.probe.known_speed", lambda: known[0])
    return known


def row_of(page: Any, title: str) -> list[str]:
    """Return the texts of the cells of the row of a model."""
    found: list[str] = next(row for row in page.rows() if row and row[0].startswith(title))
    return found


def offered(name: str, memory_mib: float, **terms: Any) -> Offer:
    """Return what a model of the catalogue would mean on a machine of that memory."""
    machine = dataclasses.replace(SMALL, memory_mib=memory_mib)
    return Offer(name, catalogue()[name], False, Terms(machine=machine, **terms))


def test_every_model_of_the_catalogue_is_there_and_what_cannot_run_says_why(small: None, read: type[Any]) -> None:
    picker = ModelPicker()
    assert set(catalogue()) <= set(picker.desk.offers)
    for name, card in catalogue().items():
        runs_nowhere = card.modality != "text" or card.own_code
        assert bool(picker.desk.offers[name].barred) == runs_nowhere
    picker.act("filter", reads="image")
    picker.act("open", picker.desk.found()[0].name)
    page = read(picker.html())
    assert "engines here run text models" in page.text
    assert not page.all("button", data_action="use", data_main="")
    picker.act("use", picker.desk.opened)
    assert picker.model == DEFAULT
    assert picker.desk.problem is not None


def test_a_row_tells_memory_and_speed_for_each_way_of_holding(
    small: None, speed: list[Speed | None], read: type[Any]
) -> None:
    picker = ModelPicker()
    picker.act("filter", text="qwen3-8b")
    row = row_of(read(picker.html()), "Qwen3 8B")
    for method, word in (("bf16", "bf16"), ("bnb-int8", "int8"), ("bnb-nf4", "nf4")):
        needed = fit(catalogue()["qwen3-8b"], method, machine=SMALL).needed_bytes
        decode = expected_speed(catalogue()["qwen3-8b"], method, SPEED).decode_tokens_per_s
        assert word in row[1]
        assert f"{number(needed / 1e9)} GB" in row[1]
        assert f"{number(decode)} tok/s" in row[1]
    assert row[2] == "Apache-2.0✓ commercial use"


def test_a_page_of_rows_first_and_more_on_demand(read: type[Any]) -> None:
    picker = ModelPicker()
    n = len(picker.desk.offers)
    page = read(picker.html())
    assert len(page.rows()) == PAGE
    assert f"{n} of {n} models" in page.text
    picker.act("more")
    assert len(read(picker.html()).rows()) == PAGE + MORE


def test_all_models_are_drawn_within_a_third_of_a_second() -> None:
    from kit.widgets.picking.desk import PickDesk
    from kit.widgets.picking.page import pick_page

    def seconds(context: int) -> float:
        began = time.perf_counter()
        desk.set_terms(context=context, batch=1)
        "".join(pick_page(desk).iter_chunks())
        return time.perf_counter() - began

    desk = PickDesk("classify", None, None)
    assert min(seconds(context) for context in (1024, 2048, 4096)) < 0.3


def test_the_default_model_is_chosen_at_first() -> None:
    picker = ModelPicker()
    assert picker.model == picker.as_spec_value() == DEFAULT
    assert picker.method == "bf16"


def test_model_and_method_are_remembered_and_handed_on(small: None) -> None:
    picker = ModelPicker()
    picker.act("hold", "bnb-nf4:qwen3-0.6b")
    assert (picker.model, picker.method) == ("qwen3-0.6b", "bnb-nf4")
    assert (ModelPicker().model, ModelPicker().method) == ("qwen3-0.6b", "bnb-nf4")
    assert ModelPicker(name="other").model == DEFAULT
    assert "kit.Variant(model='qwen3-0.6b', method='bnb-nf4')" in picker.desk.code().replace('"', "'")
    assert TunePanel(picker, "alerts.jsonl").desk.spec().model == "qwen3-0.6b"


def test_filters_order_and_terms_are_remembered() -> None:
    picker = ModelPicker()
    picker.act("filter", text="qwen", licence="commercial", fits=True, sort="size")
    picker.act("terms", context="4,096", batch="2")
    desk = ModelPicker().desk
    assert (desk.filters.text, desk.filters.licence, desk.filters.fits, desk.sort) == (
        "qwen",
        "commercial",
        True,
        "size",
    )
    assert (desk.context, desk.batch) == (4096, 2)
    picker.act("reset")
    assert not ModelPicker().desk.filters.active()


def test_what_was_kept_and_makes_no_sense_is_forgotten() -> None:
    from kit.widgets.keep import keep

    keep("k", {"model": "gone", "method": "?", "filters": {"reads": "smells", "text": 3}, "sort": "x", "context": -1})
    desk = ModelPicker(name="k").desk
    assert (desk.model, desk.method, desk.filters.active(), desk.sort, desk.context) == (
        DEFAULT,
        "bf16",
        (),
        "fit",
        2048,
    )


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
    picker.act("terms", context="many")
    assert "context='many'" in read(picker.html()).text


def test_context_and_batch_change_the_bars_at_once(small: None, read: type[Any]) -> None:
    picker = ModelPicker()
    picker.act("filter", text="qwen3-8b")
    picker.act("terms", context="16384", batch="2")
    needed = fit(catalogue()["qwen3-8b"], machine=SMALL, context=16384, batch=2).needed_bytes
    row = row_of(read(picker.html()), "Qwen3 8B")
    assert f"{number(needed / 1e9)} GB" in row[1]


def test_the_best_way_is_the_one_of_most_bits_that_leaves_room() -> None:
    bf16, int8 = (offered("qwen3-8b", 24 * 1024).way(m).fit.needed_bytes / 2**20 for m in ("bf16", "bnb-int8"))
    assert offered("qwen3-8b", bf16 * 2).best == offered("qwen3-8b", bf16 * 2).way("bf16")
    tight = offered("qwen3-8b", bf16 * 1.01).best
    assert tight is not None
    assert tight.fit.state == "fits"
    assert tight.method != "bf16"
    hopeless = offered("qwen3-8b", 2048)
    assert hopeless.best is None
    assert not hopeless.usable
    lacking = {
        "bnb-nf4": (Lack("bitsandbytes is not installed"),),
        "bnb-int8": (Lack("bitsandbytes is not installed"),),
    }
    assert not offered("qwen3-8b", int8 * 0.9, lacks=lacking).usable


def test_a_gpu_s_memory_counts_where_there_is_one() -> None:
    machine = dataclasses.replace(SMALL, gpus=(Gpu("L4", 23034.0), Gpu("T4", 15360.0)))
    each = Offer("qwen3-8b", catalogue()["qwen3-8b"], False, Terms(machine=machine))
    assert each.way("bf16").fit.room_bytes == pytest.approx(23034 * 2**20)


def test_details_tell_why_what_would_fit_and_what_is_missing(
    small: None, monkeypatch: pytest.MonkeyPatch, read: type[Any]
) -> None:
    lack = Lack("bitsandbytes is not installed", "pip install bitsandbytes")
    missing = lambda name: (lack,) if name.startswith("bnb") else ()  # noqa: E731
    monkeypatch.setattr("kit.widgets.picking.offer.lacks_of", missing)
    picker = ModelPicker()
    picker.act("filter", text="llama-3.1")
    picker.act("open", "llama-3.1-70b-instruct")
    page = read(picker.html())
    change = fit(catalogue()["llama-3.1-70b-instruct"], methods=("fp32", "bf16", "fp16")).change
    assert change is not None
    assert change.words in page.text
    assert "bnb-fp4: bitsandbytes is not installed." in page.text
    assert "pip install bitsandbytes" in [code["text"] for code in page.all("pre")]
    assert "Built with Llama" in page.text
    assert "not installed" in page.text
    picker.act("change", page.button("change")["value"])
    assert (picker.model, picker.method) == (change.model, change.method)
    assert picker.desk.opened == change.model
    picker.act("open", change.model)
    assert picker.desk.opened == ""


def test_where_the_machine_was_never_measured_that_is_offered(
    speed: list[Speed | None], monkeypatch: pytest.MonkeyPatch, read: type[Any]
) -> None:
    def measure() -> None:
        time.sleep(0.05)
        speed[0] = dataclasses.replace(SPEED, bystanders=0.4)

    monkeypatch.setattr("kit.widgets.picking.probe.measure_speed", measure)
    speed[0] = None
    picker = ModelPicker()
    assert read(picker.html()).button("measure")
    assert "tok/s" not in read(picker.html()).text
    picker.act("measure")
    assert picker.desk.busy
    assert "Measuring this machine" in read(picker.html()).text
    assert _wait_for(picker, lambda: not picker.desk.probe.going)
    assert "tok/s" in read(picker.html()).text
    assert "reads 20 GB/s, measured 2026-11-01 while other programs ran: Measure again" in read(picker.html()).text


def test_a_measurement_that_fails_says_why(
    speed: list[Speed | None], monkeypatch: pytest.MonkeyPatch, read: type[Any]
) -> None:
    def measure() -> None:
        raise KitError("torch is not installed.", fix="pip install torch")

    monkeypatch.setattr("kit.widgets.picking.probe.measure_speed", measure)
    speed[0] = None
    picker = ModelPicker()
    picker.act("measure")
    assert _wait_for(picker, lambda: picker.desk.problem is not None)
    assert "pip install torch" in read(picker.html()).all("div", role="alert")[0]["text"]


def _wait_for(picker: ModelPicker, done: Callable[[], bool]) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        over = done()
        picker.refresh()
        if over:
            return True
        time.sleep(0.01)
    return False


def test_this_machine_in_words() -> None:
    assert machine_words(SMALL) == "2 cores · 26 GB · AMX · no GPU"


def test_a_download_shows_its_progress_in_the_row(
    left: Callable[..., Run], append: Callable[[Run, list[Event]], None], read: type[Any]
) -> None:
    going: Event = {"kind": "progress", "phase": "downloading", "done": 40, "total": 94, "unit": "MB"}
    run = left(GetSpec(name="qwen3-0.6b"), "k", [{"kind": "state", "state": "running"}, going])
    picker = ModelPicker(name="k")
    picker.act("filter", text="qwen3-")
    picker.act("filter", sort="size")
    page = read(picker.html())
    row = row_of(page, "Qwen3 0.6B")
    assert "downloading · 40 of 94 MB" in row[0]
    assert row[-1] == "Stop"
    others = page.all("button", data_action="get")
    assert others
    assert all(b["title"] == "qwen3-0.6b is still on its way." for b in others)
    picker.act("filter", text="llama")  # whatever is shown, its progress is
    assert "qwen3-0.6b: downloading · 40 of 94 MB" in read(picker.html()).text
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


def test_a_folder_of_the_user_joins_in_though_nobody_knows_its_date(read: type[Any]) -> None:
    folder = Path(os.environ["TUNEBOOK_HOME"]) / "models" / "my-own"
    folder.mkdir(parents=True)
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 400}
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **shape}))
    picker = ModelPicker()
    picker.act("filter", sort="new")
    assert "my-own" in [each.name for each in picker.desk.found() if not (each.card and each.card.released)]
    picker.act("filter", text="my-own")
    assert row_of(read(picker.html()), "my-own")[2].startswith("unknown")


def test_a_model_given_by_its_folder_has_figures_too(small: None, tmp_path: Path, read: type[Any]) -> None:
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 400}
    config = {"model_type": "llama", "max_position_embeddings": 1024, **shape}
    (tmp_path / "config.json").write_text(json.dumps(config))
    head = json.dumps({"lm_head.weight": {"dtype": "BF16", "shape": [400, 64], "data_offsets": [0, 51200]}}).encode()
    (tmp_path / "model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + bytes(51200))
    picker = ModelPicker(selected=str(tmp_path))
    picker.act("filter", here=True, text=tmp_path.name)
    row = row_of(read(picker.html()), tmp_path.name)
    assert "on this machine" in row[0]
    assert "too long" in row[1]  # for its 1,024 positions
    picker.act("terms", context="1024")
    assert "fits" in row_of(read(picker.html()), tmp_path.name)[1]
