"""One question put to several variants, answers side by side as they are written."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.jobs import read_only
from kit.plots.reading import variant_name
from kit.plots.words import duration, number
from kit.widgets import parts
from kit.widgets.comparing.asking import Answer
from kit.widgets.comparing.desk import CompareDesk
from kit.widgets.comparing.fields import SETTINGS
from kit.widgets.phase import doing, place_words, state_chip
from kit.widgets.trouble import queue_buttons, resume_button, trouble


def question(desk: CompareDesk) -> h.Element:
    """Return the field for the question, who is asked, and the answers."""
    rows = desk.rows()
    live = desk.answering()
    why = "" if rows else _("No row is measured yet.")
    if rows and not live:
        why = _not_for_visitors(desk)
    if live:
        several = len(desk.answers()) != 2
        why = _("The answers are on their way.") if several else _("Both answers are on their way.")
    if live and desk.status is not None and desk.status.state == "queued":
        why = " · ".join(word for word in (place_words(desk.place), desk.status.cause) if word)
    box = h.textarea(
        name="prompt",
        rows="2",
        data_change="set",
        data_enter="ask",
        placeholder=_("A question, as one of your users would ask it"),
    )[desk.prompt]
    stopping = desk.status is not None and desk.status.state == "stopping"
    stop = parts.button(_("Stop"), "stop", key="stop-answer", why=_("It stops at the next step.") if stopping else "")
    return h.div(".tb-section", data_key="question")[
        h.label(".tb-field")[h.span(".tb-tiny")[_("Ask the same of two variants or more (Ctrl+Enter)")], box],
        h.div(".tb-row")[
            _who(desk),
            h.span(".tb-space"),
            h.span(".tb-small.tb-mute")[why] if why else None,
            queue_buttons(desk),
            stop if live else None,
            resume_button(desk),
            parts.button(_("Ask"), "ask", key="ask", main=not desk.resumable, why=why),
        ],
        _settings(desk) if rows else None,
        trouble(desk),
        h.div(".tb-pair.tb-three" if len(desk.answers()) > 2 else ".tb-pair")[
            (_answer(place, answer) for place, answer in enumerate(desk.answers()))
        ],
    ]


def _not_for_visitors(desk: CompareDesk) -> str:
    """Return why a visitor cannot ask, who may start no run: the service holds none of the variants; else ""."""
    if not read_only() or not desk.asked() or desk.served():
        return ""
    names = ", ".join(desk.asked())
    return _("The model service does not hold {names}: only the owner can ask them, in the notebook.").format(
        names=names
    )


def _who(desk: CompareDesk) -> h.Node:
    """Return whom the question goes to: the two that are compared."""
    names = [name for name in dict.fromkeys(desk.chosen()) if name]
    return h.span(".tb-small.tb-mute")[_("Goes to {names}").format(names=", ".join(desk.asked()))] if names else None


def _settings(desk: CompareDesk) -> h.Element:
    """Return what is seldom changed: who else is asked, how long and how freely they answer."""
    pair = desk.chosen()
    others = [name for row in desk.rows() if (name := variant_name(row)) not in pair]
    boxes = [
        h.label[
            h.input(type="checkbox", name=f"also:{name}", checked=name in desk.asking.also, data_change="set"), name
        ]
        for name in others
    ]
    return h.details(data_key="ask-more")[
        h.summary[_("more")],
        h.div(".tb-section", style="border: 0; padding: 0")[
            h.div(".tb-checks")[h.span(".tb-small.tb-mute")[_("Ask also")], boxes] if boxes else None,
            desk.asking.form.html(SETTINGS),
        ],
    ]


def _answer(place: int, answer: Answer) -> h.Element:
    return h.div(data_key=f"answer-{place}-{answer.variant}")[
        h.p(".tb-small.tb-mute")[h.b[answer.variant], f" · {words}" if (words := _how(answer)) else None],
        h.p(".tb-answer")[answer.text or (None if answer.state else h.span(".tb-mute")[_("No question yet.")])],
    ]


def _how(answer: Answer) -> str:
    """Return how an answer comes along, or how quick it was."""
    if answer.note:
        return answer.note
    if answer.state == "not served":
        return _("not held by the model service: only the owner can ask it, in the notebook")
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


def spoken(desk: CompareDesk) -> str:
    """Return what a screen reader says of the answers when it changes."""
    if desk.status is None and desk.round is None:
        return ""
    if desk.answering():
        return _("The answers are on their way.")
    if desk.status is not None and desk.resumable:
        return _("The answers are cut short: {state}").format(state=state_chip(desk.status, "")[0])
    return _("Both answers are there.") if len(desk.answers()) == 2 else _("The answers are there.")
