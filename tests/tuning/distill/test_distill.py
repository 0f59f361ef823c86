"""Distillations of tiny models, from the teacher's answers and from its logits."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from tinyserver import tiny_server

from kit.data import DataSpec
from kit.engines import Variant
from kit.errors import KitError, ParameterError, UnsupportedError
from kit.report import ListReport
from kit.result import Result
from kit.spec import Spec
from kit.tuning import DistillSpec
from kit.tuning.distill import distill as distill_module
from kit.tuning.distill import teaching
from kit.tuning.distill.answers import label_in
from kit.tuning.distill.distill import distill
from kit.tuning.distill.teaching import check_same


def test_a_student_learns_from_logits_what_its_own_rows_deny(
    asked: DistillSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = asked.replace(on="logits", hard_share=0.0, top=20)
    report = ListReport(tmp_path / "run")
    result = distill(spec, report)
    assert result.status == "finished"
    assert result.metrics["student_acc"] > 0.9
    assert result.metrics["student_acc"] == pytest.approx(
        result.metrics["student_share_of_teacher"] * result.metrics["teacher_acc"]
    )
    low, high = (result.metrics[f"student_share_of_teacher_{end}"] for end in ("low", "high"))
    assert low < result.metrics["student_share_of_teacher"] < high
    assert 0 < result.facts["rest_share"] < 1
    assert result.metrics["size_saved"] == pytest.approx(
        1 - result.metrics["student_file_size_mib"] / result.metrics["teacher_file_size_mib"]
    )
    assert result.metrics["teacher_e2el_s"] > 0
    assert [part.status for part in result.parts] == ["finished", "finished"]
    assert "of the teacher's accuracy" in result.facts["summary"]
    assert Result.from_dict(json.loads(result.to_json())) == dataclasses.replace(result, folder=None)
    monkeypatch.setattr(teaching, "load", _refuse)  # what the teacher said is kept
    monkeypatch.setattr(distill_module, "measured", _nothing)
    again = distill(spec, ListReport(tmp_path / "run"))
    assert again.metrics["validation_loss"] == pytest.approx(result.metrics["validation_loss"])


def _nothing(*_: Any) -> Result:
    return Result(spec={})


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the processes in which teacher and student are measured; the validation while tuning tells enough."""
    monkeypatch.setattr(distill_module, "measured", _nothing)


def _refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("the teacher was asked again")


@pytest.mark.usefixtures("unmeasured")
def test_with_its_own_rows_alone_it_learns_the_opposite(asked: DistillSpec, tmp_path: Path) -> None:
    """So the test above shows the teacher's work."""
    result = distill(asked.replace(on="logits", hard_share=1.0, requests=0), ListReport(tmp_path / "run"))
    assert result.metrics["validation_accuracy"] < 0.1


@pytest.mark.usefixtures("unmeasured")
def test_a_student_learns_from_answers_to_rows_without_any(asked: DistillSpec, tmp_path: Path) -> None:
    texts = [json.loads(line)["text"] for line in (tmp_path / "wrong.jsonl").read_text().splitlines()]
    (tmp_path / "plain.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    plain = DataSpec(source=str(tmp_path / "plain.jsonl"), task="continue")
    report = ListReport(tmp_path / "run")
    result = distill(asked.replace(rows=plain, requests=0), report)
    assert result.metrics["validation_accuracy"] > 0.9
    assert (result.facts["answers"], result.facts["invalid_answers"]) == (len(texts), 0)
    assert "teacher_right_on_training_rows" not in result.facts
    assert {"asking the teacher", "training"} <= {e["phase"] for e in report.events if e["kind"] == "progress"}


def _server_says(text: str) -> bytes:
    event = json.dumps({"choices": [{"delta": {"content": text}}]})
    return f"data: {event}\n\ndata: [DONE]\n\n".encode()


def test_a_server_can_be_the_teacher(asked: DistillSpec, tmp_path: Path) -> None:
    with tiny_server(says=_server_says("Up.")) as server:
        remote = asked.replace(teacher=Variant(model="tiny", engine=server.url), requests=0)
        remote = remote.replace(student=remote.student.replace(steps=3))
        result = distill(remote, ListReport(tmp_path / "run"))
    rows = 72
    assert len(server.bodies("/v1/chat/completions")) == rows + 36, "rows to learn, and those both are measured on"
    assert result.facts["teacher_right_on_training_rows"] == 0.5
    assert result.metrics["teacher_acc"] == 0.5


def test_answers_that_cannot_be_read_are_counted_and_all_of_them_an_error(asked: DistillSpec, tmp_path: Path) -> None:
    with tiny_server(says=_server_says("No idea")) as server:
        remote = asked.replace(teacher=Variant(model="tiny", engine=server.url))
        with pytest.raises(KitError, match="no answer that can be read"):
            distill(remote, ListReport(tmp_path / "run"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("up", "up"),
        (" **Up**.\n", "up"),
        ("It goes down, surely", "down"),
        ("upward", None),
        ("up or down", None),
        ("", None),
    ],
)
def test_what_a_written_answer_means(text: str, label: str | None) -> None:
    assert label_in(text, ("down", "up")) == label


def test_logits_need_the_same_tokenizer() -> None:
    class Other:
        def __init__(self, **vocabulary: int) -> None:
            self.get_vocab = lambda: vocabulary

    check_same(Other(a=0, b=1), Other(a=0, b=1), teacher="large", student="small")
    with pytest.raises(UnsupportedError, match="The logits of large cannot teach small") as caught:
        check_same(Other(a=0, b=1), Other(a=1, b=0), teacher="large", student="small")
    assert 'on="answers"' in caught.value.fix


def test_what_does_not_go_together_is_refused(asked: DistillSpec) -> None:
    remote = Variant(model="m", engine="http://127.0.0.1:1/v1")
    several = asked.student.replace(processes=2)
    for changes, parameter in (
        ({"on": "logits", "teacher": remote}, "on"),
        ({"on": "logits", "rows": asked.student.data}, "rows"),
        ({"on": "logits", "student": several}, "student.processes"),
        ({"rows": asked.student.data.replace(task="answer")}, "rows.task"),
    ):
        with pytest.raises(ParameterError) as caught:
            asked.replace(**changes)
        assert caught.value.parameter == parameter


def test_it_goes_to_a_file_and_back(asked: DistillSpec) -> None:
    assert Spec.from_dict(asked.to_dict()) == asked
    assert asked.needs().devices == asked.student.needs().devices
