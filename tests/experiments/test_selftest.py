"""Self-tests of methods: what works says so, what is broken is found, and both are kept with their versions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kit.cli import main
from kit.engines.hf.engine import TransformersEngine
from kit.errors import KitError, Stopped
from kit.experiments.selftest import SelfTestSpec, kept
from kit.experiments.selftest.kept import last_self_test, self_tests
from kit.experiments.selftest.work import self_test
from kit.place import home
from kit.quantization import Method, methods, register
from kit.quantization import registry as registry_module
from kit.quantization.plain import load as load_plain
from kit.report import ListReport, Report
from kit.result import Result
from kit.spec import Spec


def load_mixed_up(folder: Path, method: Any, batch_size: int) -> Any:
    """Open a model one of whose matrices is turned upside down, as a wrong layout would."""
    import torch

    engine = load_plain(folder, registry_module.get_method("fp32"), batch_size)
    assert isinstance(engine, TransformersEngine)
    with torch.no_grad():
        weight = engine.model.model.layers[0].mlp.down_proj.weight
        weight.copy_(weight.flip(0))
    return engine


@pytest.mark.parametrize("method", ["fp32", "bnb-nf4"])
def test_what_works_is_the_same_model_still(method: str, tmp_path: Path) -> None:
    result = self_test(SelfTestSpec(method=method), ListReport(tmp_path))
    assert 0 <= result.metrics["lost"] < 0.5
    assert (result.metrics["lost"] == 0) == (method == "fp32")
    assert len(result.facts["written"]) == 8
    assert result.facts["bytes"] > 1e6


def test_a_wrong_layout_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry_module, "_METHODS", methods())
    register(Method("zz-mixed-up", "mixed up", f"{__name__}:load_mixed_up", 32))
    monkeypatch.setattr(
        "kit.quantization.load.resolve", lambda path: load_mixed_up if "mixed_up" in path else load_plain
    )
    with pytest.raises(KitError, match="zz-mixed-up expects other tokens than the model it was made from"):
        self_test(SelfTestSpec(method="zz-mixed-up"), ListReport(tmp_path))


@pytest.fixture
def carried_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand for the processes: every method works but fp16."""
    asked: list[str] = []

    def carry_out(spec: Spec, report: Report) -> Result:
        assert isinstance(spec, SelfTestSpec)
        asked.append(spec.method)
        if spec.method == "fp16":
            error = {"type": "Crashed", "message": "It fell over.", "fix": "See log.txt."}
            return Result(spec=spec.to_dict(), status="failed", error=error)
        return Result(spec=spec.to_dict(), metrics={"lost": 0.01})

    monkeypatch.setattr(kept, "carry_out_isolated", carry_out)
    return asked


def test_the_last_one_is_kept_with_the_versions(
    carried_out: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert last_self_test("fp32") is None
    found = list(self_tests(["fp32", "fp16"], ListReport(tmp_path)))
    assert [(each.method, each.ok, each.error) for each in found] == [
        ("fp32", True, ""),
        ("fp16", False, "It fell over."),
    ]
    last = last_self_test("fp32")
    assert last == found[0]
    assert last.current
    assert {"tunebook", "torch", "transformers"} <= last.packages.keys()
    monkeypatch.setattr(kept, "installed", lambda name: "0.0.1")
    assert not last.current
    (home() / "self-tests" / "fp32.json").write_text("{")
    assert last_self_test("fp32") is None


def test_all_that_are_ready_until_somebody_stops_it(carried_out: list[str], tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    running = self_tests([], report)
    first = next(running)
    report.stop = True
    with pytest.raises(Stopped):
        next(running)
    assert carried_out == [first.method]
    assert last_self_test(first.method) is not None


def test_doctor_tries_out_and_tells_later(carried_out: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--self-test", "fp32", "fp16"]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].startswith("fp32: works, ")
    assert shown[1] == "fp16: failed. It fell over. See log.txt."
    assert main(["doctor", "--self-test", "fp32", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["method"], told["ok"], told["current"]) == ("fp32", True, True)
    assert main(["doctor", "--no-probe"]) == 0
    page = capsys.readouterr().out
    assert "works, tried in" in page
    assert "fp16: It fell over. See log.txt." in page
    assert "2 were tried out here" in page
    assert main(["doctor", "--no-probe", "--json"]) == 0
    rows = {(each["method"], each["engine"]): each for each in json.loads(capsys.readouterr().out)["combinations"]}
    assert rows["fp32", "transformers"]["ready"]
    assert rows["fp32", "transformers"]["self_test"]["ok"]
    assert rows["fp16", "transformers"]["self_test"]["error"] == "It fell over."
    assert (rows["fp32", "openvino"]["state"], rows["fp32", "openvino"]["self_test"]) == ("cannot", None)
    assert main(["doctor", "--self-test", "nothing"]) == 2


def test_it_knows_nothing_by_chance() -> None:
    """The measure itself: a model that expects all tokens alike loses everything, the same model nothing."""
    from kit.experiments.selftest.work import _share

    drawn = np.random.default_rng(0).normal(size=(5, 40)).astype(np.float32)
    known = drawn - np.log(np.exp(drawn).sum(axis=1, keepdims=True))
    assert _share([known[:2], known[2:]], [known]) == pytest.approx(0, abs=1e-6)
    assert _share([known], [np.full_like(known, -np.log(40))]) == pytest.approx(1)
