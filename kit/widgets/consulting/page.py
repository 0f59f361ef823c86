"""The visitor's panel as HTML: what it is not, the field for a case, the answer, and what the answer rests on."""

from __future__ import annotations

import htpy as h

from kit.i18n import _
from kit.plots.words import count
from kit.verticals.intervals import words as interval_words
from kit.widgets import parts
from kit.widgets.consulting.desk import ConsultDesk
from kit.widgets.consulting.known import Known
from kit.widgets.consulting.page_answer import answer_part, spoken

_SHOWN = 76  # characters of an example


def consult_page(desk: ConsultDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    busy = desk.busy
    tone: parts.Tone = "warn" if desk.stand.stale else "run"
    chips = [] if desk.known is None else [parts.chip(_("{model}, tuned").format(model=desk.known.model))]
    if busy:
        chips.append(parts.chip(desk.stand.words, tone))
    return parts.card(
        desk.title,
        chips=chips,
        action=parts.button(_("Clear"), "clear", key="clear") if desk.consultation is not None else None,
        code=desk.code(),
        line=parts.progress(desk.stand.share, on=busy, label=desk.stand.words),
        problem=desk.problem,
        spoken=spoken(desk),
        body=[_notice(), _nobody() if desk.known is None else None, *_question(desk), _foot(desk.known)],
    )


def _notice() -> h.Element:
    """Return what nobody may overlook; there is no way to put it away."""
    return h.div(".tb-notice", role="note", data_key="notice")[
        h.b[_("Not a medical device.")],
        " ",
        _(
            "For research and teaching only. Do not use it for diagnosis, triage or treatment: its answers can be "
            "wrong while they look sure. In an emergency call a doctor."
        ),
    ]


def _nobody() -> h.Element:
    return h.div(".tb-empty", data_key="empty")[
        h.p(".tb-mute")[
            _(
                "There is no tuned model to ask yet: whoever owns this page runs the notebook below once. Then a case "
                "can be typed here, and its answer comes with a probability, or says to ask a clinician."
            )
        ]
    ]


def _question(desk: ConsultDesk) -> list[h.Node]:
    if desk.known is None:
        return []
    return [_field(desk, desk.known), answer_part(desk, desk.known)]


def _field(desk: ConsultDesk, known: Known) -> h.Element:
    stop = parts.button(_("Cancel"), "stop", key="stop-answer") if desk.busy else None
    return h.div(".tb-consult-ask", data_key="field")[
        _examples(known),
        h.label(".tb-field")[
            h.span(".tb-tiny")[_label(known)],
            h.textarea(
                name="case",
                rows="3",
                data_key=f"case-{desk.asks}",
                data_change="set",
                data_enter="ask",
                placeholder=_("No names, dates of birth or numbers of patients, please"),
            )[desk.case],
        ],
        _options(desk) if desk.brings_choices else None,
        h.div(".tb-row")[
            h.span(".tb-tiny")[
                _("Personal data that is recognised is taken out before the model is asked. Nothing typed is kept.")
            ],
            h.span(".tb-space"),
            stop,
            parts.button(_("Ask"), "ask", key="ask", main=True, why=desk.why_not()),
        ],
    ]


def _label(known: Known) -> str:
    if known.task == "classify":
        return _("The case, as the examples tell it (Ctrl+Enter asks)")
    return _("The question (Ctrl+Enter asks)")


def _options(desk: ConsultDesk) -> h.Element:
    return h.label(".tb-field")[
        h.span(".tb-tiny")[_("Its possible answers, one on each line")],
        h.textarea(name="options", rows="4", data_key=f"options-{desk.asks}", data_change="set")[desk.options],
    ]


def _examples(known: Known) -> h.Node:
    if not known.examples:
        return None
    return h.div(".tb-consult-examples")[
        h.span(".tb-tiny")[_("Test cases to try (the model has not learnt from them)")],
        (_example(place, each.text) for place, each in enumerate(known.examples)),
    ]


def _example(place: int, text: str) -> h.Element:
    line = " ".join(text.split())
    shown = line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1].rstrip()}…"
    return h.button(
        ".tb-link", type="button", data_action="example", value=f"{place}", data_key=f"example-{place}", title=line
    )[shown]


def _foot(known: Known | None) -> h.Node:
    if known is None:
        return None
    said = [
        _("{model}, tuned on {n} examples of {data}").format(
            model=known.model, n=count(known.learnt_from), data=known.data
        )
    ]
    if known.reached:
        said.append(
            _("{metric} {value} on {n} test rows").format(
                metric=_metric(known), value=interval_words(known.reached), n=count(known.rows)
            )
        )
    said.append(_("measured {date}").format(date=known.values.get("date", "")))
    if known.task != "answer":
        said.append(_("measured in 16 bits; probabilities differ a little where the service holds it otherwise"))
    limits = _(str(known.values.get("limits") or ""))
    look = _("This was a quick look at a few rows and steps: the model is hardly better than chance.")
    return h.div(".tb-consult-foot", data_key="foot")[
        h.p(".tb-small.tb-mute")[" · ".join(said)],
        h.p(".tb-small")[h.b[_("Limits. ")], limits, f" {look}" if known.quick else None],
    ]


def _metric(known: Known) -> str:
    return {"acc": _("accuracy"), "f1": _("F1 of words")}.get(str(known.values.get("metric")), _("score"))
