"""Carry out a `SweepSpec`: the same model held in several ways, each measured in a process of its own.

A variant that cannot run is a row with its reason; one that fails or is killed takes no other with it.
"""

from __future__ import annotations

import dataclasses

from kit.engines import Variant
from kit.engines.prepare import ready_folder
from kit.errors import MissingPackageError, Stopped, UnsupportedError
from kit.experiments.spec import SweepSpec
from kit.isolated import carry_out_isolated, error_dict
from kit.measure.spec import EvaluateSpec
from kit.measure.verdict import Verdict, compare, reference_verdict
from kit.quantization.load import check_runs_here
from kit.quantization.registry import get_method
from kit.report import PrefixedReport, Report
from kit.result import Result, Status
from kit.spec import Spec


def sweep(spec: Spec, report: Report) -> Result:
    """Measure every method of `spec`; the result has one part for each, in the order of the methods.

    Asked to stop, it gives up the variant it is at; those before it are kept.
    """
    assert isinstance(spec, SweepSpec)
    report.progress("loading", 0, len(spec.methods), "methods")
    ready_folder(spec.model, report)  # converted and merged once, here, for all of them
    parts: list[Result] = []
    status: Status = "finished"
    try:
        for method in spec.methods:
            report.check()
            report.progress(f"{method}: starting", len(parts), len(spec.methods), "methods")
            parts.append(with_verdict(_one(spec, method, report), parts))
            report.record("variant", parts[-1].to_dict())
    except Stopped:
        status = "stopped"
    best = {"reference": next((p.facts["method"] for p in parts if p.status == "finished"), None)}
    return Result(spec=spec.to_dict(), status=status, parts=tuple(parts), facts=best)


def variant_spec(spec: SweepSpec, method: str) -> EvaluateSpec:
    """Return what is done for one method of a sweep."""
    return EvaluateSpec(
        variant=Variant(model=spec.model, method=method),
        data=spec.data,
        measures=spec.measures,
        batch_size=spec.batch_size,
        requests=spec.requests,
        new_tokens=spec.new_tokens,
    )


def _one(spec: SweepSpec, method: str, report: Report) -> Result:
    what = variant_spec(spec, method)
    inner = PrefixedReport(report, method)
    try:
        check_runs_here(get_method(method))
    except (MissingPackageError, UnsupportedError) as exc:  # known without a process of its own
        result = Result(spec=what.to_dict(), status="unsupported", error=error_dict(exc))
    else:
        result = carry_out_isolated(what, inner)
    facts = {"method": method, "engine": what.variant.engine, "model": spec.model, **result.facts}
    return dataclasses.replace(result, facts=facts)


def with_verdict(part: Result, earlier: list[Result]) -> Result:
    """Return `part` with its verdict against the first result among `earlier` that was measured."""
    if part.status != "finished" or "right" not in part.facts:
        return part
    reference = next((other for other in earlier if other.status == "finished" and "right" in other.facts), None)
    verdict = reference_verdict() if reference is None else _against(part, reference)
    return dataclasses.replace(part, facts={**part.facts, "verdict": verdict.to_dict()})


def _against(part: Result, reference: Result) -> Verdict:
    times = [r.measurements["e2el_s"].p50 if "e2el_s" in r.measurements else None for r in (part, reference)]
    return compare(
        [bool(x) for x in part.facts["right"]],
        [bool(x) for x in reference.facts["right"]],
        seconds=times[0],
        reference_s=times[1],
    )
