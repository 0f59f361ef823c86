"""Several runs beside each other: every variant that they measured, judged against the first."""

from __future__ import annotations

import dataclasses

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.jobs import Run
from kit.plots.reading import rows_of, said_rows, variant_name
from kit.result import Result


def beside(*runs: Run) -> Result:
    """Return one result with every variant that `runs` have measured, for `kit.ComparePanel` and the figures.

    Parameters
    ----------
    *runs : Run
        Sweeps and evaluations; those that are not over give what they have so far.

    Returns
    -------
    Result
        Its parts are the variants, each with a verdict against the first where both were measured on the same rows.

    Raises
    ------
    ParameterError
        Something else than a run was given, or nothing.
    """
    if not runs or not all(isinstance(run, Run) for run in runs):
        raise ParameterError("runs", runs, allowed=_("runs, such as those that kit.find_run returns"))
    rows = [named(row, run.id) for run in runs for row in measured(run)]
    return Result(spec={"runs": [run.id for run in runs]}, parts=tuple(against_first(rows)))


def named(row: Result, id: str) -> Result:
    """Return a variant under a name that tells from which run it is, which its facts hold as well."""
    held = row.spec.get("variant")
    own = variant_name(row) if row.facts.get("method") or not isinstance(held, dict) else str(held.get("method"))
    name = f"{own} · {id.rpartition('-')[2]}"
    return dataclasses.replace(row, facts={**row.facts, "method": name, "run": id})


def measured(run: Run) -> list[Result]:
    """Return the variants that a sweep or an evaluation has measured so far."""
    try:
        result = run.result
    except (KitError, OSError, ValueError, TypeError, KeyError):  # not over, or ended before it had one
        return rows_of(said_rows(run.status))
    whole = "variant" in result.spec  # an evaluation: its parts are levels of load
    return rows_of([result] if whole or not result.parts else result)


def against_first(rows: list[Result]) -> list[Result]:
    """Return the variants with a verdict against the first, judged together; only those on the same rows get one."""
    from kit.measure import versus  # statistics load numpy: only where they are used

    verdicts = versus.against_first(rows) if rows else []
    return [
        dataclasses.replace(row, facts={**row.facts, "verdict": {} if verdict is None else verdict.to_dict()})
        for row, verdict in zip(rows, verdicts, strict=True)
    ]
