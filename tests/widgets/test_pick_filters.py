"""Which models are shown, in which order, and what own runs add to that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kit.data.spec import DataSpec
from kit.engines.spec import Variant
from kit.jobs import Run
from kit.jobs.summary import write_summary
from kit.machine.speed import Speed
from kit.measure.spec import EvaluateSpec
from kit.models import DEFAULT
from kit.result import Result
from kit.widgets import ModelPicker
from kit.widgets.picking.offer import Offer

SPEED = Speed("cpu", 20.0, {"fp32": 0.1, "bf16": 0.4}, 3e-6, "2026-11-01T10:00:00+00:00")


def found(picker: ModelPicker, **values: Any) -> list[Offer]:
    """Return what is found when these fields are filled and all others are empty."""
    picker.act("reset")
    picker.act("filter", **values)
    return picker.desk.found()


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({"text": "mistralai"}, lambda card: card.hub_id.startswith("mistralai/")),
        ({"text": "QWEN3 instruct"}, lambda card: "qwen3" in card.name and "instruct" in card.title.lower()),
        ({"text": "medicine"}, lambda card: "medicine" in card.tags),
        ({"task": "answer"}, lambda card: "chat" in card.tasks),
        ({"made_for": "finance"}, lambda card: "finance" in card.tags),
        ({"made_for": "reasoning"}, lambda card: "reasoning" in card.tasks),
        ({"language": "ko"}, lambda card: "ko" in card.languages),
        ({"licence": "free"}, lambda card: card.licence_commercial == "yes"),
        ({"licence": "commercial"}, lambda card: card.licence_commercial in ("yes", "conditions")),
        ({"licence": "MIT"}, lambda card: card.licence == "MIT"),
        ({"reads": "text"}, lambda card: card.modality == "text"),
        ({"reads": "image"}, lambda card: "image" in card.modality),
        ({"reads": "video"}, lambda card: "video" in card.modality),
        ({"size": "4"}, lambda card: card.parameters <= 4e9),
    ],
)
def test_a_filter_shows_those_and_only_those(values: dict[str, Any], holds: Callable[[Any], bool]) -> None:
    picker = ModelPicker()
    shown = {each.name for each in found(picker, **values)}
    wanted = {name for name, each in picker.desk.offers.items() if each.card and holds(each.card)}
    assert shown == wanted != set()


def test_what_runs_here_and_what_is_here() -> None:
    picker = ModelPicker()
    assert all(each.usable for each in found(picker, fits=True))
    assert [each for each in found(picker, here=True) if not each.here] == []


def test_a_value_that_no_field_offers_changes_nothing() -> None:
    picker = ModelPicker()
    before = picker.desk.filters
    picker.act("filter", reads="; drop", size="7e9", sort="x", here="yes")
    assert (picker.desk.filters, picker.desk.sort) == (before, "fit")


def test_where_none_is_found_the_strictest_filter_is_named_and_can_be_dropped(read: type[Any]) -> None:
    picker = ModelPicker()
    picker.act("filter", text="qwen3", language="en", size="35", licence="Gemma Terms of Use")
    page = read(picker.html())
    assert picker.desk.found() == []
    assert "“Licence: Gemma Terms of Use” leaves out most" in page.text
    drop = page.button("drop")
    picker.act("drop", drop["value"])
    assert len(picker.desk.found()) == int("".join(filter(str.isdigit, drop["text"])))
    assert picker.desk.found()


def test_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.widgets.picking.probe.known_speed", lambda: SPEED)
    picker = ModelPicker()
    cards = [each.card for each in found(picker, sort="size") if each.card]
    assert [card.parameters for card in cards] == sorted(card.parameters for card in cards)
    months = [each.card.released for each in found(picker, sort="new") if each.card]
    assert months == sorted(months, reverse=True)
    best = [each.best for each in found(picker, sort="speed", fits=True)]
    paces = [way.speed.decode_tokens_per_s for way in best if way and way.speed]
    assert paces == sorted(paces, reverse=True) != []
    fitting = [each.usable for each in found(picker, sort="fit")]
    assert fitting == sorted(fitting, reverse=True)
    ways = [each.best for each in found(picker, sort="fit", fits=True)]
    waited_for = [way.speed.decode_tokens_per_s < 4 for way in ways if way and way.speed]
    assert waited_for == sorted(waited_for)
    assert set(waited_for) == {True, False}
    evidence = [picker.desk.qualities.evidence(each) for each in found(picker, sort="quality", fits=True)]
    strengths = [each.strength for each in evidence]
    assert strengths == sorted(strengths, reverse=True)
    assert {each.kind for each in evidence} == {"published", "guess"}


def _measure(left: Callable[..., Run], model: str, method: str, pace: float) -> None:
    """Leave a finished evaluation of a model held in one way."""
    spec = EvaluateSpec(variant=Variant(model=model, method=method), data=DataSpec(source="alerts.jsonl"))
    run = left(spec, "s", [{"kind": "state", "state": "running"}, {"kind": "state", "state": "finished"}])
    metrics = {"acc": 0.8, "acc_stderr": 0.0226, "decode_tokens_per_s": pace, "max_ram_mib": 922.0}
    result = Result(spec=spec.to_dict(), metrics=metrics, facts={"method": method})
    (run.folder / "result.json").write_text(result.to_json(), encoding="utf-8")
    write_summary(run.folder)


def test_what_own_runs_measured_stands_beside_and_comes_first(
    left: Callable[..., Run], read: type[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.widgets.picking.probe.known_speed", lambda: SPEED)
    for method, pace in (("fp32", 11.0), ("bf16", 29.4)):
        _measure(left, "qwen3-0.6b", method, pace)
    _measure(left, "run:2026-tuned", "bf16", 99.0)  # of a tuned model: says nothing of the model itself
    picker = ModelPicker()
    first = picker.desk.found()[0]
    assert first.name == "qwen3-0.6b"
    assert picker.desk.qualities.evidence(first).kind == "this task"
    row = read(picker.html()).rows()[0]
    assert "accuracy 0.80 ± .04, measured" in row[0]
    assert "→ 29 tok/s" in row[1]
    assert "→ 0.97 GB" in row[1]
    assert DEFAULT in [each.name for each in picker.desk.found()]
