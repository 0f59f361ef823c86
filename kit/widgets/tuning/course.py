"""A tuning while it runs and after: numbers, curves, sample answers, and what is to be said of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import htpy as h

from kit.errors import KitError
from kit.i18n import _
from kit.jobs import Status
from kit.plots.words import MB_PER_MIB, count, duration, half_width, memory, number, remaining, share
from kit.widgets import parts
from kit.widgets.trouble import trouble, waiting
from kit.widgets.tuning.desk import TuneDesk, made_adapter
from kit.widgets.tuning.rows import rows_of
from kit.widgets.tuning.samples import samples


def course(desk: TuneDesk) -> h.Node:
    """Return how the run goes or went."""
    status = desk.status
    assert status is not None
    return h.div(".tb-body", style="padding: 0", data_key="progress")[
        trouble(desk),
        parts.instead(parts.tiles(numbers(status, desk.left_s(), validated_rows(desk))), waiting(status)),
        overfitting(status),
        figures(desk),
        h.div(".tb-sample")[samples(status)],
        decided(status),
        h.p(".tb-small.tb-mute.tb-note")[note(desk, status)],
    ]


def figures(desk: TuneDesk) -> h.Node:
    """Return the curves, side by side where there is room."""
    known = rows_of(desk.data, desk.validation)
    drawn = desk.drawings.drawn(
        None if desk.editing else desk.status,
        None if desk.editing else desk.steps,
        desk.width,
        rows=validated_rows(desk),
        floor=None if known is None else known.floor,
        others={each.short: each.curves for each in desk.beside() if each.run.id in desk.curves},
    )
    return h.div(".tb-curves", data_two=len(drawn) > 1, data_key="curves")[(parts.plot(svg) for svg in drawn)]


def validated_rows(desk: TuneDesk) -> int | None:
    """Return on how many rows an accuracy rests, where that is known."""
    if desk.run is None or desk.status is None or not desk.status.over:
        return desk.validated
    try:
        found = desk.run.result.facts.get("validation_rows")
    except (KitError, OSError, ValueError):
        return desk.validated
    return int(found) if found else desk.validated


def numbers(status: Status, left: float | None = None, rows: int | None = None) -> list[tuple[str, str, str]]:
    """Return the tiles of a tuning run; what is unknown is a dash, so that nothing moves later.

    Parameters
    ----------
    status : Status
    left : float, optional, seconds
        How long the steps still take.
    rows : int, optional
        On how many rows accuracy was measured.
    """
    m = status.metrics
    loss, acc = m.get("validation_loss"), m.get("validation_accuracy")
    at = _earlier(status)
    within = "" if acc is None or not rows else half_width(math.sqrt(acc * (1 - acc) / rows))
    notes = " · ".join(note for note in (within, at, _before(status)) if note)
    rate = m.get("learning_rate")
    return [
        (_("validation loss"), "–" if loss is None else number(loss), at),
        *([] if _no_accuracy(status) else [(_("accuracy"), "–" if acc is None else share(acc), notes)]),
        _throughput(status),
        (_("learning rate"), "–" if rate is None else f"{rate:.1e}".replace("e-0", "e-"), ""),
        _time(status, left),
        _memory(status),
    ]


def _no_accuracy(status: Status) -> bool:
    """Is this a task whose answers are not told right from wrong?"""
    return bool(status.curves.get("validation_loss")) and not status.curves.get("validation_accuracy")


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
    told = "" if now is None else _("{now} now").format(now=memory(now))
    return name, _("{predicted} → {peak} GB").format(predicted=shown[0], peak=shown[1]), told


def overfitting(status: Status) -> h.Node:
    """Return the alarm of a training that learns its rows by heart, or nothing."""
    told = status.records.get("overfit") or []
    if not told:
        return None
    since, best = told[-1].get("since_step"), told[-1].get("best_step")
    more = _("Stop and keep ends it now.") if not status.over else _("Fewer epochs or a smaller rank would have done.")
    text = _("Since step {since} it learns its rows by heart: validation gets worse while training gets better.")
    kept = _("The lowest validation loss was at step {best}.")
    return h.div(".tb-alert", role="alert", data_kind="warn", data_key="overfit")[
        h.div[
            h.p[h.b[text.format(since=count(int(since or 0)))]],
            h.p[kept.format(best=count(int(best or 0))), " ", more],
        ]
    ]


def decided(status: Status) -> h.Node:
    """Return what the run decided by itself, each with its reason."""
    found: dict[str, dict[str, Any]] = {}
    for record in status.records.get("choice") or []:
        found[str(record.get("field", ""))] = record
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


def note(desk: TuneDesk, status: Status) -> str:
    """Return what the run said last, and once it is over what became of its adapter."""
    if not status.over:
        kept = _("Stop and keep ends it after this step and keeps the adapter; it can be resumed.")
        return " ".join([*status.messages[-1:], kept]) if status.phase in ("training", "validating") else _last(status)
    assert desk.run is not None
    if not made_adapter(status):
        words = _("Run {id} has made no adapter yet.") if desk.resumable else _("Run {id} kept no adapter.")
        return words.format(id=desk.run.id)
    words = _("The adapter is kept in run {id}; panels that are given this one use it.").format(id=desk.run.id)
    return " ".join(word for word in (words, _rest(desk, status)) if word)


def _last(status: Status) -> str:
    return status.messages[-1] if status.messages else ""


def _rest(desk: TuneDesk, status: Status) -> str:
    """Return what Resume would still do."""
    done = status.curves.get("loss", [])
    if not desk.resumable or not done or not desk.steps or done[-1][0] >= desk.steps:
        return ""
    told = _("Resume goes on from step {n} of {total}, as if it had never stopped.")
    return told.format(n=count(done[-1][0]), total=count(desk.steps))
