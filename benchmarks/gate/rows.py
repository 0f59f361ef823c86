"""Clean rows of the well-known datasets, as one task: a text and a label."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import find

# Name of the set, the column that is read and its label; texts of one set are alike in form, as a user's are.
SETS = {
    "finance/sentfin": ("text", "label"),
    "manufacturing/fmc": ("text", "label"),
    "medical/medmcqa": ("question", "subject"),
    "medical/medquad": ("question", "source"),
    "zh/medical_dialogue": ("text", "label"),
}


@dataclass(frozen=True)
class Rows:
    """The rows of one set: what is trained on, and what is tested on."""

    name: str
    train: list[dict[str, Any]]
    test: list[dict[str, Any]]


def clean_rows(name: str, folder: str | None = None) -> Rows:
    """Return the rows of a set, reduced to ``text`` and ``label``."""
    text, label = SETS[name]
    parts = []
    for part in ("train", "test"):
        lines = find(f"{name}_{part}.jsonl", folder).read_text(encoding="utf-8").splitlines()
        values = [json.loads(line) for line in lines]
        parts.append([{"text": str(row[text]), "label": str(row[label])} for row in values if row.get(text)])
    return Rows(name, *parts)


def write_rows(path: Path, lines: list[str]) -> Path:
    """Write JSON lines, some of which may be broken."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
