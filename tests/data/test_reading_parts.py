"""A part or a sample read row by row holds the rows that loading it gives, with the numbers of the source."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import kit
from kit.data.reading import Reading
from kit.errors import DataError


@pytest.mark.parametrize(
    "fields", [{"split": "train"}, {"split": "test", "test_share": 0.4}, {"limit": 7}, {"split": "train", "limit": 5}]
)
def test_parts_are_the_same_as_when_they_are_loaded(tmp_path: Path, fields: dict[str, object]) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [{"text": f"row {i}", "label": "abc"[i % 3]} for i in range(30)]
    path.write_text("".join(json.dumps(row) + "\n\n" for row in rows), encoding="utf-8")
    spec = kit.DataSpec(source=str(path), seed=3, **fields)  # type: ignore[arg-type]
    reading = Reading(spec)
    found = list(reading.entries())
    loaded = kit.load_data(path, seed=3, **fields)
    assert [entry.row for entry in found] == list(loaded.items)
    assert [entry.number for entry in found] == [2 * int(text.split()[1]) + 1 for text in loaded.texts]
    assert reading.size == len(loaded)


def test_train_and_test_of_one_file_are_no_leaks(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"text": f"The unit {i} of plant {i * 7} needs {'oil' if i % 2 else 'water'}", "label": "ab"[i % 2]}
        for i in range(40)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    train, test = kit.load_data(path).split()
    result = kit.check_data(kit.GateSpec(data=train, test=test, checks=("exact-duplicates", "leaks")))
    assert [finding["level"] for finding in result.facts["findings"]] == ["ok", "ok"]
    assert (result.metrics["rows"], result.facts["sources"]["test"]["rows"]) == (32, 8)


def test_what_is_a_part_of_broken_rows_nobody_can_tell(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"text": "a", "label": "x"}\n{"text": null, "label": "y"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="line 2"):
        Reading(kit.DataSpec(source=str(path), split="train"))
