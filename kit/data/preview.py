"""What a notebook shows of a dataset: how many rows, how many of each label, the first few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import _, ngettext

if TYPE_CHECKING:
    from kit.data.dataset import Dataset

_ROWS = 5
_CHARACTERS = 240
_LABELS = 12
_LEFT = "text-align: left"  # notebooks align cells to the right, as for numbers


def preview(data: Dataset) -> str:
    """Return the preview as HTML; everything that comes from the data is escaped."""
    from htpy import caption, div, p, table, tbody, td, th, thead, tr

    counts = [f"{label}: {n:,}" for label, n in data.counts.items()]
    more = len(counts) - _LABELS
    if more > 0:
        counts[_LABELS:] = [ngettext("{n} more label", "{n} more labels", more).format(n=more)]
    size = ngettext("{n} row", "{n} rows", len(data)).format(n=f"{len(data):,}")
    first = list(zip(data.texts, data.answers, strict=True))[:_ROWS]
    return str(
        div[
            p[f"{size} · " + " · ".join(counts)],
            table[
                caption(style=_LEFT)[_("The first rows")],
                thead[tr[th(scope="col", style=_LEFT)[_("Text")], th(scope="col", style=_LEFT)[_("Label")]]],
                tbody[(tr[td(style=_LEFT)[_cut(text)], td(style=_LEFT)[label]] for text, label in first)],
            ],
        ]
    )


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"
