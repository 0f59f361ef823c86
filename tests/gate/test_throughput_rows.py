"""The rows by which throughput is measured: seeded, short, some of them near duplicates."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.gate.throughput import _write


def test_rows_are_seeded_and_hold_near_duplicates(tmp_path: Path) -> None:
    first, again = tmp_path / "first.jsonl", tmp_path / "again.jsonl"
    near = _write(first, 600, 3)
    assert near == _write(again, 600, 3)
    assert first.read_text(encoding="utf-8") == again.read_text(encoding="utf-8")
    rows = [json.loads(line)["text"].split() for line in first.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 600
    assert all(5 <= len(row) <= 40 for row in rows)
    by_length: dict[int, list[list[str]]] = {}
    found = 0
    for row in rows:
        same = by_length.setdefault(len(row), [])
        found += any(sum(a != b for a, b in zip(row, other, strict=True)) == 1 for other in same)
        same.append(row)
    assert found == near
    assert 0.02 < near / 600 < 0.08
