"""What is finished is kept whole or not at all, and what cannot be kept costs one message."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from kit.measure.checkpoint import Checkpoint
from kit.report import ListReport


@pytest.fixture
def report(tmp_path: Path) -> ListReport:
    return ListReport(tmp_path)


@pytest.fixture
def checkpoint(report: ListReport) -> Checkpoint:
    return Checkpoint("abc", report)


def _messages(report: ListReport) -> list[str]:
    return [event["text"] for event in report.events if event["kind"] == "message"]


def test_a_piece_comes_back(checkpoint: Checkpoint, report: ListReport, tmp_path: Path) -> None:
    assert checkpoint.kept("bf16.json") is None
    checkpoint.keep("bf16.json", {"x": 0.1 + 0.2, "text": "価格"})
    assert Checkpoint("abc", report).kept("bf16.json") == {"x": 0.1 + 0.2, "text": "価格"}
    assert [path.name for path in (tmp_path / "checkpoint").iterdir()] == ["abc-bf16.json"]
    assert Checkpoint("another", report).kept("bf16.json") is None
    assert report.events == []


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"x": 1}}'])
def test_a_damaged_piece_is_put_aside(checkpoint: Checkpoint, report: ListReport, text: str) -> None:
    for n in (1, 2):
        checkpoint.keep("a.json", {})
        checkpoint.path("a.json").write_text(text)
        assert checkpoint.kept("a.json") is None
        aside = checkpoint.path("a.json").with_name(f"abc-a.json.aside{n}")
        assert aside.read_text() == text
        assert len(_messages(report)) == n
        assert f"it is damaged. It lies in checkpoint/{aside.name}" in _messages(report)[-1]


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
    checkpoint.keep("a.json", {})
    assert not checkpoint.append("l.jsonl", "one")
    assert not checkpoint.append("l.jsonl", "two")
    assert [("No space left on device" in text) for text in _messages(report)] == [True]
    monkeypatch.undo()
    assert checkpoint.append("l.jsonl", "three")
    assert checkpoint.path("l.jsonl").read_text().splitlines()[-1] == "three"
