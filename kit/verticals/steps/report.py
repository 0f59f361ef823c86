"""What a step of a vertical shows: a sentence, a few numbers, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h

from kit.i18n import _
from kit.jobs import Run
from kit.result import Result

Table = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class Report:
    """What a step has shown.

    Parameters
    ----------
    title : str
        What was done.
    sentence : str
        What came of it, in plain words.
    facts : tuple of (str, str)
        Names and values.
    table : tuple of tuple of str
        Rows of cells; the first is the head.
    notes : tuple of str
        What else a reader should know, a sentence each.
    result : Result, optional
        What was measured.
    run : Run, optional
        Where it was done.
    missing : bool, default False
        Is there nothing to show here yet?
    """

    title: str
    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    table: Table = ()
    notes: tuple[str, ...] = ()
    result: Result | None = None
    run: Run | None = None
    missing: bool = False

    def __repr__(self) -> str:
        width = max((len(name) for name, _value in self.facts), default=0)
        lines = [f"{self.title}: {self.sentence}", *(f"  {name:{width}}  {value}" for name, value in self.facts)]
        lines += _columns(self.table)
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        foot = _("Run {id}").format(id=self.run.id) if self.run is not None else ""
        element = h.div(style="max-width: 860px; margin: 2px 0 10px")[
            h.p(style="margin: 0 0 6px")[h.strong[self.title], ". ", self.sentence],
            _table(("", ""), self.facts) if self.facts else None,
            _table(self.table[0], self.table[1:]) if self.table else None,
            (h.p(style=f"margin: 4px 0 0; {_QUIET}")[note] for note in self.notes),
            h.p(style=f"margin: 4px 0 0; font-size: 85%; {_QUIET}")[foot] if foot else None,
        ]
        return "".join(element.iter_chunks())


_QUIET = "color: var(--jp-ui-font-color2, #59636e)"
_HEAD = "overflow-wrap: break-word; font-weight: 600"  # a column is as wide as the longest word of its name
_CELL = "text-align: left; vertical-align: top; padding: 2px 14px 2px 0; overflow-wrap: anywhere"


def _table(names: tuple[str, ...], rows: Table) -> h.Node:
    shown = any(names)
    return h.table(style="border-collapse: collapse; margin: 0 0 6px; font-variant-numeric: tabular-nums")[
        h.thead[h.tr[(h.th(style=f"{_CELL}; {_HEAD}")[name] for name in names)]] if shown else None,
        h.tbody[(h.tr[_cells(row, named=not shown)] for row in rows)],
    ]


def _cells(row: tuple[str, ...], *, named: bool) -> list[h.Node]:
    """Return the cells of a row; where rows have names, these stand back and keep their words whole."""
    first = f"{_CELL}; {_QUIET}; min-width: 7em" if named else _CELL
    return [h.td(style=_CELL if place else first)[cell] for place, cell in enumerate(row)]


def _columns(rows: Table) -> list[str]:
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  " + "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
