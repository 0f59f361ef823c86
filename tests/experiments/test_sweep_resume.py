"""A resumed sweep does what is left: what is finished is kept, what was interrupted goes on, what failed is retried."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import MissingPackageError
from kit.experiments import SweepSpec
from kit.experiments import apart as module
from kit.experiments.sweep import sweep
from kit.measure import EvaluateSpec
from kit.report import Event, ListReport, Report
from kit.result import Measurement, Result


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> SweepSpec:
    return SweepSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows_file), limit=20),
        methods=("fp32", "bf16", "fp16"),
        measures=("accuracy",),
        requests=2,
        new_tokens=3,
    )


class _StopsAt(ListReport):
    """Asks to stop at the `n`-th event that has these values."""

    def __init__(self, folder: Path, n: int, **event: str) -> None:
        super().__init__(folder)
        self._n, self._wanted = n, event

    def emit(self, event: Event) -> None:
        super().emit(event)
        self._n -= all(event.get(key) == value for key, value in self._wanted.items())
        self.stop = self._n <= 0


def _records(report: ListReport) -> list[dict[str, Any]]:
    return [event["data"] for event in report.events if event["kind"] == "record"]


def _messages(report: ListReport) -> list[str]:
    return [event["text"] for event in report.events if event["kind"] == "message"]


def _as_json(result: Result) -> Any:
    """Everything but how long it took, which no two attempts have in common."""
    values = json.loads(result.to_json())
    for each in (values, *values["parts"]):
        each["facts"].pop("seconds", None)
    return values


def test_a_sweep_that_was_stopped_after_two_variants(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _StopsAt(tmp_path, 2, kind="record")
    stopped = sweep(spec, first)
    assert (stopped.status, len(stopped.parts)) == ("stopped", 2)

    started: list[str] = []
    real = module.carry_out_isolated

    def counted(what: EvaluateSpec, report: Report) -> Result:
        started.append(what.variant.method)
        return real(what, report)

    monkeypatch.setattr(module, "carry_out_isolated", counted)
    second = ListReport(tmp_path)
    whole = sweep(spec, second)
    assert whole.status == "finished"
    assert started == ["fp16"]
    assert [_as_json(part) for part in whole.parts[:2]] == [_as_json(part) for part in stopped.parts]
    assert [part.facts["method"] for part in whole.parts] == ["fp32", "bf16", "fp16"]
    assert whole.parts[2].facts["verdict"]["kind"] != "reference"
    assert [data["facts"]["method"] for data in _records(first) + _records(second)] == ["fp32", "bf16", "fp16"]
    assert _messages(second) == ["Going on where an earlier attempt ended; done before: fp32, bf16."]
    starting = [event for event in second.events if event.get("phase") == "fp16: starting"]
    assert [(event["done"], event["total"]) for event in starting] == [(2, 3)]

    third = ListReport(tmp_path)  # as after a crash between the last variant and the result
    assert _as_json(sweep(spec, third)) == _as_json(whole)
    assert started == ["fp16"]
    assert _records(third) == []


def test_the_variant_that_was_interrupted_goes_on(spec: SweepSpec, tmp_path: Path) -> None:
    one = spec.replace(methods=("fp32",), measures=("accuracy", "latency"), requests=40, new_tokens=30)
    stopped = sweep(one, _StopsAt(tmp_path, 5, phase="fp32: timing"))
    assert (stopped.status, stopped.parts) == ("stopped", ())
    report = ListReport(tmp_path)
    whole = sweep(one, report)
    assert [part.status for part in whole.parts] == ["finished"]
    assert len(whole.parts[0].measurements["ttft_s"].samples) == 40
    told = [message for message in _messages(report) if not message.startswith("Other processes used")]  # not ours
    assert told == ["Going on where an earlier attempt ended; done before: 20 of 20 rows scored."]
    assert {event["done"] for event in report.events if event.get("phase") == "fp32: scoring"} == {20}


class _Measured:
    """Stands for the processes of the variants: `outcome` of each, and which were started."""

    def __init__(self, **outcome: str) -> None:
        self.outcome = outcome
        self.started: list[str] = []

    def __call__(self, what: EvaluateSpec, report: Report) -> Result:
        method = what.variant.method
        self.started.append(method)
        status: Any = self.outcome.get(method, "finished")
        if status != "finished":
            return Result(spec=what.to_dict(), status=status, error={"type": "X", "message": "no", "fix": ""})
        right = [1] * (10 if method == "fp32" else 19) + [0] * 10
        times = Measurement("e2el_s", "s", (2.0 if method == "fp32" else 1.0,))
        return Result(spec=what.to_dict(), facts={"right": right[:20]}, measurements={"e2el_s": times})


def _sweep(spec: SweepSpec, folder: Path, monkeypatch: pytest.MonkeyPatch, measured: _Measured) -> Any:
    monkeypatch.setattr(module, "carry_out_isolated", measured)
    report = ListReport(folder)
    return sweep(spec, report), report


def test_what_failed_is_tried_again_and_verdicts_are_given_anew(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _report = _sweep(spec, tmp_path, monkeypatch, _Measured(fp32="failed", fp16="unsupported"))
    assert [part.status for part in first.parts] == ["failed", "finished", "unsupported"]
    assert first.parts[1].facts["verdict"]["kind"] == "reference"

    measured = _Measured()
    second, report = _sweep(spec, tmp_path, monkeypatch, measured)
    assert measured.started == ["fp32"]
    assert [part.status for part in second.parts] == ["finished", "finished", "unsupported"]
    assert [part.facts.get("verdict", {}).get("kind") for part in second.parts] == ["reference", "better", None]
    assert second.parts[1].facts["verdict"]["speed_ratio"] == 2.0
    assert second.facts["reference"] == "fp32"
    told = [(data["facts"]["method"], data["facts"]["verdict"].get("comparisons")) for data in _records(report)]
    assert told == [("fp32", 1), ("bf16", 2), ("bf16", 1)], "its verdict is another now, and the only one at the end"

    third, report = _sweep(spec, tmp_path, monkeypatch, measured)
    assert measured.started == ["fp32"]
    assert _as_json(third) == _as_json(second)
    assert _records(report) == []


def test_a_stop_loses_no_variant_that_comes_later(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sweep(spec, tmp_path, monkeypatch, _Measured(fp32="failed"))
    report = ListReport(tmp_path)
    report.stop = True
    stopped = sweep(spec, report)
    assert stopped.status == "stopped"
    assert [part.facts["method"] for part in stopped.parts] == ["bf16", "fp16"]
    assert [part.facts["verdict"]["kind"] for part in stopped.parts] == ["reference", "no evidence"]


def test_a_package_that_was_installed_since_gives_its_method_another_chance(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(method: Any) -> None:
        if method.name == "bf16":
            raise MissingPackageError("bfloat", needed_for="bf16")

    for name in ("kit.experiments.apart", "kit.experiments.finished"):
        monkeypatch.setattr(f"{name}.check_runs_here", missing)
    measured = _Measured()
    first, _report = _sweep(spec, tmp_path, monkeypatch, measured)
    second, report = _sweep(spec, tmp_path, monkeypatch, measured)
    assert [part.status for part in first.parts] == ["finished", "unsupported", "finished"]
    assert _as_json(first) == _as_json(second)
    assert (measured.started, _records(report)) == (["fp32", "fp16"], [])
    for name in ("kit.experiments.apart", "kit.experiments.finished"):
        monkeypatch.setattr(f"{name}.check_runs_here", lambda method: None)
    third, _report = _sweep(spec, tmp_path, monkeypatch, measured)
    assert [part.status for part in third.parts] == ["finished"] * 3
    assert measured.started == ["fp32", "fp16", "bf16"]


def test_other_rows_are_measured_anew(
    spec: SweepSpec, rows_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = _Measured()
    _sweep(spec, tmp_path, monkeypatch, measured)
    rows_file.write_text(rows_file.read_text().replace("The share", "The stock"))
    _result, report = _sweep(spec, tmp_path, monkeypatch, measured)
    assert measured.started == ["fp32", "bf16", "fp16"] * 2
    assert len(_messages(report)) == 3
    assert all("the data has changed since" in text for text in _messages(report))


@pytest.mark.parametrize("damage", ['{"holds_for', "[]", "values"])
def test_a_damaged_piece_costs_its_variant(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    measured = _Measured()
    first, _report = _sweep(spec, tmp_path, monkeypatch, measured)
    piece = tmp_path / "checkpoint" / f"{spec.key}-bf16.json"
    text = json.dumps({**json.loads(piece.read_text()), "values": {"x": 1}}) if damage == "values" else damage
    piece.write_text(text)
    second, report = _sweep(spec, tmp_path, monkeypatch, measured)
    assert measured.started == ["fp32", "bf16", "fp16", "bf16"]
    assert _as_json(second) == _as_json(first)
    assert "it is damaged" in _messages(report)[0]


def test_each_part_tells_where_it_came_from(spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result, _report = _sweep(spec, tmp_path, monkeypatch, _Measured())
    assert result.provenance["seeds"] == {"data.seed": 0, "load.seed": 0}
    assert result.provenance["model"]["files"].keys() >= {"model.safetensors", "config.json"}
    assert len(result.provenance["data_hash"]) == 64
    for part in result.parts:
        assert part.provenance["packages"]["torch"]
        assert part.provenance["commit"]
    assert Variant.from_dict(result.parts[1].spec["variant"]).method == "bf16"
