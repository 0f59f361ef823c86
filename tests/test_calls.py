"""The call form: a spec in, a result out, and a run that stays to be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

import kit
from kit.errors import RunFailedError, UnknownNameError


@pytest.fixture
def data(rows_file: Path) -> kit.Dataset:
    return kit.load_data(rows_file)


def test_a_tuned_run_can_be_evaluated_and_asked(tiny_model: Path, data: kit.Dataset) -> None:
    train, test = data.split(0.3)
    tuned = kit.tune(kit.TuneSpec(model=str(tiny_model), data=train, steps=2, evaluations=1))
    assert tuned.status == "finished"
    (run,) = kit.runs()
    assert run.status.state == "finished"
    assert run.result == tuned
    assert tuned.provenance["machine"]

    variant = kit.Variant(model=run, method="fp32")
    assert variant.model == f"run:{run.id}"
    measured = kit.evaluate(kit.EvaluateSpec(variant=variant, data=test, measures=("accuracy",)))
    assert measured.facts["rows"] == len(test)
    assert measured.facts["labels"] == tuned.facts["labels"]

    answered = kit.answer(kit.AnswerSpec(variants=(variant,), prompt="Where?", max_new_tokens=3))
    assert [one["variant"] for one in answered.facts["answers"]] == ["fp32"]
    kinds = [type(each.spec).__name__ for each in kit.runs()]
    assert sorted(kinds) == ["AnswerSpec", "EvaluateSpec", "TuneSpec"]
    assert kit.find_run(run.id) == run


def test_a_sweep_returns_its_rows(tiny_model: Path, data: kit.Dataset) -> None:
    result = kit.sweep(kit.SweepSpec(model=str(tiny_model), data=data, methods=("bf16",), measures=("accuracy",)))
    assert [part.facts["method"] for part in result.parts] == ["bf16"]
    (run,) = kit.runs()
    assert len(run.status.records["variant"]) == 1


def test_a_learning_rate_is_found_as_a_run(tiny_model: Path, data: kit.Dataset) -> None:
    found = kit.find_learning_rate(model=str(tiny_model), data=data, precision="fp32", batch_size=4, steps=30)
    assert found.metrics["learning_rate"] > 1e-5
    (run,) = kit.runs()
    assert run.result == found
    spec = kit.load_spec(found.spec)
    assert isinstance(spec, kit.FindRateSpec)
    assert (spec.tuning.batch_size, spec.steps) == (4, 30)


def test_what_goes_wrong_is_told_with_the_next_step(data: kit.Dataset, tmp_path: Path) -> None:
    missing = str(tmp_path / "no" / "model")
    with pytest.raises(RunFailedError, match="no such file or folder") as caught:
        kit.tune(kit.TuneSpec(model=missing, data=data))
    assert "config.json" in caught.value.fix
    (run,) = kit.runs()
    assert run.status.state == "failed"
    assert missing in run.status.cause


def test_a_bad_layer_name_reaches_the_caller(tiny_model: Path, data: kit.Dataset) -> None:
    with pytest.raises(RunFailedError, match="v_prjo") as caught:
        kit.tune(kit.TuneSpec(model=str(tiny_model), data=data, target_modules=("v_prjo",)))
    assert "v_proj" in caught.value.fix


def test_a_spec_that_cannot_be_leaves_no_run(tiny_model: Path, data: kit.Dataset) -> None:
    with pytest.raises(UnknownNameError):
        kit.evaluate(kit.EvaluateSpec(variant=kit.Variant(model=str(tiny_model), method="bf61"), data=data))
    assert kit.runs() == []


def test_what_no_machine_has_room_for_is_refused(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.measure.needs._peak_bytes", lambda variant, **step: 10**15)
    spec = kit.AnswerSpec(variants=(kit.Variant(model=str(tiny_model)),), prompt="Where?", max_new_tokens=3)
    with pytest.raises(RunFailedError, match="It needs 1,000,000 GB") as caught:
        kit.answer(spec)
    assert "now=True" in caught.value.fix
    assert kit.answer(spec, now=True).status == "finished"
