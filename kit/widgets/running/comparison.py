"""Runs beside each other: every variant that they measured, against the first."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.plots.beside import beside
from kit.plots.reading import latency, variant_name
from kit.plots.words import duration, half_width, memory, number, share, size
from kit.result import Result
from kit.widgets.running.desk import RunsDesk
from kit.widgets.running.words import title
from kit.widgets.verdict import judgement, recommendation, verdict_of, worth_it


def comparison(desk: RunsDesk) -> h.Node:
    """Return the comparison of the runs that were asked for, or nothing."""
    if len(desk.compared) < 2:
        return None
    rows = beside(*(desk.listing.run(id) for id in desk.compared)).parts
    close = h.button(".tb-link", type="button", data_action="uncompare")[_("Close")]
    return h.div(".tb-section", data_key="comparison")[
        h.div(".tb-row")[h.b[_("Compared")], h.span(".tb-space"), close],
        _table(desk, list(rows)) if rows else h.p(".tb-mute")[_("None of these runs has measured anything.")],
    ]


def _table(desk: RunsDesk, rows: list[Result]) -> list[h.Node]:
    titles = [_("Accuracy"), _("Macro-F1"), _("TTFT"), _("Tokens/s"), _("Memory"), _("File")]
    head = [h.th(scope="col", role="columnheader")[name] for name in (_("Variant"), *titles)]
    head.append(h.th(scope="col", role="columnheader", data_words=True)[_("Verdict against the first")])
    return [
        h.table(role="table", aria_label=_("Compared"), data_key="results")[
            h.thead(role="rowgroup")[h.tr(role="row")[head]],
            h.tbody(role="rowgroup")[(_row(desk, row, titles) for row in rows)],
        ],
        h.p(".tb-verdict")[_sentence(rows)],
    ]


def _row(desk: RunsDesk, row: Result, titles: list[str]) -> h.Element:
    id = str(row.facts["run"])
    cells = [h.td(role="cell", data_label=label)[value] for label, value in zip(titles, numbers(row), strict=True)]
    words = judgement(row) or _("measured on other rows")
    return h.tr(role="row", data_key=f"{id}-{variant_name(row)}", data_tone="ok" if worth_it(row) else None)[
        h.th(scope="row", role="rowheader")[variant_name(row), h.div(".tb-tiny")[title(desk.listing.summaries[id])]],
        *cells,
        h.td(role="cell", data_words=True, data_label=_("Verdict"))[h.span[words]],
    ]


def numbers(result: Result) -> list[h.Node]:
    """Return the cells of a measured variant: a dash where something was not measured."""
    m = result.metrics
    first = latency(result, "ttft_s")
    return [
        _with_interval(m, "acc"),
        _with_interval(m, "macro_f1"),
        duration(first.p50) if first else "–",
        number(m["decode_tokens_per_s"]) if "decode_tokens_per_s" in m else "–",
        memory(m["max_ram_mib"]) if "max_ram_mib" in m else "–",
        size(m["file_size_mib"]) if "file_size_mib" in m else "–",
    ]


def _with_interval(metrics: dict[str, float], name: str) -> h.Node:
    if name not in metrics:
        return "–"
    error = metrics.get(f"{name}_stderr")
    within = h.span(".tb-mute")[f" {half_width(error)}"] if error is not None else None
    return h.span[share(metrics[name]), within]


def _sentence(rows: list[Result]) -> h.Node:
    judged = [row for row in rows if verdict_of(row)]
    if len(judged) > 1:
        return recommendation(judged)
    if len(rows) < 2:
        return _("Only one variant has been measured so far: there is nothing to compare it with.")
    return _("They were measured on different rows, so their accuracies tell nothing about each other.")
