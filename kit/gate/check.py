"""What a check is: fed with all rows, part by part, and asked at the end what it found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kit.data.reading import Entry
from kit.data.row import Row
from kit.gate.finding import Finding, Part
from kit.gate.spec import Thresholds
from kit.gate.texts import Texts

Tell = Callable[[float, float], None]


@dataclass(frozen=True)
class Seen:
    """A usable row as checks see it: its part, its place there (from 0), its number in the source, and itself."""

    part: Part
    place: int
    number: int
    row: Row

    @property
    def asked(self) -> str:
        """What is asked: context, text and choices; two rows that ask the same are duplicates."""
        return asked(self.row)


def asked(row: Row) -> str:
    """Return what a row asks, as one text."""
    return "\n".join(part for part in (row.context, row.text, *row.choices) if part)


def written(row: Row) -> list[str]:
    """Return all that people wrote in a row: what it asks, and the answers that are no labels."""
    answers = row.accepted or ((row.answer,) if row.turns else ())
    return [asked(row), *answers]


class Check:
    """The base of every check.

    Rows of the test part come first, then those of the data. Whatever a check keeps of them must stay small: texts can
    be read again through `texts`, where `reads_again` is True.

    Parameters
    ----------
    spec : Thresholds
        What is too much of what.
    texts : Texts
        What each row asks, by part and place.
    """

    name: str = ""
    reads_again: bool = False

    def __init__(self, spec: Thresholds, texts: Texts) -> None:
        self.spec, self.texts = spec, texts

    def feed(self, rows: Sequence[Seen]) -> None:
        """Look at the next rows, all of one part."""

    def feed_broken(self, part: Part, entries: Sequence[Entry]) -> None:
        """Look at rows that cannot be used."""

    def finish(self, tell: Tell) -> Finding:
        """Return what was found; ``tell(done, total)`` says how far the work is, and raises `Stopped` where asked."""
        raise NotImplementedError
