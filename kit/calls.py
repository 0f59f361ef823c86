"""The call form: do what a spec says, here and now, and return the result.

Each call is also a run (a folder with its spec, events and result), so nothing is lost and any panel can show it.
``kit.start(spec)`` does the same in a process of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kit.errors import ParameterError
from kit.experiments import AutoSpec, SearchSpec, SweepSpec
from kit.gate import CleanSpec, GateSpec, SplitSpec, SynthesizeSpec
from kit.i18n import _
from kit.jobs import Run, find_run, run_here
from kit.jobs.run import failed
from kit.measure import AnswerSpec, EvaluateSpec, Slices, Verdict, Verdicts
from kit.measure.slices import FEWEST
from kit.measure.verdict import LEVEL
from kit.quantization.export import ExportSpec
from kit.result import Result
from kit.spec import Spec
from kit.tuning import DistillSpec, FindRateSpec, MergeSpec, TuneSpec

if TYPE_CHECKING:
    from kit.measure.pairing import Rows


def tune(spec: TuneSpec, *, now: bool = False) -> Result:
    """Tune a model with LoRA.

    Parameters
    ----------
    spec : TuneSpec
        What to tune, on what, and how.
    now : bool, default False
        Begin even where it needs more memory than this machine has, by the estimate.

    Raises
    ------
    RunFailedError
        With what went wrong and what to do.
    """
    return _done(spec, now)


def evaluate(spec: EvaluateSpec, *, now: bool = False) -> Result:
    """Measure one variant (`now` and errors as in `tune`)."""
    return _done(spec, now)


def sweep(spec: SweepSpec, *, now: bool = False) -> Result:
    """Measure one model held in several ways; the result has one part for each (`now` and errors as in `tune`)."""
    return _done(spec, now)


def auto(spec: AutoSpec, *, now: bool = False) -> Result:
    """Search the models and methods that nobody beats, within minutes; a part for each (the rest as in `tune`)."""
    return _done(spec, now)


def search(spec: SearchSpec, *, now: bool = False) -> Result:
    """Tune with many settings and say which leads furthest; a part for each trial (the rest as in `tune`)."""
    return _done(spec, now)


def distill(spec: DistillSpec, *, now: bool = False) -> Result:
    """Let a student learn from a teacher, and measure both; they are the parts (the rest as in `tune`)."""
    return _done(spec, now)


def merge(spec: MergeSpec, *, now: bool = False) -> Result:
    """Make one adapter of several (`now` and errors as in `tune`)."""
    return _done(spec, now)


def export(spec: ExportSpec, *, now: bool = False) -> Result:
    """Write a variant as files, proven to be the same model; "path" is among the facts (the rest as in `tune`)."""
    return _done(spec, now)


def check_data(spec: GateSpec, *, now: bool = False) -> Result:
    """Look at data and say what is wrong with which row; "findings" are among the facts (the rest as in `tune`)."""
    return _done(spec, now)


def clean_data(spec: CleanSpec, *, now: bool = False) -> Result:
    """Repair data by recorded steps; "data" among the facts reads what is left (`now` and errors as in `tune`)."""
    return _done(spec, now)


def split_data(spec: SplitSpec, *, now: bool = False) -> Result:
    """Divide data into files; "train", "test" and "validation" among the facts read them (the rest as in `tune`)."""
    return _done(spec, now)


def synthesize(spec: SynthesizeSpec, *, now: bool = False) -> Result:
    """Let a model write rows that pass the gate; "data" among the facts reads them (the rest as in `tune`)."""
    return _done(spec, now)


def answer(spec: AnswerSpec, *, now: bool = False) -> Result:
    """Let several variants answer one question (`now` and errors as in `tune`)."""
    return _done(spec, now)


def find_learning_rate(
    tuning: TuneSpec | None = None,
    *,
    lowest: float = 1e-5,
    highest: float = 0.3,
    steps: int = 80,
    now: bool = False,
    **fields: Any,
) -> Result:
    """Train a few steps with a rising learning rate; the result holds the curve and the rate that it suggests.

    Parameters
    ----------
    tuning : TuneSpec, optional
        The tuning that needs a learning rate; left out, `fields` are those of one, such as `model` and `data`.
    lowest, highest : float
        Rates of the first and the last step; where learning breaks before, the search ends.
    steps : int, default 80
        From the lowest to the highest rate.
    now : bool, default False
        As in `tune`.

    Examples
    --------
    >>> found = kit.find_learning_rate(model="smollm2-135m-instruct", data=train)  # doctest: +SKIP
    >>> found.metrics["learning_rate"]  # doctest: +SKIP
    0.0012
    """
    asked = TuneSpec(**fields) if tuning is None else tuning.replace(**fields)
    return _done(FindRateSpec(tuning=asked, lowest=lowest, highest=highest, steps=steps), now)


def _done(spec: Spec, now: bool) -> Result:
    run = run_here(spec, now=now)
    result = run.result
    if result.status == "unsupported":  # whoever calls wants numbers; a sweep has a row with the reason instead
        raise failed(run.id, result)
    return result


Measured = Run | Result | str


def compare(
    a: Measured,
    b: Measured | None = None,
    *,
    metric: str | None = None,
    by: str | Sequence[str] = (),
    level: float = LEVEL,
    rows: Rows = "same",
    comparisons: int = 1,
) -> Verdict | Verdicts:
    """Return whether `a` is better than `b`, row by row on the same rows.

    Parameters
    ----------
    a, b : Run, Result or str
        What was measured, or the id of a run. Of a sweep every variant is compared: with `b`, or with the variant of
        the same name where `b` is a sweep too, or with the first variant where there is no `b`. So are tasks.
    metric : str, optional
        "acc", "macro_f1", "f1", "rouge_l", "logprob" (log-probability of the right answer), or any that both have row
        by row. Without it the usual one of their task.
    by : str or sequence of str
        Columns to look at group by group, such as "label", "length" or one that was kept.
    level : float, default 0.95
        Of confidence. Where several things are compared, the chance of any false alarm among them is 1 - level.
    rows : {"same", "common", "place"}
        "same" refuses rows that only one of the two has; "common" leaves them out; "place" pairs rows of the same data
        by their place although they were asked differently (other instruction, examples or template).
    comparisons : int, default 1
        How many comparisons this is one of, where they are made one by one.

    Returns
    -------
    Verdict or Verdicts
        With a sentence in plain words; several where there are several variants or tasks.

    Raises
    ------
    ParameterError, UnknownNameError
        A parameter has a value that is not allowed, or nothing is called so.
    KitError
        The two were not measured row by row, or on different rows.
    """
    from kit.measure import versus  # statistics load numpy: only where they are used

    new, reference = _result("a", a), None if b is None else _result("b", b)
    return versus.compare(new, reference, metric=metric, by=by, level=level, rows=rows, comparisons=comparisons)


def slices(
    result: Measured,
    by: str | Sequence[str] = (),
    *,
    metric: str | None = None,
    level: float = LEVEL,
    fewest: int = FEWEST,
) -> Slices:
    """Return the score of each group of rows of an evaluation, and the group that stands out as worst.

    Parameters
    ----------
    result : Run, Result or str
        Of an evaluation, or a part of a sweep.
    by : str or sequence of str
        Columns: "label", "length" (of the text, in quarters), or any that was kept. Without any: all that there are.
    metric : str, optional
        One that is a mean over rows; without it the usual one.
    level : float, default 0.95
        Of confidence, of all intervals together.
    fewest : int, default 20
        Groups of fewer rows are shown and not judged.

    Raises
    ------
    UnknownNameError
        There is no such column or metric.
    KitError
        The result has no record of its rows, or these cannot be grouped.
    """
    from kit.measure import slicing

    return slicing.slices(_result("result", result), by, metric=metric, level=level, fewest=fewest)


def _result(name: str, given: Measured) -> Result:
    if isinstance(given, str):
        given = find_run(given)
    if isinstance(given, Run):
        return given.result
    if isinstance(given, Result):
        return given
    raise ParameterError(name, given, allowed=_("a run, its id, or a result"), fix=_("Take one from kit.runs()."))
