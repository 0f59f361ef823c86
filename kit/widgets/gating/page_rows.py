"""Rows as the model sees them, as HTML: a table that is searched, filtered and turned page by page."""

from __future__ import annotations

from typing import Any

import htpy as h

from kit.gate.words import check_words, row_words
from kit.i18n import _, ngettext
from kit.plots.words import count
from kit.widgets import parts
from kit.widgets.gating.asking import Answer
from kit.widgets.gating.beginning import beginning, without
from kit.widgets.gating.rows import PAGE, RowsDesk

_LONG = 420  # characters of a piece; of a longer one the ends are shown until it is opened
_HEAD, _TAIL = 260, 100


def rows_part(desk: RowsDesk) -> h.Node:
    """Return the table of rows, or nothing while the data cannot be read."""
    if desk.listing() is None or desk.unready():
        return None
    found = desk.page()
    page = desk.last_page() if found is None else found.value
    counted = _counted(None if found is None else page)
    return h.div(".tb-section.tb-gate-rows", data_key="rows", data_reading=page is None, aria_busy=_busy(found))[
        h.div(".tb-row")[h.b[_("Rows as the model sees them")], h.span(".tb-small.tb-mute")[counted]],
        _filters(desk),
        _legend(page),
        _beginning(page),
        parts.alert(found.problem, dismiss=False) if found is not None and found.problem is not None else None,
        _table(desk, page),
        _pages(desk, page),
    ]


def _busy(found: Answer | None) -> str | None:
    return "true" if found is None else None


def _counted(page: dict[str, Any] | None) -> str:
    if page is None:
        return _("reading …")
    told = ngettext("{n} row", "{n} rows", page["total"]).format(n=count(page["total"]))
    return (
        told if page["exact"] else _("{rows}; tokens are guessed from words, since no model is named").format(rows=told)
    )


def _filters(desk: RowsDesk) -> h.Element:
    found = (
        [(name, check_words(name)) for name, each in desk.findings().items() if each["rows"]] if desk.problems else []
    )
    options = [("", _("all rows")), *([("any", _("rows with problems"))] if found else []), *found]
    orders = [("problems", _("problems first")), ("file", _("in the order of the file"))]
    return h.div(".tb-row.tb-row-filters")[
        parts.finder("search", desk.search, "find", words=_("search in rows and problems"), label=_("Search rows")),
        _select(_("Show"), "filter", desk.filter, options),
        _select(_("Order"), "order", desk.order, orders) if found else None,
    ]


def _select(label: str, name: str, chosen: str, options: list[tuple[str, str]]) -> h.Element:
    drawn = [h.option(value=value, selected=value == chosen)[word] for value, word in options]
    return h.label(".tb-check")[
        h.span(".tb-small.tb-mute")[label], h.select(name=name, data_change=name, data_value=chosen)[drawn]
    ]


def _legend(page: dict[str, Any] | None) -> h.Node:
    pieces = {kind for row in (page or {"rows": []})["rows"] if row["row"] for kind, _text in row["row"]["pieces"]}
    words = [h.span[h.mark(".tb-answer-piece")[_("the answer, which is learnt")]]]
    if "cut" in pieces:
        words.append(h.span[h.s(".tb-cut-piece")[_("would be cut off")]])
    if "template" in pieces:
        words.append(h.span(".tb-template-piece")[_("sign of the chat template")])
    return h.p(".tb-row.tb-tiny")[words]


def _beginning(page: dict[str, Any] | None) -> h.Node:
    """Return what every row begins with, said once."""
    shared = beginning([row["row"]["pieces"] for row in (page or {"rows": []})["rows"] if row["row"]])
    if not shared:
        return None
    *before, (kind, last) = shared
    return h.div(".tb-beginning")[h.span(".tb-tiny")[_("Each begins with")], _seen([*before, [kind, last.rstrip()]])]


def _table(desk: RowsDesk, page: dict[str, Any] | None) -> h.Element:
    rows = [] if page is None else page["rows"]
    shared = beginning([row["row"]["pieces"] for row in rows if row["row"]])
    names = (_("Row"), _("As the model sees it"), _("Tokens"))
    head = [h.th(scope="col", role="columnheader", data_words=place == 1)[name] for place, name in enumerate(names)]
    body = [_row(row, shared) for row in rows]
    if page is not None and not rows:
        body = [h.tr(role="row")[h.td(role="cell", colspan="3", data_left=True)[_("No row is like that.")]]]
    return h.table(".tb-gate-table", role="table", aria_label=_("Rows"), data_key="row-table")[
        h.thead(role="rowgroup")[h.tr(role="row")[head]], h.tbody(role="rowgroup")[body]
    ]


def _row(row: dict[str, Any], shared: list[list[str]]) -> h.Element:
    part, number, seen = row["part"], row["number"], row["row"]
    problems = h.ul(".tb-problems")[
        (
            h.li[h.span(".tb-chip", data_tone="warn")[check_words(each["check"])], " ", each["message"]]
            for each in row["problems"]
        )
    ]
    return h.tr(role="row", data_key=f"row-{part}-{number}")[
        h.th(scope="row", role="rowheader")[row_words(part, number, row["unit"])],
        h.td(role="cell", data_words=True)[
            h.div[
                problems if row["problems"] else None,
                _seen(without(seen["pieces"], shared)) if seen else _cells(row["cells"]),
            ]
        ],
        h.td(role="cell", data_label=_("Tokens"))[_tokens(seen) if seen else "–"],
    ]


def _tokens(seen: dict[str, Any]) -> h.Node:
    cut = seen["question_cut"] + seen["answer_cut"]
    about = "" if seen["exact"] else "≈ "
    lost = ngettext("{n} cut off", "{n} cut off", cut).format(n=count(cut))
    return h.div[f"{about}{count(seen['tokens'])}", h.div(".tb-tiny", data_tone="warn")[lost] if cut else None]


def _seen(pieces: list[list[str]]) -> h.Element:
    return h.div(".tb-seen")[(_piece(kind, text) for kind, text in pieces)]


def _piece(kind: str, text: str) -> h.Node:
    shown = _short(text)
    if kind == "answer":
        return h.mark(".tb-answer-piece")[shown]
    if kind == "cut":
        return h.s(".tb-cut-piece")[shown]
    return h.span(f".tb-{kind}-piece")[shown]


def _short(text: str) -> h.Node:
    """Return a text; the middle of a long one is opened in place."""
    if len(text) <= _LONG:
        return text
    middle = text[_HEAD:-_TAIL]
    told = _("{n} more characters").format(n=count(len(middle)))
    return [text[:_HEAD], h.details(".tb-more")[h.summary[told], h.span[middle]], text[-_TAIL:]]


def _cells(cells: dict[str, str]) -> h.Node:
    """Return what stands in a row that cannot be used."""
    if not cells:
        return None
    return h.div(".tb-seen.tb-mute")[(h.div[h.b[f"{name}: "], _short(value)] for name, value in cells.items())]


def _pages(desk: RowsDesk, page: dict[str, Any] | None) -> h.Node:
    if page is None or page["total"] <= PAGE:
        return None
    first, last = page["start"] + 1, min(page["start"] + PAGE, page["total"])
    words = _("{first} to {last} of {total}").format(first=count(first), last=count(last), total=count(page["total"]))
    return h.nav(".tb-row.tb-pages", aria_label=_("Pages of rows"))[
        parts.button(
            _("Previous"),
            "turn",
            value="previous",
            key="previous",
            why="" if first > 1 else _("This is the first page."),
        ),
        h.span(".tb-small.tb-mute")[words],
        parts.button(
            _("Next"), "turn", value="next", key="next", why="" if last < page["total"] else _("This is the last page.")
        ),
    ]
