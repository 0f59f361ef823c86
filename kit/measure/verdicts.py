"""Several verdicts, judged together, as a small table."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import Any, overload

from kit.errors import UnknownNameError
from kit.i18n import _
from kit.measure.saying import metric_words, number_words
from kit.measure.verdict import Verdict


class Verdicts(Sequence[Verdict]):
    """Verdicts that were judged together, by place or by name.

    Parameters
    ----------
    verdicts : sequence of Verdict
        Each with a name.
    """

    def __init__(self, verdicts: Sequence[Verdict]) -> None:
        self._verdicts = tuple(verdicts)

    @overload
    def __getitem__(self, key: int | str) -> Verdict: ...

    @overload
    def __getitem__(self, key: slice) -> Verdicts: ...

    def __getitem__(self, key: int | str | slice) -> Verdict | Verdicts:
        """Return one verdict, by its place or its name, or several.

        Raises
        ------
        UnknownNameError
            None has that name.
        """
        if isinstance(key, slice):
            return Verdicts(self._verdicts[key])
        if isinstance(key, int):
            return self._verdicts[key]
        for each in self._verdicts:
            if each.name == key:
                return each
        raise UnknownNameError("name", key, [each.name for each in self._verdicts])

    def __len__(self) -> int:
        return len(self._verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self._verdicts)

    def to_dict(self) -> list[dict[str, Any]]:
        """Return plain values, ready for JSON."""
        return [each.to_dict() for each in self._verdicts]

    def __repr__(self) -> str:
        rows = [_cells(each) for each in self._verdicts]
        widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
        return "\n".join(
            "  ".join([f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)] + [row[4]]) for row in rows
        )

    def _repr_html_(self) -> str:
        heads = (_("Variant"), _("Reference"), _("Rows"), _("Score"), _("Verdict"))
        head = "".join(f"<th>{html.escape(each)}</th>" for each in heads)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(each)) + "</tr>"
            for each in self._verdicts
        )
        return f"<table><tr>{head}</tr>{rows}</table>"


def _cells(each: Verdict) -> tuple[str, ...]:
    score = "" if each.score is None else f"{metric_words(each.metric)} {number_words(each.score, each.shares)}"
    return each.name, each.reference, f"{each.n:,}" if each.n else "", score, each.sentence
