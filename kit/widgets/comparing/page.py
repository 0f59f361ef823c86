"""The comparison as HTML: the plots, what they come to, and one question answered by two variants."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.plots.reading import variant_name
from kit.plots.words import count, duration, number
from kit.result import Result
from kit.widgets import parts
from kit.widgets.comparing.desk import Answer, CompareDesk
from kit.widgets.origin import data_words
from kit.widgets.phase import doing, place_words, state_chip
from kit.widgets.trouble import queue_buttons, resume_button, trouble
from kit.widgets.verdict import majority_words, recommendation, warnings


def compare_page(desk: CompareDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    results = desk.results()
    return parts.card(
        desk.title,
        chips=[parts.chip(_about(desk, results))],
        code=desk.code() if desk.prompt.strip() and results else "",
        problem=desk.problem,
        spoken=_spoken(desk),
        body=[_plots(desk, results), _verdict(desk, results), _question(desk, results)],
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
        text = desk.pending() or _("the sweep has not been started")
        note = _("The plots come with the first finished row: {what}.").format(what=text)
        return h.div(".tb-empty", style="min-height: 250px")[h.p(".tb-mute")[note]]
    trade, beside = desk.figures.drawn(results, desk.width)
    return [parts.plot(trade), parts.plot(beside)]


def _verdict(desk: CompareDesk, results: list[Result]) -> h.Node:
    said, same, base = recommendation(results), warnings(results), majority_words(results)
    more = _(" More rows are to come.") if desk.pending() else ""
    return [
        h.p(".tb-small.tb-mute")[base] if base else None,
        h.p[same] if same else None,
        h.p(".tb-verdict")[said, h.span(".tb-mute")[more] if more else None] if said else None,
    ]


def _question(desk: CompareDesk, results: list[Result]) -> h.Element:
    left, right = desk.chosen()
    names = [variant_name(result) for result in results]
    live = desk.status is not None and not desk.status.over
    why = "" if results else _("No row is measured yet.")
    if live:
        why = _("Both answers are on their way.")
    if desk.status is not None and desk.status.state == "queued":
        why = " · ".join(word for word in (place_words(desk.place), desk.status.cause) if word)
    ask = parts.button(_("Ask"), "ask", key="ask", main=not desk.resumable, why=why)
    stop = parts.button(_("Stop"), "stop", key="stop-answer") if live else None
    box = h.textarea(
        name="prompt",
        rows="2",
        data_change="set",
        data_enter="ask",
        placeholder=_("A question, as one of your users would ask it"),
    )[desk.prompt]
    prompt = h.label(".tb-field")[h.span(".tb-tiny")[_("Ask two variants the same (Ctrl+Enter)")], box]
    return h.div(".tb-section")[
        prompt,
        h.div(".tb-row")[
            _select("left", _("First"), names, left),
            _select("right", _("Second"), names, right),
            h.span(".tb-space"),
            h.span(".tb-small.tb-mute")[why] if why else None,
            queue_buttons(desk),
            stop,
            resume_button(desk),
            ask,
        ],
        trouble(desk),
        h.div(".tb-pair")[(_answer(answer) for answer in desk.answers())],
    ]


def _select(name: str, label: str, names: list[str], chosen: str) -> h.Element:
    options = [h.option(value=option, selected=option == chosen)[option] for option in names]
    field = h.select(name=name, data_change="set", data_value=chosen, disabled=not names)[
        options or h.option(value="")[_("no rows yet")]
    ]
    return h.label(".tb-field")[h.span(".tb-tiny")[label], field]


def _answer(answer: Answer) -> h.Element:
    return h.div(data_key=f"answer-{answer.variant}")[
        h.p(".tb-small.tb-mute")[h.b[answer.variant], f" · {words}" if (words := _how(answer)) else None],
        h.p(".tb-answer")[answer.text or (None if answer.state else h.span(".tb-mute")[_("No question yet.")])],
    ]


def _how(answer: Answer) -> str:
    """Return how an answer comes along, or how quick it was."""
    if answer.state == "queued":
        return _("waits for its turn")
    if answer.state == "waiting":
        return _("waits for {name}").format(name=answer.phase)
    if answer.state == "loading":
        return _loading(answer.phase)
    if answer.state == "cut short":
        return _("cut short")
    if answer.state == "writing":
        return _("writing")
    said = []
    if answer.ttft_s is not None:
        said.append(_("first token {time}").format(time=duration(answer.ttft_s)))
    if answer.tokens_per_s is not None:
        said.append(_("{n} tokens/s").format(n=number(answer.tokens_per_s)))
    return " · ".join(said)


def _loading(phase: str) -> str:
    """Return what happens before the first token, in words."""
    if not phase:
        return _("starting, a few seconds")
    return doing("answering" if phase.startswith("answering") else "loading" if phase.startswith("loading") else phase)


def _spoken(desk: CompareDesk) -> str:
    if desk.status is None:
        return ""
    if desk.resumable:
        return _("The answers are cut short: {state}").format(state=state_chip(desk.status, "")[0])
    return _("Both answers are there.") if desk.status.over else _("The answers are on their way.")
