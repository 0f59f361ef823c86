"""Load data: from what a user has to a checked `Dataset`, and from a spec to the same one anywhere."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from kit._arguments import named_arguments
from kit.data.bundled import DATASETS
from kit.data.check import checked_rows
from kit.data.dataset import Dataset
from kit.data.format import frame
from kit.data.prompt import default_instruction
from kit.data.read import absolute, read_source
from kit.data.spec import DataSpec
from kit.data.split import sample_rows, split_rows
from kit.data.store import store_rows
from kit.errors import ParameterError
from kit.i18n import _

_SETTLES_NS = 2_000_000_000  # a file's time is this coarse on some file systems


@named_arguments
def load_data(
    source: Any,
    *,
    text: str = "text",
    label: str = "label",
    instruction: str = "",
    labels: Sequence[str] = (),
    split: str = "all",
    test_share: float = 0.2,
    limit: int | None = None,
    seed: int = 0,
    encoding: str = "utf-8",
) -> Dataset:
    """Read and check labelled texts.

    Parameters
    ----------
    source : str, path or pandas.DataFrame
        A bundled dataset (see `datasets`), a JSONL, JSON, CSV, TSV or Parquet file, or a DataFrame, whose two columns
        are then kept in a file, so that runs can read them.
    text, label : str, default "text", "label"
        The columns with the text to classify and the right answer.
    instruction : str, default ""
        What the model is told to do; left empty, it names the labels.
    labels : sequence of str, default ()
        All allowed answers, in order; left empty, those of the whole source, sorted.
    split : {"all", "train", "test"}, default "all"
        Which part of the rows.
    test_share : float, default 0.2
        Share of rows in the test part, above 0, at most 0.9.
    limit : int, optional
        At most so many rows of that part, with the same share of each label.
    seed : int, default 0
        Of the split and the sample.
    encoding : str, default "utf-8"
        Of a text file.

    Returns
    -------
    Dataset

    Raises
    ------
    ParameterError
        A parameter has a value that is not allowed.
    UnknownNameError
        No bundled dataset or no column has that name.
    DataError
        The source or a row of it cannot be used.
    """
    framed = frame.is_frame(source)
    if not framed and not isinstance(source, str | os.PathLike):
        allowed = _("a path, the name of a bundled dataset ({names}) or a pandas DataFrame").format(
            names=", ".join(DATASETS)
        )
        raise ParameterError("source", source, allowed=allowed)
    spec = DataSpec(
        source="frame" if framed else os.fsdecode(source),
        text=text,
        label=label,
        instruction=instruction,
        labels=cast(tuple[str, ...], labels),  # a spec makes a tuple of a list, and refuses anything else
        split=split,
        test_share=test_share,
        limit=limit,
        seed=seed,
        encoding=encoding,
    )
    if framed:
        texts, answers = checked_rows(frame.read(source, (text, label)), text, label, spec.labels)
        path = store_rows(zip(texts, answers, strict=True), text=text, label=label)
        return _dataset(spec.replace(source=str(path), encoding="utf-8"), texts, answers)
    data = open_data(spec)
    return dataclasses.replace(data, origin=spec.replace(source=absolute(spec.source)))


def open_data(spec: DataSpec) -> Dataset:
    """Read and check the rows that `spec` means.

    Parameters
    ----------
    spec : DataSpec
        A path in it that is not absolute is seen from the current folder.

    Raises
    ------
    ParameterError, UnknownNameError, DataError
        As `load_data` does.
    """
    state = _state(spec.source)
    return _read(spec) if state is None else _read_once(spec, state)


# Specs are looked at before the work and opened by it, with the same rows: those opened last are kept. Two, since a
# tuning has training and validation rows.
@lru_cache(maxsize=2)
def _read_once(spec: DataSpec, state: object) -> Dataset:
    return _read(spec)


def _read(spec: DataSpec) -> Dataset:
    table = read_source(spec.source, (spec.text, spec.label), spec.encoding)
    return _dataset(spec, *checked_rows(table, spec.text, spec.label, spec.labels))


def _state(source: str) -> object:
    """Return what changes when the rows of `source` do, or None where they may change and leave no trace."""
    if source in DATASETS:
        return source
    path = absolute(source)
    try:
        found = os.stat(path)
    except (OSError, ValueError):  # told by whoever reads it
        return None
    if time.time_ns() - found.st_mtime_ns < _SETTLES_NS:
        return None
    return path, found.st_ino, found.st_size, found.st_mtime_ns


def _dataset(spec: DataSpec, texts: list[str], answers: list[str]) -> Dataset:
    bundled = DATASETS.get(spec.source)
    labels = spec.labels or (bundled.labels if bundled else tuple(sorted(set(answers))))
    instruction = spec.instruction or (bundled.instruction if bundled else default_instruction(labels))
    rows: Sequence[int] = range(len(answers))
    if spec.split != "all":
        rows = split_rows(answers, spec.test_share, spec.seed)[spec.split == "test"]
    if spec.limit is not None:
        _check_limit(spec.limit, labels)
        # After the division: so a train and a test part never share a row, whatever their limits.
        rows = [rows[place] for place in sample_rows([answers[row] for row in rows], spec.limit, spec.seed)]
    return Dataset(
        texts=tuple(texts[row] for row in rows),
        answers=tuple(answers[row] for row in rows),
        labels=labels,
        instruction=instruction,
        origin=spec,
    )


def _check_limit(limit: int, labels: Sequence[str]) -> None:
    if limit < len(labels):
        allowed = _("at least {n}, one row for each label").format(n=len(labels))
        raise ParameterError("limit", limit, allowed=allowed)
