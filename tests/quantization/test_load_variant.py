"""From a variant to an engine that answers, or to the reason why it cannot."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import MissingPackageError, ModelNotFoundError, UnsupportedError
from kit.machine import this_machine
from kit.quantization import Method, methods, register
from kit.quantization import registry as registry_module
from kit.quantization.load import check_runs_here, load
from kit.report import ListReport, Report

PROMPT = [{"role": "user", "content": "The price goes"}]


@pytest.fixture
def own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test register methods that nobody else sees."""
    monkeypatch.setattr(registry_module, "_METHODS", methods())


@pytest.mark.parametrize("method", methods())
def test_every_method_answers_nearly_as_full_precision(
    tiny_model: Path, tmp_path: Path, rows_file: Path, method: str
) -> None:
    scores = {}
    sizes = {}
    rows = DataSpec(source=str(rows_file), limit=20)
    for name in ("fp32", method):
        calibration = rows if methods()[name].calibrated else None
        variant = Variant(model=str(tiny_model), method=name, calibration=calibration)
        engine = load(variant, Report(tmp_path), batch_size=2)
        scores[name] = [score.logprob for score in engine.score([PROMPT], [["up", "down", "bond"]])[0]]
        sizes[name] = engine.footprint()
        assert len(list(engine.generate(PROMPT, max_new_tokens=4, ignore_end=True))) == 4
        engine.close()
    # Random weights bear rounding worse than trained ones: the bounds catch a wrong load, not a rounding.
    bits = methods()[method].bits
    tolerance = 0.35 if bits < 5 or method.endswith("int4") else 0.1 if bits < 8 else 0.02
    assert scores[method] == pytest.approx(scores["fp32"], rel=tolerance)
    # Embeddings, a quarter of this model, stay in 32 bits with torch-int8, in 16 with the others. Graphs bring tables
    # of their own: of angles, and a second one where the output layer is the embedding.
    bound = {"fp32": 1, "torch-int8": 0.6}.get(method, {32: 1.1, 16: 0.505}.get(bits, 0.4))
    assert sizes[method] <= sizes["fp32"] * bound


def test_it_says_that_it_loads(tiny_model: Path, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    load(Variant(model=str(tiny_model), method="bf16"), report).close()
    assert {event["phase"] for event in report.events} == {"loading"}


def test_a_missing_package_is_named_before_anything_loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match="bnb-nf4 needs a package: bitsandbytes is not installed") as caught:
        load(Variant(model="/no/such/model", method="bnb-nf4"), Report(tmp_path))
    assert caught.value.fix == "Add it with: pip install 'bitsandbytes>=0.50,<1'"


@pytest.mark.parametrize(("gpus", "runs"), [((), False), (("a GPU",), True)])
def test_a_method_for_gpus_only(monkeypatch: pytest.MonkeyPatch, gpus: tuple[Any, ...], runs: bool) -> None:
    machine = dataclasses.replace(this_machine(), gpus=gpus)
    monkeypatch.setattr("kit.machine.lacks.this_machine", lambda: machine)
    method = Method("fast", "fast", "package.module:load", 4, devices=("cuda",))
    if runs:
        check_runs_here(method)
        return
    with pytest.raises(UnsupportedError, match="fast cannot run here: it needs cuda, and this machine has no GPU"):
        check_runs_here(method)


@pytest.mark.usefixtures("own_registry")
def test_what_a_library_refuses_is_unsupported_with_its_words(tiny_model: Path, tmp_path: Path) -> None:
    register(Method("picky", "picky", "tinymodel:refuse_to_load", 4))
    register(Method("broken", "broken", "math:sqrt", 4))
    with pytest.raises(UnsupportedError, match="cannot be held as picky: in_features must be divisible by 4096"):
        load(Variant(model=str(tiny_model), method="picky"), Report(tmp_path))
    with pytest.raises(TypeError):  # a mistake in a method's own code is not dressed up
        load(Variant(model=str(tiny_model), method="broken"), Report(tmp_path))


def test_an_unknown_model_stays_unknown(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError):
        load(Variant(model=str(tmp_path / "nothing.gguf"), method="bf16"), Report(tmp_path))
