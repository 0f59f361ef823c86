"""Folders that the library datasets saved, read without it; the library itself writes and judges them."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kit.data import DataSpec, load_data, open_data
from kit.data.look import look
from kit.data.reading import Reading
from kit.errors import DataError, ParameterError

datasets = pytest.importorskip("datasets")
ROWS = {
    "text": [f"note {i}" for i in range(2500)],
    "label": [i % 3 for i in range(2500)],
    "plain": ["up" if i % 2 else "down" for i in range(2500)],
    "on": [date(2026, 1, 1 + i % 9) for i in range(2500)],
    "turns": [[{"role": "user", "content": f"{i}?"}, {"role": "assistant", "content": "Yes."}] for i in range(2500)],
}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two parts, the first of two files, with named classes."""
    folder: Path = tmp_path_factory.mktemp("saved")
    names = datasets.ClassLabel(names=["low", "mid", "high"])
    whole = datasets.Dataset.from_dict(ROWS).cast_column("label", names)
    whole.save_to_disk(str(folder / "one"), num_shards=2)
    parts = datasets.DatasetDict(train=whole.select(range(2000)), test=whole.select(range(2000, 2500)))
    parts.save_to_disk(str(folder / "parts"))
    whole.select(range(40)).shuffle(seed=1).save_to_disk(str(folder / "mixed"))
    return folder


def test_rows_are_those_that_the_library_reads(saved: Path) -> None:
    for folder in (saved / "one", saved / "parts" / "test", saved / "mixed"):
        theirs = datasets.load_from_disk(str(folder))
        names = theirs.features["label"].names
        ours = load_data(folder)
        assert ours.texts == tuple(theirs["text"])
        assert ours.answers == tuple(names[i] for i in theirs["label"])
    assert load_data(saved / "one", label="plain").labels == ("down", "up")


def test_a_part_is_asked_for(saved: Path) -> None:
    with pytest.raises(ParameterError, match="one part of this dataset: train, test") as caught:
        load_data(saved / "parts")
    assert str(saved / "parts" / "train") in caught.value.fix
    assert len(load_data(saved / "parts" / "train")) == 2000


def test_the_gate_reads_it_row_by_row(saved: Path) -> None:
    reading = Reading(DataSpec(source=str(saved / "one")))
    entries = list(reading.entries())
    assert reading.size == len(entries) == 2500
    assert (entries[-1].number, entries[-1].cells["label"], entries[0].cells["on"]) == (2500, "low", "2026-01-01")
    assert any("low, mid, high" in note for note in reading.notes)


def test_conversations_and_proposals(saved: Path) -> None:
    assert load_data(saved / "one", task="chat", text="turns").prompts()[7] == [{"role": "user", "content": "7?"}]
    seen = look(str(saved / "one"))
    assert (seen["rows"], seen["usable"]) == (2500, True)
    assert seen["proposed"] == {"text": "text", "label": "label"}
    assert seen["proposals"][0]["task"] == "chat"


def test_specs_mean_the_same_rows_until_a_file_changes(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    datasets.Dataset.from_dict({"text": ["a", "b"], "label": ["x", "y"]}).save_to_disk(str(folder))
    data = load_data(folder)
    assert open_data(DataSpec.from_dict(json.loads(data.spec.to_json()))).items == data.items
    datasets.Dataset.from_dict({"text": ["a", "c"], "label": ["x", "y"]}).save_to_disk(str(folder))
    assert open_data(data.spec).texts == ("a", "c")


def test_an_unlabelled_row_is_told(tmp_path: Path) -> None:
    names = datasets.ClassLabel(names=["low", "high"])
    made = datasets.Dataset.from_dict({"text": ["a", "b"], "label": [0, -1]}).cast_column("label", names)
    made.save_to_disk(str(tmp_path / "s"))
    with pytest.raises(DataError, match="row 2, field 'label': the value is null"):
        load_data(tmp_path / "s")


def _without(folder: Path, name: str) -> None:
    (folder / name).unlink()


def _cut(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-5000])


def _odd(folder: Path, **values: Any) -> None:
    state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    (folder / "state.json").write_text(json.dumps({**state, **values}), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda f: _without(f, "data-00001-of-00002.arrow"), "lacks its file data-00001-of-00002.arrow"),
        (lambda f: _cut(f, "data-00001-of-00002.arrow"), "data-00001-of-00002.arrow cannot be read"),
        (lambda f: (f / "data-00000-of-00002.arrow").write_bytes(b"text,label\n"), "cannot be read"),
        (lambda f: (f / "state.json").write_text("{", encoding="utf-8"), "state.json cannot be read"),
        (lambda f: (f / "dataset_info.json").write_bytes(b"\xff\xfe"), "dataset_info.json cannot be read"),
        (lambda f: _odd(f, _indices_data_files=[{"filename": "i.arrow"}]), "an order of its own"),
        (lambda f: _odd(f, _data_files=[{"filename": "../../etc/passwd"}]), "lacks its file passwd"),
    ],
    ids=["a file is missing", "cut", "no arrow", "no state", "no info", "indices", "a path out of it"],
)
def test_a_damaged_folder_gives_one_clear_error(tmp_path: Path, harm: Any, told: str) -> None:
    folder = tmp_path / "s"
    made = datasets.Dataset.from_dict({"text": [f"note {i}" * 9 for i in range(3000)], "label": ["a", "b"] * 1500})
    made.save_to_disk(str(folder), num_shards=2)
    harm(folder)
    with pytest.raises(DataError, match=told) as caught:
        list(Reading(DataSpec(source=str(folder))).entries())
    assert caught.value.fix


def test_a_folder_of_something_else_is_still_no_source(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="not a folder"):
        load_data(tmp_path)


def test_the_library_is_not_needed(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    assert len(load_data(saved / "mixed")) == 40
