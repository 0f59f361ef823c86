"""A tuned model is asked as it was taught to be asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinymodel import write_rows

from kit.data import DataSpec
from kit.errors import DataError
from kit.measure.rows import rows_for
from kit.report import Report


@pytest.fixture
def tuned(tiny_model: Path, tmp_path: Path) -> str:
    """An adapter folder as tuning leaves it; nothing here opens its weights."""
    from safetensors.numpy import save_file

    folder = tmp_path / "tuned"
    folder.mkdir()
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": str(tiny_model)}))
    save_file({}, folder / "adapter_model.safetensors")
    note = {"base": str(tiny_model), "instruction": "Where does it go?", "labels": ["up", "flat", "down"]}
    (folder / "tunebook.json").write_text(json.dumps(note), encoding="utf-8")
    return str(folder)


def test_instruction_and_labels_come_from_the_tuning(tuned: str, rows_file: Path, tmp_path: Path) -> None:
    data = rows_for(DataSpec(source=str(rows_file)), tuned, Report(tmp_path))
    assert data.instruction == "Where does it go?"
    assert data.labels == ("up", "flat", "down")
    assert len(data) == 60


def test_what_the_data_says_itself_wins(tuned: str, rows_file: Path, tmp_path: Path) -> None:
    spec = DataSpec(source=str(rows_file), instruction="Guess.", labels=("down", "up"))
    data = rows_for(spec, tuned, Report(tmp_path))
    assert (data.instruction, data.labels) == ("Guess.", ("down", "up"))


def test_a_label_that_was_not_taught_is_refused(tuned: str, tmp_path: Path) -> None:
    path = write_rows(tmp_path / "odd.jsonl", ["It rests.", "It goes up."], ["sideways", "up"])
    with pytest.raises(DataError, match=r"'sideways', which .*tuned was not tuned to give: up, flat, down") as caught:
        rows_for(DataSpec(source=str(path)), tuned, Report(tmp_path))
    assert caught.value.field == "label"
    assert "labels" in caught.value.fix


def test_a_plain_model_is_asked_as_the_data_says(tiny_model: Path, rows_file: Path, tmp_path: Path) -> None:
    data = rows_for(DataSpec(source=str(rows_file)), str(tiny_model), Report(tmp_path))
    assert data.labels == ("down", "up")
    assert data.instruction == "Classify the text. Answer with one of: down, up."
