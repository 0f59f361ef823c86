"""What a reference expects at each place of some texts, kept on disk while variants are compared with it.

Two models need not be in memory at once then, and never more than some places of the vocabulary. The log-probabilities
are kept as 16-bit floats and normalised again when they are read: rounding shifts a divergence by about 1e-6 nats. The
likeliest token, and the log-probability of the token that stands there, are kept exactly.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from kit.engines.protocol import Distributions
from kit.errors import KitError
from kit.i18n import _
from kit.place import patiently
from kit.report import Report

_BYTES = 2  # of a 16-bit float
_MB = 1e6


@dataclass(frozen=True, eq=False)
class Piece:
    """What is kept of some successive texts beside the table of log-probabilities.

    Parameters
    ----------
    start : int
        Which row of the table is the first place.
    text, token, top, logprob : ndarray [n]
        Of each place: which text it is in, the token there, the likeliest one, the log-probability of that there.
    """

    start: int
    text: numpy.ndarray
    token: numpy.ndarray
    top: numpy.ndarray
    logprob: numpy.ndarray

    def __len__(self) -> int:
        return len(self.token)


class Expectations:
    """A table of log-probabilities on disk and its index, written piece by piece.

    Parameters
    ----------
    folder : Path
        Where it lies.
    name : str
        Equal for the same reference, texts and number of places.
    report : Report
        Told what room it takes, and what is waited for when the disk is full.
    """

    def __init__(self, folder: Path, name: str, report: Report) -> None:
        self._table, self._index, self._report = folder / f"{name}.f16", folder / f"{name}.jsonl", report
        self.plan: list[list[int]] = []
        self.wanted = 0
        self.vocabulary = 0
        self.pieces: list[Piece] = []
        self._read()

    @property
    def places(self) -> int:
        """How many there are so far."""
        return sum(map(len, self.pieces))

    @property
    def complete(self) -> bool:
        """Is all there that was planned?"""
        return bool(self.plan) and (len(self.pieces) == len(self.plan) or self.places >= self.wanted)

    def begin(self, plan: list[list[int]], wanted: int) -> None:
        """Begin anew: the texts of each piece, and how many places there are to be in all."""
        self.plan, self.wanted, self.vocabulary, self.pieces = plan, wanted, 0, []
        self._index.parent.mkdir(parents=True, exist_ok=True)
        patiently(lambda: self._index.write_text(json.dumps({"plan": plan, "wanted": wanted}) + "\n"), self._report)

    def add(self, chunks: Iterable[Distributions], texts: list[int]) -> Piece:
        """Keep the next piece as it comes, up to the number of places wanted, and return its index.

        Raises
        ------
        KitError
            The disk has no room for it.
        """
        start = self.places
        columns: dict[str, list[numpy.ndarray]] = {"text": [], "token": [], "top": [], "logprob": []}
        done = 0
        for chunk in chunks:
            room = self.wanted - start - done
            if room <= 0:
                break
            self._check_room(chunk)
            logprobs, tokens = chunk.logprobs[:room], chunk.tokens[:room]
            self._write(logprobs, start + done)
            columns["text"].append(numpy.full(len(tokens), texts[chunk.text]))
            columns["token"].append(tokens)
            columns["top"].append(logprobs.argmax(axis=1))
            columns["logprob"].append(logprobs[numpy.arange(len(tokens)), tokens].astype(float))
            done += len(tokens)
        made = {name: numpy.concatenate(column) if column else numpy.zeros(0) for name, column in columns.items()}
        piece = Piece(start, **made)
        line = {"vocabulary": self.vocabulary, **{name: column.tolist() for name, column in made.items()}}
        patiently(lambda: self._append(line), self._report)
        self.pieces.append(piece)
        return piece

    def rows(self, start: int, count: int) -> numpy.ndarray:
        """Return the log-probabilities of `count` places from `start` on, each normalised: float32 [n, vocabulary]."""
        at = start * self.vocabulary * _BYTES
        kept = numpy.fromfile(self._table, numpy.float16, count * self.vocabulary, offset=at)
        found = kept.reshape(count, self.vocabulary).astype(numpy.float32)
        for row in found:
            row -= numpy.log(numpy.exp(row).sum(dtype=numpy.float64))
        return found

    def _write(self, logprobs: numpy.ndarray, start: int) -> None:
        with numpy.errstate(over="ignore"):  # what is below -65504 is as good as minus infinity
            data = logprobs.astype(numpy.float16).tobytes()
        at = start * self.vocabulary * _BYTES
        patiently(lambda: _write_at(self._table, data, at), self._report)

    def _check_room(self, chunk: Distributions) -> None:
        """Say, and make sure of, the room that the table takes, when its width is first known."""
        if self.vocabulary:
            return
        self.vocabulary = chunk.logprobs.shape[1]
        needed = (self.wanted - self.places) * self.vocabulary * _BYTES
        free = shutil.disk_usage(self._table.parent).free
        size = {"needed": f"{needed / _MB:,.1f}", "places": self.wanted, "free": f"{free / _MB:,.0f}"}
        if needed > free:
            raise KitError(
                _(
                    "Keeping what the reference expects at {places} places takes {needed} MB; {free} MB are free."
                ).format(**size),
                fix=_("Free some room on the disk, or lower reference_tokens."),
            )
        self._report.message(
            _("What the reference expects at {places} places takes {needed} MB on disk until all is compared.").format(
                **size
            )
        )

    def _append(self, line: dict[str, Any]) -> None:
        with self._index.open("a+b") as file:
            size = file.seek(0, os.SEEK_END)
            whole = os.pread(file.fileno(), 1, size - 1) == b"\n"  # else a line before it was cut off
            file.write((b"" if whole else b"\n") + json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _read(self) -> None:
        """Take in what an earlier attempt has kept; a line that was cut off is left out."""
        try:
            lines = self._index.read_bytes().split(b"\n")
            size = self._table.stat().st_size
        except OSError:
            return
        for values in filter(None, map(_parsed, lines)):
            if "plan" in values:
                self.plan, self.wanted = values["plan"], values["wanted"]
            else:
                self.vocabulary = values.pop("vocabulary")
                self.pieces.append(Piece(self.places, **{name: numpy.array(column) for name, column in values.items()}))
        if self.places * self.vocabulary * _BYTES > size:
            self.plan, self.pieces = [], []


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return found


def _write_at(path: Path, data: bytes, at: int) -> None:
    with path.open("r+b" if path.exists() else "wb") as file:
        file.seek(at)
        file.write(data)
