"""Verdicts within a sweep: each variant against the first that was measured.

While a sweep goes on, each is corrected for as many comparisons as are planned (Bonferroni). When all are measured they
are judged together (Holm), which sees no less: evidence that was told is not taken back.

A variant that was given up while its rows were read has a verdict of its own: that it is worse by more than a margin,
with the error that was asked for.

Parts of one sweep may come from several machines; whether they answer right is compared all the same, their times not.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from kit.measure.judging import Compared, verdict_on, verdicts_on
from kit.measure.passes.evaluation import GIVEN_UP
from kit.measure.verdict import Verdict, reference_verdict
from kit.measure.versus import comparable
from kit.result import Result


def with_verdict(
    part: Result, earlier: Sequence[Result], *, comparisons: int = 1, folder: Path | None = None
) -> Result:
    """Return `part` with its verdict against the first result among `earlier` that was measured row by row.

    Parameters
    ----------
    part : Result
        Of one variant; without a verdict where nothing was measured row by row.
    earlier : sequence of Result
        Of the variants before it.
    comparisons : int
        How many are planned.
    folder : Path, optional
        Of the run, where the records of rows lie.
    """
    if not _is_measured(part):
        return part
    reference = next(filter(_is_measured, earlier), None)
    if reference is None:
        return _with(part, reference_verdict())
    if GIVEN_UP in part.facts:
        return _with(part, _given_up(part, reference))
    found = _compared(part, reference, folder)
    return part if found is None else _with(part, verdict_on(found, comparisons=max(comparisons, 1)))


def judged_together(parts: Sequence[Result], *, folder: Path | None = None) -> list[Result]:
    """Return all parts of a sweep with their verdicts against the first that was measured row by row."""
    measured = [i for i, part in enumerate(parts) if _is_measured(part)]
    whole = [i for i in measured[1:] if GIVEN_UP not in parts[i].facts]
    found = {i: _compared(parts[i], parts[measured[0]], folder) for i in whole}
    ready = {i: each for i, each in found.items() if each is not None}
    verdicts = dict(zip(ready, verdicts_on(list(ready.values())), strict=True))
    if measured:
        verdicts[measured[0]] = reference_verdict()
        verdicts |= {i: _given_up(parts[i], parts[measured[0]]) for i in measured[1:] if GIVEN_UP in parts[i].facts}
    return [_with(part, verdicts[i]) if i in verdicts else part for i, part in enumerate(parts)]


def stands(part: Result, earlier: Sequence[Result]) -> bool:
    """Is the verdict that `part` has still one against the first result among `earlier` that was measured?"""
    if not _is_measured(part):
        return True
    reference = next(filter(_is_measured, earlier), None)
    held = part.facts.get("verdict") or {}
    return bool(held) and held.get("reference", "") == ("" if reference is None else _name(reference))


def _is_measured(part: Result) -> bool:
    return part.status == "finished" and ("right" in part.facts or "rows" in part.artifacts)


def _compared(part: Result, reference: Result, folder: Path | None) -> Compared | None:
    pair = (part, reference) if folder is None else (part.in_folder(folder), reference.in_folder(folder))
    found = comparable(*pair)
    if found is None:
        return None
    named = dataclasses.replace(found, name=_name(part), reference=_name(reference))
    return named if _hardware(part) == _hardware(reference) else dataclasses.replace(named, seconds=None)


def _given_up(part: Result, reference: Result) -> Verdict:
    """Return the verdict on a variant that was given up, whose evidence was collected while its rows were read."""
    told = part.facts[GIVEN_UP]
    return Verdict(
        kind="worse",
        difference=told["difference"],
        low=told["low"],
        high=told["high"],
        p_value=told["error"],
        p_adjusted=told["error"],
        level=1 - told["error"],
        sentence=told["reason"],
        n=told["read"],
        test="bets against the mean, row by row",
        score=part.metrics.get("acc"),
        name=_name(part),
        reference=_name(reference),
    )


def _hardware(part: Result) -> tuple[str, ...]:
    """Return what decides how fast a part was measured: times of two machines are not compared."""
    machine = part.provenance.get("machine") or {}
    return tuple(repr(machine.get(name)) for name in ("cpu", "cores", "instruction_sets", "gpus"))


def _name(part: Result) -> str:
    return str(part.facts.get("method", ""))


def _with(part: Result, verdict: Verdict) -> Result:
    return dataclasses.replace(part, facts={**part.facts, "verdict": verdict.to_dict()})
