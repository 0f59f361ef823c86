"""The table of a sweep, which fills row by row, its figure, and what could not be measured."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from kit.i18n import _, ngettext
from kit.result import Result
from kit.widgets import parts
from kit.widgets.phase import count_words, doing, left_words, part_and_phase
from kit.widgets.sweeping.columns import Column, columns, value_words
from kit.widgets.sweeping.desk import Row, SweepDesk
from kit.widgets.sweeping.front import Place, marked
from kit.widgets.sweeping.offers import engine_title
from kit.widgets.sweeping.page_details import details_row
from kit.widgets.sweeping.words import given_up_reason, given_up_words, left_out_words, verdict_line
from kit.widgets.trouble import waiting
from kit.widgets.verdict import verdict_of, worth_it

_MARKS: dict[Place, str] = {"front": "◆", "small": "◇"}


def results_part(desk: SweepDesk, rows: Sequence[Row]) -> list[h.Node]:
    """Return the table, the figure, and folded what cannot run here."""
    results = [row.result for row in rows if row.result is not None and row.state == "finished"]
    shown = columns(results)
    quality = shown[0].name if shown and shown[0].more else ""
    marks = marked(results, quality) if quality else {}
    reference = next((each for each in results if verdict_of(each).get("kind") == "reference"), None)
    table = _Table(desk, shown, marks, reference)
    able = [row for row in rows if row.state != "unsupported"]
    return [
        _order(desk, shown),
        table.drawn(able),
        _cannot([row for row in rows if row.state == "unsupported"]),
        _figure(desk, results, quality, marks),
    ]


def _order(desk: SweepDesk, shown: Sequence[Column]) -> h.Node:
    """Return the order as a list, where the page is too narrow for all titles."""
    if not shown:
        return None
    options = {"": _("as listed"), **{column.name: column.meaning for column in shown}}
    field = h.select(name="sort", data_change="sort", data_value=desk.sort)[
        (h.option(value=name, selected=name == desk.sort)[word] for name, word in options.items())
    ]
    return h.div(".tb-row.tb-narrow", data_key="order")[
        h.label(".tb-choose.tb-small")[h.span(".tb-mute")[_("Order")], field]
    ]


class _Table:
    """The rows with the columns that somebody measured."""

    def __init__(
        self, desk: SweepDesk, shown: Sequence[Column], marks: dict[str, Place], reference: Result | None
    ) -> None:
        self._desk, self._columns, self._marks, self._reference = desk, shown, marks, reference
        self._several = False  # engines

    def drawn(self, rows: Sequence[Row]) -> h.Element:
        """Return the table of these rows."""
        head = [h.th(scope="col", role="columnheader")[_("Variant")]]
        head += [self._title(column) for column in self._columns]
        head.append(h.th(scope="col", role="columnheader", data_words=True)[_("Verdict against the reference")])
        self._several = len({row.engine for row in rows if row.engine}) > 1
        return h.table(".tb-sweep", role="table", aria_label=_("Methods"), data_key="results")[
            h.thead(role="rowgroup")[h.tr(role="row")[head]],
            h.tbody(role="rowgroup")[(self._rows(row) for row in rows)],
        ]

    def _title(self, column: Column) -> h.Element:
        chosen = column.name == self._desk.sort
        arrow = h.span(aria_hidden="true")[" ▾" if self._desk.down else " ▴"] if chosen else None
        order = ("descending" if self._desk.down else "ascending") if chosen else None
        return h.th(scope="col", role="columnheader", aria_sort=order, data_wide=column.wide, title=column.meaning)[
            h.button(".tb-link.tb-sort", type="button", data_action="sort", value=column.name, data_key=column.name)[
                column.title, arrow
            ]
        ]

    def _rows(self, row: Row) -> list[h.Node]:
        good = row.result is not None and row.state == "finished" and worth_it(row.result)
        cells = self._measured(row) if row.state == "finished" else self._words(row)
        opened = row.result is not None and row.name in self._desk.opened
        return [
            h.tr(role="row", data_key=f"row-{row.name}", data_tone="ok" if good else None)[
                self._name(row, opened=opened), cells
            ],
            details_row(self._desk, row, len(self._columns) + 2) if opened else None,
        ]

    def _name(self, row: Row, *, opened: bool) -> h.Element:
        mark = self._marks.get(row.name)
        star = (
            h.span(".tb-front", title=front_words(mark), role="img", aria_label=front_words(mark))[_MARKS[mark]]
            if mark
            else None
        )
        if row.result is None:
            name: h.Node = h.span(".tb-mute")[row.name]
        else:
            name = h.button(
                ".tb-link.tb-name",
                type="button",
                data_action="open",
                data_open=True,
                data_mute=row.state != "finished",
                value=row.name,
                aria_expanded="true" if opened else "false",
            )[row.name]
        engine = engine_title(row.engine) if self._several and row.engine else ""
        return h.th(scope="row", role="rowheader")[
            h.div(".tb-who")[
                h.span[name, " " if star else None, star], " ", h.span(".tb-tiny")[engine] if engine else None
            ]
        ]

    def _measured(self, row: Row) -> list[h.Element]:
        assert row.result is not None
        result = row.result
        cells = [self._value(result, column) for column in self._columns]
        sentence = str(verdict_of(result).get("sentence", "")) or None
        words = h.td(role="cell", data_words=True, data_label=_("Verdict"), title=sentence)
        return [*cells, words[h.span[verdict_line(result, self._reference)]]]

    def _value(self, result: Result, column: Column) -> h.Element:
        value, within = value_words(result, column.name)
        return h.td(role="cell", data_label=column.title, data_wide=column.wide)[
            h.span[value, h.span(".tb-mute")[f" {within}"] if within else None]
        ]

    def _words(self, row: Row) -> list[h.Element]:
        """Return the cells of a row that has no numbers: what it waits for, how far it is, or why there are none."""
        return [h.td(role="cell", colspan=str(len(self._columns) + 1), data_left=True)[state_words(self._desk, row)]]


def front_words(mark: Place | None) -> str:
    """Return what a mark beside a name means."""
    if mark == "front":
        return _("best trade-off: none is as good and faster, or as fast and better")
    return _("best trade-off: none that is as good and as fast is as small") if mark else ""


def state_words(desk: SweepDesk, row: Row) -> h.Node:
    """Return the state of a row without numbers."""
    status = desk.status
    if row.state == "running" and status is not None:
        words = [doing(part_and_phase(status)[1]), count_words(status), left_words(status)]
        label = " · ".join(word for word in words if word)
        bar = h.span(style="flex: 0 1 140px")[parts.bar(status.share or 0.0, "", label)]
        return h.span(".tb-row.tb-mute")[h.span[label], bar]
    if row.state == "next" and status is not None:
        return waiting(status)
    if row.state == "waiting":
        return h.span(".tb-mute")[_("waits for its turn")]
    if row.state == "given up" and row.result is not None:
        return h.b(data_tone="bad", title=given_up_reason(row.result) or None)[given_up_words(row.result)]
    if row.state == "left out":
        return h.span(".tb-mute")[left_out_words(row.result)]
    error = (row.result.error if row.result else None) or {}
    reason = parts.why(error.get("message", ""), error.get("fix", ""))
    return h.div(".tb-row", style="gap: 0 8px")[h.span(".tb-mute", data_tone="bad")[_("failed")], reason]


def _cannot(rows: Sequence[Row]) -> h.Node:
    """Return the methods that cannot run here, folded, those with the same reason together."""
    told: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        error = (row.result.error if row.result else None) or {}
        told.setdefault((str(error.get("message", "")), str(error.get("fix", ""))), []).append(row.name)
    if not told:
        return None
    lead = ngettext("{n} method cannot run here: why not", "{n} methods cannot run here: why not", len(rows))
    return h.details(data_key="why-not")[
        h.summary[lead.format(n=len(rows))],
        h.div(".tb-lacks")[
            (
                h.p(".tb-small")[h.b[", ".join(names)], f": {message} {fix}".rstrip()]
                for (message, fix), names in told.items()
            )
        ],
    ]


def _figure(desk: SweepDesk, results: Sequence[Result], quality: str, marks: dict[str, Place]) -> h.Node:
    """Return quality against decode speed, and what the marks in the table mean."""
    drawn = desk.figures.drawn(results, quality, desk.width) if quality else ""
    if not drawn:
        return None
    notes = [f"{_MARKS[mark]} {front_words(mark)}." for mark in _MARKS if mark in marks.values()]
    return h.div(data_key="trade")[
        parts.plot(drawn),
        h.p(".tb-small.tb-mute")[
            " ".join(
                [
                    *notes,
                    _("The marks go by the values; what a difference is worth is told by the verdicts."),
                ]
            )
        ],
    ]
