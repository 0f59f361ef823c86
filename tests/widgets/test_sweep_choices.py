"""What can be ticked in a sweep, what is said of what cannot, and what the sweep is started with."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kit.data import open_data
from kit.data.spec import DataSpec
from kit.engines.homes import home
from kit.experiments.expected import expected_s
from kit.experiments.lineup import lineup
from kit.lack import Lack
from kit.machine.speed import Speed
from kit.quantization import methods
from kit.quantization.registry import Method
from kit.widgets import SweepPanel
from kit.widgets.sweeping.foretelling import seconds_of
from kit.widgets.sweeping.offers import Offer, by_engine, offers

USUAL = ("fp32", "bf16", "bnb-int8", "bnb-nf4")
LOOKS = "gguf-looks"  # a method that looks at rows
LACKS = "onnx-lacks"  # one that misses a package


@pytest.fixture
def more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know a method that looks at rows, and one whose package nobody has."""
    known = dict(methods())
    for each in (
        Method(LOOKS, "Looks", "x:y", 4, calibrated=True, why_not="tests.widgets.test_sweep_choices:why_not"),
        Method(LACKS, "Lacks", "x:y", 5, packages=("no_such_package",), extra="engines"),
    ):
        known[each.name] = each
    monkeypatch.setattr("kit.quantization.registry._METHODS", known)
    monkeypatch.setattr("kit.quantization.registry._FAMILIES", {})
    monkeypatch.setattr("kit.quantization.lacks.engine_lacks", lambda engine: [])


def test_methods_stand_by_engine_and_the_first_ticked_is_the_reference(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data, methods=["bf16", "fp32"])
    page = read(panel.html())
    boxes = {e["name"]: "checked" in e for e in page.all("input", type="checkbox")}
    assert [name for name, on in boxes.items() if on and name.startswith("method:")] == ["method:fp32", "method:bf16"]
    assert panel.desk.spec().methods == ("bf16", "fp32")
    assert "the reference" in page.all("label", data_key="method-bf16")[0]["text"]
    assert "Holds m in 2 ways" in page.text
    groups = [e["aria-label"] for e in page.all("div", role="group") if e.get("data-key", "").startswith("engine-")]
    assert groups[0] == "Transformers"
    for name, each in panel.desk.offers().items():
        assert each.engine == home(name)


def test_ticking_moves_nothing_and_is_remembered(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data)
    before = [e["data-key"] for e in read(panel.html()).all("label") if "data-key" in e]
    panel.act("tick", **{"method:fp32": False, "method:bf16": True, "method:bnb-fp4": True})
    assert panel.desk.chosen == ("bf16", "bnb-int8", "bnb-nf4", "bnb-fp4")
    assert [e["data-key"] for e in read(panel.html()).all("label") if "data-key" in e] == before
    assert SweepPanel("m", data).desk.chosen == panel.desk.chosen


def test_quick_choices(data: DataSpec) -> None:
    panel = SweepPanel("m", data, methods=["bnb-nf4"])
    panel.act("pick", "all")
    able = {name for name, each in panel.desk.offers().items() if each.runs and not each.calibrated}
    assert set(panel.desk.chosen) == able
    assert panel.desk.chosen[:2] == ("fp32", "bf16")  # a reference comes first
    panel.act("pick", "usual")
    assert panel.desk.chosen == USUAL
    panel.act("pick", "none")
    assert panel.desk.chosen == ()
    panel.act("pick", "best")
    assert panel.desk.problem is not None


def test_a_filter_by_bits_hides_and_keeps_what_is_ticked(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data)
    panel.act("narrow", family="4")
    page = read(panel.html())
    boxes = [e["name"] for e in page.all("input", type="checkbox") if e["name"].startswith("method:")]
    assert "method:bnb-nf4" in boxes
    assert "method:fp32" not in boxes
    assert "4 ticked, 3 of them not shown" in page.text
    panel.act("pick", "none")
    assert panel.desk.chosen == ("fp32", "bf16", "bnb-int8")


def test_another_reference_can_be_taken(data: DataSpec) -> None:
    panel = SweepPanel("m", data)
    panel.act("refer", reference="bnb-int8")
    assert panel.desk.spec().methods == ("bnb-int8", "fp32", "bf16", "bnb-nf4")


def test_what_cannot_run_is_folded_with_the_reason_and_what_to_type(
    more: None, data: DataSpec, read: type[Any]
) -> None:
    page = read(SweepPanel("m", data).html())
    folded = next(e for e in page.all("details") if e.get("data-key") == "why-not")
    assert f"{LACKS}: no-such-package is not installed." in folded["text"]
    assert "pip install 'tunebook[engines]'" in folded["text"]
    assert not [e for e in page.all("input") if e.get("name") == f"method:{LACKS}"]


def why_not(config: dict[str, Any]) -> str:
    """Refuse one kind of model, as a method's `why_not` does."""
    return "its layers are too narrow" if config["hidden_size"] < 64 else ""


def test_a_model_that_a_method_cannot_hold_is_said_so(more: None) -> None:
    assert offers([], json.dumps({"hidden_size": 32}))[LOOKS].barred == "its layers are too narrow"
    assert offers([], json.dumps({"hidden_size": 64}))[LOOKS].runs


def test_methods_that_look_at_rows_wait_for_some(more: None, read: type[Any]) -> None:
    panel = SweepPanel("m", DataSpec(source="alerts.jsonl", split="test"), methods=["fp32", LOOKS])
    page = read(panel.html())
    assert page.button("start")["aria-disabled"] == "true"
    assert f"{LOOKS} looks at rows to choose how to round" in page.text
    panel.act("start")
    assert panel.desk.problem is not None
    panel.act("train")
    assert panel.desk.spec().calibration == DataSpec(source="alerts.jsonl", split="train")
    assert f"{LOOKS} rounds by alerts.jsonl, training part." in read(panel.html()).text
    panel.act("set", calibration="other.csv")
    assert panel.desk.spec().calibration == DataSpec(source="other.csv")
    panel.act("set", calibration="")
    assert panel.desk.no_start().startswith(f"{LOOKS}: rows to calibrate with")


def test_a_file_of_so_many_mib_is_added(data: DataSpec) -> None:
    panel = SweepPanel("m", data, calibration="train.jsonl")
    panel.act("mix", mixed="90")
    assert panel.desk.spec().methods == (*USUAL, "gguf-mixed-90mib")
    assert panel.desk.looking() == ["gguf-mixed-90mib"]
    panel.act("mix", mixed="ninety")
    assert panel.desk.problem is not None
    assert SweepPanel("m", data, calibration="train.jsonl").desk.chosen == (*USUAL, "gguf-mixed-90mib")


def test_settings_are_typed_and_wrong_ones_are_told_at_their_field(data: DataSpec, read: type[Any]) -> None:
    panel = SweepPanel("m", data, minutes=5.0)
    assert "at most 5 minutes, cheapest first" in read(panel.html()).text
    panel.act("set", minutes="0", hopeless="0.2")
    assert panel.desk.no_start() == "A setting is not right."
    assert "must be" in read(panel.html()).text
    panel.act("set", minutes="2.5")
    spec = panel.desk.spec()
    assert (spec.minutes, spec.hopeless) == (2.5, 0.2)


def test_the_time_that_all_take_is_told_where_this_machine_was_measured(
    rows_file: Any, monkeypatch: pytest.MonkeyPatch, read: type[Any]
) -> None:
    panel = SweepPanel("smollm2-135m-instruct", DataSpec(source=str(rows_file)), minutes=0.1)
    assert "take" not in read(panel.html()).all("p", class_="tb-say")[0]["text"]
    speed = Speed("cpu", 10.0, {"fp32": 0.2, "bf16": 0.2}, 5e-6, "now")
    for module in ("foretelling", "choosing"):
        monkeypatch.setattr(f"kit.widgets.sweeping.{module}.known_speed", lambda: speed)
    spec = panel.desk.spec()
    each = [expected_s(spec, entrant.variant, open_data(spec.data)) for entrant in lineup(spec)]
    assert seconds_of(spec) == pytest.approx(sum(each))
    panel.act("tick")
    assert "some will be left out" in read(panel.html()).text
    panel.act("set", minutes="")
    assert "That takes about" in read(panel.html()).text


def test_what_is_measured_is_ticked(data: DataSpec) -> None:
    panel = SweepPanel("m", data)
    assert "reference" in panel.desk.spec().measures
    panel.act("set", **{"measure:reference": False, "measure:perplexity": False})
    assert panel.desk.spec().measures == ("accuracy", "latency", "memory")
    assert SweepPanel("m", data, measures=["accuracy"]).desk.spec().measures == ("accuracy",)


def test_a_run_brings_its_settings_back(left: Callable[..., Any], data: DataSpec) -> None:
    spec = SweepPanel("m", data, methods=["bf16", "fp16"], minutes=3.0, name="s").desk.spec()
    left(spec, "s", [{"kind": "state", "state": "running"}, {"kind": "state", "state": "finished"}])
    again = SweepPanel("m", data, name="s")
    again.act("again")
    assert again.desk.spec().methods == ("bf16", "fp16")
    assert again.desk.spec().minutes == 3.0


def test_families_of_bits() -> None:
    found = [Offer("x", "", "", "transformers", bits).family for bits in (32, 16, 8.5, 6.6, 5.5, 4.8, 2.0, None)]
    assert found == ["16", "16", "8", "6", "6", "4", "4", ""]


def test_groups_hold_what_runs_most_bits_first() -> None:
    lack = (Lack("it is missing"),)
    rows = [Offer(n, "", "", e, b, lacks=ls) for n, e, b, ls in (("a", "openvino", 4, ()), ("b", "openvino", 8, ()))]
    rows.append(Offer("c", "", "", "transformers", 8, lacks=lack))
    assert {engine: [each.name for each in own] for engine, own in by_engine(rows).items()} == {"openvino": ["b", "a"]}
