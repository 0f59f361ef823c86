"""The sweep as HTML: a table with one row for each method, which fills row by row."""

from __future__ import annotations

import htpy as h

from kit._check import plain
from kit.i18n import _, ngettext
from kit.plots.reading import latency
from kit.plots.words import duration, half_width, memory, number, share, size
from kit.quantization import methods as registered
from kit.result import Result
from kit.widgets import parts
from kit.widgets.origin import data_words, model_words
from kit.widgets.phase import (
    attempt_words,
    count_words,
    doing,
    held_words,
    left_words,
    part_and_phase,
    rate_words,
    state_chip,
)
from kit.widgets.sweeping.desk import Row, SweepDesk
from kit.widgets.trouble import queue_buttons, resume_button, trouble, waiting
from kit.widgets.verdict import judgement, majority_words, recommendation, verdict_of, worth_it

_NUMBERS = 6


def sweep_page(desk: SweepDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    rows = desk.rows()
    status = desk.status
    live = status is not None and not status.over
    done = sum(row.result is not None for row in rows)
    return parts.card(
        desk.title,
        chips=_chips(desk, done, len(rows)),
        action=_action(desk, live),
        reason=desk.waits() if desk.editing else "",
        code=desk.code(),
        line=parts.progress(done / max(len(rows), 1), on=live, label=_("Progress of the sweep")),
        problem=desk.problem,
        spoken=_("{done} of {n} methods done").format(done=done, n=len(rows)) if desk.run else "",
        body=[
            h.p(".tb-say")[intention(desk)] if desk.editing else trouble(desk),
            _table(desk, rows),
            _foot(desk, rows),
        ],
    )


def _chips(desk: SweepDesk, done: int, n: int) -> list[h.Element]:
    status = desk.status
    if status is None or (desk.editing and status.over):
        return [parts.chip(_("ready"))]
    told = state_chip(status, "", desk.place)
    if status.state == "running" and part_and_phase(status)[0]:  # else what is done once for all methods
        told = _("{done} of {n} done").format(done=done, n=n), "run"
    return [parts.chip(text, tone) for text, tone in (told, (attempt_words(status.attempt), "")) if text]


def _action(desk: SweepDesk, live: bool) -> h.Node:
    if live and desk.status is not None:
        stopping = _("It stops at the next step.") if desk.status.state == "stopping" else ""
        return [*queue_buttons(desk), parts.button(_("Stop"), "stop", key="stop", why=stopping)]
    if desk.editing:
        why = desk.waits() or ("" if desk.chosen else _("No method is ticked."))
        return parts.button(_("Start"), "start", key="start", main=True, why=why)
    again = _("Start anew") if desk.resumable else _("Sweep again")
    return [resume_button(desk), parts.button(again, "again", key="again")]


def intention(desk: SweepDesk) -> str:
    """Return what Start would do, as a sentence."""
    n = len(desk.chosen)
    ways = ngettext("{n} way", "{n} ways", n).format(n=n)
    if desk.waits_for_tuning():
        text = _(
            "Will hold the tuned model in {ways} and measure each on {data}, one after another: "
            "accuracy, speed, memory, file size."
        )
        return text.format(ways=ways, data=data_words(desk.data))
    text = _(
        "Holds {model} in {ways} and measures each on {data}, one after another: accuracy, speed, memory, file size."
    )
    return text.format(model=model_words(str(plain(desk.model))), ways=ways, data=data_words(desk.data))


def _titles() -> list[str]:
    return [_("Accuracy"), _("Macro-F1"), _("TTFT"), _("Tokens/s"), _("Memory"), _("File")]


def _table(desk: SweepDesk, rows: list[Row]) -> h.Element:
    idle = all(row.state == "idle" for row in rows)
    head = [h.th(scope="col", role="columnheader")[_("Variant")]]
    if idle:
        head.append(h.th(scope="col", role="columnheader", data_words=True)[_("What it is")])
    else:
        head += [h.th(scope="col", role="columnheader")[title] for title in _titles()]
        head.append(h.th(scope="col", role="columnheader", data_words=True)[_("Verdict against the reference")])
    key = "choices" if idle else "results"
    return h.table(role="table", aria_label=_("Methods"), data_key=key)[
        h.thead(role="rowgroup")[h.tr(role="row")[head]],
        h.tbody(role="rowgroup")[(_row(desk, row) for row in rows)],
    ]


def _row(desk: SweepDesk, row: Row) -> h.Element:
    cells = {"idle": _idle, "finished": _finished}.get(row.state, _words)
    tone = "ok" if row.result is not None and row.state == "finished" and worth_it(row.result) else None
    return h.tr(role="row", data_key=f"row-{row.method}", data_tone=tone)[cells(desk, row)]


def _idle(desk: SweepDesk, row: Row) -> list[h.Element]:
    method = registered().get(row.method)
    box = h.input(type="checkbox", name=f"method:{row.method}", checked=row.method in desk.chosen, data_change="tick")
    words = [_(method.title), _(method.note)] if method else [_("not registered here")]
    if desk.chosen and row.method == desk.chosen[0]:
        words.append(_("the reference"))
    return [
        h.th(scope="row", role="rowheader")[h.label(".tb-check")[box, row.method]],
        h.td(role="cell", data_words=True)[" · ".join(word for word in words if word)],
    ]


def _finished(desk: SweepDesk, row: Row) -> list[h.Element]:
    assert row.result is not None
    values = [
        h.td(role="cell", data_label=title)[value] for title, value in zip(_titles(), numbers(row.result), strict=True)
    ]
    verdict = verdict_of(row.result)
    words = h.td(role="cell", data_words=True, data_label=_("Verdict"), title=str(verdict.get("sentence", "")) or None)
    return [_name(row), *values, words[h.span[judgement(row.result)]]]


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


def _words(desk: SweepDesk, row: Row) -> list[h.Element]:
    """Return the cells of a row that has no numbers: what it waits for, how far it is, or why there are none."""
    return [_name(row, mute=True), h.td(role="cell", colspan=_NUMBERS + 1, data_left=True)[_state(desk, row)]]


def _state(desk: SweepDesk, row: Row) -> h.Node:
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
    if row.state == "left out":
        return h.span(".tb-mute")[_("not measured: the sweep ended before")]
    error = (row.result.error if row.result else None) or {}
    lead = _("cannot run here") if row.state == "unsupported" else _("failed")
    reason = parts.why(error.get("message", ""), error.get("fix", ""))
    tone = None if row.state == "unsupported" else "bad"
    return h.div(".tb-row", style="gap: 0 8px")[h.span(".tb-mute", data_tone=tone)[lead], reason]


def _name(row: Row, *, mute: bool = False) -> h.Element:
    inner: h.Node = h.span(".tb-mute")[row.method] if mute else row.method
    return h.th(scope="row", role="rowheader", data_name=True)[inner]


def figures(desk: SweepDesk) -> str:
    """Return how much is done a second and what it holds, and once it is over how long it took and held at most."""
    status = desk.status
    if status is None:
        return ""
    took = _("took {time}").format(time=duration(status.elapsed_s)) if status.over and status.elapsed_s else ""
    said = status.messages[-1] if status.messages and not status.over else ""
    return " · ".join(word for word in (took, rate_words(status), held_words(status), said) if word)


def _foot(desk: SweepDesk, rows: list[Row]) -> h.Node:
    if desk.editing:
        back = h.button(".tb-link", type="button", data_action="back")[_("Back to the last run")]
        return h.p[back] if desk.run else None
    cannot = sum(row.state == "unsupported" for row in rows)
    notes = [_("± is half of a 95% interval; TTFT is the median time to the first token.")]
    if cannot:
        lead = ngettext("{n} method cannot run here.", "{n} methods cannot run here.", cannot)
        notes.insert(0, lead.format(n=cannot))
    results = [row.result for row in rows if row.result is not None]
    verdict, base = recommendation(results), majority_words(results)
    over = desk.status is not None and desk.status.over
    return [
        h.p(".tb-small.tb-mute.tb-note")[figures(desk)],
        h.p(".tb-small.tb-mute")[base] if base else None,
        h.p(".tb-small.tb-mute")[" ".join(notes)],
        h.p(".tb-verdict")[verdict] if over and verdict else None,
    ]
