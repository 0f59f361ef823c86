"""The comparison as HTML: which runs, the plots with their limits, all numbers, row by row, and a question."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.plots.words import count
from kit.result import Result
from kit.widgets import parts
from kit.widgets.comparing.desk import CompareDesk
from kit.widgets.comparing.files import KINDS
from kit.widgets.comparing.page_ask import question, spoken
from kit.widgets.comparing.page_more import more
from kit.widgets.comparing.page_rows import row_by_row
from kit.widgets.comparing.page_runs import picker
from kit.widgets.comparing.page_table import table
from kit.widgets.comparing.page_trade import limit_fields, trade
from kit.widgets.origin import data_words
from kit.widgets.verdict import majority_words, recommendation, warnings


def compare_page(desk: CompareDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    results = desk.results()
    return parts.card(
        desk.title,
        chips=[parts.chip(_about(desk, results))],
        action=_export_button() if results else None,
        code=desk.code() if results else "",
        problem=desk.problem,
        spoken=spoken(desk),
        body=[
            _export(desk) if results else None,
            picker(desk),
            _plots(desk, results),
            _verdict(desk, results),
            table(desk),
            row_by_row(desk),
            question(desk),
            more(desk),
        ],
    )


def _about(desk: CompareDesk, results: list[Result]) -> str:
    waiting = desk.pending()
    if not results:
        return waiting or _("no rows yet")
    data = getattr(desk.sweep_spec(), "data", None)
    rows = results[0].facts.get("rows")
    words = [data_words(data, limit=not rows)] if data is not None else []
    if rows:
        words.append(_("{n} rows").format(n=count(rows)))
    if waiting:
        words.append(_("more rows to come"))
    return " · ".join(words) or _("{n} variants").format(n=len(results))


def _plots(desk: CompareDesk, results: list[Result]) -> h.Node:
    if not results:
        return h.div(".tb-empty", style="min-height: 250px" if not desk.picking else None)[
            h.p(".tb-mute")[_nothing(desk)]
        ]
    quality, cost = desk.drawn()
    drawn = desk.figures.drawn(results, desk.width, quality, cost)
    return [trade(desk, drawn[0]), limit_fields(desk, results), parts.plot(drawn[1])]


def _nothing(desk: CompareDesk) -> str:
    """Return why there is no row."""
    if not desk.pending() and desk.sources.measured_nothing():
        return _("Nothing was measured in what is compared; kit.RunsPanel() tells why.")
    empty = not desk.sources.given and not desk.sources.ticked
    text = desk.pending() or (_("no run is ticked") if empty else _("the sweep has not been started"))
    return _("The plots come with the first finished row: {what}.").format(what=text)


def _verdict(desk: CompareDesk, results: list[Result]) -> h.Node:
    said, same, base = recommendation(results), warnings(results), majority_words(results)
    going = _(" More rows are to come.") if desk.pending() else ""
    return [
        h.p(".tb-small.tb-mute")[base] if base else None,
        h.p[same] if same else None,
        h.p(".tb-verdict")[said, h.span(".tb-mute")[going] if going else None] if said else None,
    ]


def _export_button() -> h.Element:
    names = [h.span[_("Export")], h.span[_("Export")]]  # the sheet shows one of them
    return h.button(".tb-link", type="button", data_toggle="export", aria_expanded="false")[names]


def _export(desk: CompareDesk) -> h.Element:
    """Return what the comparison can be taken away as."""
    buttons = [
        parts.button(_(words), "export", value=kind, key=f"export-{kind}") for kind, (words, _type) in KINDS.items()
    ]
    keep = parts.button(_("Keep the card with the run"), "save", key="save") if desk.sources.runs() else None
    told = h.span(".tb-small.tb-mute")[_("Written to {path}").format(path=desk.saved)] if desk.saved else None
    return h.div(data_fold=True, hidden=True)[
        h.div(".tb-row", data_part="export", role="group", aria_label=_("Export"))[buttons, keep, told]
    ]
