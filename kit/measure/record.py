"""What was asked and answered in one row, kept so that comparisons are paired and slices can be looked at later."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kit.engines import Prompt
from kit.errors import KitError
from kit.i18n import _
from kit.place import write_atomic
from kit.result import Result


@dataclass(frozen=True, kw_only=True)
class Record:
    """One row of an evaluation.

    Parameters
    ----------
    row : int
        Its place in the data, from 0.
    hash : str
        From `prompt_hash`: equal for two evaluations that asked the same.
    gold : str
        The right answer, "" where there is none.
    answer : str
        What the model chose or wrote.
    scores : dict of str to float
        What this row counts for each metric that is a mean over rows, such as ``{"acc": 1.0, "acc_norm": 0.0}``.
    logprobs : tuple of float
        Of each label, choice or text, in the order of `choices`.
    choices : tuple of str
        The labels or choices, where they differ from row to row; else empty, and in the facts of the result.
    slices : dict of str to str
        The group that the row belongs to, by name of the slice, such as ``{"label": "good", "subject": "ENT"}``.
    judged : str
        What a judge replied about the answer.
    text : str
        The beginning of what was asked, for people to read.
    """

    row: int
    hash: str
    gold: str = ""
    answer: str = ""
    scores: dict[str, float] = field(default_factory=dict)
    logprobs: tuple[float, ...] = ()
    choices: tuple[str, ...] = ()
    slices: dict[str, str] = field(default_factory=dict)
    judged: str = ""
    text: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; what is empty is left out."""
        values = dataclasses.asdict(self)
        return {name: value for name, value in values.items() if value or name in ("row", "hash", "gold", "answer")}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Record:
        """Make a record from what `to_dict` returned; keys of a newer version are ignored."""
        known = {f.name for f in dataclasses.fields(cls)}
        values = {name: value for name, value in values.items() if name in known}
        for name in ("logprobs", "choices"):
            values[name] = tuple(values.get(name, ()))
        return cls(**values)


def prompt_hash(prompt: Prompt, continuations: Sequence[str] = ()) -> str:
    """Return 16 hex digits that are equal exactly when the same was asked, with the same answers to choose from."""
    text = json.dumps([prompt, list(continuations)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_records(path: Path, records: Sequence[Record]) -> None:
    """Write one JSON object a line, whole or not at all."""
    write_atomic(path, "".join(json.dumps(record.to_dict(), ensure_ascii=False) + "\n" for record in records))


def read_records(result: Result) -> tuple[Record, ...]:
    """Return what was asked and answered in each row of an evaluation.

    Raises
    ------
    KitError
        The result has no such file, or it cannot be read.
    """
    name = result.artifacts.get("rows")
    if result.folder is None or name is None:
        raise KitError(
            _("This result has no record of its rows."),
            fix=_("Measure accuracy again, and take the result from its run: kit.find_run(…).result."),
        )
    path = result.folder / name
    try:
        # Not splitlines(): a text may hold one of the rarer line separators, which JSON leaves as they are.
        lines = path.read_text(encoding="utf-8").split("\n")
        return tuple(Record.from_dict(json.loads(line)) for line in lines if line)
    except (OSError, ValueError, TypeError) as exc:
        text = _("The rows of this result cannot be read from {path}: {exc}.").format(path=path, exc=exc)
        raise KitError(text, fix=_("Evaluate again.")) from exc
