"""Validation rows, and what is measured on them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from tinymodel import write_rows

from kit.data import DataSpec, open_data
from kit.engines.hf.load import load_model
from kit.engines.hf.tokenizer import load_tokenizer
from kit.errors import DataError
from kit.tuning.example import encode_examples
from kit.tuning.validate import MOST_ROWS, training_and_validation
from kit.tuning.watching.score import score_rows


def test_a_tenth_is_held_back(rows_file: Path) -> None:
    spec = DataSpec(source=str(rows_file))
    train, held = training_and_validation(spec, None, 0)
    assert len(held) == 6
    assert sorted([*train.rows(), *held.rows()], key=str) == sorted(open_data(spec).rows(), key=str)
    assert training_and_validation(spec, None, 0)[1].texts == held.texts
    assert training_and_validation(spec, None, 1)[1].texts != held.texts


def test_given_rows_share_labels_and_instruction(rows_file: Path, tmp_path: Path) -> None:
    other = write_rows(tmp_path / "held.jsonl", [f"It goes up {i}" for i in range(200)], ["up"] * 200)
    spec = DataSpec(source=str(rows_file), instruction="Where?")
    train, held = training_and_validation(spec, DataSpec(source=str(other)), 0)
    assert len(train) == 60
    assert len(held) == MOST_ROWS
    assert (held.labels, held.instruction) == (("down", "up"), "Where?")


def test_a_strange_validation_label_is_refused(rows_file: Path, tmp_path: Path) -> None:
    other = write_rows(tmp_path / "held.jsonl", ["It rests.", "It goes up."], ["flat", "up"])
    with pytest.raises(DataError, match="flat"):
        training_and_validation(DataSpec(source=str(rows_file)), DataSpec(source=str(other)), 0)


def test_labels_are_told_apart_with_their_end(tiny_model: Path, rows_file: Path) -> None:
    model, tokenizer = load_model(tiny_model, dtype=torch.float32).train(), load_tokenizer(tiny_model)
    _train, held = training_and_validation(DataSpec(source=str(rows_file)), None, 0)
    found = score_rows(model, tokenizer, held, encode_examples(tokenizer, held, 512))
    assert model.training, "the model was left in evaluation mode"
    assert found.right == tuple(held.labels.index(answer) for answer in held.answers)
    assert found.accuracy == sum(a == b for a, b in zip(found.chosen, found.right, strict=True)) / len(held)
