"""What a tuning tells as it goes: sample answers, general rows, an early end, the best adapter."""

from __future__ import annotations

import errno
import json
import math
from pathlib import Path
from typing import Any

import pytest
import torch
from tinymodel import write_rows
from tinytuning import StopsAfter, assert_equal_weights, messages, weights

from kit.data import DataSpec, open_data
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import KitError
from kit.report import ListReport
from kit.result import Result
from kit.tuning import TuneSpec
from kit.tuning import kept as kept_module
from kit.tuning.example import encode_rows, weighted
from kit.tuning.learner import Learner
from kit.tuning.tune import tune
from kit.tuning.watching import watch as watch_module
from kit.tuning.watching.score import Scores


def _records(report: ListReport, name: str) -> list[dict[str, Any]]:
    return [event["data"] for event in report.events if event["kind"] == "record" and event["name"] == name]


@pytest.fixture
def valley(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the validation loss fall until step 2, where all is right, and rise; the model itself learns as it does."""
    score = watch_module.score_rows
    losses = iter((9.0, 5.0, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5))

    def scored(*arguments: Any, **options: Any) -> Scores:
        found = score(*arguments, **options)
        loss = next(losses)
        chosen = tuple(each if loss == 4.0 else 1 - each for each in found.right)
        return Scores(tuple(loss * n for n in found.tokens), found.tokens, chosen, found.right)

    monkeypatch.setattr(watch_module, "score_rows", scored)


@pytest.fixture
def easy(spec: TuneSpec) -> TuneSpec:
    """A tuning whose training loss falls at every step that counts."""
    return spec.replace(steps=6, evaluations=6, learning_rate=1e-2, warmup_share=0.0, schedule="constant")


def _tuned(spec: TuneSpec, folder: Path) -> tuple[Result, ListReport]:
    report = ListReport(folder)
    return tune(spec, report), report


@pytest.mark.usefixtures("valley")
def test_it_stops_early_and_says_so(easy: TuneSpec, tmp_path: Path) -> None:
    result, report = _tuned(easy.replace(early_stopping=2), tmp_path)
    assert (result.status, result.metrics["steps"]) == ("finished", 4)
    assert result.facts["stopped_early"] == {"step": 4, "best_step": 2, "total": 6}
    assert "Stopped early at step 4 of 6; best was 2." in messages(report)
    assert "stopped early at step 4 of 6, best was 2" in repr(result)
    assert result.metrics["validation_loss"] == pytest.approx(4.0)
    assert "overfit" in result.facts
    (left,) = (tmp_path / "checkpoint").iterdir()
    again, after = _tuned(easy.replace(early_stopping=2), tmp_path)
    assert after.values("loss") == [], "it went on after it had ended"
    assert (again.status, again.metrics["steps"]) == ("finished", 4)
    assert left.exists()


@pytest.mark.usefixtures("valley")
def test_learning_by_heart_is_told_once(easy: TuneSpec, tmp_path: Path) -> None:
    result, report = _tuned(easy, tmp_path)
    told = [text for text in messages(report) if "learnt by heart" in text]
    assert len(told) == 1
    assert told[0].startswith("Since step 3 the validation loss rises")
    assert "It was lowest at step 2. The newest adapter that is not clearly worse is kept. Train" in told[0]
    assert result.facts["overfit"] == {"since_step": 3, "best_step": 2}


@pytest.mark.parametrize("keep", ["best", "last"])
def test_the_adapter_that_counts_is_kept(
    easy: TuneSpec, tmp_path: Path, request: pytest.FixtureRequest, keep: str
) -> None:
    wanted = {"best": 2, "last": 6}[keep]
    until = StopsAfter(tmp_path / "until", wanted)
    tune(easy.replace(evaluations=1), until)
    request.getfixturevalue("valley")
    result, _report = _tuned(easy.replace(keep=keep), tmp_path / "whole")
    assert (result.facts["kept_step"], result.facts["best_step"]) == (wanted, 2)
    expected = weights(tmp_path / "until")
    assert all(torch.equal(expected[name], each) for name, each in weights(tmp_path / "whole").items())
    note = json.loads((tmp_path / "whole" / "artifacts" / "adapter" / "tunebook.json").read_text(encoding="utf-8"))
    assert note["step"] == wanted
    assert result.metrics["validation_loss"] == pytest.approx({"best": 4.0, "last": 6.0}[keep])


@pytest.mark.usefixtures("valley")
def test_the_best_adapter_outlives_a_break(easy: TuneSpec, tmp_path: Path) -> None:
    first = StopsAfter(tmp_path, 5)
    assert tune(easy, first).facts["kept_step"] == 2
    best = weights(tmp_path)
    result, _report = _tuned(easy, tmp_path)
    assert (result.status, result.facts["kept_step"], result.facts["resumed_at"]) == ("finished", 2, [5])
    assert all(torch.equal(best[name], each) for name, each in weights(tmp_path).items())


def test_the_best_adapter_waits_for_room(
    easy: TuneSpec, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    tune(easy.replace(evaluations=1), StopsAfter(tmp_path / "until", 2))
    request.getfixturevalue("valley")
    save, calls = kept_module.save_adapter, []

    def full_at_first(*arguments: Any, **options: Any) -> None:
        calls.append(options["note"]["step"])
        if len(calls) <= 2:
            raise OSError(errno.ENOSPC, "No space left on device", "somewhere")
        save(*arguments, **options)

    monkeypatch.setattr(kept_module, "save_adapter", full_at_first)
    result, _report = _tuned(easy, tmp_path / "whole")
    assert calls == [1, 2, 2]
    assert result.facts["kept_step"] == 2
    assert_equal_weights(tmp_path / "until", tmp_path / "whole")


@pytest.mark.usefixtures("valley")
def test_a_best_adapter_that_is_lost_is_not_made_up(easy: TuneSpec, tmp_path: Path) -> None:
    tune(easy, StopsAfter(tmp_path, 5))
    for path in (tmp_path / "artifacts" / "adapter").iterdir():
        path.unlink()
    result, report = _tuned(easy, tmp_path)
    assert result.facts["kept_step"] == 6
    assert result.metrics["validation_loss"] == pytest.approx(6.0)
    assert "The adapter of step 2 was not written and is lost; the newest one is kept." in messages(report)


def test_learning_that_breaks_is_a_failure(easy: TuneSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learn = Learner.learn
    monkeypatch.setattr(Learner, "learn", lambda self, rows, step: math.nan if step == 3 else learn(self, rows, step))
    report = ListReport(tmp_path)
    with pytest.raises(KitError, match="The loss of step 3 is no number") as caught:
        tune(easy, report)
    assert "lower learning rate than 0.01" in caught.value.fix
    assert len(report.values("loss")) == 2
    assert (tmp_path / "artifacts" / "adapter" / "adapter_model.safetensors").exists(), "the best one was lost"


def test_samples_are_answered_at_each_evaluation(spec: TuneSpec, tmp_path: Path) -> None:
    _result, report = _tuned(spec.replace(sample_answers=2), tmp_path)
    told = _records(report, "answers")
    assert [each["step"] for each in told] == [0, 2, 4]
    assert all([row["text"] for row in each["rows"]] == [row["text"] for row in told[0]["rows"]] for each in told)
    assert all(set(row) == {"text", "gold", "answer", "before"} for each in told for row in each["rows"])
    assert [row["before"] for row in told[2]["rows"]] == [row["answer"] for row in told[0]["rows"]]
    assert {row["answer"] for row in told[2]["rows"]} <= {"up", "down"}


def test_what_is_forgotten_is_measured(spec: TuneSpec, tmp_path: Path) -> None:
    other = write_rows(tmp_path / "g.jsonl", [f"It goes up {i}" for i in range(8)] * 2, ["down", "up"] * 8)
    general = DataSpec(source=str(other), task="continue")
    quick = spec.replace(general=general, steps=12, learning_rate=2e-2)
    result, report = _tuned(quick, tmp_path / "run")
    change = result.facts["forgetting"]
    assert change["rows"] == 16
    assert result.metrics["general_loss_before"] == change["loss_before"] == report.values("general_loss")[0]
    assert result.metrics["general_loss"] == change["loss"] != change["loss_before"]
    assert sum(text.startswith("On general data") for text in messages(report)) == 1
    again, _report = _tuned(quick, tmp_path / "run")
    assert again.facts["forgetting"] == change, "it was not kept across a break"


def test_what_is_watched_goes_on_exactly(spec: TuneSpec, tmp_path: Path) -> None:
    watched = {"general": spec.data, "sample_answers": 2, "early_stopping": 3}
    asked = spec.replace(steps=6, evaluations=3, neftune_noise_alpha=5.0, class_weights="balanced", **watched)
    whole, report = _tuned(asked, tmp_path / "whole")
    first = StopsAfter(tmp_path / "parts", 3)
    tune(asked, first)
    second = ListReport(tmp_path / "parts")
    result = tune(asked, second)
    for name in ("loss", "validation_loss", "general_loss"):
        assert [*first.values(name), *second.values(name)] == report.values(name)
    assert [*_records(first, "answers"), *_records(second, "answers")] == _records(report, "answers")
    for fact in ("forgetting", "best_step", "kept_step", "summary"):
        assert result.facts[fact] == whole.facts[fact]
    assert_equal_weights(tmp_path / "whole", tmp_path / "parts")


def test_rare_labels_count_more(spec: TuneSpec, tiny_model: Path, tmp_path: Path) -> None:
    rows = write_rows(tmp_path / "uneven.jsonl", [f"It goes {i}" for i in range(40)], ["up"] * 30 + ["down"] * 10)
    data = open_data(DataSpec(source=str(rows)))
    plain = encode_rows(load_tokenizer(tiny_model), data, 64)
    found = weighted(plain, data, "balanced").examples
    sums = {
        label: sum(e.weight for e, a in zip(found, data.answers, strict=True) if a == label) for label in data.labels
    }
    assert sums == pytest.approx({"down": 20.0, "up": 20.0})
    assert weighted(plain, data, "none") is plain
    losses = []
    for weights_of_classes in ("none", "balanced"):
        asked = spec.replace(data=data.spec, class_weights=weights_of_classes, steps=2)
        losses.append(_tuned(asked, tmp_path / weights_of_classes)[1].values("loss"))
    assert losses[0] != losses[1]
