"""Rows as the model sees them are those of training, token by token; what is cut off is all that is missing."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinymodel import make_tokenizer

from kit.data import DataSpec, open_data
from kit.data.row import Row
from kit.gate.preview import ModelRow, by_tokenizer, data_around, previews
from kit.tuning.example import encode_rows

LONG = " ".join(f"word {i}" for i in range(80))
ROWS = {
    "classify": [{"text": "Goes up.", "label": "up"}, {"text": LONG, "label": "down"}],
    "choose": [{"text": LONG, "label": 1, "choices": ["a leak", "a crack in the pipe"]}] * 2,
    "answer": [
        {"text": LONG, "label": LONG},
        {"text": "Why?", "label": ["Because.", "So."]},
        {"text": "A", "label": LONG},
    ],
    "continue": [{"text": LONG}, {"text": "Short."}],
}


def spec_of(folder: Path, task: str) -> DataSpec:
    """Return data of a task, in a file."""
    path = folder / f"{task}.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS[task]), encoding="utf-8")
    return DataSpec(source=str(path), task=task)


def shown(row: ModelRow) -> str:
    """Return the text of a row, what is cut off included."""
    return "".join(piece.text for piece in row.pieces)


@pytest.mark.parametrize("most", [8, 40, 120, 4096])
@pytest.mark.parametrize("task", ["classify", "choose", "answer"])
def test_the_ids_are_those_that_are_learnt(tmp_path: Path, task: str, most: int) -> None:
    tokenizer, data = make_tokenizer(), open_data(spec_of(tmp_path, task))
    learnt = encode_rows(tokenizer, data, most)
    rows = by_tokenizer(tokenizer, data_around(data.origin, data.items), most)
    assert [(row.question, row.answer) for row in rows] == [(each.question, each.answer) for each in learnt.examples]
    assert [row.tokens for row in rows] == [len(each) for each in learnt.examples]
    assert sum(row.question_cut > 0 for row in rows) == learnt.questions_cut
    assert sum(row.answer_cut > 0 for row in rows) == learnt.answers_cut


def test_plain_text_is_learnt_whole(tmp_path: Path) -> None:
    tokenizer, data = make_tokenizer(), open_data(spec_of(tmp_path, "continue"))
    learnt = [token for each in encode_rows(tokenizer, data, 16).examples for token in each.answer]
    assert [token for row in by_tokenizer(tokenizer, data, 16) for token in row.answer] == learnt


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet="abc é\n中", min_size=1, max_size=90).filter(str.strip), most=st.integers(8, 80))
def test_nothing_is_lost_from_sight(text: str, most: int) -> None:
    data = data_around(
        DataSpec(source="x.jsonl", task="answer", instruction="Do."), [Row(text=text, answer=text[::-1])]
    )
    tokenizer = make_once()
    (whole,), (cut,) = by_tokenizer(tokenizer, data, 10_000), by_tokenizer(tokenizer, data, most)
    assert whole.question_cut == whole.answer_cut == 0
    assert text in shown(whole)
    assert cut.tokens + cut.question_cut + cut.answer_cut == whole.tokens
    assert cut.tokens <= max(most, most // 4 + len(cut.answer))
    if "\ufffd" not in shown(cut):  # a character that is cut in two has no text
        assert shown(cut) == shown(whole)
    assert any(piece.kind == "cut" for piece in cut.pieces) == bool(cut.question_cut + cut.answer_cut)


@cache
def make_once() -> Any:
    """Return the same tokenizer each time: making one takes a while."""
    return make_tokenizer()


def test_signs_of_the_template_are_told_apart(tmp_path: Path) -> None:
    data = open_data(spec_of(tmp_path, "classify"))
    row = by_tokenizer(make_tokenizer(), data, 512)[0]
    assert [piece.text for piece in row.pieces if piece.kind == "template"] == [
        "<|im_start|>",
        "<|im_end|>",
        "<|im_start|>",
    ]
    assert row.pieces[-1].kind == "answer"
    assert row.pieces[-1].text == "up<|im_end|>"


def test_labels_of_all_rows_stand_in_the_instruction_of_one(tmp_path: Path) -> None:
    data = open_data(spec_of(tmp_path, "classify"))
    one = data_around(data.origin, data.items[:1], data.answers)
    assert one.instruction == data.instruction
    assert one.prompts()[0] == data.prompts()[0]


def test_without_a_model_nothing_heavy_is_loaded() -> None:
    code = (
        "import sys\nfrom kit.gate.preview import previews, data_around\nfrom kit.data import load_data\n"
        "data = load_data('finance-alerts', split='test', limit=3)\n"
        "rows = previews(data)\nassert not rows[0].exact and rows[0].pieces[-1].text == data.answers[0]\n"
        "print([m for m in ('torch', 'transformers', 'pandas', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_model_is_asked_by_its_name(tmp_path: Path, tiny_model: Path) -> None:
    data = open_data(spec_of(tmp_path, "classify"))
    rows = previews(data, model=str(tiny_model), max_length=512)
    assert all(row.exact for row in rows)
    assert rows == by_tokenizer(make_tokenizer(), data, 512)
