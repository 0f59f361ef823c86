"""A tuning while it runs and after: numbers, curves, sample answers, and what is to be said of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import htpy as h

from kit.i18n import _
from kit.jobs import Status
from kit.plots.titles import capital
from kit.plots.words import MB_PER_MIB, count, duration, half_width, memory, number, remaining, share
from kit.result import Result
from kit.tuning.watching.course import Point, overfit
from kit.widgets import parts
from kit.widgets.trouble import trouble, waiting
from kit.widgets.tuning.desk import TuneDesk, made_adapter
from kit.widgets.tuning.rows import rows_of
from kit.widgets.tuning.samples import samples


def course(desk: TuneDesk) -> h.Node:
    """Return how the run goes or went."""
    status, result = desk.status, desk.result()
    assert status is not None
    tiles = numbers(status, desk.left_s(), validated_rows(desk, result), result)
    return h.div(".tb-body", style="padding: 0", data_key="progress")[
        trouble(desk),
        parts.instead(parts.tiles(tiles), waiting(status)),
        overfitting(status),
        figures(desk, result),
        h.div(".tb-sample")[samples(status)],
        decided(status),
        h.p(".tb-small.tb-mute.tb-note")[note(desk, status, result)],
    ]


def figures(desk: TuneDesk, result: Result | None = None) -> h.Node:
    """Return the curves, side by side where there is room."""
    known = rows_of(desk.data, desk.validation)
    drawn = desk.drawings.drawn(
        None if desk.editing else desk.status,
        None if desk.editing else desk.steps,
        desk.width,
        rows=validated_rows(desk, result),
        floor=None if known is None else known.floor,
        others={each.short: each.curves for each in desk.beside() if each.run.id in desk.curves},
    )
    return h.div(".tb-curves", data_two=len(drawn) > 1, data_key="curves")[(parts.plot(svg) for svg in drawn)]


def validated_rows(desk: TuneDesk, result: Result | None = None) -> int | None:
    """Return on how many rows an accuracy rests, where that is known."""
    found = None if result is None else result.facts.get("validation_rows")
    return int(found) if found else desk.validated


def numbers(
    status: Status, left: float | None = None, rows: int | None = None, result: Result | None = None
) -> list[tuple[str, str, str]]:
    """Return the tiles of a tuning run; what is unknown is a dash, so that nothing moves later.

    Parameters
    ----------
    status : Status
    left : float, optional, seconds
        How long the steps still take.
    rows : int, optional
        On how many rows accuracy was measured.
    result : Result, optional
        Of a run that is over: its numbers are those of the adapter that was kept.
    """
    m = status.metrics if result is None else {**status.metrics, **result.metrics}
    loss, acc = m.get("validation_loss"), m.get("validation_accuracy")
    at = _kept_at(status, result)
    within = "" if acc is None or not rows else half_width(math.sqrt(acc * (1 - acc) / rows))
    notes = " · ".join(note for note in (within, _before(status, "validation_accuracy", share)) if note)
    tiles = [(_("validation loss"), "–" if loss is None else number(loss), at)]
    if not _no_accuracy(status):
        tiles.append((_("accuracy"), "–" if acc is None else share(acc), notes))
    if "general_loss" in m:
        tiles.append((_("general loss"), number(m["general_loss"]), _before(status, "general_loss", number)))
    tiles.append(_throughput(status))
    if not status.over:
        rate = m.get("learning_rate")
        tiles.append((_("learning rate"), "–" if rate is None else f"{rate:.1e}".replace("e-0", "e-"), ""))
    return [*tiles, _time(status, m.get("training_s"), left), _memory(status)]


def _no_accuracy(status: Status) -> bool:
    """Is this a task whose answers are not told right from wrong?"""
    return bool(status.curves.get("validation_loss")) and not status.curves.get("validation_accuracy")


def _throughput(status: Status) -> tuple[str, str, str]:
    """Return how much is done a second now; of a run that is over, how much the training did."""
    trained = status.metrics.get("tokens_per_s") if status.over else None
    now = (trained, _("tokens/s")) if trained is not None else status.throughput
    return (_("throughput"), "–", "") if now is None else (_("throughput"), number(now[0]), now[1])


def _time(status: Status, trained: float | None, left: float | None) -> tuple[str, str, str]:
    """Return the time that is left, or that it took, with what was predicted for the training."""
    records = status.records.get("estimate", [])
    predicted = records[-1].get("training_s") if records else None
    if not status.over:
        note = "" if predicted is None else _("of {time} predicted").format(time=remaining(predicted))
        return _("left"), "–" if left is None else remaining(left), note
    if trained is not None and predicted is not None:
        told = _("{predicted} → {took}").format(predicted=remaining(predicted), took=duration(trained))
        return _("training, predicted → took"), told, ""
    return _("took"), "–" if status.elapsed_s is None else duration(status.elapsed_s), ""


def _kept_at(status: Status, result: Result | None) -> str:
    """Return of which step the numbers are, where the training went on after it."""
    trained, validated = status.curves.get("loss", []), status.curves.get("validation_loss", [])
    if not status.over or not trained or not validated:
        return ""
    kept = None if result is None else result.facts.get("kept_step")
    step = int(kept) if kept else validated[-1][0]
    return "" if step >= trained[-1][0] else _("at step {n}").format(n=count(step))


def _before(status: Status, name: str, words: Callable[[float], str]) -> str:
    curve = status.curves.get(name, [])
    return _("from {value}").format(value=words(curve[0][1])) if len(curve) > 1 and curve[0][0] == 0 else ""


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
    told = "" if now is None else _("{now} now").format(now=memory(now))
    return name, _("{predicted} → {peak} GB").format(predicted=shown[0], peak=shown[1]), told


def overfitting(status: Status) -> h.Node:
    """Return the alarm of a training that learns its rows by heart, or nothing."""
    found = overfit(evaluations(status.curves))
    if found is None:
        return None
    text = _("Since step {since} it learns its rows by heart: the validation loss rises while that of training falls.")
    told = _("The lowest validation loss was at step {best}.").format(best=count(found.best_step))
    if status.curves.get("validation_accuracy"):
        told += " " + _("Look at the accuracy too: it can hold while the model only grows too sure of its answers.")
    if not status.over:
        told += " " + _("Stop and keep ends it now.")
    return h.div(".tb-alert", role="alert", data_kind="warn", data_key="overfit")[
        h.div[h.p[h.b[text.format(since=count(found.since_step))]], h.p[told]]
    ]


def evaluations(curves: Mapping[str, list[tuple[int, float]]]) -> list[Point]:
    """Return the evaluations after the first step, each with the mean training loss since the one before."""
    train, points, at = curves.get("loss", []), [], 0
    for step, loss in curves.get("validation_loss", []):
        first = at
        while at < len(train) and train[at][0] <= step:
            at += 1
        if at > first:
            points.append(Point(step, loss, math.fsum(value for _step, value in train[first:at]) / (at - first)))
    return points


def decided(status: Status) -> h.Node:
    """Return what the run decided by itself, each with its reason."""
    told = status.records.get("choices") or []
    found = {str(each.get("field", "")): each for each in (told[-1].get("choices") or [] if told else [])}
    if not found:
        return None
    words = [
        h.li[h.code[f"{name}={record.get('value')!r}"], " ", str(record.get("why", ""))]
        for name, record in found.items()
    ]
    return h.details(data_key="decided")[
        h.summary[_("Decided for this machine: {what}").format(what=", ".join(found))], h.ul(".tb-reasons")[words]
    ]


def _choice(name: str, record: Mapping[str, Any]) -> h.Element:
    return h.li[h.code[f"{name}={record.get('value')!r}"], f" {record.get('why', '')}"]


def note(desk: TuneDesk, status: Status, result: Result | None) -> str:
    """Return what the run said last, and once it is over what it came to and what became of its adapter."""
    if not status.over:
        kept = _("Stop and keep ends it after this step and keeps the adapter; it can be resumed.")
        return " ".join([*status.messages[-1:], kept]) if status.phase in ("training", "validating") else _last(status)
    assert desk.run is not None
    if not made_adapter(status):
        words = _("Run {id} has made no adapter yet.") if desk.resumable else _("Run {id} kept no adapter.")
        return words.format(id=desk.run.id)
    said = str(result.facts.get("summary") or "") if result is not None else ""
    kept = _("The adapter is kept in run {id}; panels that are given this one use it.").format(id=desk.run.id)
    return " ".join(word for word in (f"{capital(said)}." if said else "", kept, _rest(desk, status)) if word)


def _last(status: Status) -> str:
    return status.messages[-1] if status.messages else ""


def _rest(desk: TuneDesk, status: Status) -> str:
    """Return what Resume would still do."""
    done = status.curves.get("loss", [])
    if not desk.resumable or not done or not desk.steps or done[-1][0] >= desk.steps:
        return ""
    told = _("Resume goes on from step {n} of {total}, as if it had never stopped.")
    return told.format(n=count(done[-1][0]), total=count(desk.steps))
