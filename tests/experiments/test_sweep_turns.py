"""Whose turn it is in a sweep: the reference, then the cheapest; who is left out, given up, or cannot run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec, open_data
from kit.errors import ParameterError, Stopped, UnknownNameError
from kit.experiments import SweepSpec
from kit.experiments import clock as clock_module
from kit.experiments.clock import Clock
from kit.experiments.expected import expected_s
from kit.experiments.lineup import chosen_methods, lineup
from kit.experiments.sweep import sweep
from kit.measure import EvaluateSpec
from kit.measure.evaluate import evaluate
from kit.quantization import Method, methods, register
from kit.quantization import registry as registry_module
from kit.report import ListReport, Report
from kit.result import Result


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> SweepSpec:
    return SweepSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows_file), limit=20),
        methods=("fp32", "bf16", "fp16", "bnb-nf4"),
        measures=("accuracy",),
    )


class _Measured:
    """Stands for the processes of the variants; `takes` tells how many seconds of a slow clock each takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **takes: float) -> None:
        self.started: list[tuple[str, str]] = []
        self._takes, self._now = takes, 1000.0
        monkeypatch.setattr("kit.experiments.apart.carry_out_isolated", self)
        monkeypatch.setattr(clock_module, "monotonic", lambda: self._now)

    def __call__(self, what: EvaluateSpec, report: Report) -> Result:
        self.started.append((Path(what.variant.model).name, what.variant.method))
        self._now += self._takes.get(what.variant.method, 1.0)
        if report.stop_asked():
            raise Stopped
        return Result(spec=what.to_dict(), facts={"right": [1, 0] * 10})

    @property
    def methods(self) -> list[str]:
        return [method for _model, method in self.started]


def _foretold(monkeypatch: pytest.MonkeyPatch, **seconds: float) -> None:
    monkeypatch.setattr("kit.experiments.turns.expected_s", lambda spec, variant, data: seconds[variant.method])


def test_the_reference_comes_first_and_then_the_cheapest(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _foretold(monkeypatch, **{"fp32": 100, "bf16": 9, "fp16": 30, "bnb-nf4": 2})
    measured = _Measured(monkeypatch)
    result = sweep(spec, ListReport(tmp_path))
    assert measured.methods == ["fp32", "bnb-nf4", "bf16", "fp16"]
    assert [part.facts["method"] for part in result.parts] == list(spec.methods)
    assert [part.facts["verdict"]["kind"] for part in result.parts] == ["reference"] + ["no evidence"] * 3


def test_what_there_is_no_time_for_is_a_row_that_says_so(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _foretold(monkeypatch, **{"fp32": 10, "bf16": 4, "fp16": 50, "bnb-nf4": 1})
    measured = _Measured(monkeypatch, **{"fp32": 20.0, "bf16": 35.0})  # twice what was predicted; then far more
    result = sweep(spec.replace(minutes=1.0), ListReport(tmp_path))
    assert measured.methods == ["fp32", "bnb-nf4", "bf16"]  # fp16 would take 100 of the 4 seconds that are left
    assert [part.status for part in result.parts] == ["finished", "finished", "stopped", "finished"]
    assert result.status == "finished"
    assert result.facts["left_out"] == {"fp16": "left out: no time within 1 minutes"}
    assert (result.parts[2].error or {})["fix"] == "Give more minutes, or fewer methods."


def test_one_that_is_at_work_when_time_is_up_is_cut_off(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _foretold(monkeypatch, **{"fp32": 1, "bf16": 2, "fp16": 3, "bnb-nf4": 4})
    measured = _Measured(monkeypatch, **{"bf16": 100.0})
    result = sweep(spec.replace(minutes=1.0), ListReport(tmp_path))
    assert measured.methods == ["fp32", "bf16"]
    assert [part.status for part in result.parts] == ["finished", "stopped", "stopped", "stopped"]
    assert list(result.facts["left_out"]) == ["bf16", "fp16", "bnb-nf4"]


def test_a_resumed_sweep_has_the_minutes_that_are_left(spec: SweepSpec) -> None:
    part = Result(spec={}, facts={"seconds": 50.0})
    assert 9 < Clock(1.0, [part]).left <= 10
    assert not Clock(1.0, [part, part]).has_time(0.0)
    assert Clock(None, [part]).has_time(1e9)


def test_several_models_are_held_in_the_same_ways(
    spec: SweepSpec, sliding_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = _Measured(monkeypatch)
    both = spec.replace(methods=("fp32", "bf16"), models=(str(sliding_model),))
    result = sweep(both, ListReport(tmp_path))
    assert [part.facts["method"] for part in result.parts] == [
        "llama fp32",
        "llama bf16",
        "mistral fp32",
        "mistral bf16",
    ]
    assert [part.facts["model"] for part in result.parts][::2] == [both.model, both.models[0]]
    assert len(measured.started) == 4
    sweep(both, ListReport(tmp_path))
    assert len(measured.started) == 4, "they were kept"


def test_everything_that_runs_here(spec: SweepSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "_METHODS", methods())
    register(Method("zz-looks", "looks", "nowhere:load", 4, calibrated=True))
    register(Method("zz-gpu", "fast", "nowhere:load", 4, packages=("a_package_that_nobody_has",)))
    found = chosen_methods(("all",))
    assert found[:2] == ["fp32", "bf16"]
    assert "bnb-nf4" in found
    assert not {"zz-looks", "zz-gpu"} & set(found)
    assert "zz-looks" in chosen_methods(("all",), calibrated=True)
    assert chosen_methods(("fp32", "gguf-q4_0"), ("llama.cpp",)) == ["gguf-q4_0"]
    rows = DataSpec(source="other.jsonl")
    asked = spec.replace(methods=("fp32", "zz-looks"), calibration=rows)
    assert [each.variant.calibration for each in lineup(asked)] == [None, rows]


def test_one_that_needs_rows_and_has_none_is_a_row_with_the_reason(
    spec: SweepSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry_module, "_METHODS", methods())
    register(Method("zz-looks", "looks", "nowhere:load", 4, calibrated=True))
    _Measured(monkeypatch)
    result = sweep(spec.replace(methods=("fp32", "zz-looks")), ListReport(tmp_path))
    assert [part.status for part in result.parts] == ["finished", "unsupported"]
    assert "calibration" in (result.parts[1].error or {})["message"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"methods": ("all", "fp32")}, "'all' alone"),
        ({"methods": ("fp32",), "engines": ("openvino",)}, "engines that run any of fp32"),
        ({"models": ("a", "a")}, "names each model once"),
        ({"minutes": 0}, "above 0"),
        ({"give_up": 0.6}, "0.5"),
    ],
)
def test_what_fits_not_together_is_refused(spec: SweepSpec, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        spec.replace(**changes)


def test_rows_that_are_measured_calibrate_nothing(spec: SweepSpec) -> None:
    with pytest.raises(ParameterError, match="other rows than those"):
        spec.replace(calibration=spec.data)
    alike = spec.replace(calibration=spec.data.replace(instruction="Say it in other words."))
    with pytest.raises(ParameterError, match="other rows than those"):
        alike.look_ahead()
    with pytest.raises(UnknownNameError, match=r"llama\.cpp"):
        spec.replace(engines=("llama",))


def test_more_work_is_expected_to_take_longer(spec: SweepSpec) -> None:
    rows = open_data(spec.data)
    variant = lineup(spec)[0].variant
    seconds = expected_s(spec, variant, rows)
    assert 1 < seconds < 60
    timed = spec.replace(measures=("accuracy", "latency"), requests=1000, new_tokens=400)
    assert expected_s(timed, variant, rows) > 2 * seconds


_REGISTRATIONS = """
from kit.quantization.registry import Method, register
register(Method("zz-broken", "broken", "broken_method:load", 4))
"""
_BROKEN = """
def load(folder, method, batch_size):
    import torch
    from kit.engines.hf.engine import TransformersEngine
    from kit.engines.hf.load import load_model
    from kit.engines.hf.tokenizer import load_tokenizer

    class Backwards(TransformersEngine):
        def score(self, *args, **more):
            return [row[::-1] for row in super().score(*args, **more)]

    return Backwards(load_model(folder, dtype=torch.float32), load_tokenizer(folder), batch_size=batch_size)
"""


@pytest.fixture
def many_rows(spec: SweepSpec, tmp_path: Path) -> DataSpec:
    """A hundred rows whose label is what the tiny model answers, so that it is right in all."""
    texts = [f"The price {i} goes" for i in range(100)]
    path = tmp_path / "many.jsonl"
    first = [("up", "down")[i % 2] for i in range(100)]
    path.write_text("\n".join(json.dumps({"text": t, "label": each}) for t, each in zip(texts, first, strict=True)))
    data = DataSpec(source=str(path))
    plain = EvaluateSpec(variant=lineup(spec)[0].variant, data=data, measures=("accuracy",))
    found = evaluate(plain, ListReport(tmp_path / "first"))
    right = found.facts["right"]
    labels = [label if ok else {"up": "down", "down": "up"}[label] for label, ok in zip(first, right, strict=True)]
    if len(set(labels)) == 1:  # it says the same to all: one row that it gets wrong keeps both labels among them
        labels[0] = "up" if labels[0] == "down" else "down"
    path.write_text("\n".join(json.dumps({"text": t, "label": each}) for t, each in zip(texts, labels, strict=True)))
    return data


def test_a_broken_variant_is_given_up(
    spec: SweepSpec, many_rows: DataSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "sitecustomize.py").write_text(_REGISTRATIONS)
    (tmp_path / "path" / "broken_method.py").write_text(_BROKEN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "path"), prepend=":")
    monkeypatch.setattr(registry_module, "_METHODS", methods())
    register(Method("zz-broken", "broken", "broken_method:load", 4))
    asked = spec.replace(methods=("fp32", "bf16", "zz-broken"), data=many_rows, batch_size=16)
    timed = asked.replace(measures=("accuracy", "latency"), requests=2, new_tokens=3)
    result = sweep(timed, ListReport(tmp_path))
    good, alike, broken = result.parts
    assert [part.status for part in result.parts] == ["finished"] * 3
    assert good.metrics["acc"] >= 0.98
    assert len(alike.facts["right"]) == 100
    assert broken.facts["given_up"]["read"] < 100
    assert broken.metrics["acc"] <= 0.1
    assert "ttft_s" not in broken.metrics
    assert result.facts["given_up"] == {"zz-broken": broken.facts["given_up"]["reason"]}
    verdict = broken.facts["verdict"]
    assert (verdict["kind"], verdict["reference"], verdict["n"]) == ("worse", "fp32", broken.facts["given_up"]["read"])
    assert verdict["high"] < -0.1
    assert verdict["sentence"] == broken.facts["given_up"]["reason"]
