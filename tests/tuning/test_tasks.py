"""Every task can be learnt: choices, written answers and plain text, beside labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from tinymodel import make_tokenizer

from kit.data import DataSpec, open_data
from kit.engines import Variant
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.measure import EvaluateSpec
from kit.measure.evaluate import evaluate
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.example import Example, encode_rows
from kit.tuning.tune import tune
from kit.tuning.watching.score import score_rows

INSTRUCTIONS = [
    {"instruction": f"Write the number {i} as a word.", "input": "" if i % 2 else f"The price is {i}.", "output": word}
    for i, word in enumerate(("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine") * 2)
]
CHOICES = [
    {"question": f"Where does share {i} go?", "choices": ["It goes up.", "It goes down."], "answer": i % 2}
    for i in range(20)
]


def _file(path: Path, rows: Sequence[dict[str, Any]]) -> str:
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return str(path)


@pytest.fixture
def specs(tmp_path: Path) -> dict[str, DataSpec]:
    """Small data of each task."""
    return {
        "answer": DataSpec(
            source=_file(tmp_path / "instructions.jsonl", INSTRUCTIONS),
            task="answer",
            text="instruction",
            context="input",
            label="output",
        ),
        "choose": DataSpec(
            source=_file(tmp_path / "choices.jsonl", CHOICES), task="choose", text="question", label="answer"
        ),
        "continue": DataSpec(
            source=_file(
                tmp_path / "texts.jsonl", [{"text": f"The price goes up and {i} goes down."} for i in range(20)]
            ),
            task="continue",
        ),
        "classify": DataSpec(
            source=_file(tmp_path / "l.jsonl", [{"text": f"Share {i}", "label": "very up"} for i in range(9)]),
            labels=("down", "very up"),
        ),
    }


def _decoded(example: Example) -> tuple[str, str]:
    tokenizer = make_tokenizer()
    return tokenizer.decode(example.question), tokenizer.decode(example.answer)


def test_an_empty_context_leaves_no_trace(specs: dict[str, DataSpec]) -> None:
    with_context, without = encode_rows(make_tokenizer(), open_data(specs["answer"]), 512).examples[:2]
    frame = "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n"
    asked = "The price is 0.\n\nWrite the number 0 as a word."
    assert _decoded(with_context) == (frame.format(asked), "none<|im_end|>")
    assert _decoded(without) == (frame.format("Write the number 1 as a word."), "one<|im_end|>")


def test_the_right_choice_is_the_answer(specs: dict[str, DataSpec]) -> None:
    found = [_decoded(each)[1] for each in encode_rows(make_tokenizer(), open_data(specs["choose"]), 512).examples[:2]]
    assert found == ["It goes up.<|im_end|>", "It goes down.<|im_end|>"]


def test_every_token_of_a_text_is_learnt_once(tmp_path: Path) -> None:
    tokenizer = make_tokenizer()
    texts = ["The price of the share goes up and the price of the bond goes down.", "up"]
    spec = DataSpec(source=_file(tmp_path / "t.jsonl", [{"text": text} for text in texts]), task="continue")
    *pieces, last = encode_rows(tokenizer, open_data(spec), 16).examples
    learnt = [token for piece in pieces for token in piece.answer]
    assert tokenizer.decode(learnt) == texts[0]
    assert pieces[0].question == last.question == (tokenizer.bos_token_id,)
    assert [piece.question for piece in pieces[1:]] == [(piece.answer[-1],) for piece in pieces[:-1]]
    assert all(len(piece) <= 16 for piece in pieces)
    assert len(pieces) > 1


@pytest.mark.parametrize(
    ("asked", "answered", "cut"), [(400, 3, (1, 0)), (400, 400, (1, 1)), (2, 400, (0, 1)), (2, 3, (0, 0))]
)
def test_too_long_a_row_loses_its_question_first(
    tmp_path: Path, asked: int, answered: int, cut: tuple[int, int]
) -> None:
    rows = [{"q": "up and " * asked, "a": "down " * answered}]
    spec = DataSpec(source=_file(tmp_path / "r.jsonl", rows), task="answer", text="q", label="a")
    tokenizer = make_tokenizer()
    found, whole = (encode_rows(tokenizer, open_data(spec), most) for most in (200, 100_000))
    (example,), (uncut,) = found.examples, whole.examples
    assert (found.questions_cut, found.answers_cut) == cut
    assert example.answer == uncut.answer[: len(example.answer)]
    if any(cut):
        assert len(example) == 200
    if all(cut):
        assert len(example.question) == 50
        assert example.answer[-1] != tokenizer.eos_token_id, "half an answer would be taught to end there"


@pytest.mark.parametrize("task", ["classify", "answer", "choose", "continue"])
def test_the_validation_loss_is_that_of_a_plain_forward_pass(
    specs: dict[str, DataSpec], tiny_model: Path, task: str
) -> None:
    model, tokenizer = load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model)
    data = open_data(specs[task])
    examples = encode_rows(tokenizer, data, 512).examples
    found = score_rows(model, tokenizer, data, examples)
    assert found.loss == pytest.approx(_plain_loss(model, examples), rel=1e-4)
    assert (found.accuracy is None) == (task in ("answer", "continue"))


def _plain_loss(model: Any, examples: Sequence[Example]) -> float:
    total, count = 0.0, 0
    for example in examples:
        ids = torch.tensor([[*example.question, *example.answer]])
        with torch.inference_mode():
            logprobs = model(ids).logits[0].log_softmax(-1)
        at = torch.arange(len(example.question) - 1, ids.shape[1] - 1)
        total -= float(logprobs[at, ids[0, 1:][at]].sum())
        count += len(example.answer)
    return total / count


def test_the_accuracy_of_choices_counts_whole_choices(specs: dict[str, DataSpec], tiny_model: Path) -> None:
    model, tokenizer = load_model(tiny_model, dtype=torch.float32), load_tokenizer(tiny_model)
    data = open_data(specs["choose"])
    found = score_rows(model, tokenizer, data, encode_rows(tokenizer, data, 512).examples)
    right = 0
    for row, question in zip(data.items, encode_rows(tokenizer, data, 512).examples, strict=True):
        codes = [(*tokenizer(choice)["input_ids"], tokenizer.eos_token_id) for choice in row.choices]
        sums = [-_plain_loss(model, [Example(question.question, code)]) * len(code) for code in codes]
        right += sums.index(max(sums)) == row.right
    assert found.accuracy == right / len(data)


@pytest.mark.parametrize("task", ["answer", "choose", "continue"])
def test_it_learns_the_task(specs: dict[str, DataSpec], spec: TuneSpec, tmp_path: Path, task: str) -> None:
    data = specs[task]
    asked = spec.replace(data=data, validation=data, steps=25, learning_rate=2e-2)
    report = ListReport(tmp_path)
    result = tune(asked.replace(target_modules=("q_proj", "v_proj", "down_proj")), report)
    assert result.metrics["validation_loss"] < result.metrics["validation_loss_before"] / 2
    assert ("validation_accuracy" in result.metrics) == (task == "choose")
    assert result.facts["task"] == task


def test_the_evaluation_of_an_answering_adapter_asks_as_it_was_taught(
    specs: dict[str, DataSpec], spec: TuneSpec, tmp_path: Path
) -> None:
    taught = specs["answer"].replace(instruction="Write words.")
    tune(spec.replace(data=taught, steps=1), ListReport(tmp_path / "tune"))
    adapter = str(tmp_path / "tune" / "artifacts" / "adapter")
    two = specs["answer"].replace(limit=2)
    asked = EvaluateSpec(variant=Variant(model=adapter), data=two, measures=("accuracy",), answer_tokens=2)
    result = evaluate(asked, ListReport(tmp_path / "evaluate"))
    assert result.facts["instruction"] == "Write words."


def test_cut_rows_are_told(specs: dict[str, DataSpec], spec: TuneSpec, tmp_path: Path) -> None:
    report = ListReport(tmp_path)
    result = tune(spec.replace(data=specs["answer"], steps=1, max_length=40), report)
    cut = result.facts["shortened"]
    assert cut["questions"] > 0
    told = [event["text"] for event in report.events if event["kind"] == "message"]
    assert any(text.startswith("Rows longer than 40 tokens were cut:") for text in told)
