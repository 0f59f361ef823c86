"""The tuning panel as HTML: settings before, numbers and curve while it runs and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import htpy as h

from kit._check import plain
from kit.i18n import _
from kit.jobs import Status
from kit.plots.words import MB_PER_MIB, count, duration, memory, number, remaining, share
from kit.widgets import parts
from kit.widgets.figures import loss_figure
from kit.widgets.origin import data_words, model_words
from kit.widgets.phase import attempt_words, doing, state_chip
from kit.widgets.trouble import queue_buttons, resume_button, trouble, waiting
from kit.widgets.tuning.desk import FIRST, MORE, TuneDesk, made_adapter


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
        body=[_settings(desk) if desk.editing else None, _progress(desk) if status is not None else None],
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
        return parts.button(_("Start"), "start", key="start", main=True, why=desk.waits())
    again = _("Start anew") if desk.resumable else _("Tune again")
    return [resume_button(desk), parts.button(again, "again", key="again")]


def _line(desk: TuneDesk) -> h.Node:
    status = desk.status
    on = status is not None and not status.over and not (status.state == "queued" and desk.share is None)
    return parts.progress(desk.share, on=on, label=_("Progress of the training"))


def _settings(desk: TuneDesk) -> h.Node:
    wrong = any(name in desk.form.errors for name in MORE)
    back = h.button(".tb-link", type="button", data_action="back")[_("Back to the last run")] if desk.run else None
    return h.div(".tb-body", style="padding: 0", data_key="settings")[
        h.p(".tb-say")[intention(desk)],
        desk.form.html(FIRST),
        h.details(open=wrong)[h.summary[_("More settings")], desk.form.html(MORE)],
        back,
    ]


def intention(desk: TuneDesk) -> str:
    """Return what Start would do, as a sentence."""
    held = _("A tenth of the rows is held back for validation.")
    if desk.validation is not None:
        held = _("Validated on {data}.").format(data=data_words(desk.validation))
    what = _("Trains a LoRA adapter for {model} on {data}.")
    named = what.format(model=model_words(str(plain(desk.model))), data=data_words(desk.data))
    return " ".join(word for word in (named, held, desk.planned()) if word)


def _progress(desk: TuneDesk) -> h.Node:
    status = desk.status
    assert status is not None
    return h.div(".tb-body", style="padding: 0", data_key="progress")[
        trouble(desk),
        parts.instead(parts.tiles(numbers(status, desk.left_s())), waiting(status)),
        parts.plot(loss_figure(status, desk.steps, desk.width)),
        h.div(".tb-small.tb-mute.tb-sample")[sample(status)],
        h.p(".tb-small.tb-mute.tb-note")[_note(desk, status)],
    ]


def numbers(status: Status, left: float | None = None) -> list[tuple[str, str, str]]:
    """Return the tiles of a tuning run, `left` in seconds; what is unknown is a dash, so that nothing moves later."""
    m = status.metrics
    loss, acc = m.get("validation_loss"), m.get("validation_accuracy")
    at = _earlier(status)
    notes = " · ".join(note for note in (at, _before(status)) if note)
    return [
        (_("validation loss"), "–" if loss is None else number(loss), at),
        (_("accuracy"), "–" if acc is None else share(acc), notes),
        _throughput(status),
        _time(status, left),
        _memory(status),
    ]


def _throughput(status: Status) -> tuple[str, str, str]:
    """Return how much is done a second now; of a run that is over, how much the training did."""
    trained = status.metrics.get("tokens_per_s") if status.over else None
    now = (trained, _("tokens/s")) if trained is not None else status.throughput
    return (_("throughput"), "–", "") if now is None else (_("throughput"), number(now[0]), now[1])


def _time(status: Status, left: float | None) -> tuple[str, str, str]:
    if status.over:
        return _("took"), "–" if status.elapsed_s is None else duration(status.elapsed_s), ""
    return _("left"), "–" if left is None else remaining(left), ""


def _earlier(status: Status) -> str:
    """Return at which step the last validation was, where the model that was kept has learned on since then."""
    trained, validated = status.curves.get("loss", []), status.curves.get("validation_loss", [])
    if not status.over or not trained or not validated or validated[-1][0] >= trained[-1][0]:
        return ""
    return _("at step {n}").format(n=count(validated[-1][0]))


def _before(status: Status) -> str:
    curve = status.curves.get("validation_accuracy", [])
    if len(curve) > 1 and curve[0][0] == 0:
        return _("from {acc}").format(acc=share(curve[0][1]))
    return ""


def _memory(status: Status) -> tuple[str, str, str]:
    """Return the memory that was predicted beside what was reached, and while it runs what it holds now."""
    records = status.records.get("estimate", [])
    predicted = records[-1].get("peak_memory_mib") if records else None
    gpu = status.gpu_memory_peak_mib is not None
    now, live = (
        (status.gpu_memory_mib, status.gpu_memory_peak_mib) if gpu else (status.memory_mib, status.memory_peak_mib)
    )
    peak = max((mib for mib in (status.metrics.get("peak_memory_mib"), live) if mib is not None), default=None)
    name = _("GPU memory, predicted → peak") if gpu else _("memory, predicted → peak")
    if predicted is None and peak is None:
        return name, "–", ""
    shown = [number(mib * MB_PER_MIB / 1000) if mib is not None else "…" for mib in (predicted, peak)]
    note = "" if now is None else _("{now} now").format(now=memory(now))
    return name, _("{predicted} → {peak} GB").format(predicted=shown[0], peak=shown[1]), note


def sample(status: Status) -> h.Node:
    """Return the last answer that the model gave to a validation row, with what was right and what it said before."""
    records = status.records.get("answer", [])
    if not records:
        return h.p[_("Sample answers come with the first validation.") if not status.over else ""]
    return answer_words(records[-1])


def answer_words(record: Mapping[str, Any]) -> h.Node:
    """Return one sample: the text, and below it the answer."""
    answer, gold, before = (str(record.get(name) or "") for name in ("answer", "gold", "before"))
    notes = []
    if gold:
        notes.append(_("right") if gold == answer else _("right is {gold}").format(gold=gold))
    if before:
        notes.append(_("before the tuning: {before}").format(before=before))
    tone = "bad" if gold and gold != answer else None
    told = f" ({'; '.join(notes)})" if notes else ""
    asked = h.p(".tb-clip", title=str(record.get("text", "")))[f"“{record.get('text', '')}”"]
    return h.fragment[asked, h.p["→ ", h.b(data_tone=tone)[answer], told]]


def _note(desk: TuneDesk, status: Status) -> str:
    """Return what the run said last, and once it is over what became of its adapter."""
    if not status.over:
        return status.messages[-1] if status.messages else ""
    assert desk.run is not None
    if made_adapter(status):
        return _("The adapter is kept in run {id}; panels that are given this one use it.").format(id=desk.run.id)
    words = _("Run {id} has made no adapter yet.") if desk.resumable else _("Run {id} kept no adapter.")
    return words.format(id=desk.run.id)


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
