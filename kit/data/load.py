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
from kit.data.origin.address import is_database, is_hub
from kit.data.origin.origin import SETTLES_NS, state_of
from kit.data.prompt import default_instruction
from kit.data.read import absolute
from kit.data.row import Row
from kit.data.source import read_rows
from kit.data.spec import DataSpec
from kit.data.split import sample_rows
from kit.data.store import store_rows, stored_spec
from kit.data.synthetic import with_marks
from kit.data.turns import left_out
from kit.errors import ParameterError
from kit.i18n import _


@named_arguments
def load_data(
    source: Any,
    *,
    task: str = "classify",
    text: str = "text",
    template: str = "",
    label: str = "label",
    choices: str = "choices",
    context: str = "",
    columns: Sequence[str] = (),
    instruction: str = "",
    labels: Sequence[str] = (),
    split: str = "all",
    test_share: float = 0.2,
    limit: int | None = None,
    seed: int = 0,
    encoding: str = "auto",
    query: str = "",
    password_variable: str = "",
) -> Dataset:
    """Read and check the rows of a task.

    Parameters
    ----------
    source : str, path or pandas.DataFrame
        A bundled dataset (see `datasets`), a JSONL, JSON, CSV, TSV or Parquet file, a folder that the library datasets
        saved (a part of it: "folder/train"), a dataset of the Hugging Face hub ("hf://owner/name:train"), the address
        of a database ("sqlite:///file.db", with `query`), or a DataFrame, whose columns that count are then kept in a
        file, so that runs can read them.
    task : {"classify", "choose", "answer", "chat", "continue"}, default "classify"
        What is done with a row: give one of some labels to a text, choose among the row's own choices, write an
        answer, write the last answer of a conversation, or (nothing but) read on in plain text.
    text : str, default "text"
        The column with the text or question. One that holds flat objects is read as "name: value; name: value". For
        "chat", that with the turns: a list of {"role": …, "content": …} or {"from": …, "value": …}.
    template : str, default ""
        Text made of several columns, such as "Age: {age}; job: {job}"; `text` is then not read.
    label : str, default "label"
        The column with the right answer. To choose, it is the position of the right choice (from 0), its letter or its
        text; to answer, a text or a list of all that are right. Not used for "chat" and "continue".
    choices : str, default "choices"
        To choose: the column with a list of texts.
    context : str, default ""
        The column with what is to be read before the text or question, or with what a conversation's system says; left
        empty, there is none.
    columns : sequence of str, default ()
        Further columns that are kept with each row, to look at groups of rows later.
    instruction : str, default ""
        What the model is told to do; left empty, it names the labels, if there are any.
    labels : sequence of str, default ()
        To classify: all allowed answers, in order; left empty, those of the whole source, sorted.
    split : {"all", "train", "test"}, default "all"
        Which part of the rows.
    test_share : float, default 0.2
        Share of rows in the test part, above 0, at most 0.9.
    limit : int, optional
        At most so many rows of that part, with the same share of each label where there are labels.
    seed : int, default 0
        Of the split and the sample.
    encoding : str, default "auto"
        Of a text file. "auto" takes what its first bytes say, else UTF-8, else the likeliest, which then stands in the
        `notes` of the dataset; a named one must be right.
    query : str, default ""
        Of a database: one SELECT that returns the rows; with ORDER BY, they come in the same order each time.
    password_variable : str, default ""
        Environment variable with the password of the database, which stands in no address.

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
        task=task,
        text=text,
        template=template,
        label=label,
        choices=choices,
        context=context,
        columns=cast(tuple[str, ...], columns),  # a spec makes a tuple of a list, and refuses anything else
        instruction=instruction,
        labels=cast(tuple[str, ...], labels),
        split=split,
        test_share=test_share,
        limit=limit,
        seed=seed,
        encoding=encoding,
        query=query,
        password_variable=password_variable,
    )
    if framed:
        items = checked_rows(frame.read(source, with_marks(spec.wanted)), spec)
        stored = stored_spec(spec)
        path = store_rows(items, stored)
        return _dataset(stored.replace(source=str(path), encoding="utf-8"), items)
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
    table = read_rows(spec)
    items = checked_rows(table, spec)
    unanswered = sum(row.unanswered > 0 for row in items)
    return _dataset(spec, items, (*table.notes, left_out(unanswered)) if unanswered else table.notes)


def _state(source: str) -> object:
    """Return what changes when the rows of `source` do, or None where they may change and leave no trace."""
    if source in DATASETS:
        return source
    if is_database(source) or is_hub(source):
        return None
    path = absolute(source)
    try:
        if os.path.isdir(path):
            return state_of(path)
        found = os.stat(path)
    except (OSError, ValueError):  # told by whoever reads it
        return None
    if time.time_ns() - found.st_mtime_ns < SETTLES_NS:
        return None
    return path, found.st_ino, found.st_size, found.st_mtime_ns


def _dataset(spec: DataSpec, items: list[Row], notes: tuple[str, ...] = ()) -> Dataset:
    bundled = DATASETS.get(spec.source) if spec.task == "classify" else None
    found = tuple(sorted({row.answer for row in items})) if spec.task == "classify" else ()
    labels = spec.labels or (bundled.labels if bundled else found)
    instruction = spec.instruction or (bundled.instruction if bundled else default_instruction(labels))
    whole = Dataset(items=tuple(items), labels=labels, instruction=instruction, origin=spec, notes=notes)
    return dataclasses.replace(whole, items=tuple(items[row] for row in _part(whole, spec)))


def positions_of(spec: DataSpec) -> Sequence[int] | None:
    """Return which rows of its source `spec` means, ascending, by their positions from 0; None where it means all.

    Raises
    ------
    ParameterError, UnknownNameError, DataError
        As `load_data` does: what is a part of rows that cannot all be used is not defined.
    """
    if spec.split == "all" and spec.limit is None:
        return None
    return _part(open_data(spec.replace(split="all", limit=None)), spec)


def _part(whole: Dataset, spec: DataSpec) -> Sequence[int]:
    rows: Sequence[int] = range(len(whole))
    if spec.split != "all":
        rows = whole.division(spec.test_share, spec.seed)[spec.split == "test"]
    if spec.limit is not None:
        _check_limit(spec.limit, whole.labels)
        # After the division: so a train and a test part never share a row, whatever their limits.
        groups = whole.groups
        rows = [rows[place] for place in sample_rows([groups[row] for row in rows], spec.limit, spec.seed)]
    return rows


def _check_limit(limit: int, labels: Sequence[str]) -> None:
    if limit < len(labels):
        allowed = _("at least {n}, one row for each label").format(n=len(labels))
        raise ParameterError("limit", limit, allowed=allowed)
