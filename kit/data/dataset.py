"""Checked rows, the labels they may have, and how a row becomes a prompt."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from kit._arguments import named_arguments
from kit.data.preview import preview
from kit.data.prompt import Message, prompt_of
from kit.data.recipe import read_recipe
from kit.data.row import Row
from kit.data.spec import DataSpec
from kit.data.split import split_rows
from kit.data.store import cells_of, store_rows, stored_spec
from kit.data.synthetic import divided


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Dataset:
    """Checked rows of one task; made by `load_data` or `open_data`, never changed.

    Parameters
    ----------
    items : tuple of Row
        At least one.
    labels : tuple of str
        All allowed labels, in order, where rows are classified; some may have no row.
    instruction : str
        What a model is told to do.
    origin : DataSpec
        Where the rows come from, and their task.
    named : bool, default True
        Does `origin` mean exactly these rows?
    notes : tuple of str, default ()
        What was found out or mended while the source was read, as sentences.
    """

    items: tuple[Row, ...]
    labels: tuple[str, ...]
    instruction: str
    origin: DataSpec
    named: bool = True
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    @property
    def task(self) -> str:
        """What is done with the rows: "classify", "choose", "answer", "chat" or "continue"."""
        return self.origin.task

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The text or question of each row, none blank."""
        return tuple(row.text for row in self.items)

    @cached_property
    def answers(self) -> tuple[str, ...]:
        """The right label, choice or (first) answer of each row; empty where text is continued."""
        return tuple(row.answer for row in self.items)

    @cached_property
    def spec(self) -> DataSpec:
        """The spec that means these rows; rows that were picked here are stored first, so that one can."""
        if self.named:
            return self.origin
        stored = stored_spec(self.origin)
        same = {name: getattr(stored, name) for name in ("task", "columns", *stored.roles)}
        path = store_rows(self.items, stored)
        return DataSpec(source=str(path), instruction=self.instruction, labels=self.labels, **same)

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of task, labels and rows, as 64 hex digits; further columns are not part of what is asked."""
        digest = hashlib.sha256(json.dumps(self.labels or [self.task]).encode())
        for row in self.items:
            digest.update(json.dumps(row.content()).encode())
        return digest.hexdigest()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each label has, in the order of `labels`."""
        found = Counter(self.answers)
        return {label: found[label] for label in self.labels}

    @property
    def recipe(self) -> dict[str, Any] | None:
        """How the rows came to be, where they were cleaned, divided or made by Tunebook; None where nothing tells."""
        return read_recipe(self.origin.source)

    def as_spec_value(self) -> DataSpec:
        """Return what a spec holds in place of the rows."""
        return self.spec

    def rows(self) -> list[dict[str, Any]]:
        """Return the cells of each row by their roles: {"text": …, "label": …}, and what else its task has."""
        plain = DataSpec(source="rows", task=self.task, context="context" if self.origin.context else "")
        return [cells_of(row, plain) for row in self.items]

    def prompts(self) -> list[list[Message]]:
        """Return the chat messages of each row."""
        return [prompt_of(self.instruction, row) for row in self.items]

    @property
    def groups(self) -> tuple[str, ...]:
        """By what divisions and samples keep the share of rows: labels, where there are any."""
        return self.answers if self.task == "classify" else ("",) * len(self)

    def division(self, test_share: float, seed: int) -> tuple[list[int], list[int]]:
        """Return the positions of the rows of a train and of a test part; rows that a model wrote are never tested on.

        Raises
        ------
        DataError
            As `split` does.
        """
        groups = self.groups

        def divide(real: list[int]) -> tuple[list[int], list[int]]:
            parts = split_rows([groups[row] for row in real], test_share, seed)
            train, test = ([real[place] for place in part] for part in parts)
            return train, test

        return divided([row.parent for row in self.items], lambda row: self.items[row].key, divide)

    def take(self, rows: Sequence[int]) -> Dataset:
        """Return a dataset of the rows at these positions, in this order, with the same labels and instruction."""
        return dataclasses.replace(self, items=tuple(self.items[row] for row in rows), named=False)

    @named_arguments
    def split(self, test_share: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Divide the rows into a train and a test part, with the same share of each label where there are labels.

        Parameters
        ----------
        test_share : float, default 0.2
            Above 0, at most 0.9.
        seed : int, default 0
            Another seed, another division.

        Returns
        -------
        train, test : Dataset
            A label with a single row is in train only.

        Raises
        ------
        ParameterError
            `test_share` or `seed` is out of range.
        DataError
            No label has two rows, or there is a single row.
        """
        asked = self.origin.replace(test_share=test_share, seed=seed)
        train, test = (self.take(rows) for rows in self.division(asked.test_share, asked.seed))
        if self.named and self.origin.split == "all" and self.origin.limit is None:
            train = dataclasses.replace(train, origin=asked.replace(split="train"), named=True)
            test = dataclasses.replace(test, origin=asked.replace(split="test"), named=True)
        return train, test

    def __repr__(self) -> str:
        place = self.origin.source.replace("\\", "/").rsplit("/", 1)[-1]
        part = "" if self.origin.split == "all" else f", {self.origin.split}"
        what = f"{len(self.labels)} labels" if self.task == "classify" else f"task {self.task}"
        return f"<Dataset {place}{part}: {len(self):,} rows, {what}>"

    def _repr_html_(self) -> str:
        return preview(self)
