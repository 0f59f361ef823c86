"""An evaluation that was interrupted, wherever that was, ends with the numbers of one that was not."""

from __future__ import annotations

import errno
import json
import os
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec
from kit.engines import Variant
from kit.engines.hf.engine import TransformersEngine
from kit.errors import Stopped
from kit.measure import EvaluateSpec, scoring
from kit.measure import evaluate as module
from kit.measure.evaluate import evaluate
from kit.report import Event, ListReport
from kit.result import Result

# What depends on nothing but model and rows; times and peaks of memory differ from attempt to attempt.
EXACT = ("acc", "acc_stderr", "macro_f1", "macro_f1_stderr", "perplexity", "perplexity_stderr", "weight_mib")


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of eight rows: forty rows are five of them."""
    monkeypatch.setattr(scoring, "_BATCHES", 2)
    monkeypatch.setattr(scoring, "_LEAST_ROWS", 1)


@pytest.fixture(autouse=True)
def nothing_said_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else this machine is doing: the message about it would come or not."""
    monkeypatch.setattr("kit.measure.passes.timing._BUSY", 2.0)


@pytest.fixture
def spec(tiny_model: Path, rows_file: Path) -> EvaluateSpec:
    return EvaluateSpec(
        variant=Variant(model=str(tiny_model), method="bf16"),
        data=DataSpec(source=str(rows_file), limit=40),
        requests=3,
        new_tokens=4,
        batch_size=4,
    )


@pytest.fixture
def whole(spec: EvaluateSpec, tmp_path: Path) -> tuple[Result, bytes]:
    """The result and the file of rows of an evaluation that nothing interrupted."""
    result = evaluate(spec, ListReport(tmp_path / "whole"))
    return result, (tmp_path / "whole" / result.artifacts["rows"]).read_bytes()


class _Power(Exception):
    """The power goes."""


class _Interrupted(ListReport):
    """Is stopped, or dies, at its `at`-th event."""

    def __init__(self, folder: Path, at: int, *, dies: bool) -> None:
        super().__init__(folder)
        self._at, self._dies = at, dies

    def emit(self, event: Event) -> None:
        super().emit(event)
        if len(self.events) == self._at and self._dies:
            raise _Power
        self.stop = self.stop or len(self.events) >= self._at


class _Scored:
    """Counts which rows are scored, by the engine itself."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.loads = 0
        score, load = TransformersEngine.score, module.load

        def counted(
            engine: TransformersEngine, prompts: Any, continuations: Sequence[Sequence[str]], on_progress: Any = None
        ) -> Any:
            rows = [repr(row) for row in zip(prompts, continuations, strict=True)] if on_progress else []
            self.begun += rows
            found = score(engine, prompts, continuations, on_progress=on_progress)
            self.done += rows
            return found

        def loaded(*args: Any, **options: Any) -> Any:
            self.loads += 1
            return load(*args, **options)

        monkeypatch.setattr(TransformersEngine, "score", counted)
        monkeypatch.setattr(module, "load", loaded)


@pytest.fixture
def scored(whole: object, monkeypatch: pytest.MonkeyPatch) -> _Scored:
    return _Scored(monkeypatch)


def _same(result: Result, folder: Path, whole: tuple[Result, bytes]) -> None:
    expected, rows = whole
    assert {name: result.metrics[name] for name in EXACT} == {name: expected.metrics[name] for name in EXACT}
    assert result.metrics.keys() == expected.metrics.keys()
    assert (folder / result.artifacts["rows"]).read_bytes() == rows
    assert {name: len(m.samples) for name, m in result.measurements.items()} == {
        name: len(m.samples) for name, m in expected.measurements.items()
    }
    busy = {"others_cpu_share": 0.0}  # differs each time
    assert {**result.facts, **busy} == {**expected.facts, **busy}
    assert (result.spec, result.status) == (expected.spec, "finished")


@pytest.mark.parametrize("dies", [False, True], ids=["stopped", "killed"])
@pytest.mark.parametrize("every", [3, 11])
def test_it_ends_like_one_that_was_not_interrupted(
    spec: EvaluateSpec, tmp_path: Path, whole: tuple[Result, bytes], scored: _Scored, every: int, dies: bool
) -> None:
    folder = tmp_path / "broken"
    for attempt in range(1, 40):
        before = len(scored.done)
        try:
            # Later ones get further before they are interrupted, so that the work comes to its end.
            result = evaluate(spec, _Interrupted(folder, every + 2 * attempt, dies=dies))
            break
        except (Stopped, _Power):
            again = scored.begun[before:]
            assert attempt == 1 or again, "it did nothing"
    assert attempt > 2
    _same(result, folder, whole)
    assert len(scored.done) == len(set(scored.done)), "a row of a finished chunk was scored again"
    assert len(set(scored.done)) == 80  # forty rows with their labels, forty texts


def test_with_everything_done_the_model_is_not_loaded(
    spec: EvaluateSpec, tmp_path: Path, whole: tuple[Result, bytes], scored: _Scored
) -> None:
    report = ListReport(tmp_path / "whole")
    again = evaluate(spec, report)
    assert again == whole[0]  # times and peaks of memory too
    assert (scored.loads, scored.begun) == (0, [])
    (message,) = [event["text"] for event in report.events if event["kind"] == "message"]
    assert message.endswith("done before: 40 of 40 rows scored, perplexity, latency, memory.")
    assert {event["phase"] for event in report.events if event["kind"] == "progress"} == {
        *("loading", "scoring", "reading")
    }


def test_without_scores_left_only_the_other_passes_are_done(
    spec: EvaluateSpec, tmp_path: Path, whole: tuple[Result, bytes], scored: _Scored
) -> None:
    ledger = tmp_path / "whole" / "checkpoint" / f"{spec.key}-ledger.jsonl"
    lines = [line for line in ledger.read_text().splitlines(keepends=True) if '"weighing"' not in line]
    ledger.write_text("".join(lines))
    report = ListReport(tmp_path / "whole")
    again = evaluate(spec, report)
    assert (scored.loads, scored.begun) == (1, [])
    assert again.measurements == whole[0].measurements
    assert again.metrics["load_max_ram_mib"] == whole[0].metrics["load_max_ram_mib"]
    _same(again, tmp_path / "whole", whole)


@pytest.mark.parametrize("what", ["data", "model"])
def test_numbers_of_other_rows_or_another_model_are_not_used(
    spec: EvaluateSpec, rows_file: Path, tmp_path: Path, whole: tuple[Result, bytes], scored: _Scored, what: str
) -> None:
    if what == "data":
        rows_file.write_text(rows_file.read_text().replace("The price 0", "The prize 0"))
    else:
        config = Path(spec.variant.model) / "generation_config.json"
        before = config.read_text()
        config.write_text(json.dumps({**json.loads(before), "max_length": 77}))
    try:
        report = ListReport(tmp_path / "whole")
        evaluate(spec, report)
    finally:
        if what == "model":  # others use it too
            config.write_text(before)
    assert len(scored.done) == 80
    (message,) = [event["text"] for event in report.events if event["kind"] == "message"]
    assert f"the {what} has changed since" in message


@pytest.mark.parametrize("failing", ["mkdir", "fsync"])
def test_a_full_disk_costs_a_message_and_not_the_work(
    spec: EvaluateSpec, tmp_path: Path, whole: tuple[Result, bytes], monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    folder = tmp_path / "full"
    if failing == "mkdir":
        folder.mkdir()
        (folder / "checkpoint").write_text("no folder can be made here")
    else:
        monkeypatch.setattr("kit.measure.checkpoint.os", types.SimpleNamespace(**{**vars(os), "fsync": _full}))
    report = ListReport(folder)
    _same(evaluate(spec, report), folder, whole)
    messages = [event["text"] for event in report.events if event["kind"] == "message"]
    assert len(messages) == 1
    assert "The work goes on" in messages[0]


def _full(handle: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_where_it_came_from_is_told(spec: EvaluateSpec, whole: tuple[Result, bytes]) -> None:
    told = whole[0].provenance
    assert told["seeds"] == {"data.seed": 0, "load.seed": 0}
    assert told["model"]["source"] == spec.variant.model
    assert set(told["model"]["files"]) >= {"model.safetensors", "config.json", "tokenizer.json"}
