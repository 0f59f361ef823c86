"""The tuning panel as HTML: settings before, numbers and curve while it runs and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import htpy as h

from kit._check import plain
from kit.i18n import _
from kit.jobs import Status
from kit.plots.words import MB_PER_MIB, count, duration, number, remaining, share
from kit.widgets import parts
from kit.widgets.desk import Problem
from kit.widgets.figures import loss_figure
from kit.widgets.origin import data_words, model_words
from kit.widgets.phase import doing, state_chip
from kit.widgets.tuning.desk import FIRST, MORE, TuneDesk, made_adapter


def tune_page(desk: TuneDesk) -> h.Element:
    """Return the panel for the state of `desk`."""
    status = desk.status
    text, tone = state_chip(status, _("ready"))
    if desk.editing and not (status is not None and not status.over):
        text, tone = _("ready"), ""
    return parts.card(
        desk.title,
        chips=[parts.chip(text, tone)],
        action=_action(desk),
        reason=desk.waits() if desk.editing else "",
        code=desk.code(),
        line=_line(desk),
        problem=desk.problem,
        spoken=spoken(status),
        body=[_settings(desk) if desk.editing else None, _progress(desk) if status is not None else None],
    )


def _action(desk: TuneDesk) -> h.Node:
    status = desk.status
    if status is not None and not status.over:
        stopping = _("It stops at the next step.") if status.state == "stopping" else ""
        return parts.button(_("Stop and keep"), "stop", key="stop", why=stopping)
    if desk.editing:
        return parts.button(_("Start"), "start", key="start", main=True, why=desk.waits())
    return parts.button(_("Tune again"), "again", key="again")


def _line(desk: TuneDesk) -> h.Node:
    on = desk.status is not None and not desk.status.over
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
    planned = desk.steps
    return h.div(".tb-body", style="padding: 0", data_key="progress")[
        _trouble(desk, status),
        parts.tiles(numbers(status, desk.left_s())),
        parts.plot(loss_figure(status, planned, desk.width)),
        h.div(".tb-small.tb-mute.tb-sample")[sample(status)],
        h.p(".tb-small.tb-mute")[_kept(desk, status)] if status.over else None,
    ]


def _trouble(desk: TuneDesk, status: Status) -> h.Node:
    if status.state not in ("failed", "crashed"):
        return None
    log = desk.run.log[-4000:].strip() if desk.run else ""
    return parts.alert(Problem(status.cause or _("The run ended without a word."), status.fix, log), dismiss=False)


def numbers(status: Status, left: float | None = None) -> list[tuple[str, str, str]]:
    """Return the tiles of a tuning run, `left` in seconds; what is unknown is a dash, so that nothing moves later."""
    m = status.metrics
    loss, acc, pace = m.get("validation_loss"), m.get("validation_accuracy"), m.get("tokens_per_s")
    at = _earlier(status)
    notes = " · ".join(note for note in (at, _before(status)) if note)
    return [
        (_("validation loss"), "–" if loss is None else number(loss), at),
        (_("accuracy"), "–" if acc is None else share(acc), notes),
        (_("tokens/s"), "–" if pace is None else number(pace), ""),
        _time(status, left),
        (_("memory, predicted → peak"), _memory(status), ""),
    ]


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


def _memory(status: Status) -> str:
    records = status.records.get("estimate", [])
    predicted = records[-1].get("peak_memory_mib") if records else None
    peak = status.metrics.get("peak_memory_mib")
    if predicted is None and peak is None:
        return "–"
    shown = [number(mib * MB_PER_MIB / 1000) if mib is not None else "…" for mib in (predicted, peak)]
    return _("{predicted} → {peak} GB").format(predicted=shown[0], peak=shown[1])


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


def _kept(desk: TuneDesk, status: Status) -> str:
    assert desk.run is not None
    if made_adapter(status):
        return _("The adapter is kept in run {id}; panels that are given this one use it.").format(id=desk.run.id)
    return _("Run {id} kept no adapter.").format(id=desk.run.id)


def spoken(status: Status | None) -> str:
    """Return what a screen reader should say: changes of state, not every step."""
    if status is None:
        return ""
    if status.over:
        acc = status.metrics.get("validation_accuracy")
        result = "" if acc is None else _(", accuracy {acc}").format(acc=share(acc))
        return _("Tuning {state}").format(state=state_chip(status, "")[0]) + result
    steps = status.curves.get("validation_loss", [])
    seen = _(", validated after {n} steps").format(n=count(steps[-1][0])) if steps else ""
    return doing(status.phase.partition(": ")[2] or status.phase) + seen
