"""Rows for the checks of likeness, fed as the gate feeds them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import kit
from kit.data.row import Row
from kit.gate.check import Check, Seen, asked
from kit.gate.finding import Finding
from kit.gate.texts import Texts

Given = Sequence[str | tuple[str, str]]


def found_by(made: type[Check], folder: Path, data: Given, test: Given = (), **fields: Any) -> Finding:
    """Return what a check finds in rows (a text, or a text and its label), fed in twos."""
    spec = kit.GateSpec(data=kit.DataSpec(source="rows.jsonl"), **fields)
    with Texts(folder) as texts:
        check = made(spec, texts)
        for part, rows in (("test", test), ("data", data)):
            seen = []
            for place, row in enumerate(rows):
                text, label = row if isinstance(row, tuple) else (row, "a")
                seen.append(Seen(part, place, place + 1, Row(text=text, answer=label)))  # type: ignore[arg-type]
                texts.add(part, asked(seen[-1].row))  # type: ignore[arg-type]
            for first in range(0, len(seen), 2):
                check.feed(seen[first : first + 2])
        return check.finish(lambda done, total: None)


def pointed_at(finding: Finding, part: str = "data") -> list[int]:
    """Return the numbers of the rows of a part that a finding points at."""
    return [flag.number for flag in finding.flags if flag.part == part]
