"""Rows scored in chunks have the numbers of rows scored at once, and none is scored twice."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from kit.engines import Score
from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import Stopped
from kit.measure import scoring
from kit.measure.checkpoint import Checkpoint
from kit.measure.ledger import Ledger
from kit.measure.scoring import chunks, score_in_chunks
from kit.report import ListReport

LENGTHS = [random.Random(0).randrange(5, 80) for _ in range(23)]


def test_every_row_is_in_one_chunk_longest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_BATCHES", 2)
    monkeypatch.setattr(scoring, "_LEAST_ROWS", 1)
    found = chunks(LENGTHS, 3)
    assert [len(rows) for rows in found] == [6, 6, 6, 5]
    assert sorted(row for rows in found for row in rows) == list(range(23))
    lengths = [LENGTHS[row] for rows in found for row in rows]
    assert lengths == sorted(LENGTHS, reverse=True)
    assert chunks([], 3) == []


class _Engine:
    """Gives each row a score of its own, four rows at a time, and remembers what it was asked."""

    slots = 1

    def __init__(self) -> None:
        self.asked: list[str] = []

    def count_tokens(self, prompt: str) -> int:
        return len(prompt)

    def score(
        self, prompts: Sequence[str], continuations: Sequence[Sequence[str]], *, on_progress: Callable[[int], None]
    ) -> list[list[Score]]:
        for i in range(0, len(prompts), 4):
            self.asked += prompts[i : i + 4]
            on_progress(min(i + 4, len(prompts)))
        return [
            [Score(-float(len(prompt)), 1) for _ in row] for prompt, row in zip(prompts, continuations, strict=True)
        ]


class _StopsAfter(ListReport):
    """Asks to stop once so many rows are scored."""

    def __init__(self, folder: Path, rows: int) -> None:
        super().__init__(folder)
        self._rows = rows

    def stop_asked(self) -> bool:
        return any(event.get("done", 0) >= self._rows for event in self.events)


@pytest.fixture
def chunks_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_BATCHES", 1)
    monkeypatch.setattr(scoring, "_LEAST_ROWS", 10)


def _score(engine: Callable[[], Any], report: ListReport, prompts: Sequence[str]) -> list[list[Score]]:
    return score_in_chunks(
        "scoring",
        prompts,
        [["a", "b"]] * len(prompts),
        texts=prompts,
        batch_size=4,
        engine=engine,
        ledger=Ledger(Checkpoint("abc", report), {}),
        report=report,
    )


@pytest.mark.parametrize(
    ("stop_after", "kept"),
    [(0, 0), (4, 0), (8, 0), (10, 10), (14, 10), (20, 20), (24, 20)],
)
@pytest.mark.usefixtures("chunks_of_ten")
def test_a_stop_costs_one_chunk_at_most(tmp_path: Path, stop_after: int, kept: int) -> None:
    prompts = ["x" * n for n in range(1, 25)]
    first = _Engine()
    if stop_after < 24:
        with pytest.raises(Stopped):
            _score(lambda: first, _StopsAfter(tmp_path, stop_after), prompts)
    else:
        _score(lambda: first, _StopsAfter(tmp_path, stop_after), prompts)  # done before it heard of the stop
        kept = 24
    second, report = _Engine(), ListReport(tmp_path)
    assert _score(lambda: second, report, prompts) == [[Score(-float(n), 1)] * 2 for n in range(1, 25)]
    assert second.asked == prompts[::-1][kept:]  # the longest come first
    said = [(event["done"], event["total"]) for event in report.events]
    assert said[0] == (kept, 24)
    assert said[-1] == (24, 24)


def test_with_everything_kept_no_engine_is_asked_for(tmp_path: Path) -> None:
    def refuse() -> Any:
        raise AssertionError("the model would be loaded")

    prompts = ["x" * n for n in range(1, 25)]
    expected = _score(_Engine, ListReport(tmp_path), prompts)
    assert _score(refuse, ListReport(tmp_path), prompts) == expected


def test_the_numbers_are_those_of_one_call(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoring, "_BATCHES", 2)
    monkeypatch.setattr(scoring, "_LEAST_ROWS", 1)
    engine = TransformersEngine(load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model), batch_size=3)
    prompts = [f"The price of share {'x' * length} goes" for length in LENGTHS]
    labels = [[" up", " down", " sideways"]] * len(prompts)
    report = ListReport(tmp_path)
    found = score_in_chunks(
        "scoring",
        prompts,
        labels,
        texts=prompts,
        batch_size=3,
        engine=lambda: engine,
        ledger=Ledger(Checkpoint("abc", report), {}),
        report=report,
    )
    at_once = engine.score(prompts, labels)
    for row, other in zip(found, at_once, strict=True):
        assert [score.logprob for score in row] == pytest.approx([score.logprob for score in other], abs=1e-3)
        assert [score.tokens for score in row] == [score.tokens for score in other]
