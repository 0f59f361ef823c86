"""One variant watched while its rows are scored: read in random order, compared row by row with the reference."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kit.engines import Prompt
from kit.errors import KitError
from kit.i18n import _
from kit.measure.racing.evidence import interval_of, most_wealth
from kit.measure.racing.spec import RaceSpec
from kit.measure.record import Record, prompt_hash, read_records
from kit.result import Result

_BATCHES = 2  # read between two looks: fewer cost more shared beginnings, more are read in vain
_LEAST_ROWS = 32


class Watch:
    """Knows what the reference got right, in which order rows are to be read, and when to give up.

    Parameters
    ----------
    race : RaceSpec
        Against what, by how much, and with what error.
    reference : sequence of float
        1 where the reference is right, else 0, row by row.
    batch_size : int
        Rows that the engine scores at a time.
    """

    def __init__(self, race: RaceSpec, reference: Sequence[float], batch_size: int) -> None:
        self.race, self._reference, self._batch_size = race, reference, batch_size
        self.told: dict[str, Any] | None = None  # why it was given up, once it was

    def chunks(self) -> list[list[int]]:
        """Return all rows in random order, the same each time, in chunks after each of which one looks."""
        order = list(range(len(self._reference)))
        random.Random(0).shuffle(order)
        size = max(_BATCHES * self._batch_size, _LEAST_ROWS)
        return [order[i : i + size] for i in range(0, len(order), size)]

    def hopeless(self, right: Mapping[int, float]) -> bool:
        """Do these rows say with evidence that the variant is worse by more than the margin, before all are read?

        Parameters
        ----------
        right : mapping of int to float
            1 where the variant is right, for the rows of the first chunks.
        """
        total = len(self._reference)
        read = [row for chunk in self.chunks() for row in chunk if row in right]
        lost = [self._reference[row] - right[row] for row in read]
        if len(read) >= total or most_wealth(lost, total, self.race.margin)[0] < 1 / self.race.error:
            return False
        self.told = self._words(lost, total)
        return True

    def _words(self, lost: list[float], total: int) -> dict[str, Any]:
        low, high = interval_of(lost, total, self.race.error)
        mean = math.fsum(lost) / len(lost)
        words = _(
            "given up after {read} of {total} rows: it is evidently more than {margin:.0f} points worse than "
            "{reference} ({mean:.0f} points on these rows; a wrong decision has a chance of at most {error:.0%})"
        )
        return {
            "read": len(lost),
            "rows": total,
            "reference": self.race.reference,
            "margin": self.race.margin,
            "error": self.race.error,
            "difference": -mean,
            "low": -high,
            "high": -low,
            "reason": words.format(
                read=len(lost),
                total=total,
                margin=100 * self.race.margin,
                reference=self.race.reference or _("the reference"),
                mean=100 * mean,
                error=self.race.error,
            ),
        }


def watch_for(
    race: RaceSpec | None,
    folder: Path,
    prompts: Sequence[Prompt],
    continuations: Sequence[Sequence[str]],
    batch_size: int,
) -> Watch | None:
    """Return who watches, or None where nobody races or the reference was not asked the same rows."""
    if race is None:
        return None
    try:
        records = read_records(Result(spec={}, artifacts={"rows": race.rows}, folder=folder))
    except KitError:
        return None
    hashes = [prompt_hash(*each) for each in zip(prompts, continuations, strict=True)]
    right = _by_row(records, hashes)
    return None if right is None else Watch(race, right, batch_size)


def _by_row(records: Sequence[Record], hashes: Sequence[str]) -> list[float] | None:
    """Return what the reference has in each row; None unless it was asked the same, row by row."""
    if [record.hash for record in records] != list(hashes):
        return None
    known = [record.scores["acc"] for record in records if "acc" in record.scores]
    return known if len(known) == len(hashes) else None
