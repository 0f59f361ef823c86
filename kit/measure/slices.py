"""Where a model is worse than elsewhere: its score for each group of rows, and which group stands out, if any does."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from kit.i18n import _
from kit.measure.saying import is_share, metric_words, number_words

FEWEST = 20  # rows of a group that is judged


@dataclass(frozen=True, kw_only=True)
class Slice:
    """One group of rows.

    Parameters
    ----------
    by, value : str
        The column and what it holds in these rows.
    n : int
        Rows.
    score, low, high : float
        What is reached in these rows and its interval; all intervals hold at once.
    gap, gap_low, gap_high : float or None
        The score here minus that of all other rows, and its interval; None where there are too few rows.
    kind : {"better", "worse", "no evidence", "too few rows"}
        Against all other rows.
    """

    by: str
    value: str
    n: int
    score: float
    low: float
    high: float
    gap: float | None = None
    gap_low: float | None = None
    gap_high: float | None = None
    kind: str = "too few rows"

    @property
    def name(self) -> str:
        """Column and value in one word."""
        return f"{self.by}={self.value}"


@dataclass(frozen=True, kw_only=True)
class Slices:
    """A score, slice by slice.

    Parameters
    ----------
    metric : str
    n : int
        Rows.
    score : float
        In all rows.
    slices : tuple of Slice
        By column, in the order of their values.
    sentence : str
        Which slice is worst, or that none stands out.
    """

    metric: str
    n: int
    score: float
    slices: tuple[Slice, ...]
    sentence: str

    @property
    def worst(self) -> Slice | None:
        """The slice furthest below all other rows, of those with evidence; None where no slice stands out."""
        return worst_of(self.slices)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self) | {"worst": self.worst.name if self.worst else None}

    def __repr__(self) -> str:
        rows = [self._cells(each) for each in self.slices]
        wide = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
        lines = [f"{a:{wide[0]}}  {b:>{wide[1]}}  {c:{wide[2]}}  {d}".rstrip() for a, b, c, d in rows]
        return "\n".join([self.sentence, *lines])

    def _repr_html_(self) -> str:
        heads = (_("Slice"), _("Rows"), metric_words(self.metric), _("Against the rest"))
        head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in self._cells(each)) + "</tr>"
            for each in self.slices
        )
        return f"<p>{html.escape(self.sentence)}</p><table><tr>{head}</tr>{rows}</table>"

    def _cells(self, each: Slice) -> tuple[str, str, str, str]:
        shares = is_share(self.metric, each.low, each.high)
        low, score, high = (number_words(x, shares) for x in (each.low, each.score, each.high))
        said = {"better": _("better"), "worse": _("worse"), "too few rows": _("too few rows")}
        return each.name, f"{each.n:,}", f"{score} ({low} – {high})", said.get(each.kind, "")


def worst_of(found: Sequence[Slice]) -> Slice | None:
    """Return the slice furthest below all other rows, of those with evidence, or None."""
    lost = [each for each in found if each.kind == "worse"]
    return max(lost, key=lambda each: abs(each.gap or 0.0)) if lost else None
