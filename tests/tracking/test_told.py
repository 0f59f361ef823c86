"""What MLflow is told, by MLflow's own rules for names and lengths."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.engines import Variant
from kit.measure import AnswerSpec
from kit.tracking.told import (
    Curves,
    Point,
    events_before,
    kind_of,
    name_for_mlflow,
    params_of,
    points_of_result,
    provenance_tags,
    tag,
)
from kit.tuning import TuneSpec


def _metric(name: str, value: Any, step: int | None, t: float = 1.0) -> dict[str, Any]:
    return {"t": t, "kind": "metric", "name": name, "value": value, "step": step}


def test_a_spec_becomes_flat_parameters() -> None:
    spec = TuneSpec(model="m", data=DataSpec(source="rows.csv", limit=5), steps=3)
    params = params_of(spec.to_dict())
    assert params["spec"] == "kit.tuning.spec:TuneSpec"
    assert (params["model"], params["steps"], params["learning_rate"]) == ("m", "3", "0.001")
    assert (params["data.source"], params["data.limit"], params["validation"]) == ("rows.csv", "5", "None")
    assert params["target_modules"] == '["all-linear"]'
    assert "data.spec" not in params
    assert kind_of(spec.to_dict()) == "tune"


def test_specs_in_a_list_are_numbered() -> None:
    spec = AnswerSpec(variants=(Variant(model="a"), Variant(model="b", method="fp32")), prompt="x" * 7000)
    params = params_of(spec.to_dict())
    assert (params["variants.0.model"], params["variants.1.method"]) == ("a", "fp32")
    assert (len(params["prompt"]), params["prompt"][-1]) == (6000, "…")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("loss", "loss"),
        ("bf16/acc", "bf16/acc"),
        ("bnb-nf4 (double)/acc", "bnb-nf4 _double_/acc"),
        ("/a//b/../c", "a/c"),
        ("../up", "up"),
        ("Größe ≥ 1", "Größe _ 1"),
        ("x" * 300, "x" * 250),
        ("", "_"),
    ],
)
def test_names_that_mlflow_takes(name: str, expected: str) -> None:
    from mlflow.utils.validation import _validate_metric_name, _validate_param_name

    assert name_for_mlflow(name) == expected
    _validate_metric_name(expected)
    _validate_param_name(expected)


def test_tags_are_text_of_a_length() -> None:
    assert tag(3) == "3"
    assert len(tag("x" * 9000)) == 5000


def test_each_step_is_told_once() -> None:
    curves = Curves()
    first = curves.add([_metric("loss", 4.0, 1), _metric("loss", 3.0, 2), _metric("loss", 2.5, 3)])
    assert [(p.step, p.value) for p in first] == [(1, 4.0), (2, 3.0), (3, 2.5)]
    resumed = curves.add([_metric("loss", 3.0, 2, t=9), _metric("loss", 2.5, 3, t=9), _metric("loss", 2.0, 4, t=9)])
    assert resumed == [Point("loss", 2.0, 4, 9000)]
    assert curves.add([_metric("acc", 0.5, 2)]) == [Point("acc", 0.5, 2, 1000)]


def test_of_numbers_without_a_step_the_newest_is_told() -> None:
    curves = Curves()
    assert curves.add([_metric("mib", v, None, t=v) for v in (1.0, 2.0, 3.0)]) == [Point("mib", 3.0, 0, 3000)]
    assert curves.add([_metric("mib", 4.0, None, t=4.0)]) == [Point("mib", 4.0, 0, 4000)]
    assert curves.names == {"mib"}


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "metric"},
        {"kind": "metric", "name": "a", "value": None},
        {"kind": "metric", "name": "a", "value": "b"},
        {"kind": "metric", "name": "a", "value": 1, "t": math.inf},
        {"kind": "message", "text": "a"},
        {"other": 1},
    ],
)
def test_events_without_a_number_are_passed_over(event: dict[str, Any]) -> None:
    assert Curves().add([event]) == []


def test_numbers_that_are_none_are_numbers() -> None:
    (nan, infinite) = Curves().add([_metric("a", math.nan, 1), _metric("a", math.inf, 2)])
    assert (math.isnan(nan.value), infinite.value) == (True, math.inf)


def test_a_result_adds_what_no_event_said() -> None:
    result = {"metrics": {"acc": 0.5, "steps": 3, "odd≥": None}}
    assert points_of_result(result, {"acc"}, 7) == [Point("steps", 3.0, 0, 7)]
    assert points_of_result({}, set(), 7) == []


def test_where_a_run_came_from() -> None:
    known = {"tunebook": "0.1.0", "commit": "abc+dirty", "packages": {"torch": "2"}}
    assert provenance_tags(known) == {"tunebook.version": "0.1.0", "tunebook.commit": "abc+dirty"}


def test_only_whole_events_before_a_place_are_read(tmp_path: Path) -> None:
    lines = [json.dumps(_metric("a", float(i), i)) for i in range(3)]
    log = tmp_path / "events.jsonl"
    log.write_text("\n".join([lines[0], "{damaged", lines[1], lines[2]]) + "\n", encoding="utf-8")
    end = len("\n".join([lines[0], "{damaged", lines[1]])) + 1
    assert [e["step"] for e in events_before(log, end)] == [0, 1]
    assert events_before(log, 0) == []
