"""The tuning panel as HTML: what it would do and its settings before, numbers and curves while it runs and after."""

from __future__ import annotations

import htpy as h

from kit._check import plain
from kit.i18n import N_, _, ngettext
from kit.jobs import Status
from kit.plots.words import count, share
from kit.widgets import parts
from kit.widgets.origin import data_words, model_words
from kit.widgets.phase import attempt_words, doing, state_chip
from kit.widgets.trouble import queue_buttons, resume_button
from kit.widgets.tuning.course import course, figures
from kit.widgets.tuning.desk import TuneDesk
from kit.widgets.tuning.page_earlier import earlier
from kit.widgets.tuning.settings import settings
from kit.widgets.tuning.summary import refusal, summary

_WHAT = {
    "lora": N_("Trains a LoRA adapter for {model} on {data}."),
    "dora": N_("Trains a DoRA adapter for {model} on {data}."),
    "ia3": N_("Trains an IA3 adapter for {model} on {data}."),
    "prompt": N_("Trains a prompt for {model} on {data}."),
    "full": N_("Trains every weight of {model} on {data}."),
}


def tune_page(desk: TuneDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    status = desk.status
    return parts.card(
        desk.title,
        chips=_chips(desk),
        action=_action(desk),
        reason=desk.waits() if desk.editing else "",
        code=desk.code(),
        line=_line(desk),
        problem=desk.problem,
        spoken=spoken(status),
        body=[
            _before(desk) if desk.editing else None,
            course(desk) if status is not None and not desk.editing else None,
            earlier(desk),
            figures(desk) if desk.editing and desk.curves else None,
        ],
    )


def _chips(desk: TuneDesk) -> list[h.Element]:
    status = desk.status
    if status is None or (desk.editing and status.over):
        return [parts.chip(_("ready"))]
    words = [state_chip(status, "", desk.place), (attempt_words(status.attempt), "")]
    return [parts.chip(text, tone) for text, tone in words if text]


def _action(desk: TuneDesk) -> h.Node:
    status = desk.status
    if status is not None and not status.over:
        stopping = _("It stops at the next step.") if status.state == "stopping" else ""
        word = _("Stop") if status.state == "queued" else _("Stop and keep")
        return [*queue_buttons(desk), parts.button(word, "stop", key="stop", why=stopping)]
    if desk.editing:
        return parts.button(_("Start"), "start", key="start", main=True, why=desk.waits() or no_room(desk))
    again = _("Start anew") if desk.resumable else _("Tune again")
    return [resume_button(desk), parts.button(again, "again", key="again")]


def no_room(desk: TuneDesk) -> str:
    """Return why memory forbids to start, or ""."""
    plan = desk.plan()
    return plan.words if plan is not None and plan.state == "no" else ""


def _line(desk: TuneDesk) -> h.Node:
    status = desk.status
    on = status is not None and not status.over and not (status.state == "queued" and desk.share is None)
    return parts.progress(desk.share, on=on, label=_("Progress of the training"))


def _before(desk: TuneDesk) -> h.Node:
    back = h.button(".tb-link", type="button", data_action="back")[_("Back to the last run")] if desk.run else None
    return h.div(".tb-body", style="padding: 0", data_key="settings")[
        h.p(".tb-say")[intention(desk)],
        summary(desk),
        refusal(desk),
        settings(desk),
        back,
    ]


def intention(desk: TuneDesk) -> str:
    """Return what Start would do, as a sentence."""
    held = _("A tenth of the rows is held back for validation.")
    if desk.validation is not None:
        held = _("Validated on {data}.").format(data=data_words(desk.validation))
    what = _(_WHAT.get(str(desk.form.raw["method"]), _WHAT["lora"]))
    named = what.format(model=model_words(str(plain(desk.model))), data=data_words(desk.data))
    return " ".join(word for word in (named, held, _steps_words(desk), _general_words(desk)) if word)


def _steps_words(desk: TuneDesk) -> str:
    plan = desk.plan()
    if plan is None or plan.steps is None:
        return ""
    exact = bool(desk.form.raw["steps"])
    told = ngettext("{n} step.", "{n} steps.", plan.steps)
    if not exact:
        told = ngettext("About {n} step.", "About {n} steps.", plan.steps)
    return told.format(n=count(plan.steps))


def _general_words(desk: TuneDesk) -> str:
    general = desk.further.get("general")
    return "" if general is None else _("What it forgets is measured on {data}.").format(data=data_words(general))


def spoken(status: Status | None) -> str:
    """Return what a screen reader should say: changes of state, not every step."""
    if status is None:
        return ""
    if status.state == "queued":
        return _("Tuning queued. {cause}").format(cause=status.cause)
    if status.over:
        acc = status.metrics.get("validation_accuracy")
        result = "" if acc is None else _(", accuracy {acc}").format(acc=share(acc))
        return _("Tuning {state}").format(state=state_chip(status, "")[0]) + result
    steps = status.curves.get("validation_loss", [])
    seen = _(", validated after {n} steps").format(n=count(steps[-1][0])) if steps else ""
    return doing(status.phase.partition(": ")[2] or status.phase) + seen
