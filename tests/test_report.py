"""What work says, and who hears it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from kit.errors import Stopped
from kit.report import ListReport, PrefixedReport, Report

SHAPES = {
    "progress": {"phase": "training", "done": 3, "total": 10, "unit": "steps"},
    "metric": {"name": "loss", "value": 0.5, "step": 3},
    "message": {"text": "hello"},
    "artifact": {"name": "adapter", "path": "artifacts/adapter"},
    "record": {"name": "row", "data": {"acc": 1}},
    "token": {"part": "bf16", "text": "Hel"},
}


def _say_everything(report: Report) -> None:
    report.progress("training", 3, 10, "steps")
    report.metric("loss", 0.5, step=3)
    report.message("hello")
    report.artifact("adapter", report.folder / "artifacts" / "adapter")
    report.record("row", {"acc": 1})
    report.token("bf16", "Hel")


def test_events_have_the_shape_that_is_promised(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    before = time.time()
    _say_everything(report)
    assert {
        event["kind"]: {k: v for k, v in event.items() if k not in ("kind", "t")} for event in report.events
    } == SHAPES
    assert all(before - 0.01 <= event["t"] <= time.time() + 0.01 for event in report.events)
    assert json.loads(json.dumps(report.events)) == report.events


def test_the_base_class_tells_nobody(tmp_path: Path) -> None:
    report = Report(tmp_path)
    _say_everything(report)
    report.check()
    assert not report.stop_asked()
    assert not list(tmp_path.iterdir())


def test_a_metric_is_a_number(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    report.metric("rows", True)
    report.metric("rows", 3)
    assert [type(value) for value in report.values("rows")] == [float, float]
    with pytest.raises(ValueError, match="could not convert"):
        report.metric("rows", "many")  # type: ignore[arg-type]


def test_an_artifact_lies_in_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="subpath"):
        ListReport(tmp_path / "run").artifact("x", tmp_path / "elsewhere")


def test_a_stop_is_raised_at_the_next_check(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    report.check()
    report.stop = True
    with pytest.raises(Stopped):
        report.check()


def test_values_are_told_in_order(tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    for i, loss in enumerate([3.0, 2.0, 1.0]):
        report.metric("loss", loss, step=i)
        report.metric("other", 9)
    assert report.values("loss") == [3.0, 2.0, 1.0]


def test_a_prefixed_report_names_the_part(tmp_path: Path) -> None:
    outer = ListReport(tmp_path)
    report = PrefixedReport(outer, "bnb-nf4")
    _say_everything(report)
    events = {event["kind"]: event for event in outer.events}
    assert (events["progress"]["phase"], events["progress"]["part"]) == ("bnb-nf4: training", "bnb-nf4")
    assert events["metric"]["name"] == "bnb-nf4/loss"
    assert events["message"]["text"] == "hello"
    assert report.folder == outer.folder


def test_a_prefixed_report_hears_the_stop(tmp_path: Path) -> None:
    outer = ListReport(tmp_path)
    outer.stop = True
    with pytest.raises(Stopped):
        PrefixedReport(outer, "x").check()
