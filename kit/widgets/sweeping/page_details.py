"""All that is known of one row, below it: what it is, every number, what was predicted, the verdict in full."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.plots.metrics import METRICS, metric, read
from kit.plots.reading import foretold_words, latency
from kit.plots.titles import capital
from kit.plots.words import count, duration, half_width
from kit.result import Result
from kit.widgets.origin import model_words
from kit.widgets.sweeping.columns import value_words
from kit.widgets.sweeping.desk import Row, SweepDesk
from kit.widgets.sweeping.offers import known
from kit.widgets.sweeping.words import given_up_reason, method_of
from kit.widgets.verdict import verdict_of


def details_row(desk: SweepDesk, row: Row, width: int) -> h.Element:
    """Return the row below a row; `width` columns wide."""
    assert row.result is not None
    result = row.result
    return h.tr(role="row", data_opened=True, data_key=f"details-{row.name}")[
        h.td(role="cell", colspan=str(width))[
            h.div(".tb-all")[
                h.p(".tb-small")[_what(result)],
                _sentence(result),
                h.dl(".tb-numbers")[(_pair(result, name) for name in METRICS if read(result, name) is not None)],
            ]
        ]
    ]


def _what(result: Result) -> str:
    """Return what a row is, in words: the method, the model, on how many rows it was measured."""
    method = known(method_of(result))
    words = [_(method.title), _(method.note) if method.note else ""] if method else []
    words.append(model_words(str(result.facts.get("model") or "")))
    rows = result.facts.get("rows")
    words.append(_("measured on {n} rows").format(n=count(int(rows))) if rows else "")
    return " · ".join(word for word in words if word)


def _sentence(result: Result) -> h.Node:
    told = given_up_reason(result) or str(verdict_of(result).get("sentence", ""))
    return h.p(".tb-small")[told] if told and verdict_of(result).get("kind") != "reference" else None


def _pair(result: Result, name: str) -> h.Element:
    value, within = value_words(result, name)
    if not within and f"{name}_stderr" in result.metrics and metric(name).kind == "score":
        half = half_width(result.metrics[f"{name}_stderr"])
        within = "" if half == half_width(0.0) else half
    samples = latency(result, name) if metric(name).kind == "time" else None
    tail = _("95th percentile {time}").format(time=duration(samples.p95)) if samples is not None else ""
    notes = " · ".join(word for word in (tail, foretold_words(result, name)) if word)
    return h.div[
        h.dt[capital(metric(name).title)],
        h.dd[value, h.span(".tb-mute")[f" {within}"] if within else None, h.div(".tb-tiny")[notes] if notes else None],
    ]
