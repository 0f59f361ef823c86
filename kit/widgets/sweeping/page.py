"""The sweep as HTML: what can be ticked before it starts, and then a table that fills row by row."""

from __future__ import annotations

import htpy as h

from kit._check import plain
from kit.errors import KitError
from kit.i18n import _, ngettext
from kit.plots.words import duration, remaining
from kit.widgets import parts
from kit.widgets.origin import data_words, model_words
from kit.widgets.phase import attempt_words, held_words, part_and_phase, rate_words, state_chip
from kit.widgets.sweeping.desk import Row, SweepDesk
from kit.widgets.sweeping.foretelling import seconds_of
from kit.widgets.sweeping.page_methods import methods_part
from kit.widgets.sweeping.page_settings import settings_part
from kit.widgets.sweeping.page_table import results_part
from kit.widgets.trouble import queue_buttons, resume_button, trouble
from kit.widgets.verdict import majority_words, recommendation

_MUCH = 0.2  # of the processor, as `kit.measure.passes.timing` has it


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
        reason=_reason(desk) if desk.editing else "",
        code=desk.code(),
        line=parts.progress(done / max(len(rows), 1), on=live, label=_("Progress of the sweep")),
        problem=desk.problem,
        spoken=_("{done} of {n} methods done").format(done=done, n=len(rows)) if rows else "",
        body=_choosing(desk) if desk.editing else _measured(desk, rows),
    )


def _choosing(desk: SweepDesk) -> list[h.Node]:
    back = h.button(".tb-link", type="button", data_action="back")[_("Back to the last run")]
    return [
        h.p(".tb-say")[intention(desk), _time(desk)],
        methods_part(desk),
        settings_part(desk),
        h.p[back] if desk.run else None,
    ]


def _measured(desk: SweepDesk, rows: list[Row]) -> list[h.Node]:
    return [trouble(desk), _judged(desk), *results_part(desk, rows), _foot(desk)]


def _chips(desk: SweepDesk, done: int, n: int) -> list[h.Element]:
    status = desk.status
    if status is None or (desk.editing and status.over):
        return [parts.chip(_("ready"))]
    told = state_chip(status, "", desk.place)
    if status.state == "running" and part_and_phase(status)[0]:  # else what is done once for all methods
        told = _("{done} of {n} done").format(done=done, n=n), "run"
    return [parts.chip(text, tone) for text, tone in (told, (attempt_words(status.attempt), "")) if text]


def _reason(desk: SweepDesk) -> str:
    """Return why Start cannot be pressed, where that is more than what the eye sees."""
    return desk.waits() or (desk.no_start() if desk.chosen else "")


def _action(desk: SweepDesk, live: bool) -> h.Node:
    if live and desk.status is not None:
        stopping = _("It stops at the next step.") if desk.status.state == "stopping" else ""
        return [*queue_buttons(desk), parts.button(_("Stop"), "stop", key="stop", why=stopping)]
    if desk.editing:
        why = desk.waits() or desk.no_start()
        return parts.button(_("Start"), "start", key="start", main=True, why=why)
    again = _("Start anew") if desk.resumable else _("Sweep again")
    return [resume_button(desk), parts.button(again, "again", key="again")]


def intention(desk: SweepDesk) -> str:
    """Return what Start would do, as a sentence."""
    n = len(desk.chosen)
    ways = ngettext("{n} way", "{n} ways", n).format(n=n)
    if desk.waits_for_tuning():
        text = _("Will hold the tuned model in {ways} and measure each on {data}, one after another.")
        return text.format(ways=ways, data=data_words(desk.data))
    text = _("Holds {model} in {ways} and measures each on {data}, one after another.")
    return text.format(model=model_words(str(plain(desk.model))), ways=ways, data=data_words(desk.data))


def _time(desk: SweepDesk) -> h.Node:
    """Return how long the sweep is predicted to take, where that is known."""
    if desk.waits() or desk.no_start():
        return None
    try:
        spec = desk.spec()
    except KitError:  # told once Start is pressed
        return None
    seconds = seconds_of(spec)
    if seconds is None:
        return None
    if spec.minutes is not None and seconds > 60 * spec.minutes:
        text = _(" All of them would take about {time}: some will be left out.")
        return h.span[text.format(time=remaining(seconds))]
    return h.span(".tb-mute")[_(" That takes about {time}.").format(time=remaining(seconds))]


def _figures(desk: SweepDesk) -> str:
    """Return how much is done a second and what it holds, and once it is over how long it took and held at most."""
    status = desk.status
    if status is None:
        return ""
    took = _("took {time}").format(time=duration(status.elapsed_s)) if status.over and status.elapsed_s else ""
    said = status.messages[-1] if status.messages and not status.over else ""
    return " · ".join(word for word in (took, rate_words(status), held_words(status), said) if word)


def _foot(desk: SweepDesk) -> h.Node:
    base = majority_words(desk.results())
    notes = [
        _("Green: faster, with no evidence of being worse."),
        _("Faster and slower are of the time of a whole answer."),
        _("± is half of a 95% interval."),
        _("TTFT is the median time to the first token, TPOT that of each further one."),
        _("KL is the mean divergence from the reference, in nats, 0 where both expect the same.") if _kl(desk) else "",
        base,
    ]
    disturbed = _disturbed(desk)
    return [
        h.p(".tb-small.tb-mute.tb-note")[_figures(desk)],
        h.p(".tb-small")[h.b(data_tone="warn")[disturbed]] if disturbed else None,
        h.p(".tb-small.tb-mute")[" ".join(note for note in notes if note)],
    ]


def _disturbed(desk: SweepDesk) -> str:
    """Return that other programs took much of the processor while answers were timed, or ""."""
    shares = [float(result.facts.get("others_cpu_share") or 0.0) for result in desk.results()]
    if max(shares, default=0.0) < _MUCH:
        return ""
    n = sum(share >= _MUCH for share in shares)
    text = ngettext(
        "Other programs used up to {share} of the processor while {n} variant was timed: believe times only roughly.",
        "Other programs used up to {share} of the processor while {n} variants were timed: believe times only roughly.",
        n,
    )
    return text.format(share=f"{max(shares):.0%}", n=n)


def _kl(desk: SweepDesk) -> bool:
    return any("kld_mean" in result.metrics for result in desk.results())


def _judged(desk: SweepDesk) -> h.Element:
    """Return which variant to take, as far as is known; the line has its room before."""
    told = recommendation(desk.results())
    over = desk.status is not None and desk.status.over
    lead = None if told is None or over else h.span(".tb-mute")[_("So far: ")]
    return h.p(".tb-note", data_key="verdict")[lead, told]
