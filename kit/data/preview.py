"""What a notebook shows of a dataset: how many rows of which task, how many of each label, the first few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kit.i18n import N_, _, ngettext

if TYPE_CHECKING:
    from kit.data.dataset import Dataset
    from kit.data.row import Row

_ROWS = 5
_CHARACTERS = 240
_LABELS = 12
_LEFT = "text-align: left"  # notebooks align cells to the right, as for numbers
_TASKS = {
    "choose": N_("to choose the right answer"),
    "answer": N_("to answer in words"),
    "chat": N_("of conversation"),
    "continue": N_("of plain text"),
}


def preview(data: Dataset) -> str:
    """Return the preview as HTML; everything that comes from the data is escaped."""
    from htpy import caption, div, p, table, tbody, td, th, thead, tr

    size = ngettext("{n} row", "{n} rows", len(data)).format(n=f"{len(data):,}")
    size = f"{size} {_(_TASKS[data.task])}" if data.task in _TASKS else size
    columns = _columns(data)
    return str(
        div[
            p[" · ".join([size, *_counts(data)])],
            table[
                caption(style=_LEFT)[_("The first rows")],
                thead[tr[(th(scope="col", style=_LEFT)[name] for name in columns)]],
                tbody[(tr[(td(style=_LEFT)[_cut(cell)] for cell in _cells(row, data))] for row in data.items[:_ROWS])],
            ],
        ]
    )


def _counts(data: Dataset) -> list[str]:
    counts = [f"{label}: {n:,}" for label, n in data.counts.items()]
    more = len(counts) - _LABELS
    if more > 0:
        counts[_LABELS:] = [ngettext("{n} more label", "{n} more labels", more).format(n=more)]
    return counts


def _columns(data: Dataset) -> list[str]:
    context = [_("Context")] if data.origin.context else []
    if data.task == "chat":
        return [_("Earlier turns"), _("Last turn"), _("Right answer"), *data.origin.columns]
    names = {
        "classify": [*context, _("Text"), _("Label")],
        "choose": [*context, _("Question"), _("Choices"), _("Right one")],
        "answer": [*context, _("Question"), _("Right answer")],
        "continue": [_("Text")],
    }
    return [*names[data.task], *data.origin.columns]


def _cells(row: Row, data: Dataset) -> list[str]:
    context = [row.context] if data.origin.context or data.task == "chat" else []
    choices = [" · ".join(row.choices)] if row.choices else []
    answer = [] if data.task == "continue" else [" / ".join(row.accepted) or row.answer]
    further = [row.columns.get(column, "") for column in data.origin.columns]
    return [*context, row.text, *choices, *answer, *further]


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[:_CHARACTERS] + "…"
