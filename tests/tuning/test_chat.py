"""Conversations from end to end: what is learnt of them, a tuning on them, and how good the answers are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinymodel import make_tokenizer

from kit.data import DataSpec, open_data
from kit.data.spec import TASKS
from kit.engines import Variant
from kit.errors import ParameterError
from kit.experiments.auto.objective import OF_TASKS
from kit.measure import EvaluateSpec
from kit.measure.evaluate import evaluate
from kit.measure.examples import examples_for
from kit.measure.harness import export_task
from kit.measure.record import Record
from kit.models.uses import TASKS as USES
from kit.report import ListReport
from kit.tuning import TuneSpec
from kit.tuning.example import encode_rows
from kit.tuning.lengths import guessed_rows
from kit.tuning.tune import tune


@pytest.fixture
def talks(tmp_path: Path) -> DataSpec:
    """Twenty conversations of two questions in the form of ShareGPT."""
    path = tmp_path / "talks.jsonl"
    rows = [
        {
            "conversations": [
                {"from": "system", "value": "Be brief."},
                {"from": "human", "value": f"Where goes share {i}?"},
                {"from": "gpt", "value": "up" if i % 2 else "down"},
                {"from": "human", "value": "And the bond?"},
                {"from": "gpt", "value": "down" if i % 2 else "up"},
            ],
            "desk": "ab"[i % 2],
        }
        for i in range(20)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return DataSpec(source=str(path), task="chat", text="conversations")


def test_the_last_answer_is_learnt_after_all_turns(talks: DataSpec) -> None:
    tokenizer = make_tokenizer()
    encoded = encode_rows(tokenizer, open_data(talks), 512)
    example = encoded.examples[1]
    turns = ("system\nBe brief.", "user\nWhere goes share 1?", "assistant\nup", "user\nAnd the bond?")
    before = "".join(f"<|im_start|>{turn}<|im_end|>\n" for turn in turns)
    assert tokenizer.decode(example.question) == f"{before}<|im_start|>assistant\n"
    assert tokenizer.decode(example.answer) == "down<|im_end|>"
    assert (encoded.questions_cut, encoded.answers_cut) == (0, 0)


def test_a_tuning_and_an_evaluation(talks: DataSpec, spec: TuneSpec, tmp_path: Path) -> None:
    asked = spec.replace(data=talks, validation=talks, steps=25, learning_rate=2e-2, sample_answers=2)
    tuned = ListReport(tmp_path / "tune")
    result = tune(asked.replace(target_modules=("q_proj", "v_proj", "down_proj")), tuned)
    assert result.facts["task"] == "chat"
    assert result.metrics["validation_loss"] < result.metrics["validation_loss_before"] / 2
    shown = [event["data"] for event in tuned.events if event["kind"] == "record" and event["name"] == "answers"]
    assert shown[-1]["rows"][0]["text"].endswith("assistant: down\n\nAnd the bond?")
    adapter = tmp_path / "tune" / "artifacts" / "adapter"
    found = evaluate(
        EvaluateSpec(
            variant=Variant(model=str(adapter), method="fp32"),
            data=talks.replace(columns=("desk",)),
            measures=("accuracy", "perplexity"),
            answer_tokens=4,
        ),
        ListReport(tmp_path / "measured"),
    )
    assert {*OF_TASKS["chat"]} - {"judge_score"} <= {*found.metrics}
    lines = (tmp_path / "measured" / found.artifacts["rows"]).read_text(encoding="utf-8").splitlines()
    assert [Record.from_dict(json.loads(line)).gold for line in lines] == ["up", "down"] * 10


def test_chats_and_plain_text_ask_the_same(talks: DataSpec, tiny_model: Path) -> None:
    spec = EvaluateSpec(variant=Variant(model=str(tiny_model)), data=talks)
    data = open_data(talks)
    asked = examples_for(spec, data)
    assert asked.prompts[0] == data.prompts()[0]
    assert asked.continuations[0] == ()
    plain = examples_for(spec.replace(chat=False), data).prompts[0]
    assert plain == (
        "system: Be brief.\n\nuser: Where goes share 0?\n\nassistant: down\n\nQuestion: And the bond?\nAnswer:"
    )


def test_lengths_are_guessed_of_all_turns(talks: DataSpec, tiny_model: Path) -> None:
    rows = guessed_rows(TuneSpec(model=str(tiny_model), data=talks))
    real = encode_rows(make_tokenizer(), open_data(talks), 1024).examples
    assert len(rows) == len(real) == 20
    assert max(rows.questions) > 15
    assert min(rows.answers) >= 2


def test_what_conversations_cannot_have_is_refused(talks: DataSpec, tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="turns of their own"):
        EvaluateSpec(variant=Variant(model=str(tiny_model)), data=talks.replace(split="test"), shots=2)
    with pytest.raises(ParameterError, match="chat=False"):
        export_task(talks, tmp_path / "task", chat=True)
    path = export_task(talks, tmp_path / "task")
    (first, *_rest) = (tmp_path / "task" / "talks.jsonl").read_text(encoding="utf-8").splitlines()
    assert path.exists()
    assert json.loads(first)["accepted"] == ["up"]


def test_models_are_chosen_for_the_same_tasks_as_data_has() -> None:
    assert USES == TASKS == tuple(OF_TASKS)
