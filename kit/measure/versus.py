"""One evaluation against another, or several against one: which rows they share, and what these say."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from kit.errors import KitError, ParameterError
from kit.i18n import _
from kit.measure.grouping import groups
from kit.measure.judging import Compared, enough, verdict_on, verdicts_on
from kit.measure.pairing import Pairs, Rows, pair, pair_right
from kit.measure.slices import FEWEST
from kit.measure.verdict import LEVEL, Verdict, reference_verdict
from kit.measure.verdicts import Verdicts
from kit.result import Result

_TASK = "rows-"  # artifacts that hold the rows of a task are called this and the task's name


def compare(
    new: Result,
    reference: Result | None = None,
    *,
    metric: str | None = None,
    by: str | Sequence[str] = (),
    level: float = LEVEL,
    rows: Rows = "same",
    comparisons: int = 1,
) -> Verdict | Verdicts:
    """Return whether `new` is better than `reference`; see `kit.compare`, which takes runs as well."""
    if not 0.5 <= level < 1:
        raise ParameterError("level", level, allowed=_("a number from 0.5 to below 1"))
    if comparisons < 1:
        raise ParameterError("comparisons", comparisons, allowed=_("a whole number, at least 1"))
    couples = _couples(variants(new), None if reference is None else variants(reference))
    found = [_compared(*couple, metric, rows) for couple in couples]
    columns = (by,) if isinstance(by, str) else tuple(by)
    if len(found) == 1:
        verdict = verdict_on(found[0], level=level, comparisons=comparisons)
        return _with_slices(verdict, found[0].pairs, columns, level)
    judged = verdicts_on(found, level=level)
    return Verdicts(
        [_with_slices(*each, columns, level) for each in zip(judged, (f.pairs for f in found), strict=True)]
    )


def variants(result: Result) -> dict[str, Result]:
    """Return everything in a result that was measured row by row, by name: variants of a sweep, tasks, or itself."""
    parts = [part for part in result.parts if part.status == "finished" and _has_rows(part)]
    if parts:
        return {_name(part): part for part in parts}
    found = {name_of(result): result} if _has_rows(result) else {}
    tasks = [name for name in result.artifacts if name.startswith(_TASK)]
    for name in tasks:
        artifacts = {"rows": result.artifacts[name]}
        facts = {name: value for name, value in result.facts.items() if name not in ("right", "labels")}
        found[name.removeprefix(_TASK)] = dataclasses.replace(result, artifacts=artifacts, facts=facts, parts=())
    if not found:
        raise KitError(
            _("Nothing in this result was measured row by row."),
            fix=_("Evaluate with accuracy among the measures, and take the result from its run."),
        )
    return found


def name_of(result: Result) -> str:
    """Return what an evaluation is called, with the end of its run's id where it is known."""
    variant = result.spec.get("variant")
    held: dict[str, Any] = variant if isinstance(variant, dict) else {}
    model = str(result.facts.get("model") or held.get("model") or "?").rsplit("/", 1)[-1]
    method = str(result.facts.get("method") or held.get("method") or "")
    own = " ".join(part for part in (model, method) if part)
    return own if result.folder is None else f"{own} · {result.folder.name.rpartition('-')[2]}"


def against_first(rows: Sequence[Result], *, level: float = LEVEL) -> list[Verdict | None]:
    """Return the verdict on each of `rows` against the first, judged together; None where it cannot be compared."""
    found = [comparable(row, rows[0]) for row in rows[1:]]
    judged = iter(verdicts_on([each for each in found if each is not None], level=level))
    return [reference_verdict(), *(None if each is None else next(judged) for each in found)]


def comparable(new: Result, reference: Result) -> Compared | None:
    """Return two evaluations on the same data, ready to be judged, or None where they cannot be.

    What both got right, in their facts, is enough; other scores are read from the records of their rows.
    """
    try:
        right = "right" in new.facts and "right" in reference.facts
        pairs = pair_right(new, reference) if right else pair(new, reference)
    except KitError:
        return None
    return Compared(pairs, seconds=_seconds(new), reference_s=_seconds(reference)) if enough(pairs) else None


_Couple = tuple[str, Result, str, Result]


def _couples(new: dict[str, Result], reference: dict[str, Result] | None) -> list[_Couple]:
    """Return who is compared with whom."""
    if reference is None:
        (first, held), *others = new.items()
        if not others:
            raise KitError(
                _("This result has one variant only: there is nothing to compare it with."),
                fix=_("Give two results or runs: kit.compare(new, reference)."),
            )
        return [(name, each, first, held) for name, each in others]
    if len(new) > 1 and len(reference) > 1:
        both = [name for name in new if name in reference]
        if not both:
            told = _("The two have no variant in common: {new}; {reference}.")
            raise KitError(
                told.format(new=", ".join(new), reference=", ".join(reference)),
                fix=_("Compare their parts: kit.compare(one.parts[0], other.parts[0])."),
            )
        return [(name, new[name], name, reference[name]) for name in both]
    return [(name, each, other, held) for name, each in new.items() for other, held in reference.items()]


def _compared(name: str, new: Result, other: str, reference: Result, metric: str | None, rows: Rows) -> Compared:
    pairs = pair(new, reference, metric=metric, rows=rows)
    return Compared(pairs, name=name, reference=other, seconds=_seconds(new), reference_s=_seconds(reference))


def _with_slices(verdict: Verdict, pairs: Pairs, by: Sequence[str], level: float) -> Verdict:
    """Return a verdict with those on each group of rows that is large enough, corrected for how many these are."""
    if not by:
        return verdict
    if not pairs.records:
        raise KitError(_("These results have no record of their rows, to group them by."), fix=_("Evaluate again."))
    made = [group for group in groups(pairs.records, by) if group.n >= FEWEST]
    found = [Compared(pairs.only(group.places), name=group.name) for group in made]
    return dataclasses.replace(verdict, slices=tuple(verdicts_on(found, level=level)))


def _has_rows(result: Result) -> bool:
    return bool(result.facts.get("right")) or (result.folder is not None and "rows" in result.artifacts)


def _name(part: Result) -> str:
    return str(part.facts.get("method") or name_of(part))


def _seconds(result: Result) -> float | None:
    return result.measurements["e2el_s"].p50 if "e2el_s" in result.measurements else None
