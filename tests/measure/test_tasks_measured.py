"""Choosing, answering and reading on a tiny model, against the same numbers made in another way."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.engines.hf.engine import TransformersEngine
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import Stopped
from kit.measure import EvaluateSpec
from kit.measure.evaluate import evaluate
from kit.measure.examples import examples_for
from kit.measure.record import Record
from kit.measure.wording import SCORES
from kit.report import Event, ListReport
from kit.result import Result

WORDS = ("up", "down", "the price", "a bond", "Kurs", "payment sent")


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Questions with two to four choices; the right one is also a right answer."""
    path = tmp_path / "questions.jsonl"
    rows = [
        {
            "question": f"Where goes the share of {i}{' and more' * (i % 5)}?",
            "choices": WORDS[: 2 + i % 3],
            "answer": WORDS[i % 2],
            "topic": ["share", "bond"][i % 2],
        }
        for i in range(12)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _spec(tiny_model: Path, questions: Path, task: str, **options: Any) -> EvaluateSpec:
    column = {} if task == "continue" else {"label": "answer"}
    return EvaluateSpec(
        variant=Variant(model=str(tiny_model), method="fp32"),
        data=DataSpec(source=str(questions), task=task, text="question", **column),
        measures=("perplexity",) if task == "continue" else ("accuracy",),
        batch_size=4,
        answer_tokens=6,
        **options,
    )


def _records(result: Result, folder: Path) -> list[Record]:
    lines = (folder / result.artifacts["rows"]).read_text(encoding="utf-8").splitlines()
    return [Record.from_dict(json.loads(line)) for line in lines]


def _engine(tiny_model: Path) -> TransformersEngine:
    return TransformersEngine(load_model(tiny_model, dtype=None), load_tokenizer(tiny_model), batch_size=1)


def _loglikelihood(engine: TransformersEngine, before: str, after: str) -> float:
    """By one plain forward pass over the whole text."""
    import torch

    head = engine.tokenizer(before, add_special_tokens=False)["input_ids"]
    ids = engine.tokenizer(before + after, add_special_tokens=False)["input_ids"]
    assert ids[: len(head)] == head
    with torch.inference_mode():
        expected = engine.model(torch.tensor([ids])).logits[0].float().log_softmax(-1)
    return sum(float(expected[place - 1, ids[place]]) for place in range(len(head), len(ids)))


def test_choices_are_scored_as_a_plain_forward_pass_does(tiny_model: Path, questions: Path, tmp_path: Path) -> None:
    spec = _spec(tiny_model, questions, "choose", chat=False, slices=("topic",))
    result = evaluate(spec, ListReport(tmp_path))
    data, records = open_data(spec.data), _records(result, tmp_path)  # type: ignore[arg-type]
    engine, right, right_norm = _engine(tiny_model), [], []
    for row, record in zip(data.items, records, strict=True):
        asked = f"Question: {row.text}\nAnswer:"
        expected = [_loglikelihood(engine, asked, f" {choice}") for choice in row.choices]
        assert record.logprobs == pytest.approx(expected, abs=1e-3)
        assert (record.gold, record.choices) == (row.answer, row.choices)
        right.append(row.choices[max(range(len(expected)), key=expected.__getitem__)] == row.answer)
        each = [value / len(choice) for value, choice in zip(expected, row.choices, strict=True)]
        right_norm.append(row.choices[max(range(len(each)), key=each.__getitem__)] == row.answer)
        assert (record.scores["acc"], record.scores["acc_norm"]) == (right[-1], right_norm[-1])
        assert record.slices["topic"] in ("share", "bond")
    share = sum(right) / 12
    assert result.metrics["acc"] == share
    assert result.metrics["acc_stderr"] == pytest.approx(math.sqrt(share * (1 - share) / 11))
    assert result.metrics["acc_norm"] == sum(right_norm) / 12
    assert result.facts["right"] == [int(value) for value in right]
    assert result.facts["chance_acc"] == pytest.approx((1 / 2 + 1 / 3 + 1 / 4) / 3)
    assert "macro_f1" not in result.metrics


@pytest.mark.parametrize("chat", [True, False])
def test_answers_are_written_greedily(tiny_model: Path, questions: Path, tmp_path: Path, chat: bool) -> None:
    spec = _spec(tiny_model, questions, "answer", chat=chat)
    result = evaluate(spec, ListReport(tmp_path))
    records = _records(result, tmp_path)
    prompts = examples_for(spec, open_data(spec.data)).prompts  # type: ignore[arg-type]
    engine = _engine(tiny_model)
    for record, prompt in zip(records, prompts, strict=True):
        written = "".join(token.text for token in engine.generate(prompt, max_new_tokens=6))
        assert record.answer == (written if chat else written.split("\n\n")[0]).strip()
        assert record.scores == {name: score(record.answer, [record.gold]) for name, score in SCORES.items()}
    for name in SCORES:
        values = [record.scores[name] for record in records]
        mean = sum(values) / 12
        assert result.metrics[name] == pytest.approx(mean)
        spread = math.sqrt(sum((value - mean) ** 2 for value in values) / 11)
        assert result.metrics[f"{name}_stderr"] == pytest.approx(spread / math.sqrt(12))
    assert "acc" not in result.metrics
    assert "right" not in result.facts


def test_plain_text_is_counted_as_lm_eval_counts(tiny_model: Path, questions: Path, tmp_path: Path) -> None:
    """By lm-eval's own functions from the log-probabilities of the rows."""
    import re

    from lm_eval.api.metrics import bits_per_byte, weighted_perplexity

    spec = _spec(tiny_model, questions, "continue")
    result = evaluate(spec, ListReport(tmp_path))
    texts = open_data(spec.data).texts  # type: ignore[arg-type]
    sums = [record.scores["loglikelihood"] for record in _records(result, tmp_path)]
    words = [(x, len(re.split(r"\s+", text))) for x, text in zip(sums, texts, strict=True)]
    in_bytes = [(x, len(text.encode("utf-8"))) for x, text in zip(sums, texts, strict=True)]
    assert result.metrics["word_perplexity"] == pytest.approx(weighted_perplexity(words))
    assert result.metrics["byte_perplexity"] == pytest.approx(weighted_perplexity(in_bytes))
    assert result.metrics["bits_per_byte"] == pytest.approx(bits_per_byte(in_bytes))
    assert result.metrics["bits_per_byte_stderr"] > 0
    engine = _engine(tiny_model)
    start = engine.tokenizer.decode([engine.tokenizer.bos_token_id])
    assert sums[0] == pytest.approx(_loglikelihood(engine, start, texts[0]), abs=1e-3)


def test_plain_text_has_no_accuracy_and_says_so(tiny_model: Path, questions: Path, tmp_path: Path) -> None:
    spec = _spec(tiny_model, questions, "continue").replace(measures=("accuracy", "perplexity", "memory"), new_tokens=2)
    result = evaluate(spec, ListReport(tmp_path))
    assert "accuracy" in result.facts["not_measured"]
    assert "acc" not in result.metrics
    assert result.metrics["max_ram_mib"] > 0


def test_all_texts_are_read_where_reading_is_the_task(
    tiny_model: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.measure.passes.reading.MOST_ROWS", 5)
    for task, rows in (("continue", 12), ("choose", 5)):
        spec = _spec(tiny_model, questions, task).replace(measures=("perplexity",))
        assert evaluate(spec, ListReport(tmp_path / task)).facts["perplexity_rows"] == rows


class _StopsAt(ListReport):
    """Is asked to stop at its `at`-th event."""

    def __init__(self, folder: Path, at: int) -> None:
        super().__init__(folder)
        self._at = at

    def emit(self, event: Event) -> None:
        super().emit(event)
        self.stop = self.stop or len(self.events) >= self._at


class _Written:
    """Counts what the engine is asked to write."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.prompts: list[str] = []
        generate = TransformersEngine.generate

        def counted(engine: TransformersEngine, prompt: Any, **options: Any) -> Any:
            found = list(generate(engine, prompt, **options))
            self.prompts.append(str(prompt))
            return iter(found)

        monkeypatch.setattr(TransformersEngine, "generate", counted)


def _interrupted(spec: EvaluateSpec, folder: Path, stops: Sequence[int]) -> Result:
    stopped = 0
    for at in stops:
        try:
            evaluate(spec, _StopsAt(folder, at))
        except Stopped:
            stopped += 1
    assert stopped, "it was not interrupted"
    return evaluate(spec, ListReport(folder))


@pytest.mark.parametrize("task", ["choose", "answer", "continue"])
def test_stopped_at_any_example_it_ends_the_same(
    tiny_model: Path, questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str
) -> None:
    monkeypatch.setattr("kit.measure.scoring._BATCHES", 1)
    monkeypatch.setattr("kit.measure.scoring._LEAST_ROWS", 1)
    spec = _spec(tiny_model, questions, task, chat=task != "choose")
    whole = evaluate(spec, ListReport(tmp_path / "whole"))
    written = _Written(monkeypatch)
    for stops in ([4], [6], [5, 6, 7]):
        folder = tmp_path / "-".join(map(str, stops))
        written.prompts.clear()
        result = _interrupted(spec, folder, stops)
        same = {name: value for name, value in whole.metrics.items() if not name.endswith("mib")}
        assert {name: result.metrics[name] for name in same} == same
        assert result.facts == whole.facts
        rows = [
            (at / found.artifacts["rows"]).read_bytes() for at, found in ((folder, result), (tmp_path / "whole", whole))
        ]
        assert rows[0] == rows[1]
        if task == "answer":
            assert len(written.prompts) == len(set(written.prompts)) == 12, "an answer was written twice"


def test_other_examples_before_the_questions_are_other_questions(
    tiny_model: Path, questions: Path, tmp_path: Path
) -> None:
    """The file that solved examples come from may be another one when an evaluation goes on."""
    train = tmp_path / "train.jsonl"

    def told(word: str) -> ListReport:
        rows = [{"question": f"What is {word} {i}?", "answer": word} for i in range(3)]
        train.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        report = ListReport(tmp_path / "run")
        evaluate(spec, report)
        return report

    shots = DataSpec(source=str(train), task="answer", text="question", label="answer")
    spec = _spec(tiny_model, questions, "answer", shots=2, shots_data=shots)
    told("up")
    ledger = tmp_path / "run" / "checkpoint" / f"{spec.key}-ledger.jsonl"
    before = ledger.read_text(encoding="utf-8").count('"answer-')
    told("up")
    assert ledger.read_text(encoding="utf-8").count('"answer-') == before == 12
    told("down")
    assert ledger.read_text(encoding="utf-8").count('"answer-') == 24
