"""What a tuning panel tells before the start: rows, model, memory, and a refusal with a way out."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from kit.jobs import Run
from kit.machine import this_machine
from kit.machine.facts import MIB
from kit.machine.speed import Speed, keep_speed
from kit.widgets import ModelPicker, TunePanel
from kit.widgets.tuning.plan import seconds_of
from kit.widgets.tuning.rows import rows_of

MODEL = "smollm2-135m-instruct"
SPEED = Speed("cpu", 20.0, {"fp32": 0.1, "bf16": 0.4}, 3e-6, "2026-11-01T10:00:00+00:00")


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A file of 200 rows: 120 "keep", 60 "hold", 20 "drop"; one text is long."""
    labels = ["keep"] * 120 + ["hold"] * 60 + ["drop"] * 20
    texts = ["x" * 100] * 199 + ["y" * 4000]
    lines = [
        f'{{"text": "{text} {n}", "label": "{label}"}}'
        for n, (text, label) in enumerate(zip(texts, labels, strict=True))
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return str(tmp_path / "rows.jsonl")


def facts(page: Any) -> dict[str, str]:
    """Return the facts of the page by name."""
    names, told = page.all("dt"), page.all("dd")
    return {name["text"]: " ".join(each["text"].split()) for name, each in zip(names, told, strict=True)}


def test_rows_labels_and_lengths_are_told(source: str, read: type[Any]) -> None:
    page = read(TunePanel(MODEL, source).html())
    told = facts(page)["Rows"]
    assert "200 rows, 20 of them held back for validation" in told
    assert "keep 60% · hold 30% · drop 10%" in told
    assert "1 row loses its middle at 512" in told
    assert page.all("span", role="img")[0]["aria-label"] == "Labels: keep 60%, hold 30%, drop 10%"


def test_lengths_follow_what_is_typed(source: str, read: type[Any]) -> None:
    panel = TunePanel(MODEL, source)
    panel.act("set", max_length="2048")
    assert "none is cut at 2,048" in facts(read(panel.html()))["Rows"]


def test_validation_rows_of_their_own_are_counted(source: str, read: type[Any]) -> None:
    assert (
        "200 rows, validated on 200 others" in facts(read(TunePanel(MODEL, source, validation=source).html()))["Rows"]
    )


def test_what_no_training_reaches_is_the_share_of_the_most_frequent_label(source: str) -> None:
    panel = TunePanel(MODEL, source)
    known = rows_of(panel.desk.data, None)
    assert known is not None
    assert known.floor == 0.6
    assert (known.count, known.held, known.trained) == (200, 20, 180)


def test_many_labels_are_told_in_part(tmp_path: Path, read: type[Any]) -> None:
    lines = [f'{{"text": "a {n}", "label": "l{n % 12}"}}' for n in range(120)]
    (tmp_path / "many.jsonl").write_text("\n".join(lines), encoding="utf-8")
    told = facts(read(TunePanel(MODEL, str(tmp_path / "many.jsonl")).html()))["Rows"]
    assert "7 more labels 58%" in told


def test_the_model_and_its_memory_are_told(source: str, read: type[Any]) -> None:
    panel = TunePanel(MODEL, source)
    told = facts(read(panel.html()))
    assert "SmolLM2 135M Instruct, 0.13 B weights, reads at most 8,192 tokens, Apache-2.0" in told["Model"]
    needed = panel.desk.spec().needs().memory_bytes
    assert needed is not None
    assert told["Memory"] == f"about {needed / 1e9:.2g} GB of {this_machine().memory_mib * MIB / 1e9:.0f} GB"


def test_a_model_and_rows_that_nobody_knows_are_no_trouble(read: type[Any]) -> None:
    page = read(TunePanel("nobody/knows", "gone.jsonl").html())
    told = facts(page)
    assert told == {
        "Rows": "gone.jsonl: told when it starts.",
        "Model": "knows: its size is known once it is here.",
        "Time": "told when it starts",
        "Memory": "not known before it starts",
    }
    assert "aria-disabled" not in page.button("start")


def test_what_has_no_room_is_refused_with_the_nearest_change(
    source: str, read: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.widgets.tuning.plan.room_bytes", lambda _machine: 1.2e9)
    panel = TunePanel(MODEL, source, micro_batch_size=8)
    page = read(panel.html())
    start = page.all("button", data_action="start", data_key="start")[0]
    assert start["aria-disabled"] == "true"
    assert "It needs " in start["title"]
    alert = page.all("div", role="alert")[0]["text"]
    assert "The weights of SmolLM2 135M Instruct take" in alert
    assert "it fits." in alert
    panel.act("lighten")
    spec = panel.desk.spec()
    assert (spec.micro_batch_size, spec.max_length, spec.precision) != (8, 512, "auto")
    needed = spec.needs().memory_bytes
    assert needed is not None
    assert needed <= 1.2e9
    page = read(panel.html())
    assert not page.all("div", role="alert")
    assert "aria-disabled" not in page.button("start")


def test_nothing_near_that_fits_is_said_and_one_may_insist(
    source: str, read: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.widgets.tuning.plan.room_bytes", lambda _machine: 1e6)
    started: list[bool] = []

    def begin(_spec: Any, *, origin: str, now: bool) -> Run:
        started.append(now)
        raise OSError(origin)

    monkeypatch.setattr("kit.widgets.desk.start", begin)
    panel = TunePanel(MODEL, source)
    page = read(panel.html())
    assert "Nothing near it needs so little: choose a smaller model." in page.text
    assert not page.all("button", data_action="lighten")
    panel.act("lighten")
    assert panel.desk.problem is None
    panel.act("start", "now")
    assert started == [True]


def test_a_model_that_a_picker_chose_is_not_changed_here(
    source: str, read: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = TunePanel(MODEL, source).desk.spec()
    monkeypatch.setattr("kit.widgets.tuning.plan.room_bytes", lambda _machine: 1e6)
    monkeypatch.setattr("kit.widgets.tuning.summary.lighter_of", lambda spec: (other, f"model={MODEL!r}"))
    panel = TunePanel(ModelPicker(name="a", selected="smollm2-360m-instruct"), source)
    page = read(panel.html())
    assert f"With model='{MODEL}' it fits: choose that model." in page.text
    assert not page.all("button", data_action="lighten")


def test_nearly_all_the_memory_is_a_warning(source: str, read: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    panel = TunePanel(MODEL, source, micro_batch_size=8)
    needed = panel.desk.spec().needs().memory_bytes
    assert needed is not None
    monkeypatch.setattr("kit.widgets.tuning.plan.room_bytes", lambda _machine: needed / 0.9)
    page = read(TunePanel(MODEL, source, micro_batch_size=8, name="other").html())
    assert "so little is left for anything else" in facts(page)["Memory"]
    assert page.all("span", data_tone="warn")
    assert "aria-disabled" not in page.button("start")


def test_the_time_is_told_for_the_settings_and_for_each_preset(source: str, read: type[Any]) -> None:
    keep_speed(SPEED)
    panel = TunePanel(MODEL, source)
    told = facts(read(panel.html()))["Time"]
    assert told.startswith("about ")
    assert told.endswith(", 69 steps")
    once = seconds_of(panel.desk.spec(), SPEED)
    longer = seconds_of(panel.desk.spec().replace(epochs=20.0), SPEED)
    assert once is not None
    assert longer is not None
    assert longer > 5 * once
    for button in read(panel.html()).all("button", data_action="preset"):
        assert "about " in button["text"]


def test_a_machine_that_was_never_measured_can_be_from_here(
    source: str, read: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = TunePanel(MODEL, source)
    page = read(panel.html())
    assert facts(page)["Time"].startswith("69 steps; how long that takes is known once")
    assert page.button("measure")
    monkeypatch.setattr("kit.widgets.picking.probe.measure_speed", lambda: keep_speed(SPEED))
    panel.act("measure")
    until = time.monotonic() + 10
    while panel.desk.probe.going and time.monotonic() < until:
        time.sleep(0.01)
    panel.refresh()
    assert facts(read(panel.html()))["Time"].startswith("about ")


def test_early_stopping_may_make_it_shorter(source: str, read: type[Any]) -> None:
    keep_speed(SPEED)
    assert "less where it stops early" in facts(read(TunePanel(MODEL, source, early_stopping=2).html()))["Time"]


def test_what_is_decided_is_told_with_its_reason(source: str, read: type[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.widgets.tuning.plan.room_of_process", lambda _spec: 1.6e9)
    told = facts(read(TunePanel(MODEL, source, max_length=511).html()))["Decided"]
    assert "micro_batch_size=" in told
    assert "All 8 rows of a batch at once would need" in told


def test_a_glance_at_the_rows_says_what_to_look_at_and_where(tmp_path: Path, read: type[Any]) -> None:
    lines = [f'{{"text": "alert {n}", "label": "{"a" if n % 2 else "b"}"}}' for n in range(40)]
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    page = read(TunePanel(MODEL, str(path)).html())
    assert "No row is there twice, and no label is rare." in page.text
    again = [
        '{"text": " Alert  3", "label": "a"}',
        '{"text": "alert 4", "label": "b"}',
        '{"text": "x", "label": "rare"}',
    ]
    path = tmp_path / "more.jsonl"
    path.write_text("\n".join([*lines, *again]), encoding="utf-8")
    page = read(TunePanel(MODEL, str(path)).html())
    assert "2 rows are the same as earlier ones · label 'rare' has 1 row" in page.text
    (code,) = page.all("pre", data_part="closer")
    assert code["text"].startswith("import kit\n\nkit.DataPanel(kit.DataSpec(")
    assert repr(str(path)) in code["text"]
