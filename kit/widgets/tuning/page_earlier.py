"""Earlier tunings on the same rows as HTML: a table to compare with, curves to lay over one's own."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import htpy as h

from kit.errors import KitError
from kit.i18n import _, ngettext
from kit.plots.words import Z95, duration, half_width, number, share
from kit.tuning.spec import TuneSpec
from kit.widgets.origin import model_words
from kit.widgets.phase import state_chip
from kit.widgets.tuning.course import validated_rows
from kit.widgets.tuning.desk import TuneDesk
from kit.widgets.tuning.earlier import Earlier, differing, rows_changed, same_validation

FEW = 5
_MOST_SAID = 4


def earlier(desk: TuneDesk) -> h.Node:
    """Return the table, or nothing where there were no others."""
    everyone = desk.beside()
    if not everyone:
        return None
    spec = _reference(desk)
    shown = everyone if desk.all_earlier else everyone[:FEW]
    told = ngettext("{n} earlier tuning on the same rows", "{n} earlier tunings on the same rows", len(everyone))
    return h.div(".tb-section", data_key="earlier")[
        h.p(".tb-say")[h.b[told.format(n=len(everyone))], _advice(desk, everyone, spec)],
        _table(desk, shown, spec),
        _more(desk, len(everyone)),
    ]


def _reference(desk: TuneDesk) -> TuneSpec | None:
    """Return the settings that others are compared with: those of the run that is shown, else those on the page."""
    try:
        if desk.run is not None and not desk.editing:
            spec = desk.run.spec
            return spec if isinstance(spec, TuneSpec) else None
        return desk.spec()
    except (KitError, OSError):
        return None


def _table(desk: TuneDesk, shown: Sequence[Earlier], spec: TuneSpec | None) -> h.Element:
    titles = [_("Curve, run"), _("What differs"), _("Validation loss"), _("Accuracy"), _("Took")]
    head = [h.th(scope="col", role="columnheader", data_words=place == 1)[title] for place, title in enumerate(titles)]
    head.append(h.th(scope="col", role="columnheader")[h.span(".tb-hush")[_("Action")]])
    return h.table(".tb-earlier", role="table", aria_label=_("Earlier tunings"), data_key="earlier-table")[
        h.thead(role="rowgroup")[h.tr(role="row")[head]],
        h.tbody(role="rowgroup")[(_row(desk, each, spec) for each in shown)],
    ]


def _row(desk: TuneDesk, each: Earlier, spec: TuneSpec | None) -> h.Element:
    run, rows = each.run.id, _rows_words(desk, each, spec)
    box = h.input(
        type="checkbox",
        name=f"curve:{run}",
        checked=run in desk.curves,
        data_change="curve",
        title=_("Draw its curves"),
    )
    open_button = h.button(".tb-link", type="button", data_action="open", value=run, data_key=f"open-{run}")[
        _("Open"), h.span(".tb-hush")[f" {each.short}"]
    ]
    took = each.summary.took_s
    return h.tr(role="row", data_key=f"earlier-{run}")[
        h.th(scope="row", role="rowheader")[
            h.label(".tb-check")[box, h.span(".tb-mono")[each.short]], h.div(".tb-tiny.tb-under")[_when(each)]
        ],
        h.td(role="cell", data_words=True, data_label=_("What differs"))[_differs(each, spec)],
        h.td(role="cell", data_label=_("Validation loss"))["–" if each.loss is None else number(each.loss)],
        h.td(role="cell", data_label=_("Accuracy"))[
            h.div[
                "–" if each.accuracy is None else share(each.accuracy),
                _interval(each),
                h.div(".tb-tiny")[rows] if rows and each.accuracy is not None else None,
            ]
        ],
        h.td(role="cell", data_label=_("Took"))["–" if took is None else duration(took)],
        h.td(role="cell")[open_button],
    ]


def _rows_words(desk: TuneDesk, each: Earlier, spec: TuneSpec | None) -> str:
    """Return why its accuracy does not compare with the others, or ""."""
    if rows_changed(each, desk.earlier.found):
        return _("rows changed since")
    return _("other rows") if spec is not None and not same_validation(each.spec, spec) else ""


def _interval(each: Earlier) -> h.Node:
    if each.accuracy is None or not each.rows:
        return None
    return h.span(".tb-tiny")[f" {half_width(math.sqrt(each.accuracy * (1 - each.accuracy) / each.rows))}"]


def _when(each: Earlier) -> str:
    word, _tone = state_chip(each.run.status, "")
    state = "" if each.summary.state == "finished" else word.partition(" · ")[0]
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.summary.created))
    return " · ".join(part for part in (at, state) if part)


def _differs(each: Earlier, spec: TuneSpec | None) -> str:
    if spec is None:
        return model_words(each.spec.model)
    words = [] if each.spec.model == spec.model else [model_words(each.spec.model)]
    fields = differing(each.spec, spec)
    words += [_setting(name, value) for name, value in list(fields.items())[:_MOST_SAID]]
    if len(fields) > _MOST_SAID:
        words.append(_("{n} more").format(n=len(fields) - _MOST_SAID))
    return " · ".join(words) or _("nothing")


def _setting(name: str, value: object) -> str:
    """Return a setting in few words, by the name that it has in a spec."""
    if isinstance(value, tuple):
        return f"{name} {', '.join(map(str, value))}"
    if isinstance(value, float):
        return f"{name} {value:g}"
    return f"{name} {_('left out') if value is None else value}"


def _advice(desk: TuneDesk, everyone: Sequence[Earlier], spec: TuneSpec | None) -> str:
    """Return how the run that is shown compares with the best of the others on the same validation rows."""
    status = desk.status
    if spec is None or status is None or desk.editing or not status.over:
        return _best(everyone)
    result = desk.result()
    own = None if result is None else result.metrics.get("validation_accuracy")
    rows = validated_rows(desk, result)
    others = [each for each in everyone if each.accuracy is not None and not _rows_words(desk, each, spec)]
    if own is None or not others:
        return _best(everyone)
    best = max(others, key=lambda each: each.accuracy or 0.0)
    assert best.accuracy is not None
    told = _(". The best of them, {run}, has {theirs}; this one {own}").format(
        run=best.short, theirs=share(best.accuracy), own=share(own)
    )
    if rows and abs(own - best.accuracy) <= Z95 * math.sqrt(
        (own * (1 - own) + best.accuracy * (1 - best.accuracy)) / rows
    ):
        return told + _(": no more apart than {n} rows can tell.").format(n=rows)
    return told + "."


def _best(everyone: Sequence[Earlier]) -> str:
    known = [each for each in everyone if each.accuracy is not None]
    if not known:
        return "."
    best = max(known, key=lambda each: each.accuracy or 0.0)
    told = _(". Highest accuracy: {acc}, of {run}.")
    return told.format(acc=share(best.accuracy or 0.0), run=best.short)


def _more(desk: TuneDesk, count: int) -> h.Node:
    if count <= FEW:
        return None
    word = _("Show few") if desk.all_earlier else _("Show all {n}").format(n=count)
    return h.div[h.button(".tb-link", type="button", data_action="earlier", data_key="all-earlier")[word]]
