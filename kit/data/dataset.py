"""Checked rows, the labels they may have, and how a row becomes a prompt."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kit._arguments import named_arguments
from kit.data.preview import preview
from kit.data.prompt import Message, messages
from kit.data.spec import DataSpec
from kit.data.split import split_rows
from kit.data.store import store_rows


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Dataset:
    """Labelled texts; made by `load_data` or `open_data`, never changed.

    Parameters
    ----------
    texts : tuple of str
        One for each row, none empty.
    answers : tuple of str
        The right label of each row.
    labels : tuple of str
        All allowed labels, in order; some may have no row.
    instruction : str
        What a model is told to do.
    origin : DataSpec
        Where the rows come from.
    named : bool, default True
        Does `origin` mean exactly these rows?
    """

    texts: tuple[str, ...]
    answers: tuple[str, ...]
    labels: tuple[str, ...]
    instruction: str
    origin: DataSpec
    named: bool = True

    def __len__(self) -> int:
        return len(self.texts)

    @cached_property
    def spec(self) -> DataSpec:
        """The spec that means these rows; rows that were picked here are stored first, so that one can."""
        if self.named:
            return self.origin
        path = store_rows(zip(self.texts, self.answers, strict=True), text=self.origin.text, label=self.origin.label)
        return DataSpec(
            source=str(path),
            text=self.origin.text,
            label=self.origin.label,
            instruction=self.instruction,
            labels=self.labels,
        )

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of labels, texts and answers, as 64 hex digits."""
        digest = hashlib.sha256(json.dumps(self.labels).encode())
        for row in zip(self.texts, self.answers, strict=True):
            digest.update(json.dumps(row).encode())
        return digest.hexdigest()

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many rows each label has, in the order of `labels`."""
        found = Counter(self.answers)
        return {label: found[label] for label in self.labels}

    def as_spec_value(self) -> DataSpec:
        """Return what a spec holds in place of the rows."""
        return self.spec

    def rows(self) -> list[dict[str, str]]:
        """Return each row as {"text": …, "label": …}."""
        return [{"text": text, "label": answer} for text, answer in zip(self.texts, self.answers, strict=True)]

    def prompts(self) -> list[list[Message]]:
        """Return the chat messages of each row."""
        return [messages(self.instruction, text) for text in self.texts]

    def take(self, rows: Sequence[int]) -> Dataset:
        """Return a dataset of the rows at these positions, in this order, with the same labels and instruction."""
        return dataclasses.replace(
            self,
            texts=tuple(self.texts[row] for row in rows),
            answers=tuple(self.answers[row] for row in rows),
            named=False,
        )

    @named_arguments
    def split(self, test_share: float = 0.2, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Divide the rows into a train and a test part with the same share of each label.

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
            No label has two rows.
        """
        asked = self.origin.replace(test_share=test_share, seed=seed)
        train, test = (self.take(rows) for rows in split_rows(self.answers, asked.test_share, asked.seed))
        if self.named and self.origin.split == "all" and self.origin.limit is None:
            train = dataclasses.replace(train, origin=asked.replace(split="train"), named=True)
            test = dataclasses.replace(test, origin=asked.replace(split="test"), named=True)
        return train, test

    def __repr__(self) -> str:
        place = self.origin.source.replace("\\", "/").rsplit("/", 1)[-1]
        part = "" if self.origin.split == "all" else f", {self.origin.split}"
        return f"<Dataset {place}{part}: {len(self):,} rows, {len(self.labels)} labels>"

    def _repr_html_(self) -> str:
        return preview(self)
