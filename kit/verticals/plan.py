"""How much of everything fits into the minutes that a person gives, by rules that give the same answer each time.

A spec must be the same whenever a notebook is run again, so nothing here asks how fast this machine is just now. The
rates are those of a model of 135 M parameters on two cores (16-bit weights); on other machines the minutes are others.
"""

from __future__ import annotations

from typing import Any

from kit.data import Dataset
from kit.verticals.profile import Profile

_ANSWER_TOKENS, _ANSWER_TOKENS_QUICK = 64, 16
_TOKENS_PER_S = 650.0  # of rows that are learnt from
_CHARACTERS = 3.6  # to a token of English with numbers
_ROW_TOKENS = 14  # of a chat template around each row
_TUNING_SHARE = 0.4  # of the minutes
_SWEEP_SHARE = 0.25
_EPOCHS = 3.0
_BATCH = 8  # few rows are learnt better in many small steps: 16 at a time gave machines a macro-F1 of 0.53, 8 gave 0.68
_SHORTEST = 0.1  # epochs
_QUICK: dict[str, Any] = {"steps": 4, "evaluations": 1, "batch_size": 4, "sample_answers": 0}


def tuning(profile: Profile, rows: Dataset, *, minutes: float, quick: bool) -> dict[str, Any]:
    """Return the fields of a tuning of `rows`: as many epochs as the profile wants, and as the minutes hold."""
    if quick:
        return {**profile.tuning, **_QUICK, **profile.quick_tuning}
    wanted = float(profile.tuning.get("epochs", _EPOCHS))
    held = minutes * 60 * _TUNING_SHARE * _TOKENS_PER_S / max(tokens(rows), 1.0)
    epochs = round(min(wanted, max(held, _SHORTEST)), 2)
    return {"batch_size": _BATCH, "evaluations": 2, "sample_answers": 0, **profile.tuning, "epochs": epochs}


def tokens(rows: Dataset) -> float:
    """Return about how many tokens one pass over `rows` computes; what all of them begin with counts once a batch."""
    longest = 512 * _CHARACTERS
    held = sum(min(len(row.context) + len(row.text) + len(row.answer), longest) for row in rows.items)
    return held / _CHARACTERS + len(rows) * _ROW_TOKENS


def rows_measured(task: str, *, quick: bool) -> int:
    """Return on how many test rows written answers and ways of holding a model are measured, at most."""
    if task == "answer":
        return 8 if quick else 40
    return 16 if quick else 200


def answer_tokens(*, quick: bool) -> int:
    """Return how many tokens a written answer may have."""
    return _ANSWER_TOKENS_QUICK if quick else _ANSWER_TOKENS


def sweep(profile: Profile, task: str, *, quick: bool, minutes: float) -> dict[str, Any]:
    """Return the fields of a sweep: the reference and one more method in quick mode."""
    sizes = {"requests": 2, "new_tokens": 4} if quick else {"requests": 5, "new_tokens": 24}
    return {
        "methods": profile.methods[:2] if quick else profile.methods,
        "measures": ("accuracy", "latency", "memory"),
        "answer_tokens": answer_tokens(quick=quick),
        "minutes": None if quick else round(minutes * _SWEEP_SHARE, 2),
        **sizes,
    }


def largest(minutes: float, cores: int) -> float:
    """Return how many parameters a model may have so that the minutes hold its tuning: 300 M for 15 on two cores."""
    return 1e7 * minutes * max(cores, 1)
