"""The rows that all tools train on: read once, encoded once, the same for everybody."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.data import find
from benchmarks.tuning.job import Row, write_rows
from kit.data import Dataset, DataSpec, open_data
from kit.tuning.example import encode_examples

Raw = list[dict[str, Any]]


@dataclass(frozen=True)
class Files:
    """Where rows come from: a name for the report, the file to train on, the file to test with, and two columns."""

    name: str
    train: Path
    test: Path | None
    text: str = "text"
    label: str = "label"


@dataclass(frozen=True)
class Material:
    """Rows as files.

    Parameters
    ----------
    name : str
        "sentfin" for labelled texts, "instructions" for instructions, whatever their file is called.
    source : str
        What their file is called.
    train, held : DataSpec
        What Tunebook reads.
    rows, held_rows : Path
        The same as tokens, what the others read (`benchmarks.tuning.job.read_rows`).
    test : DataSpec, optional
        For accuracy; instructions have none.
    """

    name: str
    source: str
    train: DataSpec
    held: DataSpec
    rows: Path
    held_rows: Path
    test: DataSpec | None = None


def usual(name: str, folder: str | None) -> Files:
    """Return the files of a well-known data set, such as ``finance/sentfin``."""
    train, test = (find(f"{name}_{part}.jsonl", folder) for part in ("train", "test"))
    return Files(train.stem.removesuffix("_train"), train, test)


def is_instructions(file: Path) -> bool:
    """Do the rows of `file` have an instruction and an output?"""
    with file.open(encoding="utf-8") as lines:
        return {"instruction", "output"} <= set(json.loads(next(lines)))


def labelled(files: Files, folder: Path, tokenizer: Any, *, held: int, max_length: int, seed: int) -> Material:
    """Write the rows of a classification to `folder`: `held` of them, drawn by `seed`, are kept from training."""
    raw = [_labelled(row, files) for row in _read(files.train)]
    kept = set(random.Random(seed).sample(range(len(raw)), min(held, len(raw) // 4)))
    train = DataSpec(source=_write(folder / "train.jsonl", [row for i, row in enumerate(raw) if i not in kept]))
    data = open_data(train)
    instruction, labels = data.instruction, data.labels
    known = [raw[i] for i in sorted(kept) if raw[i]["label"] in labels]
    held_back = DataSpec(source=_write(folder / "held.jsonl", known), instruction=instruction, labels=labels)
    test = None
    if files.test is not None:
        rows = [row for row in (_labelled(row, files) for row in _read(files.test)) if row["label"] in labels]
        test = DataSpec(source=_write(folder / "test.jsonl", rows), instruction=instruction, labels=labels)
    return Material(
        "sentfin",
        files.name,
        train.replace(instruction=instruction, labels=labels),
        held_back,
        _encoded(folder / "train-ids.jsonl", tokenizer, data, max_length, seed),
        _encoded(folder / "held-ids.jsonl", tokenizer, open_data(held_back), max_length, None),
        test,
    )


def plain(files: Files, folder: Path) -> tuple[DataSpec, DataSpec]:
    """Write all labelled rows to train on and to test with, and return what Tunebook reads."""
    assert files.test is not None
    raw = [_labelled(row, files) for row in _read(files.train)]
    known = {row["label"] for row in raw}
    test = [row for row in (_labelled(row, files) for row in _read(files.test)) if row["label"] in known]
    return DataSpec(source=_write(folder / "train.jsonl", raw)), DataSpec(source=_write(folder / "test.jsonl", test))


def bundled(folder: Path, tokenizer: Any, *, held: int, max_length: int, seed: int) -> Material:
    """Write the rows of the dataset that comes with Tunebook, for whoever has no other."""
    spec = DataSpec(source="finance-alerts")
    paths = []
    for part in ("train", "test"):
        data = open_data(spec.replace(split=part))
        rows = [{"text": text, "label": label} for text, label in zip(data.texts, data.answers, strict=True)]
        paths.append(Path(_write(folder / f"alerts_{part}.jsonl", rows)))
    files = Files("finance-alerts", paths[0], paths[1])
    return labelled(files, folder, tokenizer, held=held, max_length=max_length, seed=seed)


def instructions(files: Files, folder: Path, tokenizer: Any, *, held: int, max_length: int, seed: int) -> Material:
    """Write instructions with their input and output to `folder`; at most `held` rows of the test file are held out."""
    raw = [_instruction(row) for row in _read(files.train)]
    if files.test is None:
        kept = set(random.Random(seed).sample(range(len(raw)), min(held, len(raw) // 4)))
        test = [row for i, row in enumerate(raw) if i in kept]
        raw = [row for i, row in enumerate(raw) if i not in kept]
    else:
        test = [_instruction(row) for row in _read(files.test)][:held]
    train = DataSpec(source=_write(folder / "train.jsonl", raw), task="answer")
    held_back = DataSpec(source=_write(folder / "held.jsonl", test), task="answer")
    return Material(
        "instructions",
        files.name,
        train,
        held_back,
        _encoded(folder / "train-ids.jsonl", tokenizer, open_data(train), max_length, seed),
        _encoded(folder / "held-ids.jsonl", tokenizer, open_data(held_back), max_length, None),
    )


def rendered(features: dict[str, Any]) -> str:
    """Return the columns of a table's row as a text."""
    return "; ".join(f"{name}: {value}" for name, value in features.items())


def _labelled(row: dict[str, Any], files: Files) -> dict[str, str]:
    value = row["features"] if "features" in row and files.text not in row else row[files.text]
    return {"text": rendered(value) if isinstance(value, dict) else str(value), "label": str(row[files.label])}


def _instruction(row: dict[str, Any]) -> dict[str, str]:
    parts = [part for part in (row["instruction"], row.get("input", "")) if part]
    return {"text": "\n\n".join(parts), "label": row["output"]}


def _read(file: Path) -> Raw:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _write(file: Path, rows: Sequence[dict[str, str]]) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(file)


def _encoded(file: Path, tokenizer: Any, data: Dataset, max_length: int, seed: int | None) -> Path:
    """Write the rows of `data` as tokens, shuffled where there is a seed."""
    rows = [
        Row(list(each.question), list(each.answer), tokenizer.decode(each.question), tokenizer.decode(each.answer))
        for each in encode_examples(tokenizer, data, max_length)
    ]
    if seed is not None:
        random.Random(seed).shuffle(rows)
    return write_rows(file, rows)
