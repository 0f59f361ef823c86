"""What each tool is told to do: the same model, rows, adapter and learning rate.

Nothing here needs more than the standard library, since tools read it in environments of their own.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Row:
    """One row: token ids and text of what is asked and of the answer, whose last token ends it."""

    question: list[int]
    answer: list[int]
    prompt: str = ""
    reply: str = ""

    def __len__(self) -> int:
        return len(self.question) + len(self.answer)


@dataclass(frozen=True)
class Job:
    """What a tool is told to do.

    Parameters
    ----------
    model : str
        A folder with weights, configuration and tokenizer.
    train, held : str
        Files of rows (`read_rows`) to train on and to measure the loss on.
    folder : str
        Where it may write; the adapter goes to ``adapter`` in it.
    steps : int
        Over which the learning rate runs; training may be ended before.
    settings : dict
        What only this tool knows.
    """

    model: str
    train: str
    held: str
    folder: str
    steps: int
    batch_size: int = 16
    learning_rate: float = 1e-3
    warmup_share: float = 0.06
    rank: int = 16
    alpha: int = 32
    targets: tuple[str, ...] = ("q_proj", "v_proj")
    max_length: int = 512
    seed: int = 0
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def warmup_steps(self) -> int:
        """Over how many steps the learning rate rises."""
        return -int(-self.steps * self.warmup_share // 1)

    @property
    def adapter(self) -> Path:
        """Where the adapter goes."""
        return Path(self.folder) / "adapter"

    def write(self) -> Path:
        """Write it to its folder and return the file."""
        Path(self.folder).mkdir(parents=True, exist_ok=True)
        file = Path(self.folder) / "job.json"
        file.write_text(json.dumps(dataclasses.asdict(self)), encoding="utf-8")
        return file


def read_job(file: str) -> Job:
    """Return what `Job.write` wrote."""
    values = json.loads(Path(file).read_text(encoding="utf-8"))
    return Job(**{**values, "targets": tuple(values["targets"])})


def write_rows(file: Path, rows: list[Row]) -> Path:
    """Write `rows` as JSON lines."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(dataclasses.asdict(row)) + "\n" for row in rows), encoding="utf-8")
    return file


def read_rows(file: str) -> list[Row]:
    """Return what `write_rows` wrote."""
    with open(file, encoding="utf-8") as lines:
        return [Row(**json.loads(line)) for line in lines]
