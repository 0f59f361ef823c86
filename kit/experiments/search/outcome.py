"""What a search found: every trial, those that nobody beats, the best, and which fields mattered."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from kit.experiments.search.goals import nobody_beats
from kit.experiments.search.spec import SearchSpec
from kit.experiments.search.trial import Trial
from kit.i18n import _
from kit.machine.provenance import seeds
from kit.report import Report
from kit.result import Result, Status
from kit.spec import load_spec

_ADAPTER = "artifacts/adapter"


class TellsImportance(Protocol):
    """Whoever knows which fields mattered."""

    def importance(self) -> dict[str, dict[str, float]]:
        """Return for each objective the share of each field."""
        ...


def outcome(
    spec: SearchSpec,
    report: Report,
    trials: Sequence[Trial],
    study: TellsImportance,
    *,
    status: Status,
    spent_s: float,
) -> Result:
    """Return the result of a search, and put the adapter of the best trial where that of a tuning lies.

    Parameters
    ----------
    spec : SearchSpec
        What was searched.
    report : Report
        Of the search.
    trials : sequence of Trial
        All that began.
    study : TellsImportance
        Knows which fields mattered.
    status : {"finished", "stopped"}
    spent_s : float
        Over all attempts.
    """
    front, best = _front(trials, spec)
    artifacts = _adapters(front, best, report)
    rows = [row_of(trial, spec, front=trial in front) for trial in trials]
    importance = study.importance()
    ended = [trial for trial in trials if trial.result is not None]
    facts: dict[str, Any] = {
        "objectives": list(spec.objectives),
        "best": None if best is None else _said(best, spec),
        "pareto": [trial.number for trial in front],
        "importance": importance,
        "trials": rows,
        "budget": {"seconds": None if spec.minutes is None else spec.minutes * 60, "spent_s": round(spent_s, 1)},
        "pruning": spec.pruned_by,
        "summary": _summary(spec, trials, front, best),
    }
    if best is not None:
        for goal, value in zip(spec.goals, best.values(spec.goals) or (), strict=True):
            report.metric(goal.name, value)  # after those of the trials: it is what lists show of the run
        report.message(_sentence(spec, front, best))
    failed = [trial.result for trial in ended if trial.state == "failed" and trial.result is not None]
    nothing = status == "finished" and best is None and bool(failed)
    hashes = {found.provenance.get("data_hash") for trial in ended if (found := trial.result) is not None} - {None}
    return Result(
        spec=spec.to_dict(),
        status="failed" if nothing else status,
        metrics={} if best is None or best.result is None else dict(best.result.metrics),
        artifacts=artifacts,
        facts=facts,
        parts=tuple(_part(trial, spec, trial in front) for trial in ended),
        provenance={"seeds": seeds(spec.to_dict()), **({"data_hash": hashes.pop()} if len(hashes) == 1 else {})},
        error=failed[-1].error if nothing else None,
    )


def row_of(trial: Trial, spec: SearchSpec, *, front: bool | None = None) -> dict[str, Any]:
    """Return a trial as a row of a table: number, state, settings, objectives, seconds, where, and what went wrong."""
    result = trial.result or Result(spec={}, status="stopped")
    row: dict[str, Any] = {"trial": trial.number, "state": trial.state, "settings": _settings(trial, spec)}
    row["values"] = {goal.name: result.metrics.get(goal.name) for goal in spec.goals}
    row |= {"curve": list(trial.curve.items()), "seconds": round(trial.seconds, 1)}
    row["worker"] = result.facts.get("worker", "")
    row["error"] = (result.error or {}).get("message", "")
    return row if front is None else {**row, "front": front}


def ended_words(trial: Trial, spec: SearchSpec) -> str:
    """Return in a sentence how a trial ended."""
    about = {"n": trial.number, "of": spec.trials, "settings": settings_words(trial, spec)}
    values = trial.values(spec.goals)
    if values is not None:
        told = ", ".join(f"{goal.name} {value:.4g}" for goal, value in zip(spec.goals, values, strict=True))
        return _("Trial {n} of {of}: {values} ({settings}).").format(values=told, **about)
    if trial.state == "pruned":
        return _("Trial {n} of {of} fell behind and was ended early ({settings}).").format(**about)
    if trial.state == "cut":
        return _("Trial {n} of {of} was cut off: the minutes were spent ({settings}).").format(**about)
    why = ((trial.result and trial.result.error) or {}).get("message", "")
    return _("Trial {n} of {of} failed ({settings}): {why}").format(why=why, **about)


def settings_words(trial: Trial, spec: SearchSpec) -> str:
    """Return the settings of a trial as they stand in a call."""
    return ", ".join(f"{name}={value!r}" for name, value in _settings(trial, spec).items())


def _settings(trial: Trial, spec: SearchSpec) -> dict[str, Any]:
    values = {axis.field: axis.value(trial.params[axis.field]) for axis in spec.axes}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _front(trials: Sequence[Trial], spec: SearchSpec) -> tuple[list[Trial], Trial | None]:
    """Return those that nobody beats, and the first choice: the best in the first objective, then in the next."""
    goals = spec.goals
    values = {trial.number: found for trial in trials if (found := trial.values(goals)) is not None}
    inside = set(nobody_beats(values, goals))
    front = [trial for trial in trials if trial.number in inside]
    if not front:
        return [], None
    turned = {n: [v if goal.more else -v for v, goal in zip(values[n], goals, strict=True)] for n in inside}
    best = max(front, key=lambda trial: (turned[trial.number], -trial.seconds))
    return front, best


def _adapters(front: Sequence[Trial], best: Trial | None, report: Report) -> dict[str, str]:
    """Put the best adapter where that of a tuning lies; return all that are kept, by name."""
    if best is None:
        return {}
    made, place = _adapter_of(best, report), report.folder / _ADAPTER
    artifacts = {}
    if made is not None:
        building = place.with_name(".adapter-of-best")
        shutil.rmtree(building, ignore_errors=True)
        shutil.copytree(made, building)
        shutil.rmtree(place, ignore_errors=True)
        building.rename(place)
        artifacts["adapter"] = _ADAPTER
    for trial in front:
        if trial is not best and _adapter_of(trial, report) is not None:
            artifacts[f"trial {trial.number}/adapter"] = f"{trial.folder}/{_ADAPTER}"
    for name, path in artifacts.items():
        report.artifact(name, report.folder / path)
    return artifacts


def _adapter_of(trial: Trial, report: Report) -> Path | None:
    path = report.folder / trial.folder / _ADAPTER
    return path if path.is_dir() else None


def _part(trial: Trial, spec: SearchSpec, front: bool) -> Result:
    assert trial.result is not None
    facts = {"trial": trial.number, "state": trial.state, "settings": _settings(trial, spec), "front": front}
    kept = {name: f"{trial.folder}/{path}" for name, path in trial.result.artifacts.items()} if front else {}
    return dataclasses.replace(trial.result, facts={**trial.result.facts, **facts}, artifacts=kept)


def _said(best: Trial, spec: SearchSpec) -> dict[str, Any]:
    assert best.result is not None
    values = best.values(spec.goals) or ()
    told = {goal.name: value for goal, value in zip(spec.goals, values, strict=True)}
    made = best.result.spec
    return {
        "trial": best.number,
        "settings": _settings(best, spec),
        "values": told,
        "spec": made,
        "code": load_spec(made).code(),
    }


def _summary(spec: SearchSpec, trials: Sequence[Trial], front: Sequence[Trial], best: Trial | None) -> str:
    said = []
    if best is not None:
        values = best.values(spec.goals) or ()
        told = ", ".join(f"{goal.name} {value:.4g}" for goal, value in zip(spec.goals, values, strict=True))
        said.append(_("best: {settings} ({values})").format(settings=settings_words(best, spec), values=told))
    if len(spec.goals) > 1 and front:
        said.append(_("nobody beats: {names}").format(names=", ".join(str(trial.number) for trial in front)))
    states = [trial.state for trial in trials]
    words = {"finished": _("finished"), "pruned": _("ended early"), "cut": _("cut off"), "failed": _("failed")}
    counts = ", ".join(f"{states.count(state)} {word}" for state, word in words.items() if state in states)
    said.append(_("trials: {counts}").format(counts=counts or _("none")))
    return "; ".join(said)


def _sentence(spec: SearchSpec, front: Sequence[Trial], best: Trial) -> str:
    words = _("First choice is trial {n}: {settings}.").format(n=best.number, settings=settings_words(best, spec))
    if len(front) > 1:
        words += " " + _("Nobody beats these: {names}.").format(names=", ".join(str(trial.number) for trial in front))
    return (
        words + " " + _("The best of many looks a little better than it is: measure it on rows it was not chosen by.")
    )
