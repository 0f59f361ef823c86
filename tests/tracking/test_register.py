"""Versions of tuned models: made from runs, taken by name, used like any model."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import kit
from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import (
    MissingPackageError,
    ModelNotFoundError,
    ParameterError,
    RunFailedError,
    RunNotFoundError,
    UnknownNameError,
    UnsupportedError,
)
from kit.jobs import Run, run_here
from kit.measure import EvaluateSpec
from kit.models import fetch, locate
from kit.place import cache, home, runs_folder
from kit.report import ListReport
from kit.spec import carry_out
from kit.tracking import RegisteredModel, load, register
from kit.tuning import TuneSpec


@pytest.fixture(scope="session")
def tuned_folder(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a finished tuning of the tiny model."""
    from tinymodel import write_rows

    folder = tmp_path_factory.mktemp("tuned")
    subjects = ("The price", "The share", "Der Kurs", "The bond", "An account", "The payment")
    texts = [f"{subject} {i % 10} goes {way}" for i in range(5) for subject in subjects for way in ("up", "down")]
    rows = write_rows(folder / "rows.jsonl", texts, [text.split()[-1] for text in texts])
    spec = TuneSpec(
        model=str(tiny_model),
        data=DataSpec(source=str(rows), instruction="Up or down?"),
        precision="fp32",
        steps=30,
        learning_rate=1e-2,
        evaluations=1,
        batch_size=16,
        target_modules=("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("TUNEBOOK_HOME", str(folder / "home"))
        patch.setenv("TUNEBOOK_CACHE", str(folder / "cache"))
        yield run_here(spec).folder


@pytest.fixture
def tuned(tuned_folder: Path) -> Run:
    """That run, as one of this test's own."""
    return Run(Path(shutil.copytree(tuned_folder, runs_folder() / tuned_folder.name)))


def _accuracy(model: Any, run: Run, folder: Path) -> tuple[float, list[int]]:
    data = run.spec.data  # type: ignore[attr-defined]
    spec = EvaluateSpec(variant=Variant(model=model, method="fp32"), data=data, measures=("accuracy",))
    result = carry_out(spec, ListReport(folder))
    return result.metrics["acc"], result.facts["right"]


def test_a_version_does_what_the_run_does(named_server: Any, tuned: Run, tmp_path: Path) -> None:
    made = kit.register(tuned, "alerts", alias="champion")
    assert made == RegisteredModel("alerts", 1, "champion", tuned.id, "models:/alerts/1")
    shutil.rmtree(cache())  # as on another machine
    loaded = kit.load("alerts@champion")
    assert loaded == made
    spec = TuneSpec(model=loaded, data=tuned.spec.data)  # type: ignore[attr-defined, arg-type]
    assert spec.model == "registry:alerts/1"
    ours, adapter = locate("run:" + tuned.id), locate(spec.model).adapter
    assert adapter is not None
    assert locate(spec.model).path == ours.path
    for name in ("adapter_config.json", "adapter_model.safetensors", "tunebook.json"):
        assert (adapter / name).read_bytes() == (tuned.artifact("adapter") / name).read_bytes()
    untuned, _right = _accuracy(str(ours.path), tuned, tmp_path)
    accuracy, right = _accuracy(tuned, tuned, tmp_path)
    assert (accuracy, right) == _accuracy(loaded, tuned, tmp_path)
    assert accuracy > untuned, "the adapter changes nothing: a weak test"


def test_what_stands_beside_a_version(named_server: Any, tuned: Run) -> None:
    register(tuned.id, "described")
    theirs = named_server.get_model_version("described", "1")
    result = tuned.result
    assert float(theirs.tags["validation_accuracy"]) == pytest.approx(result.metrics["validation_accuracy"], rel=1e-5)
    assert theirs.tags["tunebook.run"] == tuned.id
    assert theirs.tags["tunebook.version"] == result.provenance["tunebook"]
    assert f"by run {tuned.id} (finished)" in theirs.description
    assert f"Validation accuracy {result.metrics['validation_accuracy']:.3f}" in theirs.description
    mirrored = named_server.get_run(theirs.run_id)
    assert (mirrored.info.status, mirrored.data.params["steps"]) == ("FINISHED", "30")
    losses = [point.value for point in named_server.get_metric_history(theirs.run_id, "loss")]
    assert losses == [value for _step, value in tuned.status.curves["loss"]]
    assert {file.path for file in named_server.list_artifacts(theirs.run_id)} == {
        *("adapter", "result.json", "spec.json", "versions")
    }


def test_an_alias_moves_and_a_version_stays(named_server: Any, tuned: Run) -> None:
    first = register(tuned, "moving", alias="champion")
    weights = tuned.artifact("adapter") / "adapter_model.safetensors"
    old = weights.read_bytes()
    weights.write_bytes(old[:-4] + bytes(4))  # as a resumed run would leave other weights
    second = register(tuned, "moving", alias="champion")
    assert (first.version, second.version) == (1, 2)
    assert load("moving@champion").version == load("moving").version == 2
    assert load("moving/1").version == 1
    shutil.rmtree(cache())
    kept = {v: locate(fetch(f"registry:moving/{v}", ListReport(cache())).name).adapter for v in (1, 2)}
    assert [(kept[v] / "adapter_model.safetensors").read_bytes() for v in (1, 2)] == [old, weights.read_bytes()]  # type: ignore[operator]
    named_server.set_registered_model_alias("moving", "champion", "1")
    assert fetch("registry:moving@champion", ListReport(cache())).adapter == kept[1]
    assert load("moving@champion").as_spec_value() == "registry:moving/1"


def test_without_a_server_this_machine_keeps_versions(
    tuned: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = register(tuned, "here", alias="champion")
    assert capfd.readouterr() == ("", "making the registry of this machine (once, some seconds) …\n")
    assert (home() / "mlflow.db").is_file()
    shutil.rmtree(cache())
    assert load("here@champion") == made
    assert capfd.readouterr() == ("", "")
    weights = locate("registry:here/1").adapter / "adapter_model.safetensors"  # type: ignore[operator]
    assert weights.read_bytes() == (tuned.artifact("adapter") / "adapter_model.safetensors").read_bytes()
    assert list((home() / "mlflow-artifacts").rglob("adapter_model.safetensors")), "the registry's own files were taken"
    with pytest.raises(UnknownNameError, match="Did you mean 'here'"):
        load("heer")
    with pytest.raises(UnknownNameError, match=r"version='7' is not known. Known: 1. The newest is here/1"):
        load("here/7")
    with pytest.raises(UnknownNameError, match=r"alias='champ' is not known. Known: champion"):
        load("here@champ")


def test_a_registry_that_is_away(named_server: Any, tuned: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    register(tuned, "away", alias="champion")
    monkeypatch.setattr("kit.models.registry.speaking", _dead)
    report = ListReport(cache())
    assert fetch("registry:away@champion", report).adapter == locate("registry:away/1").adapter
    (said,) = [event["text"] for event in report.events if event["kind"] == "message"]
    assert "Version 1 of away is used" in said
    assert fetch("registry:away/1", report).adapter is not None
    with pytest.raises(kit.KitError, match="gives nothing now"):
        fetch("registry:away/2", report)


def _dead(uri: str) -> Any:
    from kit.models.store import speaking

    return speaking("http://127.0.0.1:9")


def test_runs_that_cannot_be_registered(tmp_path: Path) -> None:
    from tinywork import CountSpec, MisbehaveSpec

    with pytest.raises(RunNotFoundError):
        register("20200101-000000-tune-none", "x")
    with pytest.raises(ParameterError, match="run=7"):
        register(7, "x")  # type: ignore[arg-type]
    with pytest.raises(UnsupportedError, match="made no adapter"):
        register(run_here(CountSpec(steps=1)), "x")
    with pytest.raises(RunFailedError, match="cannot be registered: it is failed"):
        register(run_here(MisbehaveSpec(how="error")), "x")
    assert not (home() / "mlflow.db").exists()


def test_names_are_checked_first(tuned: Run) -> None:
    with pytest.raises(ParameterError, match="name='a/b'"):
        register(tuned, "a/b")
    with pytest.raises(ParameterError, match="alias='latest'"):
        register(tuned, "a", alias="latest")
    with pytest.raises(ParameterError, match="name=3"):
        load(3)  # type: ignore[arg-type]


@pytest.mark.parametrize("package", ["mlflow", "sqlalchemy"])
def test_a_missing_package_is_named(tuned: Run, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("mlflow", "sqlalchemy")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=r"pip install 'tunebook\[mlflow\]'"):
        load("alerts")
    with pytest.raises(MissingPackageError):
        register(tuned, "alerts")


def test_a_server_that_is_away(tuned: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://me:secret@127.0.0.1:9")
    with pytest.raises(kit.KitError, match=r"http://127.0.0.1:9 gives nothing now: it does not answer") as caught:
        register(tuned, "alerts")
    assert "secret" not in str(caught.value)
    with pytest.raises(kit.KitError, match="MLFLOW_TRACKING_URI is right"):
        load("alerts")
    with pytest.raises(ModelNotFoundError):
        locate("registry:alerts")
