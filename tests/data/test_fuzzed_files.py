"""Three hundred files that are wrong: each loads and says what was mended, or is refused with its reason and place."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent))  # its neighbours, which no package holds

import fuzzing

from kit.data import Dataset, DataSpec, load_data
from kit.data.reading import Entry, Reading
from kit.errors import DataError, KitError

MADE = list(fuzzing.files(seed=9, count=304))
PLACED = ("unclosed quote", "wrong rows", "NUL bytes")  # faults that have a line, wherever one is an error


def loaded(path: Path) -> Dataset | KitError:
    try:
        return load_data(path)
    except KitError as exc:
        return exc


def looked_at(path: Path) -> tuple[list[Entry], list[str]] | KitError:
    try:
        reading = Reading(DataSpec(source=str(path)))
        return list(reading.entries()), reading.notes
    except KitError as exc:
        return exc


@pytest.mark.parametrize("fault", fuzzing.FAULTS)
def test_wrong_files_load_and_say_so_or_are_refused(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = [each for each in MADE if each.fault == fault]
    assert len(made) == 16
    for each in made:
        path = tmp_path / each.name
        path.write_bytes(each.content)
        began = time.perf_counter()
        data, seen = loaded(path), looked_at(path)
        assert time.perf_counter() - began < 10, each.name  # 5 s each way
        if isinstance(data, Dataset):
            _check_loaded(each, data, seen)
        else:
            _check_refused(each, data, seen)
        path.unlink()
    assert not list(tmp_path.rglob(f"*{fuzzing.TOUCHED}*")), "a formula was carried out"


def _check_loaded(each: fuzzing.Made, data: Dataset, seen: Any) -> None:
    assert not isinstance(seen, KitError), each.name
    entries, notes = seen
    assert [entry.row for entry in entries] == list(data.items), each.name
    assert tuple(notes) == data.notes, each.name
    assert data.notes or not each.told, each.name


def _check_refused(each: fuzzing.Made, error: KitError, seen: Any) -> None:
    assert error.fix, each.name
    assert len(str(error)) < 1200, each.name
    if each.fault in PLACED and "no rows" not in str(error):
        assert isinstance(error, DataError), each.name
        assert error.row is not None, (each.name, error)
    if isinstance(seen, KitError):
        assert type(seen) is type(error), each.name
        return
    entries, _notes = seen
    broken = [entry for entry in entries if entry.row is None]
    assert all(entry.problem is not None and entry.problem.message for entry in broken), each.name
    if isinstance(error, DataError) and error.row is not None:
        places = {entry.number for entry in broken} | {
            int(word) for entry in broken for word in _line(entry) if word.isdecimal()
        }
        assert error.row in places, (each.name, error, places)


def _line(entry: Entry) -> list[str]:
    """The line of a problem whose row is counted otherwise: "line 3: …"."""
    assert entry.problem is not None
    return entry.problem.message.partition(":")[0].split()


def test_the_same_seed_makes_the_same_files() -> None:
    changed = [a.name for a, b in zip(MADE, fuzzing.files(seed=9, count=60), strict=False) if a != b]
    assert not changed
