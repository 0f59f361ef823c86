"""Runs beside each other: every variant that they measured, against the first."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import htpy as h

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import Run
from kit.measure import compare
from kit.measure.verdict import reference_verdict
from kit.plots.reading import rows_of, variant_name
from kit.result import Result
from kit.widgets.running.desk import RunsDesk
from kit.widgets.running.words import letters, title
from kit.widgets.sweeping.page import numbers
from kit.widgets.verdict import judgement, recommendation, verdict_of, worth_it


def measured(run: Run) -> list[Result]:
    """Return the variants that a sweep or an evaluation has measured so far."""
    try:
        result = run.result
    except (KitError, OSError, ValueError, TypeError, KeyError):  # not over, or ended before it had one
        return rows_of([Result.from_dict(data) for data in run.status.records.get("variant", [])])
    return rows_of(result if result.parts else [result])


def against_first(rows: list[Result]) -> list[Result]:
    """Return the variants with a verdict against the first; only those measured on the same rows get one."""
    judged = []
    for place, row in enumerate(rows):
        verdict: dict[str, Any] = {}
        if not place:
            verdict = reference_verdict().to_dict()
        elif _paired(row, rows[0]):
            right, reference = ([bool(x) for x in each.facts["right"]] for each in (row, rows[0]))
            seconds, reference_s = (_seconds(each) for each in (row, rows[0]))
            verdict = compare(right, reference, seconds=seconds, reference_s=reference_s).to_dict()
        judged.append(dataclasses.replace(row, facts={**row.facts, "verdict": verdict}))
    return judged


def _paired(row: Result, reference: Result) -> bool:
    n, other = (len(each.facts.get("right") or ()) for each in (row, reference))
    return n == other > 0 and _rows(row) == _rows(reference)


def _rows(result: Result) -> str:
    held = result.provenance.get("data_hash") or result.spec.get("data")
    return json.dumps(held, sort_keys=True)


def _seconds(result: Result) -> float | None:
    return result.measurements["e2el_s"].p50 if "e2el_s" in result.measurements else None


def comparison(desk: RunsDesk) -> h.Node:
    """Return the comparison of the runs that were asked for, or nothing."""
    if len(desk.compared) < 2:
        return None
    rows = []
    for id in desk.compared:
        for result in measured(desk.listing.run(id)):
            name = f"{variant_name(result)} · {letters(id)}"
            rows.append(dataclasses.replace(result, facts={**result.facts, "method": name, "run": id}))
    close = h.button(".tb-link", type="button", data_action="uncompare")[_("Close")]
    return h.div(".tb-section", data_key="comparison")[
        h.div(".tb-row")[h.b[_("Compared")], h.span(".tb-space"), close],
        _table(desk, against_first(rows)) if rows else h.p(".tb-mute")[_("None of these runs has measured anything.")],
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


def _sentence(rows: list[Result]) -> h.Node:
    judged = [row for row in rows if verdict_of(row)]
    if len(judged) > 1:
        return recommendation(judged)
    if len(rows) < 2:
        return _("Only one variant has been measured so far: there is nothing to compare it with.")
    return _("They were measured on different rows, so their accuracies tell nothing about each other.")
