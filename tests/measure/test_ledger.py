"""The ledger of an evaluation: every digit comes back, and only what holds for the same evaluation does."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pytest

from kit.engines import Score
from kit.measure.checkpoint import Checkpoint
from kit.measure.ledger import Ledger
from kit.report import ListReport

HOLDS_FOR = {"data": "d", "instruction": "i", "model": "m", "hardware": {"cores": 2}, "version": "1"}


@pytest.fixture
def report(tmp_path: Path) -> ListReport:
    return ListReport(tmp_path)


def _open(report: ListReport, **changes: object) -> Ledger:
    return Ledger(Checkpoint("abc", report), {**HOLDS_FOR, **changes})


def _path(report: ListReport) -> Path:
    return report.folder / "checkpoint" / "abc-ledger.jsonl"


def _messages(report: ListReport) -> list[str]:
    return [event["text"] for event in report.events if event["kind"] == "message"]


def test_every_digit_comes_back(report: ListReport) -> None:
    draw = random.Random(0)
    scores = {row: [Score(-draw.expovariate(0.01), row + k) for k in range(3)] for row in range(50)}
    scores[7] = [Score(-math.inf, 1), Score(-0.0, 2), Score(-1e-310, 3)]
    ledger = _open(report)
    for rows in ([9, 3, 7], [0], [row for row in range(50) if row not in (9, 3, 7, 0)]):
        ledger.add_rows("scoring", rows, [scores[row] for row in rows])
    ledger.add_rows("reading", [1], [[Score(-2.5, 4)]])
    ledger.add_values("timing", {"ttft_s": 0.1 + 0.2})
    for each in (ledger, _open(report)):
        assert each.rows("scoring") == scores
        assert each.rows("reading") == {1: [Score(-2.5, 4)]}
        assert each.values("timing") == {"ttft_s": 0.1 + 0.2}
        assert each.values("weighing") is None
    assert _messages(report) == []


def test_nothing_is_written_before_something_is_finished(report: ListReport) -> None:
    assert _open(report).rows("scoring") == {}
    assert not _path(report).exists()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_cut_off_is_left_out(report: ListReport, cut: int) -> None:
    ledger = _open(report)
    ledger.add_rows("scoring", [0], [[Score(-1.5, 1)]])
    ledger.add_rows("scoring", [1], [[Score(-2.5, 1)]])
    whole = _path(report).read_bytes()
    _path(report).write_bytes(whole[:-cut])
    again = _open(report)
    survived = {0: [Score(-1.5, 1)]} | ({1: [Score(-2.5, 1)]} if cut == 1 else {})
    assert again.rows("scoring") == survived
    again.add_rows("scoring", [2], [[Score(-3.5, 1)]])
    assert _open(report).rows("scoring") == survived | {2: [Score(-3.5, 1)]}
    assert _messages(report) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"data": "e"}, "the data has changed since"),
        ({"instruction": "j"}, "the instruction has changed since"),
        ({"model": "n"}, "the model has changed since"),
        ({"hardware": {"cores": 3}}, "it was measured on another machine"),
        ({"version": "2"}, "another version of Tunebook measured it"),
    ],
)
def test_one_that_does_not_fit_is_put_aside(report: ListReport, changes: dict[str, object], why: str) -> None:
    _open(report).add_values("timing", {"x": 1})
    before = _path(report).read_text()
    ledger = _open(report, **changes)
    assert ledger.values("timing") is None
    (message,) = _messages(report)
    assert why in message
    assert _path(report).with_name("abc-ledger.jsonl.aside1").read_text() == before
    ledger.add_values("timing", {"x": 2})
    assert _open(report, **changes).values("timing") == {"x": 2}
    assert len(_messages(report)) == 1


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\n", b'{"pass": "timing", "values": {"x": 1}}\n', b'{"ledger": 1'])
def test_one_without_its_first_line_is_put_aside(report: ListReport, content: bytes) -> None:
    _path(report).parent.mkdir()
    _path(report).write_bytes(content)
    assert _open(report).values("timing") is None
    assert "it is damaged" in _messages(report)[0]


def test_lines_that_make_no_sense_are_left_out(report: ListReport) -> None:
    _open(report).add_rows("scoring", [0], [[Score(-1.5, 1)]])
    odd: list[object] = [
        3,
        {"rows_of": "scoring"},
        {"rows_of": "scoring", "rows": [1, 2], "scores": [[[-1.0, 1]]]},
        {"rows_of": "scoring", "rows": [3], "scores": [[["x", 1]]]},
        {"pass": "timing", "values": [1]},
        {"values": {"x": 1}},
    ]
    with _path(report).open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in odd)
    again = _open(report)
    assert again.rows("scoring") == {0: [Score(-1.5, 1)]}
    assert again.values("timing") is None


def test_a_full_disk_costs_what_it_refused_and_no_more(report: ListReport, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = _open(report)
    _path(report).parent.write_text("a file in the place of the folder")
    ledger.add_rows("scoring", [0], [[Score(-1.5, 1)]])
    assert ledger.rows("scoring") == {0: [Score(-1.5, 1)]}
    assert len(_messages(report)) == 1
    _path(report).parent.unlink()
    ledger.add_rows("scoring", [1], [[Score(-2.5, 1)]])
    assert _open(report).rows("scoring") == {1: [Score(-2.5, 1)]}
    assert len(_messages(report)) == 1
