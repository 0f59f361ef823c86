"""A vertical in small: rows about prices, a profile of few steps, and a tiny model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kit.verticals.case import Case, case_of
from kit.verticals.profile import Profile

PROFILE = Profile(
    vertical="finance",
    title="Up or down?",
    limits="Only prices.",
    adds="It reads free text.",
    tuning={"rank": 2, "precision": "fp32"},
    quick_tuning={"steps": 3, "batch_size": 4},
    methods=("bf16", "fp32"),
    quick_rows=(40, 20),
)


def price_rows(n: int = 80, **more: Any) -> list[dict[str, Any]]:
    """Return rows whose label stands in the text, each with what `more` adds."""
    subjects = ("The price", "The share", "A bond", "The account")
    return [
        {
            "text": f"{subjects[i % 4]} of day {i} goes {('up', 'down')[i % 2]} again",
            "label": ("up", "down")[i % 2],
            **{name: value(i) if callable(value) else value for name, value in more.items()},
        }
        for i in range(n)
    ]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def tiny_case(folder: Path, model: Path | str, **changes: Any) -> Case:
    """Return a quick case on price rows in `folder`."""
    train = folder / "prices_train.jsonl"
    if not train.exists():
        write(train, price_rows())
    given: dict[str, Any] = {"train": train, "model": str(model), "quick": True, **changes}
    return case_of(given.pop("profile", PROFILE), **given)
