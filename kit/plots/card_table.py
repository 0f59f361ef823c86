"""The numbers on a run card: a table with one row for each variant, or what a tuning found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import htpy as h

from kit.i18n import _
from kit.measure.one_answer import only_answer_words
from kit.plots.limits import Limits, missed
from kit.plots.metrics import COSTS, QUALITIES, is_known, measured_by_all, metric, read
from kit.plots.reading import foretold_words, variant_name
from kit.plots.words import half_width, number
from kit.result import Result

_QUALITIES, _COSTS = 3, 5  # columns: more would not fit a page
_TUNED: dict[str, Callable[[], str]] = {
    "validation_accuracy": lambda: _("validation accuracy"),
    "validation_accuracy_before": lambda: _("validation accuracy before tuning"),
    "validation_loss": lambda: _("validation loss"),
    "validation_loss_before": lambda: _("validation loss before tuning"),
    "peak_memory_mib": lambda: _("memory at most, MiB"),
    "steps": lambda: _("steps"),
}


def columns(rows: Sequence[Result]) -> list[str]:
    """Return the metrics that a card has room for: those that most tell variants apart, in the order of people."""
    gains = measured_by_all(rows, QUALITIES)[:_QUALITIES]
    wanted = (
        "ttft_s",
        "e2el_s",
        "decode_tokens_per_s",
        "max_ram_mib",
        "file_size_mib",
        "energy_j_per_token",
        "goodput",
    )
    costs = measured_by_all(rows, [each for each in COSTS if each.name in wanted])
    return gains + sorted(costs, key=wanted.index)[:_COSTS]


def numbers_table(rows: Sequence[Result], limits: Limits) -> h.Element:
    """Return the variants with their metrics, intervals and verdicts."""
    names = columns(rows)
    head = [h.th[_("Variant")], *(h.th[_short(name)] for name in names), h.th(".words")[_("Verdict")]]
    return h.table[h.thead[h.tr[head]], h.tbody[(_row(row, names, limits) for row in rows)]]


def _short(name: str) -> str:
    short = {
        "ttft_s": _("first token"),
        "e2el_s": _("answer"),
        "decode_tokens_per_s": _("tokens/s"),
        "file_size_mib": _("file"),
    }
    return short.get(name, metric(name).title)


def _row(row: Result, names: Sequence[str], limits: Limits) -> h.Element:
    words = [str((row.facts.get("verdict") or {}).get("sentence", "")), only_answer_words(row)]
    misses = missed(row, limits)
    meets = h.span(".meets")[_("✓ meets the limits"), h.br] if limits and not misses else None
    return h.tr[
        h.th(scope="row")[variant_name(row)],
        (h.td[_cell(row, name)] for name in names),
        h.td(".words")[meets, " · ".join(word for word in words if word)],
    ]


def _cell(row: Result, name: str) -> h.Node:
    reading = read(row, name)
    if reading is None:
        return "–"
    error = row.metrics.get(f"{name}_stderr")
    told = foretold_words(row, name)
    return [
        metric(name).said(reading.value),
        h.small[f" {half_width(error)}"] if error is not None else None,
        h.small[h.br, told] if told else None,
    ]


def others_table(result: Result) -> h.Element:
    """Return every metric of a result that is no variant, such as a tuning."""
    told = [(name, value) for name, value in result.metrics.items() if not name.endswith("_stderr")]
    return h.table[
        h.tbody[
            (
                h.tr[
                    h.th(scope="row")[_TUNED[name]() if name in _TUNED else metric(name).title],
                    h.td[_said(name, value)],
                ]
                for name, value in told
            )
        ]
    ]


def _said(name: str, value: float) -> str:
    return metric(name).said(value) if is_known(name) else number(value)
