"""The conversation as HTML: who is asked, what was said, the field for the next question, settings folded away."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.widgets import parts
from kit.widgets.asking.told import Told, state_words
from kit.widgets.parts import Tone
from kit.widgets.playing.desk import SETTINGS, PlayDesk
from kit.widgets.playing.models import Choice
from kit.widgets.playing.page_said import said


def play_page(desk: PlayDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    told, choices, choice = desk.told(), desk.models.choices(), desk.choice()
    chips = [parts.chip(choice.label)] if choice is not None and len(choices) == 1 else []
    if told is not None:
        chips.append(parts.chip(state_words(told), _tone(told)))
    return parts.card(
        desk.title,
        chips=chips,
        action=_clear(desk),
        code=desk.code(),
        line=parts.progress(None, on=told is not None, label=state_words(told) if told else ""),
        problem=desk.problem,
        spoken=_spoken(desk),
        body=[
            _who(desk, choices, choice),
            said(desk),
            _field(desk),
            _settings(desk),
        ],
    )


def _tone(told: Told) -> Tone:
    return "warn" if told.state in ("restarting", "reaching", "busy") else "run"


def _clear(desk: PlayDesk) -> h.Element | None:
    return parts.button(_("Clear"), "clear", key="clear") if desk.talk.exchanges else None


def _who(desk: PlayDesk, choices: list[Choice], choice: Choice | None) -> h.Node:
    """Return the choice of the model where there are several, and which measured variants cannot be chosen."""
    left = desk.models.left_out()
    pending = desk.models.pending()
    if len(choices) < 2 and not left and not pending:
        return None
    options = [h.option(value=each.served, selected=each == choice)[each.label] for each in choices]
    chosen = choice.served if choice else ""
    select = h.label(".tb-choose")[
        h.span(".tb-small.tb-mute")[_("Ask")], h.select(name="which", data_change="set", data_value=chosen)[options]
    ]
    return h.div(".tb-row", data_key="who")[
        select if len(choices) > 1 else None,
        h.span(".tb-small.tb-mute")[pending] if pending else None,
        parts.why(_left_words(left), word=_("not here: {names}").format(names=", ".join(left))) if left else None,
    ]


def _left_words(left: list[str]) -> str:
    text = _("The service holds models with OpenVINO and llama.cpp: what was measured as {names} cannot be asked here.")
    fix = _("Sweep a method such as openvino-int8 or gguf-q8_0 to ask exactly what you measured.")
    return f"{text.format(names=', '.join(left))} {fix}"


def _field(desk: PlayDesk) -> h.Element:
    why = desk.why_not()
    box = h.textarea(
        name="question",
        rows="2",
        data_key=f"question-{desk.asks}",  # a question that was asked leaves its field empty
        data_change="set",
        data_enter="ask",
        placeholder=_("A text, as it stands in your data")
        if desk.as_rows
        else _("A question, as one of your users would ask it"),
    )[desk.typed]
    stop = parts.button(_("Stop"), "stop", key="stop-answer") if desk.talk.busy else None
    return h.div(".tb-ask", data_key="field")[
        h.label(".tb-field")[h.span(".tb-tiny")[_label(desk)], box],
        h.div(".tb-row")[
            _rows_box(desk),
            h.span(".tb-space"),
            stop,
            parts.button(_("Ask"), "ask", key="ask", main=True, why=why),
        ],
    ]


def _label(desk: PlayDesk) -> str:
    return _("Text (Ctrl+Enter asks)") if desk.as_rows else _("Question (Ctrl+Enter asks)")


def _rows_box(desk: PlayDesk) -> h.Node:
    """Return the switch between questions that are put as rows of the data are, and a conversation."""
    if desk.data is None:
        return None
    return h.label(".tb-check.tb-small", title=desk.data.instruction)[
        h.input(type="checkbox", name="as_rows", checked=desk.as_rows, data_change="set"),
        _("ask as the data does: with its instruction, and without what was said before"),
    ]


def _settings(desk: PlayDesk) -> h.Element:
    system = h.label(".tb-field")[
        h.span(".tb-tiny")[_("System text: what the model is told before the first question")],
        h.textarea(name="system", rows="2", data_change="set", placeholder=_("nothing"))[desk.system],
    ]
    return h.details(data_key="settings")[
        h.summary[_("settings")],
        h.div(".tb-settings")[None if desk.as_rows else system, desk.form.html(SETTINGS)],
    ]


def _spoken(desk: PlayDesk) -> str:
    """Return what a screen reader says when it changes."""
    told = desk.told()
    if told is not None:
        return _("The answer is being written.") if told.state == "writing" else state_words(told)
    if not desk.talk.exchanges:
        return ""
    last = desk.talk.exchanges[-1].told
    return _("The answer is there.") if last.state == "done" else _("The answer is cut short.")
