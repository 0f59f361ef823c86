"""What holds for every origin: sizes without opening, memory that stays small, work that is not misled."""

from __future__ import annotations

import json
import sqlite3
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pytest

from kit.data import DataSpec
from kit.data.origin.arrow import plain_cell
from kit.data.origin.origin import absolute_origin, size_of, state_of
from kit.data.reading import Reading
from kit.tuning import TuneSpec
from kit.tuning.lengths import guessed_rows
from kit.widgets.tuning.rows import changed


def _saved(folder: Path, rows: int) -> Path:
    """Write what the library datasets would, as one batch of all rows."""
    folder.mkdir()
    table = pa.table({"text": [f"note {i} " * 40 for i in range(rows)], "label": ["a", "b"] * (rows // 2)})
    with (
        pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as file,
        pa.ipc.new_stream(file, table.schema) as out,
    ):
        out.write_table(table)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))
    return folder


def test_sizes_are_told_without_opening(tmp_path: Path) -> None:
    folder = _saved(tmp_path / "s", 100)
    assert size_of(str(folder)) == sum(file.stat().st_size for file in folder.iterdir())
    assert size_of("sqlite:///lost.db") is None
    assert size_of("hf://ann/notes") is None
    with pytest.raises(OSError, match="lost"):
        size_of(str(tmp_path / "lost.csv"))


def test_only_paths_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_origin("sqlite:///a.db?mode=ro") == f"sqlite:///{tmp_path}/a.db?mode=ro"
    assert absolute_origin("sqlite:////data/a.db") == "sqlite:////data/a.db"
    assert absolute_origin("postgresql://ann@host/db") == "postgresql://ann@host/db"
    assert absolute_origin("hf://ann/notes") == "hf://ann/notes"
    assert absolute_origin("rows.csv") is None


def test_a_folder_that_was_written_just_now_has_no_state_yet(tmp_path: Path) -> None:
    assert state_of(str(_saved(tmp_path / "s", 10))) is None
    assert state_of(str(tmp_path)) is None


def test_memory_stays_small_however_large_a_batch_is(tmp_path: Path) -> None:
    folder = _saved(tmp_path / "s", 20_000)  # 8 MB of text
    reading = Reading(DataSpec(source=str(folder)))
    tracemalloc.start()
    count = sum(entry.row is not None for entry in reading.entries())
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == reading.size == 20_000
    assert peak < 2_000_000


def test_rows_that_are_slow_to_ask_for_are_not_asked_for_by_estimates(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t (text, label)")
    data = DataSpec(source=f"sqlite:///{path}", query="SELECT * FROM t ORDER BY text")
    rows = guessed_rows(TuneSpec(model="some-model", data=data, max_length=64, batch_size=4))
    assert (rows.known, len(rows), max(rows.questions)) == (False, 4, 64)
    assert changed(data.source) is None


def test_values_of_databases_as_cells() -> None:
    from datetime import UTC, date, datetime, time
    from decimal import Decimal
    from uuid import UUID

    assert plain_cell(Decimal("1.50")) == "1.50"
    assert plain_cell(date(2026, 1, 2)) == "2026-01-02"
    assert plain_cell(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2026-01-02T03:04:00+00:00"
    assert plain_cell(time(3, 4)) == "03:04:00"
    assert plain_cell(UUID(int=1)) == "00000000-0000-0000-0000-000000000001"
    assert plain_cell([{"at": date(2026, 1, 2)}, None, True]) == [{"at": "2026-01-02"}, None, True]
    assert plain_cell(b"x") == b"x"
