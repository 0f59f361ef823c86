"""Carry out a `SweepSpec`: models held in several ways, each measured in a process of its own.

A variant that cannot run is a row with its reason; one that fails or is killed takes no other with it. A variant that
is finished is kept: a resumed sweep measures the others only, and goes on inside the one that was interrupted. On a
scheduler its workers measure several at once; this machine needs the models and the data too, to know them again.
Here one variant is made and measured at a time, so that nothing disturbs what is timed.
"""

from __future__ import annotations

from kit.errors import ParameterError
from kit.experiments.lineup import lineup
from kit.experiments.ready import make_ready
from kit.experiments.spec import SweepSpec
from kit.experiments.summary import sweep_summary
from kit.experiments.turns import Turns
from kit.i18n import _
from kit.machine.provenance import seeds
from kit.measure.passes.reference import claim, release
from kit.report import Report
from kit.result import Result
from kit.runners import runner_of
from kit.spec import Spec


def sweep(spec: Spec, report: Report) -> Result:
    """Measure every variant of `spec`; the result has one part for each, in the order of the list.

    The first that can be measured is the reference; the others follow cheapest first. Asked to stop, it gives up the
    variant it is at; those that are done are kept.
    """
    assert isinstance(spec, SweepSpec)
    _check_spreads(spec, report)
    entrants = lineup(spec)
    report.progress("loading", 0, len(entrants), "methods")
    known = {
        model: make_ready(
            spec.key,
            spec.data,
            model,
            report,
            [each.kept_as for each in entrants if each.variant.model == model],
        )
        for model in (spec.model, *spec.models)
    }
    found = Turns(spec, entrants, known, report)
    if "reference" in spec.measures:
        claim(report, spec.key)
    with runner_of(report) as runner:
        status = found.measure(runner)
    if status == "finished":
        release(report, spec.key)
    first = known[spec.model]
    return Result(
        spec=spec.to_dict(),
        status=status,
        parts=tuple(found.parts),
        facts={
            "reference": next((p.facts["method"] for p in found.parts if p.status == "finished"), None),
            "summary": sweep_summary(found.parts),
            **found.facts,
        },
        provenance={"data_hash": first.data.hash, "model": first.model, "seeds": seeds(spec.to_dict())},
    )


def _check_spreads(spec: SweepSpec, report: Report) -> None:
    if report.on and "reference" in spec.measures:
        raise ParameterError(
            "measures",
            spec.measures,
            allowed=_(
                "without 'reference' on a scheduler: its workers share no folder with what the reference expected"
            ),
            fix=_("Leave 'reference' out, or start the sweep on one machine."),
        )
