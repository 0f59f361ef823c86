"""What is finished is kept whole or not at all, used only where it still holds, and costs one message at most."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from kit.data import DataSpec, open_data
from kit.measure.checkpoint import Checkpoint, holds_for, misfit
from kit.report import ListReport

HERE = {"model": "m", "hardware": {"cores": 2}}


@pytest.fixture
def report(tmp_path: Path) -> ListReport:
    return ListReport(tmp_path)


@pytest.fixture
def checkpoint(report: ListReport) -> Checkpoint:
    return Checkpoint("abc", report)


def _messages(report: ListReport) -> list[str]:
    return [event["text"] for event in report.events if event["kind"] == "message"]


def test_a_piece_comes_back(checkpoint: Checkpoint, report: ListReport, tmp_path: Path) -> None:
    assert checkpoint.kept("bf16.json", holds_for=HERE) is None
    checkpoint.keep("bf16.json", {"x": 0.1 + 0.2, "text": "価格"}, holds_for=HERE)
    assert Checkpoint("abc", report).kept("bf16.json", holds_for=HERE) == {"x": 0.1 + 0.2, "text": "価格"}
    assert [path.name for path in (tmp_path / "checkpoint").iterdir()] == ["abc-bf16.json"]
    assert Checkpoint("another", report).kept("bf16.json", holds_for=HERE) is None
    assert report.events == []


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"x": 1}', '{"holds_for": {}, "values": 3}', '{"values": {}}'])
def test_a_damaged_piece_is_put_aside(checkpoint: Checkpoint, report: ListReport, text: str) -> None:
    for n in (1, 2):
        checkpoint.keep("a.json", {}, holds_for=HERE)
        checkpoint.path("a.json").write_text(text)
        assert checkpoint.kept("a.json", holds_for=HERE) is None
        aside = checkpoint.path("a.json").with_name(f"abc-a.json.aside{n}")
        assert aside.read_text() == text
        assert len(_messages(report)) == n
        assert f"it is damaged. It lies in checkpoint/{aside.name}" in _messages(report)[-1]


def test_a_piece_that_does_not_hold_any_more_is_put_aside(checkpoint: Checkpoint, report: ListReport) -> None:
    checkpoint.keep("a.json", {"x": 1}, holds_for=HERE)
    assert checkpoint.kept("a.json", holds_for={**HERE, "hardware": {"cores": 3}}) is None
    assert "it was measured on another machine" in _messages(report)[0]
    assert not checkpoint.path("a.json").exists()


def test_it_holds_for_the_same_rows_model_and_machine(rows_file: Path) -> None:
    model = {"files": {"model.safetensors": "12ab"}}
    spec = DataSpec(source=str(rows_file))
    mine = holds_for(model=model, data=open_data(spec))
    assert json.loads(json.dumps(mine)) == mine
    assert misfit(mine, holds_for(model=dict(model), data=open_data(spec))) == ""
    assert misfit(mine, holds_for(model=model, data=open_data(spec.replace(limit=59)))) == "the data has changed since"
    asked = open_data(spec.replace(instruction="Up or down?"))
    assert misfit(mine, holds_for(model=model, data=asked)) == "the instruction has changed since"
    changed = {"files": {"model.safetensors": "34cd"}}
    assert misfit(mine, holds_for(model=changed, data=open_data(spec))) == "the model has changed since"
    assert misfit({}, {"ledger": 1}) == "it is damaged"


def test_what_was_done_before_is_said_once(checkpoint: Checkpoint, report: ListReport) -> None:
    checkpoint.say_kept([])
    checkpoint.say_kept(["fp32", "bf16"])
    assert _messages(report) == ["Going on where an earlier attempt ended; done before: fp32, bf16."]


def test_a_line_after_one_that_was_cut_off_stands_alone(checkpoint: Checkpoint) -> None:
    assert checkpoint.append("l.jsonl", "one")
    path = checkpoint.path("l.jsonl")
    assert path.read_text() == "one\n"
    path.write_text("one\ntw")
    assert checkpoint.append("l.jsonl", "three")
    assert path.read_text() == "one\ntw\nthree\n"


def test_what_cannot_be_kept_costs_one_message(
    checkpoint: Checkpoint, report: ListReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    checkpoint.keep("a.json", {}, holds_for=HERE)
    assert not checkpoint.append("l.jsonl", "one")
    assert not checkpoint.append("l.jsonl", "two")
    assert [("No space left on device" in text) for text in _messages(report)] == [True]
    monkeypatch.undo()
    assert checkpoint.append("l.jsonl", "three")
    assert checkpoint.path("l.jsonl").read_text().splitlines()[-1] == "three"
