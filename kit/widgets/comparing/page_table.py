"""All numbers of all variants, who meets the limits, and which were measured on other rows."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from kit.i18n import _
from kit.plots.limits import missed
from kit.plots.metrics import metric, read
from kit.plots.reading import foretold_words, variant_name
from kit.plots.titles import capital
from kit.plots.words import half_width
from kit.result import Result
from kit.widgets.comparing.desk import CompareDesk
from kit.widgets.origin import model_words
from kit.widgets.verdict import judgement

_USUAL = ("ttft_s", "decode_tokens_per_s", "max_ram_mib", "file_size_mib", "energy_j_per_token")
_COLUMNS = 6
_NAME = 24  # characters that stay on one line


def table(desk: CompareDesk) -> h.Node:
    """Return the table, or nothing before the first row."""
    rows, others = desk.results(), desk.others()
    if not rows:
        return None
    names = _names(desk, [*rows, *others])
    head = [h.th(scope="col", role="columnheader")[_("Variant")]]
    head += [h.th(scope="col", role="columnheader")[_short(name)] for name in names]
    head.append(h.th(scope="col", role="columnheader", data_words=True)[_("Verdict against the first")])
    return h.table(role="table", aria_label=_("All numbers"), data_key="numbers")[
        h.thead(role="rowgroup")[h.tr(role="row")[head]],
        h.tbody(role="rowgroup")[
            (_row(desk, row, names) for row in rows), (_row(desk, row, names, other=True) for row in others)
        ],
    ]


def _names(desk: CompareDesk, rows: Sequence[Result]) -> list[str]:
    wanted = dict.fromkeys([*filter(None, desk.drawn()), *_USUAL, *desk.limits])
    return [name for name in wanted if any(read(row, name) for row in rows)][:_COLUMNS]


def _short(name: str) -> str:
    short = {
        "ttft_s": _("TTFT"),
        "decode_tokens_per_s": _("Tokens/s"),
        "file_size_mib": _("File"),
        "e2el_s": _("Answer"),
    }
    return short.get(name, capital(metric(name).title))


def _row(desk: CompareDesk, row: Result, names: Sequence[str], *, other: bool = False) -> h.Element:
    misses = missed(row, desk.limits)
    meets = bool(desk.limits) and not misses and not other
    cells = [h.td(role="cell", data_label=_short(name))[_value(row, name)] for name in names]
    words: list[h.Node] = [_("other rows: not comparable")] if other else [judgement(row)]
    if meets:
        words.insert(0, h.span(".tb-met")[_("✓ meets your limits")])
    elif desk.limits and not other:
        words.insert(0, ", ".join(miss.words for miss in misses))
    said = [word for word in words if word]
    return h.tr(role="row", data_key=f"number-{variant_name(row)}", data_tone="ok" if meets else None, data_mute=other)[
        h.th(scope="row", role="rowheader", data_name=len(variant_name(row)) < _NAME)[
            variant_name(row), _model(desk, row)
        ],
        cells,
        h.td(role="cell", data_words=True, data_label=_("Verdict"))[
            h.span[[word if n == 0 else [" · ", word] for n, word in enumerate(said)]]
        ],
    ]


def _model(desk: CompareDesk, row: Result) -> h.Node:
    """Return the model of a row, where rows are of several."""
    models = {str(each.facts.get("model") or "") for each in desk.rows()}
    own = str(row.facts.get("model") or "")
    return h.div(".tb-tiny")[model_words(own)] if own and len(models) > 1 else None


def _value(row: Result, name: str) -> h.Node:
    reading = read(row, name)
    if reading is None:
        return "–"
    error = row.metrics.get(f"{name}_stderr")
    within = h.span(".tb-mute")[f" {half_width(error)}"] if error is not None else None
    told = foretold_words(row, name)
    return h.span[metric(name).said(reading.value), within, h.div(".tb-tiny")[told] if told else None]
