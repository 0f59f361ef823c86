"""Checks of rows one by one: readable, short enough, evenly labelled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transformers import AutoTokenizer

import kit
from kit.gate.gate import gate
from kit.report import ListReport


def _found(folder: Path, rows: list[object], check: str, **fields: object) -> dict[str, object]:
    path = folder / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    task = "continue" if isinstance(rows[0], dict) and "label" not in rows[0] else "classify"
    spec = kit.GateSpec(data=kit.DataSpec(source=str(path), task=task), checks=(check,), **fields)  # type: ignore[arg-type]
    found: dict[str, object] = gate(spec, ListReport(folder)).facts["findings"][0]
    return found


def test_broken_rows_are_told_by_line_and_field(tmp_path: Path) -> None:
    rows = [{"text": "a", "label": "x"}, {"text": " ", "label": "y"}, {"text": "b", "label": None}]
    found = _found(tmp_path, rows, "schema")
    assert found["level"] == "stop"
    assert [flag["number"] for flag in found["examples"]] == [2, 3]  # type: ignore[attr-defined]
    assert found["numbers"] == {"rows": 3, "fields": {"text": 1, "label": 1}}


@pytest.mark.parametrize(
    ("labels", "level"),
    [("ab" * 20, "ok"), ("a" * 40, "stop"), ("a" * 400 + "b" * 10, "warn"), ("a" * 10 + "b" * 3, "warn")],
)
def test_rare_labels_are_a_warning_and_a_single_one_is_worse(tmp_path: Path, labels: str, level: str) -> None:
    rows = [{"text": f"row {place}", "label": label} for place, label in enumerate(labels)]
    assert _found(tmp_path, rows, "balance")["level"] == level


def test_lengths_are_those_of_the_models_own_tokenizer(tmp_path: Path, tiny_model: Path) -> None:
    model = tiny_model
    tokenizer = AutoTokenizer.from_pretrained(str(model))
    texts = ["short", "word " * 30, "a much longer text, " * 40]
    rows = [{"text": text, "label": "ab"[place % 2]} for place, text in enumerate(texts)]
    found = _found(tmp_path, rows, "length", model=str(model), max_length=64)
    prompt = "Classify the text. Answer with one of: a, b.\n\n"
    chat = getattr(tokenizer, "chat_template", None)
    expected = []
    for row in rows:
        asked = [{"role": "user", "content": prompt + row["text"]}]
        question = (
            tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True)
            if chat
            else asked[0]["content"] + "\n"
        )
        ids = tokenizer(question, add_special_tokens=not chat)["input_ids"]
        expected.append(len(ids) + len(tokenizer(row["label"], add_special_tokens=False)["input_ids"]) + 1)
    too_long = [place + 1 for place, length in enumerate(expected) if length > 64]
    assert [flag["number"] for flag in found["examples"]] == too_long  # type: ignore[attr-defined]
    numbers = found["numbers"]
    assert numbers["longest"] == pytest.approx(max(expected), abs=3)  # type: ignore[index]
    assert sum(numbers["bars"]) == 3  # type: ignore[index]


def test_without_a_model_words_are_counted_and_that_is_said(tmp_path: Path) -> None:
    found = _found(tmp_path, [{"text": "word " * 100}, {"text": "病人头痛三天"}], "length", max_length=50)
    assert found["rows"] == 1
    assert "guess" in str(found["summary"])
